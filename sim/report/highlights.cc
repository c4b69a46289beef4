#include "sim/report/highlights.h"

#include <algorithm>
#include <map>
#include <tuple>

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

std::vector<Highlight> sorted(const Stories& stories, bool by_count) {
  std::vector<Highlight> list;
  for (const auto& [what, story] : stories) list.push_back(story);
  std::sort(list.begin(), list.end(), [&](const Highlight& a, const Highlight& b) {
    return std::tuple(by_count ? a.count : 0, a.first->index) <
           std::tuple(by_count ? b.count : 0, b.first->index);
  });
  return list;
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
  std::vector<Highlight> list = sorted(captions, true);
  if (list.size() > most) list.resize(most);
  for (Highlight& story : list) {
    if (story.count == 1) story.what = story.first->caption;
  }
  for (Highlight& fault : sorted(faults, false)) list.push_back(std::move(fault));
  return list;
}

}  // namespace seedbed
