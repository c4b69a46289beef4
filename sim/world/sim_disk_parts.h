// What a simulated disk is made of. Private to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/world/sim_disk.h"

namespace seedbed {

struct SimDisk::Change {
  uint64_t operation;
  bool truncates;
  uint64_t offset;  // or the new size
  std::string bytes;
  Label label = {};  // how schedules name it, if the protocol said
  WriteFate fate = WriteFate::kHome;
};

struct SimDisk::Inode {
  uint64_t id;
  std::string cached;
  std::string durable;
  std::vector<Change> changes;
};

// Links `path` to `file`, or unlinks it if `file` is 0; a rename also unlinks `from`.
struct SimDisk::NameChange {
  uint64_t operation;
  std::string path;
  uint64_t file;
  std::string from;
};

struct SimDisk::Sector {
  uint64_t file = 0;
  uint64_t number = 0;  // in the file

  bool operator==(const Sector&) const = default;
};

inline void apply_write(std::string& content, uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  content.replace(offset, bytes.size(), bytes);
}

}  // namespace seedbed
