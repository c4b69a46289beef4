#include "sim/report/highlights.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

using Stories = std::map<std::string, Highlight>;

void tell(Stories& stories, std::string what, const StoredEvent& event) {
  Highlight& story = stories[what];
  if (story.count++ == 0) {
    story.what = std::move(what);
    story.first = &event;
  }
  story.last = &event;
}

// By `rank`, and then in the order in which they began.
template <class Rank>
std::vector<Highlight> sorted(const Stories& stories, Rank rank) {
  std::vector<Highlight> list;
  for (const auto& [what, story] : stories) list.push_back(story);
  std::sort(list.begin(), list.end(), [&](const Highlight& a, const Highlight& b) {
    return std::tuple(rank(a), a.first->index) < std::tuple(rank(b), b.first->index);
  });
  return list;
}

// The catalogue begins with the faults that change most.
uint64_t place_in_catalogue(const Highlight& fault) {
  const auto all = fault_catalogue();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const FaultInfo& row) { return row.name == fault.what; });
  return static_cast<uint64_t>(found - all.begin());
}

}  // namespace

std::string shape_of(std::string_view caption) {
  std::string shape;
  for (const char c : caption) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && shape.ends_with('#')) continue;
    shape += digit ? '#' : c;
  }
  return shape;
}

std::vector<Highlight> highlights(std::span<const StoredEvent> events, size_t most) {
  Stories captions;
  Stories faults;
  for (const StoredEvent& event : events) {
    if (event.kind == EventKind::kProbe && !event.caption.empty()) {
      tell(captions, shape_of(event.caption), event);
    }
    if (event.kind == EventKind::kFaultBegin) tell(faults, std::string(event.name), event);
  }
  std::vector<Highlight> list =
      sorted(captions, [](const Highlight& story) { return story.count; });
  if (list.size() > most) list.resize(most);
  for (Highlight& story : list) {
    if (story.count == 1) story.what = story.first->caption;
  }
  for (Highlight& fault : sorted(faults, place_in_catalogue)) list.push_back(std::move(fault));
  return list;
}

}  // namespace seedbed
