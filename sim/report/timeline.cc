#include "sim/report/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "sim/check/contradiction.h"
#include "sim/check/text.h"
#include "sim/report/text.h"

namespace seedbed {
namespace {

constexpr size_t kMostKept = 12;
constexpr size_t kMostOthers = 8;
constexpr size_t kMostRows = 20;

struct Shown {
  const Entry* entry;
  bool required;
  BarMark mark;
};

bool by_invocation(const Shown& a, const Shown& b) { return a.entry->invoked < b.entry->invoked; }

// The kept ones, the last of them if they are too many, and what overlaps the suspect.
std::vector<Shown> choose(const History& history, const Counterexample& example, bool by_key) {
  std::vector<Shown> shown;
  std::set<uint64_t> kept_ids;
  const size_t kept_from = example.kept.size() - std::min(example.kept.size(), kMostKept);
  for (size_t i = 0; i < example.kept.size(); ++i) {
    const KeptOperation& kept = example.kept[i];
    kept_ids.insert(kept.id);
    const bool suspect = kept.id == example.suspect;
    if (i < kept_from && !suspect) continue;
    shown.push_back(
        {&entry_of(history, kept.id), kept.required, suspect ? BarMark::kSuspect : BarMark::kKept});
  }
  const Entry& suspect = entry_of(history, example.suspect);
  size_t others = 0;
  for (size_t i = history.size(); i-- > 0 && others < kMostOthers;) {
    const Entry& entry = history.entries()[i];
    const bool same_key = !by_key || entry.operation.key == example.key;
    if (!same_key || kept_ids.contains(entry.id) || entry.outcome() == Outcome::kFail) continue;
    if (entry.invoked > suspect.returned || precedes(entry, suspect)) continue;
    shown.push_back({&entry, entry.ok() && entry.returned <= example.last, BarMark::kOther});
    ++others;
  }
  std::sort(shown.begin(), shown.end(), by_invocation);
  return shown;
}

// Where events stand on the axis.
std::map<EventIndex, size_t> axis_of(const std::vector<Shown>& shown) {
  std::map<EventIndex, size_t> steps;
  for (const Shown& one : shown) {
    steps.emplace(one.entry->invoked, 0);
    if (one.required) steps.emplace(one.entry->returned, 0);
  }
  size_t next = 0;
  for (auto& [event, step] : steps) step = next++;
  return steps;
}

// A process has a second row if something of it never returned.
size_t row_for(const TimelineBar& bar, const std::string& name, Timeline* timeline) {
  for (size_t row = 0; row < timeline->rows.size(); ++row) {
    if (timeline->rows[row] != name) continue;
    const bool free = std::none_of(
        timeline->bars.begin(), timeline->bars.end(),
        [&](const TimelineBar& other) { return other.row == row && other.to >= bar.from; });
    if (free) return row;
  }
  timeline->rows.push_back(name);
  return timeline->rows.size() - 1;
}

void sort_rows(Timeline* timeline) {
  std::vector<size_t> order(timeline->rows.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [&](size_t i) { return std::pair(timeline->rows[i].size(), timeline->rows[i]); };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
  std::vector<size_t> place(order.size());
  std::vector<std::string> names;
  for (size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    names.push_back(timeline->rows[order[i]]);
  }
  timeline->rows = std::move(names);
  for (TimelineBar& bar : timeline->bars) bar.row = place[bar.row];
}

// The columns of the terminal's axis.
constexpr size_t kNameWidth = 6;
constexpr size_t kAxisWidth = kReportWidth - kNameWidth - 6;

std::string row_text(const Timeline& timeline, size_t row, size_t column) {
  std::string text((timeline.steps + 1) * column + 1, ' ');
  for (const TimelineBar& bar : timeline.bars) {
    if (bar.row != row) continue;
    const char fill = bar.mark == BarMark::kOther ? '-' : bar.mark == BarMark::kKept ? '=' : '#';
    const size_t from = bar.from * column;
    const size_t to = bar.to * column;
    std::fill(text.begin() + static_cast<ptrdiff_t>(from),
              text.begin() + static_cast<ptrdiff_t>(to), fill);
    text[from] = '[';
    text[to] = bar.open ? '>' : ']';
    const std::string label = bar.number == 0 ? "" : fmt::format("{}", bar.number);
    if (label.size() < to - from) text.replace(from + 1, label.size(), label);
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

Timeline timeline_of(const History& history, const Model& model, const Counterexample& example) {
  const std::vector<Shown> shown = choose(history, example, model.by_key);
  const std::map<EventIndex, size_t> steps = axis_of(shown);
  Timeline timeline{.message = example.message, .steps = steps.size()};
  timeline.title =
      example.key.empty() ? std::string(model.name) : fmt::format("{} {}", model.name, example.key);
  size_t kept = 0;
  for (const Shown& one : shown) {
    const Entry& entry = *one.entry;
    TimelineBar bar{.mark = one.mark};
    bar.from = steps.at(entry.invoked);
    bar.open = !one.required;
    bar.to = one.required ? steps.at(entry.returned) : steps.size();
    if (one.mark != BarMark::kOther) bar.number = ++kept;
    bar.text = fmt::format("{} by {}", to_string(history, entry), client_name(entry.client));
    bar.text += one.required ? ' ' + describe(history, entry) : ", perhaps";
    bar.when = one.required
                   ? fmt::format("{} to {}", began_at(history, entry), returned_at(history, entry))
                   : fmt::format("from {}", began_at(history, entry));
    bar.row = row_for(bar, client_name(entry.client), &timeline);
    timeline.bars.push_back(std::move(bar));
  }
  timeline.hidden = example.kept.size() - kept;
  sort_rows(&timeline);
  return timeline;
}

std::vector<std::string> draw(const Timeline& timeline) {
  std::vector<std::string> lines;
  const size_t column = std::clamp<size_t>(kAxisWidth / (timeline.steps + 1), 2, 8);
  for (size_t row = 0; row < std::min(timeline.rows.size(), kMostRows); ++row) {
    const std::string name = cut(plain(timeline.rows[row]), kNameWidth);
    lines.push_back(fmt::format("  {:<{}}{}", name, kNameWidth, row_text(timeline, row, column)));
  }
  if (timeline.rows.size() > kMostRows) {
    lines.push_back(fmt::format("  and {} more", timeline.rows.size() - kMostRows));
  }
  lines.emplace_back();
  for (const TimelineBar& bar : timeline.bars) {
    if (bar.number == 0) continue;
    const std::string text =
        fmt::format("  {:>3} {}  {}{}", bar.number, plain(bar.when), plain(bar.text),
                    bar.mark == BarMark::kSuspect ? "  <- completes the contradiction" : "");
    lines.push_back(cut(text, kReportWidth));
  }
  if (timeline.hidden > 0) {
    lines.push_back(fmt::format("      and {} earlier ones", timeline.hidden));
  }
  return lines;
}

}  // namespace seedbed
