// Toys: the objects of sim/check/model.h once more, written with ordinary containers and nothing of
// sim/check, and all orders of small histories tried on them. What the checkers say is compared
// with that.
//
//   const ToyHistory toy = random_history(seed, {.object = "queue"});
//   const bool truth = linearizable(toy);
//   check_linearizable(toy.history, *find_model("queue"));
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/core/hash.h"
#include "sim/history/history.h"

namespace seedbed {

class Dice {
 public:
  explicit Dice(uint64_t seed) : seed_(seed) {}
  uint64_t below(uint64_t bound) { return mix(seed_, ++drawn_) % bound; }
  bool one_in(uint64_t bound) { return below(bound) == 0; }

 private:
  uint64_t seed_;
  uint64_t drawn_ = 0;
};

struct ToyStep {
  bool writes = false;
  std::string key;
  std::optional<std::string> value;  // written, or found
};

struct ToyAnswer {
  std::optional<std::string> output;
  std::optional<std::vector<std::string>> elements;  // of a whole collection; a set's are sorted
  std::vector<ToyStep> steps;                        // of a transaction, with what was found
};

// One object of any kind.
struct Toy {
  std::string object;  // the model's name
  std::optional<std::string> value;
  std::map<std::string, std::optional<std::string>> registers;
  std::optional<std::string> first_value;  // of registers that were not written
  int64_t sum = 0;
  std::set<std::string> members;
  std::deque<std::string> row;  // lists, queues, stacks
  std::multiset<int64_t> heap;
  bool held = false;

  // nullopt: it cannot happen now.
  std::optional<ToyAnswer> apply(const Operation& operation, const std::vector<ToyStep>& steps);

  bool operator==(const Toy& other) const;
};
bool operator==(const ToyAnswer& a, const ToyAnswer& b);
Toy new_toy(const std::string& object, const std::optional<std::string>& initial);

struct ToyOptions {
  std::string object;
  size_t most = 7;          // operations
  uint64_t lies = 6;        // one answer in so many; 0: none
  bool unknown = true;      // some never return, or nobody knows their outcome
  bool unique = false;      // values; else it is drawn
  bool conventions = true;  // of any kind; else the plain ones
};

struct ToyHistory {
  std::string object;
  History history;
  std::vector<ToyAnswer> answers;           // of each entry; of ok ones, what it says
  std::vector<std::vector<ToyStep>> asked;  // steps, of each entry
};
ToyHistory random_history(uint64_t seed, const ToyOptions& options);

// Tries all orders. `last`: what was known just after that event.
bool linearizable(const ToyHistory& toy, uint64_t last = ~uint64_t{0});
// Tries all orders that keep each process's own.
bool sequential(const ToyHistory& toy);
// For people: a line for each operation.
std::string to_string(const ToyHistory& toy);
// True if the ids are an order that explains the history.
bool explains(const ToyHistory& toy, const std::vector<uint64_t>& order);

}  // namespace seedbed
