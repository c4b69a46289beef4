// The timeline as a page of HTML with one picture in it. What a history says is escaped: it comes
// from anywhere.
#include <fmt/format.h>

#include <algorithm>

#include "sim/report/timeline.h"

namespace seedbed {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c2024; --faint: #6b7280; --page: #ffffff;
  --row: #f1f3f5; --other: #c3c9d1; --kept: #7aa7e0; --suspect: #e5787a; --on: #10151b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --faint: #9aa3ae; --page: #14171a;
  --row: #1d2126; --other: #454c55; --kept: #3d6fae; --suspect: #b5484c; --on: #f4f6f8; } }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.2rem; } .faint { color: var(--faint); }
svg { width: 100%; height: auto; font: 12px ui-monospace, monospace; }
svg text { fill: var(--ink); } svg .on { fill: var(--on); font-weight: 600; }
.row { fill: var(--row); } .other { fill: var(--other); } .kept { fill: var(--kept); }
.suspect { fill: var(--suspect); }
.open { stroke: var(--ink); stroke-dasharray: 4 3; }
.key { display: inline-block; width: 1.6rem; height: .8rem; border-radius: 3px;
  margin: 0 .3rem 0 1rem; }
table { border-collapse: collapse; margin-top: 1rem; }
td, th { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
tr.suspect-row td { font-weight: 600; }
)";

constexpr size_t kLeft = 70;
constexpr size_t kWidth = 960;
constexpr size_t kRow = 34;

// Bytes that are not printable ASCII become question marks.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c >= ' ' && c <= '~' ? c : '?';
    }
  }
  return out;
}

std::string_view class_of(BarMark mark) {
  switch (mark) {
    case BarMark::kKept: return "kept";
    case BarMark::kSuspect: return "suspect";
    case BarMark::kOther: break;
  }
  return "other";
}

size_t x_of(const Timeline& timeline, size_t step) {
  return kLeft + step * (kWidth - kLeft - 10) / std::max<size_t>(timeline.steps, 1);
}

std::string bar_svg(const Timeline& timeline, const TimelineBar& bar) {
  const size_t x = x_of(timeline, bar.from);
  const size_t width = std::max<size_t>(x_of(timeline, bar.to) - x, 6);
  const size_t y = bar.row * kRow + 6;
  std::string text = fmt::format(
      "<g><title>{}\n{}</title><rect class=\"{}{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
      "rx=\"4\"/>",
      escaped(bar.text), escaped(bar.when), class_of(bar.mark), bar.open ? " open" : "", x, y,
      width, kRow - 12);
  if (bar.number > 0) {
    text +=
        fmt::format("<text class=\"on\" x=\"{}\" y=\"{}\">{}</text>", x + 6, y + 16, bar.number);
  }
  return text + "</g>\n";
}

std::string picture(const Timeline& timeline) {
  const size_t height = timeline.rows.size() * kRow + 4;
  std::string svg =
      fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth, height,
                  escaped("operations as intervals, in the order of events"));
  for (size_t row = 0; row < timeline.rows.size(); ++row) {
    svg += fmt::format(
        "<rect class=\"row\" x=\"0\" y=\"{}\" width=\"{}\" height=\"{}\"/><text x=\"6\" "
        "y=\"{}\">{}</text>\n",
        row * kRow + 2, kWidth, kRow - 4, row * kRow + 22, escaped(timeline.rows[row]));
  }
  for (const TimelineBar& bar : timeline.bars) svg += bar_svg(timeline, bar);
  return svg + "</svg>\n";
}

std::string table(const Timeline& timeline) {
  std::string rows;
  for (const TimelineBar& bar : timeline.bars) {
    if (bar.number == 0) continue;
    rows += fmt::format("<tr{}><td>{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
                        bar.mark == BarMark::kSuspect ? " class=\"suspect-row\"" : "", bar.number,
                        escaped(bar.when), escaped(bar.text));
  }
  return "<table><tr><th></th><th>when</th><th>operation</th></tr>\n" + rows + "</table>\n";
}

}  // namespace

std::string to_html(const Timeline& timeline) {
  std::string also;
  for (const std::string& one : timeline.also) also += fmt::format("<p>{}</p>\n", escaped(one));
  if (timeline.hidden > 0) {
    also += fmt::format("<p class=\"faint\">{} earlier operations of it are not shown.</p>\n",
                        timeline.hidden);
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style></head><body>\n<h1>{0}: not linearizable</h1>\n"
      "<p>{2}</p>\n{3}"
      "<p class=\"faint\">From left to right: the order of events, not to scale."
      "<span class=\"key kept\" style=\"background: var(--kept)\"></span>contradicts"
      "<span class=\"key\" style=\"background: var(--suspect)\"></span>completes the contradiction"
      "<span class=\"key\" style=\"background: var(--other)\"></span>ran at that time</p>\n"
      "{4}{5}</body></html>\n",
      escaped(timeline.title), kStyle, escaped(timeline.message), also, picture(timeline),
      table(timeline));
}

}  // namespace seedbed
