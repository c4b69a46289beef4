// DurableImage: what stands on the disk of one node, byte by byte, as it would survive a power cut
// right now. It is built from the events of the simulated disk, never from the word of the
// protocol, so that a protocol that believes something to be durable which is not, is found out.
//
//   DurableImage image;
//   image.apply(event);                          // each `durable` and `start` event of the node
//   if (const DurableFile* log = image.find("raft/log")) parse(log->bytes());
//
// Readers that want to see only what is new ask a file how far it is unchanged (see DurableFile).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/event.h"

namespace seedbed {

class DurableFile {
 public:
  uint64_t id() const { return id_; }
  const std::string& bytes() const { return bytes_; }

  // The bytes before this offset are the same as at the last settle(). After a pure append, that is
  // the old length; writing the same bytes again (a sector that was partly full) does not move it.
  size_t unchanged() const { return unchanged_; }
  bool changed() const { return unchanged_ < bytes_.size() || bytes_.size() != settled_size_; }
  // The reader has seen everything. Called by the owner of the image, after the reader has run.
  void settle() {
    unchanged_ = bytes_.size();
    settled_size_ = bytes_.size();
  }

 private:
  friend class DurableImage;
  void write(size_t offset, std::string_view bytes);
  void truncate(size_t size);

  uint64_t id_ = 0;
  uint32_t names_ = 0;
  std::string bytes_;
  size_t unchanged_ = 0;
  size_t settled_size_ = 0;
};

class DurableImage {
 public:
  // Takes in one event of the node; all but kDurable and kStart are ignored. Bytes that were never
  // written, between those that were, are zero.
  //
  // A file without a name keeps its bytes until the node is started again: a rename may take its
  // old name away before it gives it the new one, and bytes may become durable before the name
  // does.
  void apply(const TraceEvent& event);

  // The file of that name, or nullptr. Valid until the next apply().
  const DurableFile* find(std::string_view name) const;

  // The durable names, in alphabetical order, with the ids of their files.
  const std::map<std::string, uint64_t, std::less<>>& names() const { return names_; }
  const DurableFile& file(uint64_t id) const;

  // The files to which bytes have come, or whose length has changed, since the last settle(); some
  // may be named twice, and some be gone.
  const std::vector<uint64_t>& touched() const { return touched_; }
  // True if names have come, gone, or changed their files since the last settle().
  bool names_changed() const { return names_changed_; }
  // True if anything has.
  bool changed() const { return changed_; }
  void settle();

 private:
  std::vector<DurableFile>::iterator position(uint64_t id);
  DurableFile& open(uint64_t id);
  DurableFile& touch(uint64_t id);
  void link(std::string_view name, uint64_t id);
  void unlink(std::string_view name);
  void drop_nameless();

  std::map<std::string, uint64_t, std::less<>> names_;
  std::vector<DurableFile> files_;  // by id
  std::vector<uint64_t> touched_;
  bool names_changed_ = false;
  bool changed_ = false;
};

}  // namespace seedbed
