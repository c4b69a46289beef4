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
constexpr size_t kCausesShown = 6;  // of a chain, and its root

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

  // The causes of the current event, the nearest first, back to the root.
  std::vector<uint64_t> chain() const {
    std::vector<uint64_t> chain;
    if (!there_) return chain;
    uint64_t index = number(event_.index);
    for (;;) {
      const auto place =
          std::lower_bound(causes_.begin(), causes_.end(), std::pair<uint64_t, uint64_t>(index, 0));
      if (place == causes_.end() || place->first != index) break;
      if (place->second == 0 || place->second >= index) break;
      chain.push_back(index = place->second);
    }
    return chain;
  }

  // What this side has at the divergence; its causes are not filled in.
  DivergingSide described(const Describer& words) const {
    DivergingSide side;
    side.name = name_;
    if (there_) {
      side.event = DescribedEvent{event_.index, words.describe(event_)};
    } else {
      side.ending = reader_.ending();
    }
    return side;
  }

  Describer describer() const {
    return Describer({reader_.header().nodes().begin(), reader_.header().nodes().end()});
  }

 private:
  TraceReader reader_;
  std::string name_;
  TraceEvent event_;
  bool there_ = false;
  std::vector<std::pair<uint64_t, uint64_t>> causes_;  // index and cause, as they come: in order
};

// Which events of a chain are shown.
struct ChainPlan {
  explicit ChainPlan(std::vector<uint64_t> chain) : nearest(std::move(chain)) {
    if (nearest.size() <= kCausesShown + 1) return;
    root = nearest.back();
    left_out = nearest.size() - kCausesShown - 1;
    nearest.resize(kCausesShown);
  }
  bool contains(uint64_t index) const {
    return root == index || std::find(nearest.begin(), nearest.end(), index) != nearest.end();
  }
  CauseChain described(const std::map<uint64_t, std::string>& texts) const {
    const auto event = [&](uint64_t index) {
      const auto text = texts.find(index);
      return DescribedEvent{EventIndex{index}, text == texts.end() ? "" : text->second};
    };
    CauseChain chain;
    for (const uint64_t index : nearest) chain.nearest.push_back(event(index));
    chain.left_out = left_out;
    if (root != 0) chain.root = event(root);
    return chain;
  }

  std::vector<uint64_t> nearest;
  uint64_t left_out = 0;
  uint64_t root = 0;
};

// Takes what both chains end with out of them. Where they meet once they stay together, for the
// causes are of events that both traces have.
std::vector<uint64_t> take_shared(std::vector<uint64_t>& a, std::vector<uint64_t>& b) {
  std::vector<uint64_t> shared;
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    shared.push_back(a.back());
    a.pop_back();
    b.pop_back();
  }
  std::reverse(shared.begin(), shared.end());
  return shared;
}

// The second pass; afterwards the readers stand elsewhere.
void describe(Side& a, Side& b, Divergence& split) {
  const Describer words = a.describer();
  split.first = a.described(words);
  split.second = b.described(b.describer());
  std::vector<uint64_t> chain_a = a.chain();
  std::vector<uint64_t> chain_b = b.chain();
  const ChainPlan shared(take_shared(chain_a, chain_b));
  const ChainPlan only_a(std::move(chain_a));
  const ChainPlan only_b(std::move(chain_b));
  std::map<uint64_t, std::string> texts;
  TraceReader& reader = a.reader();
  reader.rewind();
  TraceEvent event;
  for (uint64_t i = 1; i < split.position && reader.next(&event); ++i) {
    const uint64_t index = number(event.index);
    const bool is_cause =
        shared.contains(index) || only_a.contains(index) || only_b.contains(index);
    const bool is_common = i + kCommonShown >= split.position;
    if (!is_cause && !is_common) continue;
    std::string text = words.describe(event);
    if (is_common) split.common.push_back({event.index, text});
    if (is_cause) texts[index] = std::move(text);
  }
  split.shared = shared.described(texts);
  split.first.causes = only_a.described(texts);
  split.second.causes = only_b.described(texts);
}

void append_chain(const CauseChain& chain, std::string* text) {
  for (const DescribedEvent& cause : chain.nearest) {
    *text += fmt::format("    because of {}  {}\n", number(cause.index), cause.text);
  }
  if (!chain.root) return;
  *text += fmt::format("    ({} more)\n    because of {}  {}\n", chain.left_out,
                       number(chain.root->index), chain.root->text);
}

void append_side(const DivergingSide& side, std::string* text) {
  *text += fmt::format("{}:\n", side.name);
  if (side.event) {
    *text += fmt::format("  {}  {}\n", number(side.event->index), side.event->text);
  } else {
    *text += fmt::format("  has no such event ({})\n", side.ending);
  }
  append_chain(side.causes, text);
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
  describe(a, b, split);
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
  if (!shared.nearest.empty()) text += "both:\n";
  append_chain(shared, &text);
  return text;
}

}  // namespace seedbed
