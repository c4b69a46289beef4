#include "sim/report/diagram.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/report/text.h"

namespace seedbed {
namespace {

// What lines are made of stands apart from text until the very end, so that a text may hold any of
// it.
enum Stroke : char { kUp = 1, kPaused, kAlong, kArrowRight, kArrowLeft, kLost, kWall, kPoint };

std::string_view ascii(char c) {
  constexpr std::string_view kAscii = "?|:-><x=*";
  return c <= kPoint ? kAscii.substr(static_cast<size_t>(c), 1) : std::string_view();
}

std::string_view box(char c) {
  switch (c) {
    case kUp: return "│";
    case kPaused: return "┊";
    case kAlong: return "─";
    case kArrowRight: return "▶";
    case kArrowLeft: return "◀";
    case kLost: return "✗";
    case kWall: return "═";
    case kPoint: return "●";
    default: return "?";
  }
}

enum class NodeState { kUp, kPaused, kDown };

size_t spacing_for(size_t columns) {
  constexpr size_t kSpacing[] = {44, 44, 22, 17, 14, 12, 10};
  return columns < std::size(kSpacing) ? kSpacing[columns] : 9;
}

std::string drop_text(const StoredEvent& drop, std::string_view peer) {
  switch (static_cast<DropReason>(drop.value)) {
    case DropReason::kLoss: return "lost";
    case DropReason::kPartition: return "cut off";
    case DropReason::kDown: return fmt::format("{} is down", peer);
    case DropReason::kUnserved: return fmt::format("{} does not serve it", peer);
    case DropReason::kOverflow: return fmt::format("{} is flooded", peer);
    case DropReason::kCorrupt: return "damaged";
    case DropReason::kTooLarge: return "too large";
  }
  return "dropped";
}

class Drawing {
 public:
  Drawing(const Scene& scene, std::span<const StoredEvent> events,
          const std::vector<std::string>& names, bool utf8)
      : scene_(scene), events_(events), names_(names), utf8_(utf8) {
    for (const SceneRow& row : scene.rows) {
      time_width_ = std::max(time_width_, seconds_text(row.time).size() + 2);
    }
    time_width_ = std::min<size_t>(time_width_, 20);
    spacing_ = spacing_for(scene.columns.size());
    lanes_end_ = time_width_ + 1 + spacing_ * scene.columns.size();
    states_.assign(scene.columns.size(), NodeState::kUp);
  }

  std::vector<std::string> draw() {
    std::vector<std::string> lines;
    if (scene_.rows.empty()) return lines;
    lines.push_back(heading());
    for (const SceneRow& row : scene_.rows) lines.push_back(draw_row(row));
    if (scene_.hidden > 0) {
      lines.push_back(fmt::format("{}({} between them hidden)", std::string(time_width_ + 1, ' '),
                                  count_text(scene_.hidden, "event")));
    }
    return lines;
  }

 private:
  std::string name_of(NodeId node) const {
    if (number(node) < names_.size()) return plain(names_[number(node)]);
    return fmt::format("node {}", number(node));
  }

  // The position of a node's lifeline; npos without one.
  size_t lane(NodeId node) const {
    const auto found = std::lower_bound(scene_.columns.begin(), scene_.columns.end(), node);
    if (found == scene_.columns.end() || *found != node) return std::string::npos;
    const auto column = static_cast<size_t>(found - scene_.columns.begin());
    return time_width_ + 1 + spacing_ * column + spacing_ / 2;
  }

  void write(size_t at, std::string_view text) { line_.replace(at, text.size(), text); }

  // Centred on a lifeline, or nearly so at the edges. False if it would touch the next one.
  bool write_on(size_t at, std::string_view text) {
    const size_t begin = time_width_ + 1;
    if (text.size() + 3 > 2 * spacing_ || text.size() > lanes_end_ - begin) return false;
    const size_t centred = std::max(begin, at - std::min(at, text.size() / 2));
    const size_t left = std::min(centred, lanes_end_ - text.size());
    if (left + spacing_ < at + 2 || left + text.size() > at + spacing_ - 1) return false;
    write(left, text);
    return true;
  }

  void note(std::string_view text) {
    if (text.empty()) return;
    if (!note_.empty()) note_ += "; ";
    note_ += text;
  }

  std::string heading() {
    line_.assign(kReportWidth, ' ');
    write(time_width_ - 4, "time");
    for (const NodeId node : scene_.columns) {
      const std::string name = cut(name_of(node), spacing_ - 1);
      write(lane(node) - name.size() / 2, name);
    }
    return finished();
  }

  // Follows who is up, up to and without the row's own event.
  void advance(const SceneRow& row) {
    for (; next_ < events_.size(); ++next_) {
      const StoredEvent& event = events_[next_];
      if (row.index != kNoEvent ? event.index >= row.index : event.time >= row.time) return;
      follow(event);
    }
  }

  void follow(const StoredEvent& event) {
    const auto found = std::lower_bound(scene_.columns.begin(), scene_.columns.end(), event.node);
    if (found == scene_.columns.end() || *found != event.node) return;
    NodeState& state = states_[static_cast<size_t>(found - scene_.columns.begin())];
    if (event.kind == EventKind::kCrash) state = NodeState::kDown;
    if (event.kind == EventKind::kStart || event.kind == EventKind::kResume) state = NodeState::kUp;
    if (event.kind == EventKind::kPause) state = NodeState::kPaused;
  }

  void draw_lifelines() {
    for (size_t i = 0; i < scene_.columns.size(); ++i) {
      constexpr char kStrokes[] = {kUp, kPaused, ' '};
      line_[lane(scene_.columns[i])] = kStrokes[static_cast<size_t>(states_[i])];
    }
  }

  std::string draw_row(const SceneRow& row) {
    line_.assign(kReportWidth, ' ');
    note_.clear();
    const std::string time = cut(seconds_text(row.time), time_width_);
    write(time_width_ - time.size(), time);
    advance(row);
    draw_lifelines();
    if (row.event == nullptr) {
      draw_point(row.node, "");
    } else {
      draw_event(row);
    }
    write_notes(references(row));
    return finished();
  }

  // Beside the lanes; the reference is what must not be cut.
  void write_notes(const std::string& reference) {
    const size_t at = lanes_end_ + 1;
    const size_t gap = note_.empty() || reference.empty() ? 0 : 2;
    const std::string text = cut(reference, kReportWidth - at);
    const size_t left = kReportWidth - at - text.size();
    std::string beside = left > gap ? cut(note_, left - gap) : "";
    if (!beside.empty()) beside.append(gap, ' ');
    write(at, beside + text);
  }

  std::string references(const SceneRow& row) const {
    std::string text;
    for (const size_t fact : row.facts) text += fmt::format(" ({})", fact);
    if (row.noticed && text.empty()) text = " noticed here";
    return text.empty() ? text : "<-" + text;
  }

  void draw_event(const SceneRow& row) {
    const StoredEvent& event = *row.event;
    switch (event.kind) {
      case EventKind::kSend: return draw_send(row);
      case EventKind::kReceive: return draw_receive(row);
      case EventKind::kDrop: return draw_drop(event, event, row.alike);
      case EventKind::kFaultBegin:
      case EventKind::kFaultEnd: {
        const std::string_view verb = event.kind == EventKind::kFaultEnd ? " ends" : "";
        return draw_wall(fmt::format("{}{}", plain(event.name), verb), plain(event.caption));
      }
      case EventKind::kFault: return draw_point(event.node, plain(event.name));
      case EventKind::kHeal: return draw_wall("the faults are over", "");
      case EventKind::kOutside:
        return draw_point(event.node, fmt::format("{} for good", plain(event.name)));
      case EventKind::kCut:
        return draw_point(event.node, fmt::format("cut off from n{} for good", number(event.peer)));
      case EventKind::kAssumption:
        return draw_wall(fmt::format("{} is broken", plain(event.name)), "");
      case EventKind::kCrash: return draw_point(event.node, "CRASH");
      case EventKind::kStart: return draw_point(event.node, "START");
      case EventKind::kPause: return draw_point(event.node, "PAUSE");
      case EventKind::kResume: return draw_point(event.node, "RESUME");
      case EventKind::kClock: return draw_point(event.node, "clock set");
      case EventKind::kDurable:
        return draw_point(event.node, fmt::format("{} durable", plain(event.name)));
      default:
        return draw_point(event.node,
                          plain(event.caption.empty() ? message_name(event.name) : event.caption));
    }
  }

  // Something that happened on one node.
  void draw_point(NodeId node, const std::string& caption) {
    const size_t at = lane(node);
    if (at == std::string::npos) {
      if (node != kWorld) note(fmt::format("{}: {}", name_of(node), caption));
      return;
    }
    if (!caption.empty() && write_on(at, caption)) return;
    line_[at] = kPoint;
    note(caption);
  }

  // Something between nodes, or of the whole world.
  void draw_wall(const std::string& what, const std::string& detail) {
    const size_t begin = time_width_ + 1;
    const size_t width = lanes_end_ - begin;
    std::string text = detail.empty() ? what : fmt::format("{}: {}", what, detail);
    if (text.size() + 4 > width) {
      note(detail);
      text = what;
    }
    text = cut(text, width > 4 ? width - 4 : 0);
    if (!text.empty()) text = fmt::format(" {} ", text);
    std::fill_n(line_.begin() + static_cast<int64_t>(begin), width, kWall);
    write(begin + (width - text.size()) / 2, text);
  }

  // An arrow, if both ends have a lifeline. What does not fit on it goes beside it.
  bool draw_arrow(NodeId from, NodeId to, std::string_view label, bool arrives) {
    const size_t a = lane(from);
    const size_t b = lane(to);
    if (a == std::string::npos || b == std::string::npos || a == b) return false;
    const size_t left = std::min(a, b) + 1;
    const size_t width = std::max(a, b) - left;
    std::fill_n(line_.begin() + static_cast<int64_t>(left), width, kAlong);
    const char head = arrives ? (a < b ? kArrowRight : kArrowLeft) : kLost;
    line_[a < b ? left + width - 1 : left] = head;
    if (label.size() + 3 <= width) {
      write(left + (width - label.size()) / 2, label);
    } else {
      note(label);
    }
    return true;
  }

  void draw_receive(const SceneRow& row) {
    const StoredEvent& event = *row.event;
    const std::string label = plain(event.caption);
    if (!draw_arrow(event.peer, event.node, label, true)) {
      draw_point(event.node, fmt::format("{} from {}", label, name_of(event.peer)));
    }
    if (event.value != 0) note("a duplicate");
    if (row.send != nullptr && overtaken(row)) {
      note(fmt::format("sent {}", seconds_text(row.send->time)));
    }
  }

  // True if a row above, on the sender's line, is later than the sending.
  bool overtaken(const SceneRow& row) const {
    return std::any_of(scene_.rows.begin(), scene_.rows.end(), [&](const SceneRow& other) {
      return other.index > row.send->index && other.index < row.index &&
             (other.node == row.send->node || other.node == row.node);
    });
  }

  void draw_send(const SceneRow& row) {
    const StoredEvent& event = *row.event;
    if (row.drop != nullptr) return draw_drop(event, *row.drop, row.alike);
    const std::string label = plain(event.caption);
    if (!draw_arrow(event.node, event.peer, label, row.receive != nullptr)) {
      draw_point(event.node, fmt::format("{} to {}", label, name_of(event.peer)));
    }
    note(row.receive != nullptr ? fmt::format("arrives {}", seconds_text(row.receive->time))
                                : std::string("still on its way"));
  }

  void draw_drop(const StoredEvent& message, const StoredEvent& drop, uint64_t alike) {
    const std::string label = plain(message.caption);
    if (!draw_arrow(message.node, message.peer, label, false)) {
      draw_point(message.node, fmt::format("{} to {}", label, name_of(message.peer)));
    }
    std::string how = drop_text(drop, name_of(message.peer));
    if (alike > 1) how += fmt::format(", {} times so far", count_text(alike));
    note(how);
  }

  // Without blanks at the end, and with strokes instead of their stand-ins.
  std::string finished() const {
    std::string text;
    for (const char c : std::string_view(line_).substr(0, line_.find_last_not_of(' ') + 1)) {
      if (c > kPoint) {
        text += c;
      } else {
        text += utf8_ ? box(c) : ascii(c);
      }
    }
    return text;
  }

  const Scene& scene_;
  std::span<const StoredEvent> events_;
  const std::vector<std::string>& names_;
  const bool utf8_;
  size_t time_width_ = 11;
  size_t spacing_ = 0;
  size_t lanes_end_ = 0;
  size_t next_ = 0;
  std::vector<NodeState> states_;
  std::string line_;
  std::string note_;
};

}  // namespace

std::vector<std::string> draw(const Scene& scene, std::span<const StoredEvent> events,
                              const std::vector<std::string>& node_names, bool utf8) {
  return Drawing(scene, events, node_names, utf8).draw();
}

}  // namespace seedbed
