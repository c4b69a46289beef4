// Minimiser: makes the contradiction in the history of a key small. A part of sim/check/
// counterexample.h, which says what it promises.
//
//   Minimiser minimiser(model, history, entries, last, options);
//   const KeptPart part = minimiser.run();
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/check/counterexample.h"
#include "sim/check/leave_out.h"
#include "sim/check/linear_key.h"

namespace seedbed {

// What is kept of a key, and with what else it contradicts itself.
struct KeptPart {
  std::vector<std::pair<size_t, Role>> operations;  // by position; none is absent
  std::optional<Fold> fold;
  std::optional<Counted> counted;
  std::optional<std::set<std::string>> about;
};

class Minimiser {
 public:
  // `entries` are those of the key in the order of their invocations, which together cannot be
  // explained by what was known just after `last`. All must outlive this.
  Minimiser(const Model& model, const History& history, const std::vector<const Entry*>& entries,
            EventIndex last, const CounterexampleOptions& options);

  // The smallest part that was found.
  KeptPart run();
  // The part that was found in a longer prefix, as it is in this one. nullopt: more would have to
  // be kept.
  std::optional<KeptPart> with(const KeptPart& part);

  // Whether the budget was enough.
  bool finished() const { return spent_ < options_.max_steps; }
  // Operations in the prefix that happened, or may have.
  size_t present() const { return present_; }

 private:
  using Elements = std::set<std::string>;

  void classify();
  Exchange exchange_in(size_t i, Role role) const;
  bool is_pure(size_t i) const;
  bool names(size_t i, const std::string& value) const;
  size_t last_of(const std::vector<size_t>& chosen) const;
  bool is_read(size_t i) const;

  // Where to begin.
  bool count_reads();
  void fold_mutex();
  bool fold_at(std::string_view state, const std::vector<size_t>& all);
  bool start_with_patterns();
  bool start_with_part();
  void start_with_values();
  bool add_overwriter(const std::vector<size_t>& own, const std::optional<Elements>& about);
  void start_with_reads();
  void drop_elements();
  void drop_operations();
  bool keep_elements(const Elements& elements);

  // Parts.
  bool count_with(const Entry* first, size_t read);
  bool is_there(size_t i) const;
  KeptPart complete(const std::vector<size_t>& chosen, const std::optional<Elements>& about) const;
  void add_needed(std::map<size_t, Role>* kept) const;
  void add_givers(const std::string& value, EventIndex needed, std::map<size_t, Role>* kept) const;
  void add_changes(const Elements& about, std::map<size_t, Role>* kept) const;
  EventIndex overwritten_by(const std::map<size_t, Role>& kept, const std::string& sets,
                            EventIndex needed) const;
  void add_untold(std::map<size_t, Role>* kept) const;
  bool try_it(std::vector<size_t> chosen, const std::optional<Elements>& about);
  bool is_illegal(const KeptPart& part);
  void report();

  const Model& model_;
  const History& history_;
  const std::vector<const Entry*>& entries_;
  const CounterexampleOptions& options_;
  LinearKey key_;
  uint64_t spent_ = 0, reported_ = 0;
  std::vector<Role> roles_;  // in the whole prefix
  std::vector<Touch> touches_;
  std::map<std::string, std::vector<size_t>, std::less<>> givers_;
  std::map<std::string, std::vector<size_t>, std::less<>> changes_;  // of elements
  std::map<std::string, size_t, std::less<>> puts_;  // how often each element was put
  std::vector<size_t> unknown_takes_;
  std::vector<size_t> gives_any_;
  std::optional<Fold> fold_;
  std::optional<Elements> about_;
  std::vector<size_t> chosen_;  // these happened, as they were answered
  size_t suspect_ = 0;
  size_t present_ = 0;
  KeptPart best_;
};

}  // namespace seedbed
