// Choices: every decision that the simulated world could take differently.
//
//   inline constexpr Site kLoss("network.loss", ChoiceClass::kFault);
//   Scope scope = choices.scope("n1->n2 AppendEntries");       // once, kept by its owner
//   if (choices.fault(kLoss, scope, message_number, Ratio::permille(20)) != 0) drop(message);
//
// A choice is named by what is decided, never by when it is drawn: its key is (site, scope,
// ordinal) and its value is a keyed hash of (seed, key), unless an override names it. So a new
// decision in one place moves nothing anywhere else, and a reproducer is a readable list of the
// decisions that matter.
//
//   site     what kind of decision; a unique literal
//   scope    whose decision: a link and message type, a file, a client; its text is its identity,
//            and includes the incarnation where the owner has one
//   ordinal  which one: a plain integer that the owner of the scope counts up
//
// Rules, each with a test: faults have 0 as their benign value, are logged and can be replaced by a
// list; ambient draws always come from (seed, key); a label of the protocol's ("term=3 index=7")
// matches before the ordinal; an override that matches nothing is stale; while logging, a key drawn
// twice is a CHECK failure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/hash.h"
#include "sim/core/random.h"

namespace seedbed {

enum class ChoiceClass : uint8_t {
  kFault,    // 0 is benign; logged; shrunk
  kAmbient,  // jitter, ties, Env randomness, workload content: never zeroed
  kShape,    // swarm rates and sizes: resolved into the scenario before the run begins
};

// A kind of decision. Declare one constant for each, with a unique literal.
class Site {
 public:
  consteval Site(std::string_view name, ChoiceClass choice_class)
      : name_(name), hash_(hash_bytes(name)), class_(choice_class) {}

  constexpr std::string_view name() const { return name_; }
  constexpr uint64_t hash() const { return hash_; }
  constexpr ChoiceClass choice_class() const { return class_; }

 private:
  std::string_view name_;
  uint64_t hash_;
  ChoiceClass class_;
};

// The owner of a sequence of decisions, by the hash of its text.
struct Scope {
  uint64_t hash = 0;
};

// What a protocol says a message or write is about: up to two named numbers, "term=3 index=7".
// Costs nothing unless a run is logged or replayed.
struct Label {
  const char* first = nullptr;
  uint64_t first_value = 0;
  const char* second = nullptr;
  uint64_t second_value = 0;

  bool empty() const { return first == nullptr; }
  std::string text() const;
};

// A decision as text: one line of a reproducer. If there is a label, it and `nth` say which one is
// meant; otherwise the ordinal does.
//   network.loss  n1->n2 raft.AppendEntries  #17 (term=3 index=7) = 1
struct ChoiceRecord {
  std::string site;
  std::string scope;
  uint64_t ordinal = 0;
  std::string label;
  uint64_t value = 0;
  uint64_t nth = 1;  // of those of the scope with this label

  std::string text() const;
};

class Choices {
 public:
  explicit Choices(uint64_t seed) : seed_(scramble(seed ^ 0x5eedbed)) {}

  // The scope of that text. Keep it: making one formats and hashes.
  Scope scope(std::string_view text);

  // 64 uniform bits; always drawn from (seed, key), unless the site was quietened.
  uint64_t ambient(const Site& site, Scope scope, uint64_t ordinal) {
    if (watched_) [[unlikely]]
      return watched_ambient(site, scope, ordinal);
    return bits(site, scope, ordinal);
  }
  // The same for an owner that keeps nothing, and draws again what it drew before.
  uint64_t ambient_again(const Site& site, Scope scope, uint64_t ordinal) {
    if (watched_) [[unlikely]]
      return replayed_ambient(site, scope, ordinal);
    return bits(site, scope, ordinal);
  }

  // 0 (benign), or with the given odds a magnitude in [1, magnitudes].
  uint64_t fault(const Site& site, Scope scope, uint64_t ordinal, Ratio odds,
                 uint64_t magnitudes = 1, Label label = {}) {
    if (watched_) [[unlikely]] {
      return watched_fault(site, scope, ordinal, odds, magnitudes, label);
    }
    return odds.never() ? 0 : drawn_fault(site, scope, ordinal, odds, magnitudes);
  }

  // --- Replay and recording; none of it is on in a hunt. ---

  // From now on faults are benign unless listed here.
  void replay_faults(const std::vector<ChoiceRecord>& faults);
  // Replaces single values, of faults or of ambient draws; everything else stays as drawn.
  void override_with(const std::vector<ChoiceRecord>& values);
  // Ambient draws of the named site give their nominal value (the middle) from now on.
  void quieten(std::string_view site);
  // Records every fault that fires, in order; CHECK-fails on a key that is drawn twice.
  void start_logging();

  // Is anything replayed, overridden, quietened or logged? If not, a fault whose odds are nil need
  // not be drawn.
  bool watched() const { return watched_; }
  bool logging() const { return logging_; }
  const std::vector<ChoiceRecord>& log() const { return log_; }
  // Overrides that nothing has asked for: the reproducer is stale.
  std::vector<ChoiceRecord> unmatched() const;
  // Quiet sites that nothing was drawn at.
  std::vector<std::string> unmatched_quiet() const;

 private:
  struct Override {
    ChoiceRecord record;
    bool matched = false;
  };
  struct QuietSite {
    std::string name;
    bool matched = false;
  };
  // (site, scope, ordinal, or label and its nth): the hash by which an override is found.
  using Key = uint64_t;

  uint64_t bits(const Site& site, Scope scope, uint64_t ordinal) const {
    const uint64_t key = fold_multiply(site.hash() ^ seed_, scope.hash ^ 0x9e3779b97f4a7c15ULL);
    return scramble(key ^ (ordinal * 0xd1b54a32d192ed03ULL + seed_));
  }
  uint64_t drawn_fault(const Site& site, Scope scope, uint64_t ordinal, Ratio odds,
                       uint64_t magnitudes) const {
    const uint64_t draw = bits(site, scope, ordinal);
    return odds.holds(draw) ? 1 + below(draw << 32, magnitudes) : 0;
  }
  uint64_t watched_ambient(const Site& site, Scope scope, uint64_t ordinal);
  uint64_t replayed_ambient(const Site& site, Scope scope, uint64_t ordinal);
  uint64_t watched_fault(const Site& site, Scope scope, uint64_t ordinal, Ratio odds,
                         uint64_t magnitudes, Label label);
  void note_drawn(const Site& site, Scope scope, uint64_t ordinal);
  std::optional<uint64_t> overridden(Key key);

  uint64_t seed_;
  bool watched_ = false;  // any of the following is in use
  bool logging_ = false;
  bool faults_listed_ = false;
  std::map<Key, Override> overrides_;
  std::map<uint64_t, QuietSite> quiet_sites_;
  std::set<Key> drawn_;
  std::map<Key, uint64_t> labels_drawn_;  // how often, by site, scope and label
  std::map<uint64_t, std::string> scope_texts_;
  std::vector<ChoiceRecord> log_;
};

}  // namespace seedbed
