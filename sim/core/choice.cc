#include "sim/core/choice.h"

#include <fmt/format.h>

#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr uint64_t kMiddle = uint64_t{1} << 63;  // of 64 uniform bits

uint64_t key_of(uint64_t site, uint64_t scope, uint64_t ordinal) {
  return mix(mix(site, scope), ordinal);
}

uint64_t labelled_key_of(uint64_t site, uint64_t scope, std::string_view label, uint64_t nth) {
  return mix(mix(site, scope), hash_bytes(label, nth));
}

uint64_t key_of(const ChoiceRecord& record) {
  const uint64_t site = hash_bytes(record.site);
  const uint64_t scope = hash_bytes(record.scope);
  if (!record.label.empty()) return labelled_key_of(site, scope, record.label, record.nth);
  return key_of(site, scope, record.ordinal);
}

}  // namespace

std::string Label::text() const {
  if (empty()) return {};
  std::string text = fmt::format("{}={}", first, first_value);
  if (second != nullptr) text += fmt::format(" {}={}", second, second_value);
  return text;
}

std::string ChoiceRecord::text() const {
  const std::string repeated = nth > 1 ? fmt::format(", {}. time", nth) : "";
  return fmt::format("{}  {}  #{}{} = {}", site, scope, ordinal,
                     label.empty() ? "" : fmt::format(" ({}{})", label, repeated), value);
}

Scope Choices::scope(std::string_view text) {
  const Scope scope{hash_bytes(text)};
  if (logging_) {
    const auto [entry, inserted] = scope_texts_.emplace(scope.hash, text);
    CHECK(inserted || entry->second == text);  // two texts, one hash
  }
  return scope;
}

void Choices::replay_faults(const std::vector<ChoiceRecord>& faults) {
  faults_listed_ = true;
  override_with(faults);
}

void Choices::override_with(const std::vector<ChoiceRecord>& values) {
  watched_ = true;
  for (const ChoiceRecord& record : values) {
    overrides_[key_of(record)] = Override{.record = record};
  }
}

void Choices::quieten(std::string_view site) {
  watched_ = true;
  quiet_sites_.emplace(hash_bytes(site), QuietSite{.name = std::string(site)});
}

void Choices::start_logging() {
  watched_ = true;
  logging_ = true;
}

std::vector<ChoiceRecord> Choices::unmatched() const {
  std::vector<ChoiceRecord> records;
  for (const auto& [key, entry] : overrides_) {
    if (!entry.matched) records.push_back(entry.record);
  }
  return records;
}

std::vector<std::string> Choices::unmatched_quiet() const {
  std::vector<std::string> names;
  for (const auto& [hash, site] : quiet_sites_) {
    if (!site.matched) names.push_back(site.name);
  }
  return names;
}

uint64_t Choices::watched_ambient(const Site& site, Scope scope, uint64_t ordinal) {
  note_drawn(site, scope, ordinal);
  return replayed_ambient(site, scope, ordinal);
}

uint64_t Choices::replayed_ambient(const Site& site, Scope scope, uint64_t ordinal) {
  if (const auto value = overridden(key_of(site.hash(), scope.hash, ordinal))) return *value;
  const auto quiet = quiet_sites_.find(site.hash());
  if (quiet == quiet_sites_.end()) return bits(site, scope, ordinal);
  quiet->second.matched = true;
  return kMiddle;
}

uint64_t Choices::watched_fault(const Site& site, Scope scope, uint64_t ordinal, Ratio odds,
                                uint64_t magnitudes, Label label) {
  note_drawn(site, scope, ordinal);
  const std::string label_text = label.text();
  uint64_t nth = 1;
  std::optional<uint64_t> listed;
  if (!label.empty()) {
    nth = ++labels_drawn_[labelled_key_of(site.hash(), scope.hash, label_text, 0)];
    listed = overridden(labelled_key_of(site.hash(), scope.hash, label_text, nth));
  }
  if (!listed) listed = overridden(key_of(site.hash(), scope.hash, ordinal));
  uint64_t value = 0;
  if (listed) {
    value = *listed;
  } else if (!faults_listed_ && !odds.never()) {
    value = drawn_fault(site, scope, ordinal, odds, magnitudes);
  }
  if (logging_ && value != 0) {
    const auto text = scope_texts_.find(scope.hash);
    log_.push_back({.site = std::string(site.name()),
                    .scope = text == scope_texts_.end() ? "?" : text->second,
                    .ordinal = ordinal,
                    .label = label_text,
                    .value = value,
                    .nth = nth});
  }
  return value;
}

void Choices::note_drawn(const Site& site, Scope scope, uint64_t ordinal) {
  if (!logging_) return;
  const bool first_time = drawn_.insert(key_of(site.hash(), scope.hash, ordinal)).second;
  CHECK(first_time && "a choice was drawn twice: its owner does not count its ordinal");
}

std::optional<uint64_t> Choices::overridden(Key key) {
  if (overrides_.empty()) return std::nullopt;
  const auto found = overrides_.find(key);
  if (found == overrides_.end()) return std::nullopt;
  found->second.matched = true;
  return found->second.record.value;
}

}  // namespace seedbed
