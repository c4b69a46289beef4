// Two passes: the first finds the place and keeps only who caused what; the second reads one trace
// again up to there and puts into words what the first pass asks for.
#include "sim/trace/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/trace/describe.h"
#include "sim/trace/reader.h"

namespace seedbed {
namespace {

constexpr size_t kCommonShown = 5;
constexpr size_t kCausesShown = 10;

// The names of the fields in which two events differ, in order of importance; empty if none.
std::string differing_fields(const TraceEvent& a, const TraceReader& reader_a, const TraceEvent& b,
                             const TraceReader& reader_b) {
  const bool payloads = reader_a.header().payloads() && reader_b.header().payloads();
  const std::pair<std::string_view, bool> differs[] = {
      {"kind", a.kind != b.kind},
      {"node", a.node != b.node},
      {"peer", a.peer != b.peer},
      {"name", a.name != b.name},
      {"id", a.id != b.id},
      {"value", a.value != b.value},
      {"time", a.time != b.time},
      {"cause", a.cause != b.cause},
      {"index", a.index != b.index},
      {"bytes", a.bytes != b.bytes},
      {"payload", payloads && (reader_a.payload_type() != reader_b.payload_type() ||
                               reader_a.payload_bytes() != reader_b.payload_bytes())},
  };
  std::string fields;
  for (const auto& [name, is_different] : differs) {
    if (is_different) fields += fmt::format("{}{}", fields.empty() ? "" : ", ", name);
  }
  return fields;
}

// A trace on its way through the first pass.
class Side {
 public:
  explicit Side(const TraceFile& file) : reader_(file.content, file.name), name_(file.name) {}

  bool step() {
    there_ = reader_.next(&event_);
    if (there_) causes_.emplace_back(number(event_.index), number(event_.cause));
    return there_;
  }
  const TraceEvent& event() const { return event_; }
  TraceReader& reader() { return reader_; }

  // The causes of the current event, the nearest first.
  std::vector<uint64_t> chain() const {
    std::vector<uint64_t> chain;
    if (!there_) return chain;
    uint64_t index = number(event_.index);
    while (chain.size() < kCausesShown) {
      const auto place =
          std::lower_bound(causes_.begin(), causes_.end(), std::pair<uint64_t, uint64_t>(index, 0));
      if (place == causes_.end() || place->first != index) break;
      if (place->second == 0 || place->second >= index) break;
      chain.push_back(index = place->second);
    }
    return chain;
  }

  // The second pass; afterwards the reader stands elsewhere. `common`: how many events to describe
  // before `position`.
  DivergingSide described(uint64_t position, std::vector<DescribedEvent>* common) {
    DivergingSide side;
    side.name = name_;
    const Describer words({reader_.header().nodes().begin(), reader_.header().nodes().end()});
    if (there_) {
      side.event = DescribedEvent{event_.index, words.describe(event_)};
    } else {
      side.ending = reader_.ending();
    }
    const std::vector<uint64_t> wanted = chain();
    std::map<uint64_t, std::string> texts;
    reader_.rewind();
    TraceEvent event;
    for (uint64_t i = 1; i < position && reader_.next(&event); ++i) {
      const uint64_t index = number(event.index);
      const bool is_cause = std::find(wanted.begin(), wanted.end(), index) != wanted.end();
      const bool is_common = common != nullptr && i + kCommonShown >= position;
      if (!is_cause && !is_common) continue;
      std::string text = words.describe(event);
      if (is_common) common->push_back({event.index, text});
      if (is_cause) texts[index] = std::move(text);
    }
    for (const uint64_t index : wanted) side.causes.push_back({EventIndex{index}, texts[index]});
    return side;
  }

 private:
  TraceReader reader_;
  std::string name_;
  TraceEvent event_;
  bool there_ = false;
  std::vector<std::pair<uint64_t, uint64_t>> causes_;  // index and cause, as they come: in order
};

void append_side(const DivergingSide& side, std::string* text) {
  *text += fmt::format("{}:\n", side.name);
  if (!side.event) {
    *text += fmt::format("  has no such event ({})\n", side.ending);
    return;
  }
  *text += fmt::format("  {}  {}\n", number(side.event->index), side.event->text);
  for (const DescribedEvent& cause : side.causes) {
    *text += fmt::format("    because of {}  {}\n", number(cause.index), cause.text);
  }
}

}  // namespace

std::optional<Divergence> diff_traces(const TraceFile& first, const TraceFile& second) {
  Side a(first);
  Side b(second);
  Divergence split;
  for (split.position = 1;; ++split.position) {
    const bool more_a = a.step();
    const bool more_b = b.step();
    if (!more_a && !more_b) return std::nullopt;
    if (more_a != more_b) {
      split.fields = "end";
      break;
    }
    split.fields = differing_fields(a.event(), a.reader(), b.event(), b.reader());
    if (!split.fields.empty()) break;
  }
  split.first = a.described(split.position, &split.common);
  split.second = b.described(split.position, nullptr);
  return split;
}

std::string Divergence::text() const {
  std::string text = fmt::format("the traces differ from event {} on, in: {}\n", position, fields);
  if (!common.empty()) text += "both, just before:\n";
  for (const DescribedEvent& event : common) {
    text += fmt::format("  {}  {}\n", number(event.index), event.text);
  }
  append_side(first, &text);
  append_side(second, &text);
  return text;
}

}  // namespace seedbed
