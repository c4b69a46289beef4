// What befalls the durable content of a disk without the disk saying so.
//
// Reads are served from the page cache: damage to the durable content shows after a crash, except
// for rot, which shows at once where the cache holds nothing newer.
#include <algorithm>

#include "sim/world/sim_disk_parts.h"
#include "sim/world/sites.h"

namespace seedbed {
namespace {

constexpr uint64_t kSector = SimDisk::kSector;

uint64_t sectors_of(const std::string& content) { return (content.size() + kSector - 1) / kSector; }

}  // namespace

std::optional<SimDisk::Sector> SimDisk::draw_sector(uint64_t bits, std::string Inode::*content,
                                                    const Sector& not_this) const {
  uint64_t candidates = 0;
  for (const auto& [id, inode] : files_) {
    const uint64_t sectors = sectors_of((*inode).*content);
    const bool holds_it = id == not_this.file && not_this.number < sectors;
    candidates += sectors - (holds_it ? 1 : 0);
  }
  if (candidates == 0) return std::nullopt;
  uint64_t skip = below(bits, candidates);
  for (const auto& [id, inode] : files_) {
    const uint64_t sectors = sectors_of((*inode).*content);
    const bool holds_it = id == not_this.file && not_this.number < sectors;
    const uint64_t here = sectors - (holds_it ? 1 : 0);
    if (skip < here) {
      const bool behind_it = holds_it && skip >= not_this.number;
      return Sector{.file = id, .number = skip + (behind_it ? 1 : 0)};
    }
    skip -= here;
  }
  CHECK(false);  // skip < candidates
}

// The write goes to the same place in another sector, and never makes that file longer. What it was
// meant to replace stays; a file that it was to extend gets its length, and zeros.
void SimDisk::go_astray(Inode& inode, const Change& change) {
  const uint64_t end = change.offset + change.bytes.size();
  if (inode.durable.size() < end) {
    inode.durable.resize(end, '\0');
    emit_durable(DurableChange::kTruncate, inode.id, end, path_of(inode), {});
  }
  if (change.fate == WriteFate::kNowhere) {
    ++faults_.phantom_writes;
    return;
  }
  ++faults_.misdirected_writes;
  const uint64_t bits = scheduler_.choices().ambient(sites::kElsewhere, scope_, change.operation);
  const auto sector = draw_sector(bits, &Inode::durable, {inode.id, change.offset / kSector});
  if (!sector) return;
  Inode& victim = *files_.at(sector->file);
  const uint64_t offset = sector->number * kSector + change.offset % kSector;
  if (offset >= victim.durable.size()) return;
  const std::string bytes = change.bytes.substr(0, victim.durable.size() - offset);
  apply_write(victim.durable, offset, bytes);
  emit_durable(DurableChange::kWrite, victim.id, offset, path_of(victim), bytes);
}

// One sector of what was read, which begins at `offset` of the file, comes from another place.
void SimDisk::mix_up(std::string& bytes, const Inode& inode, uint64_t offset, uint64_t operation) {
  const uint64_t bits = scheduler_.choices().ambient(sites::kElsewhere, scope_, operation);
  const uint64_t first = offset / kSector;
  const uint64_t last = (offset + bytes.size() - 1) / kSector;
  const uint64_t wanted = first + below(scramble(bits), last - first + 1);
  const auto sector = draw_sector(bits, &Inode::cached, {inode.id, wanted});
  if (!sector) return;
  ++faults_.misdirected_reads;
  const std::string& source = files_.at(sector->file)->cached;
  const uint64_t begin = std::max(wanted * kSector, offset);
  const uint64_t end = std::min((wanted + 1) * kSector, offset + bytes.size());
  for (uint64_t at = begin; at < end; ++at) {
    const uint64_t from = sector->number * kSector + at % kSector;
    bytes[at - offset] = from < source.size() ? source[from] : '\0';
  }
}

void SimDisk::rot(uint64_t bits, uint64_t sectors) {
  for (uint64_t i = 0; i < sectors; ++i) {
    bits = scramble(bits + i);
    const auto sector = draw_sector(bits, &Inode::durable, {});
    if (!sector) return;
    Inode& inode = *files_.at(sector->file);
    const uint64_t begin = sector->number * kSector;
    const uint64_t size = std::min(kSector, inode.durable.size() - begin);
    const uint64_t where = scramble(bits);
    const uint64_t at = begin + below(where, size);
    const auto flip = static_cast<char>(1 << (where % 8));
    const bool newer =
        std::any_of(inode.changes.begin(), inode.changes.end(), [&](const Change& change) {
          return change.truncates ||
                 (at >= change.offset && at < change.offset + change.bytes.size());
        });
    inode.durable[at] = static_cast<char>(inode.durable[at] ^ flip);
    if (!newer && at < inode.cached.size()) inode.cached[at] = inode.durable[at];
    ++faults_.rotten_sectors;
    emit_durable(DurableChange::kWrite, inode.id, at, path_of(inode), inode.durable.substr(at, 1));
  }
}

void SimDisk::remember(uint32_t image) {
  auto& content = images_[image];
  for (const auto& [path, file] : durable_names_) content[path] = files_.at(file)->durable;
}

void SimDisk::unlink_all() {
  CHECK(in_flight_.empty() && name_changes_.empty());  // the node is down
  for (const auto& [path, file] : durable_names_) {
    emit_durable(DurableChange::kUnlink, file, 0, path, {});
  }
  files_.clear();
  cached_names_.clear();
  durable_names_.clear();
}

void SimDisk::wipe() { unlink_all(); }

// The files come back as others of the same names.
void SimDisk::restore(uint32_t image) {
  unlink_all();
  const auto found = images_.find(image);
  CHECK(found != images_.end());
  for (const auto& [path, content] : found->second) {
    const uint64_t id = ++files_made_;
    auto inode = std::make_unique<Inode>();
    inode->id = id;
    inode->cached = inode->durable = content;
    emit_durable(DurableChange::kWrite, id, 0, path, content);
    files_[id] = std::move(inode);
    cached_names_[path] = durable_names_[path] = id;
    emit_durable(DurableChange::kLink, id, 0, path, {});
  }
  images_.erase(found);
}

}  // namespace seedbed
