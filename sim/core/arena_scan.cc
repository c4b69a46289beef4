#include "sim/core/arena_scan.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>

#include "sim/core/arena.h"
#include "sim/core/check.h"

namespace seedbed {

namespace {

struct Mapping {
  uintptr_t begin;
  uintptr_t end;
  std::string name;
};

// One line of /proc/self/maps: "begin-end rwxp offset device inode   name".
bool parse_writable(std::string_view line, Mapping& mapping) {
  char permissions[5] = {};
  int name = 0;
  const std::string text(line);
  if (std::sscanf(text.c_str(), "%lx-%lx %4s %*x %*s %*u %n", &mapping.begin, &mapping.end,
                  permissions, &name) < 3) {
    return false;
  }
  mapping.name = name > 0 ? text.substr(static_cast<size_t>(name)) : "";
  return permissions[0] == 'r' && permissions[1] == 'w';
}

std::vector<Mapping> writable_mappings() {
  std::vector<Mapping> mappings;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/maps", "re"),
                                                   std::fclose);
  if (file == nullptr) return mappings;
  char line[1024];
  while (std::fgets(line, sizeof(line), file.get()) != nullptr) {
    std::string_view text(line);
    if (text.ends_with('\n')) text.remove_suffix(1);
    Mapping mapping;
    if (parse_writable(text, mapping)) mappings.push_back(std::move(mapping));
  }
  return mappings;
}

// Without one range; what is left of a mapping may be nothing, one part or two.
std::vector<Mapping> without(const std::vector<Mapping>& mappings, uintptr_t begin, size_t bytes) {
  std::vector<Mapping> rest;
  for (const Mapping& m : mappings) {
    const uintptr_t before = std::min(m.end, begin);
    const uintptr_t after = std::max(m.begin, begin + bytes);
    if (m.begin < before) rest.push_back({m.begin, before, m.name});
    if (after < m.end) rest.push_back({after, m.end, m.name});
  }
  return rest;
}

class Scan {
 public:
  // May read words that no object owns, which sanitizers would object to; but then there is no
  // arena.
  void search(const Mapping& mapping) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> resident((mapping.end - mapping.begin + page - 1) / page);
    void* const begin = reinterpret_cast<void*>(mapping.begin);
    if (mincore(begin, mapping.end - mapping.begin, resident.data()) != 0) return;
    for (size_t i = 0; i < resident.size(); ++i) {
      if ((resident[i] & 1) != 0) search_page(mapping, mapping.begin + i * page, page);
    }
  }
  std::vector<StrayPointer> take() { return std::move(found_); }

 private:
  void search_page(const Mapping& mapping, uintptr_t page, size_t bytes) {
    for (uintptr_t at = page; at < page + bytes && at < mapping.end; at += sizeof(uintptr_t)) {
      const uintptr_t word = *reinterpret_cast<const volatile uintptr_t*>(at);
      if (word < low_ || word >= high_) continue;
      found_.push_back({reinterpret_cast<const void*>(at), mapping.name, word - RunArena::kBase});
    }
  }

  const uintptr_t low_ = reinterpret_cast<uintptr_t>(RunArena::used_begin());
  const uintptr_t high_ = reinterpret_cast<uintptr_t>(RunArena::used_end());
  std::vector<StrayPointer> found_;
};

}  // namespace

std::vector<StrayPointer> words_pointing_in(SkippedRange skip) {
  CHECK(!RunArena::inside());
  if (!RunArena::enabled()) return {};
  std::vector<Mapping> mappings = without(writable_mappings(), RunArena::kBase, RunArena::kBytes);
  mappings = without(mappings, reinterpret_cast<uintptr_t>(skip.begin), skip.bytes);
  Scan scan;
  for (const Mapping& mapping : mappings) {
    if (mapping.name != "[stack]") scan.search(mapping);
  }
  return scan.take();
}

}  // namespace seedbed
