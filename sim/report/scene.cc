#include "sim/report/scene.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <unordered_map>

#include "sim/report/highlights.h"

namespace seedbed {
namespace {

constexpr int kFactScore = 1'000'000;
constexpr int kNearestCause = 100;  // less 4 for each step further back
constexpr int kMostSteps = 200;     // back along a chain of causes
constexpr int kColumnSteps = 40;    // beyond them a cause earns its node no column

struct Candidate {
  SceneRow row;
  int64_t score = 0;
};

bool is_message(EventKind kind) {
  return kind == EventKind::kSend || kind == EventKind::kReceive || kind == EventKind::kDrop;
}

class Chooser {
 public:
  Chooser(std::span<const StoredEvent> events, const std::vector<Fact>& facts, EventIndex at,
          const std::vector<std::string>& names, const SceneLimits& limits)
      : events_(events), facts_(facts), at_(at), names_(names), limits_(limits) {}

  Scene choose() {
    cut_off();
    index_messages();
    for (const Fact& fact : facts_) trace_back(fact.event);
    trace_back(at_);
    scene_.columns = columns();
    add_facts();
    add_others();
    select();
    return std::move(scene_);
  }

 private:
  // Nothing after the contradiction.
  void cut_off() {
    EventIndex end = at_;
    for (const Fact& fact : facts_) end = std::max(end, fact.event);
    if (end == kNoEvent) {
      while (!events_.empty() && events_.back().kind == EventKind::kEnd) {
        events_ = events_.first(events_.size() - 1);
      }
      if (events_.empty()) return;
      end = events_.back().index;
    }
    const auto after = std::partition_point(events_.begin(), events_.end(),
                                            [&](const StoredEvent& e) { return e.index <= end; });
    events_ = events_.first(static_cast<size_t>(after - events_.begin()));
    for (const Fact& fact : facts_) focus_.push_back(number(fact.event));
    if (at_ != kNoEvent) focus_.push_back(number(at_));
    std::sort(focus_.begin(), focus_.end());
  }

  const StoredEvent* find(EventIndex index) const {
    if (index == kNoEvent) return nullptr;
    const auto found = std::partition_point(events_.begin(), events_.end(),
                                            [&](const StoredEvent& e) { return e.index < index; });
    return found != events_.end() && found->index == index ? &*found : nullptr;
  }

  void index_messages() {
    for (const StoredEvent& event : events_) {
      if (event.kind == EventKind::kSend) sends_[event.id] = &event;
      if (event.kind == EventKind::kDrop) drops_[event.id] = &event;
      if (event.kind == EventKind::kReceive) receives_.emplace(event.id, &event);
      if (event.kind == EventKind::kFaultEnd) ended_faults_.push_back(event.id);
      if (event.kind == EventKind::kProbe) ++shapes_[shape_of(event.caption)];
    }
  }

  // Marks what led to an event. A message sent in the same step is no cause of what follows it
  // there.
  void trace_back(EventIndex from) {
    const StoredEvent* event = find(from);
    for (int steps = 0; event != nullptr && steps < kMostSteps;) {
      const StoredEvent* cause = event->cause < event->index ? find(event->cause) : nullptr;
      if (cause == nullptr) return;
      const bool arrived = event->kind == EventKind::kReceive;
      const bool aside = cause->kind == EventKind::kSend || cause->kind == EventKind::kDrop;
      if (arrived || !aside) {
        const auto [known, added] = causes_.emplace(cause->index, ++steps);
        if (!added && known->second <= steps) return;
        known->second = steps;
      }
      event = cause;
    }
  }

  void involve(NodeId node, int weight) {
    if (node == kWorld) return;
    int& known = weights_[node];
    known = std::max(known, weight);
  }

  void weigh_nodes() {
    for (const Fact& fact : facts_) involve(fact.node, 1000);
    for (const uint64_t index : focus_) {
      const StoredEvent* event = find(EventIndex{index});
      if (event == nullptr) continue;
      involve(event->node, 1000);
      if (is_message(event->kind)) involve(event->peer, 500);
    }
    for (const auto& [index, steps] : causes_) {
      if (steps <= kColumnSteps) involve(find(index)->node, kNearestCause - steps);
    }
    for (const StoredEvent& event : events_) {
      if (event.kind == EventKind::kCrash || event.kind == EventKind::kPause) {
        involve(event.node, 10);
      }
    }
  }

  std::vector<NodeId> columns() {
    weigh_nodes();
    if (facts_.empty()) {
      for (const StoredEvent& event : events_) {
        if (event.kind == EventKind::kProbe && !event.caption.empty()) involve(event.node, 1);
      }
    }
    if (weights_.empty()) {
      for (const StoredEvent& event : events_) involve(event.node, 1);
    }
    std::vector<std::pair<int, NodeId>> ranked;
    for (const auto& [node, weight] : weights_) ranked.emplace_back(-weight, node);
    std::sort(ranked.begin(), ranked.end());
    if (ranked.size() > limits_.columns) ranked.resize(limits_.columns);
    std::vector<NodeId> chosen;
    for (const auto& [weight, node] : ranked) chosen.push_back(node);
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  bool has_column(NodeId node) const {
    return std::binary_search(scene_.columns.begin(), scene_.columns.end(), node);
  }

  void add_facts() {
    for (size_t i = 0; i < facts_.size(); ++i) {
      const Fact& fact = facts_[i];
      Candidate* candidate = fact.event == kNoEvent ? nullptr : candidate_at(fact.event);
      if (candidate == nullptr) {
        candidate = &candidates_.emplace_back();
        candidate->row = {
            .time = fact.time, .index = fact.event, .node = fact.node, .event = find(fact.event)};
        complete(candidate->row);
        candidate->score = kFactScore + static_cast<int64_t>(i);
      }
      candidate->row.facts.push_back(i + 1);
    }
    if (at_ == kNoEvent) return;
    Candidate* candidate = candidate_at(at_);
    const StoredEvent* event = find(at_);
    if (candidate == nullptr && event != nullptr) {
      candidate = &candidates_.emplace_back();
      candidate->row = row_of(*event);
    }
    if (candidate == nullptr) return;
    candidate->row.noticed = true;
    candidate->score = 2 * kFactScore;
  }

  Candidate* candidate_at(EventIndex index) {
    for (Candidate& candidate : candidates_) {
      if (candidate.row.index == index) return &candidate;
    }
    return nullptr;
  }

  SceneRow row_of(const StoredEvent& event) const {
    SceneRow row{.time = event.time, .index = event.index, .node = event.node, .event = &event};
    complete(row);
    return row;
  }

  // Joins the ends of a message.
  void complete(SceneRow& row) const {
    if (row.event == nullptr) return;
    const auto look = [&](const Messages& messages) {
      const auto found = messages.find(row.event->id);
      return found == messages.end() ? nullptr : found->second;
    };
    if (row.event->kind == EventKind::kReceive) row.send = look(sends_);
    if (row.event->kind == EventKind::kSend) {
      row.receive = look(receives_);
      row.drop = look(drops_);
    }
  }

  void add_others() {
    std::vector<EventIndex> taken;
    for (const Candidate& candidate : candidates_) {
      taken.push_back(candidate.row.index);
      if (candidate.row.drop != nullptr) taken.push_back(candidate.row.drop->index);
    }
    std::sort(taken.begin(), taken.end());
    using Kind = std::tuple<NodeId, NodeId, std::string_view, uint64_t>;
    std::map<Kind, size_t> drops;
    for (const StoredEvent& event : events_) {
      if (std::binary_search(taken.begin(), taken.end(), event.index)) continue;
      const int score = score_of(event);
      if (score == 0) continue;
      if (event.kind == EventKind::kDrop) {
        const Kind kind{event.node, event.peer, event.name, event.value};
        const auto [known, added] = drops.emplace(kind, candidates_.size());
        if (!added) {
          Candidate& earlier = candidates_[known->second];
          const uint64_t alike = earlier.row.alike + 1;
          earlier = {row_of(event), score};
          earlier.row.alike = alike;
          continue;
        }
      }
      candidates_.push_back({row_of(event), score});
    }
  }

  int nearness(const StoredEvent& event) const {
    const auto next = std::lower_bound(focus_.begin(), focus_.end(), number(event.index));
    if (next == focus_.end()) return 0;
    return std::max(0, 60 - 4 * static_cast<int>(std::bit_width(*next - number(event.index))));
  }

  int rarity(std::string_view caption) const {
    const auto count = shapes_.find(shape_of(caption));
    if (count == shapes_.end()) return 0;
    return std::max(0, 30 - 5 * static_cast<int>(std::bit_width(count->second)));
  }

  // 0: not worth a line.
  int score_of(const StoredEvent& event) const {
    const auto cause = causes_.find(event.index);
    const bool led_there = cause != causes_.end();
    const int own = own_score(event, led_there);
    if (own == 0) return 0;
    const int causal = led_there ? std::max(20, kNearestCause - 4 * cause->second) : 0;
    return own + causal + nearness(event);
  }

  int own_score(const StoredEvent& event, bool led_there) const {
    const bool here = has_column(event.node);
    switch (event.kind) {
      case EventKind::kCrash: return here ? 60 : 0;
      case EventKind::kStart: return here && event.id > 1 ? 40 : 0;
      case EventKind::kPause: return here ? 55 : 0;
      case EventKind::kResume: return here ? 35 : 0;
      case EventKind::kFaultBegin: return fault_score(event, 60);
      case EventKind::kFaultEnd: return fault_score(event, 35);
      case EventKind::kFault: return here ? 25 : 0;
      case EventKind::kHeal: return 50;
      case EventKind::kOutside: return here ? 45 : 0;
      case EventKind::kAssumption: return 70;
      case EventKind::kProbe:
        return here && !event.caption.empty() ? 30 + rarity(event.caption) : 0;
      case EventKind::kDrop: return here && has_column(event.peer) ? 30 : 0;
      case EventKind::kReceive: return led_there && here && has_column(event.peer) ? 30 : 0;
      case EventKind::kInvoke:
      case EventKind::kReturn: return led_there && here ? 20 : 0;
      case EventKind::kClock: return here ? 20 : 0;
      case EventKind::kDurable:
      case EventKind::kReached: return led_there && here ? 5 : 0;
      default: return 0;
    }
  }

  // A crash or a pause speaks for itself; a fault that is still on says more than one that is over.
  int fault_score(const StoredEvent& event, int score) const {
    if (event.name == "crash" || event.name == "pause") return 0;
    const bool involved =
        std::any_of(scene_.columns.begin(), scene_.columns.end(), [&](NodeId column) {
          return event.node == column || (number(column) < names_.size() &&
                                          mentions(event.caption, names_[number(column)]));
        });
    if (!involved) return 0;
    const bool over =
        std::find(ended_faults_.begin(), ended_faults_.end(), event.id) != ended_faults_.end();
    return over ? score : score + 60;
  }

  void select() {
    std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return std::tuple(-a.score, b.row.index, b.row.time) <
             std::tuple(-b.score, a.row.index, a.row.time);
    });
    if (candidates_.size() > limits_.rows) candidates_.resize(limits_.rows);
    for (Candidate& candidate : candidates_) scene_.rows.push_back(std::move(candidate.row));
    std::stable_sort(scene_.rows.begin(), scene_.rows.end(),
                     [](const SceneRow& a, const SceneRow& b) {
                       return std::tuple(a.time, a.index) < std::tuple(b.time, b.index);
                     });
    drop_idle_columns();
    count_hidden();
  }

  void drop_idle_columns() {
    std::erase_if(scene_.columns, [&](NodeId column) {
      return std::none_of(scene_.rows.begin(), scene_.rows.end(), [&](const SceneRow& row) {
        return row.node == column ||
               (row.event != nullptr && is_message(row.event->kind) && row.event->peer == column);
      });
    });
  }

  void count_hidden() {
    uint64_t first = ~uint64_t{0};
    uint64_t last = 0;
    for (const SceneRow& row : scene_.rows) {
      if (row.index == kNoEvent) continue;
      first = std::min(first, number(row.index));
      last = std::max(last, number(row.index));
    }
    uint64_t shown = 0;
    for (const SceneRow& row : scene_.rows) {
      if (row.index != kNoEvent) ++shown;
      for (const StoredEvent* end : {row.send, row.receive, row.drop}) {
        if (end != nullptr && number(end->index) > first && number(end->index) < last) ++shown;
      }
    }
    if (last >= first && last - first + 1 > shown) scene_.hidden = last - first + 1 - shown;
  }

  using Messages = std::unordered_map<uint64_t, const StoredEvent*>;

  std::span<const StoredEvent> events_;
  const std::vector<Fact>& facts_;
  const EventIndex at_;
  const std::vector<std::string>& names_;
  const SceneLimits limits_;
  std::vector<uint64_t> focus_;  // ascending
  Messages sends_;
  Messages receives_;
  Messages drops_;
  std::vector<uint64_t> ended_faults_;
  std::map<std::string, uint64_t> shapes_;
  std::map<EventIndex, int> causes_;  // and how many steps back
  std::map<NodeId, int> weights_;
  std::vector<Candidate> candidates_;
  Scene scene_;
};

}  // namespace

bool mentions(std::string_view text, std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (name.empty()) return false;
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const size_t end = at + name.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) {
      return true;
    }
  }
  return false;
}

Scene choose_scene(std::span<const StoredEvent> events, const std::vector<Fact>& facts,
                   EventIndex at, const std::vector<std::string>& node_names,
                   const SceneLimits& limits) {
  return Chooser(events, facts, at, node_names, limits).choose();
}

}  // namespace seedbed
