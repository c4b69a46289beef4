// What the operation that completes a contradiction could have been told. An order of everything
// else is found first. Then the operation is put, unanswered, at each place in it that its times
// allow; if what comes after stays legal, the answer that the state gives there is a legal one.
// Another order may give others: so the values that were written or put there are tried as well.
#include <algorithm>
#include <set>

#include "sim/check/contradiction.h"
#include "sim/check/leave_out.h"
#include "sim/check/linear_key.h"
#include "sim/check/model_text.h"

namespace seedbed {
namespace {

constexpr uint64_t kMostSteps = 4'000'000;
constexpr size_t kMostElements = 12;

std::string collection_text(std::string_view state) {
  std::string text = "returned [";
  const std::vector<std::string_view> elements = texts_of(state);
  for (size_t i = 0; i < std::min(elements.size(), kMostElements); ++i) {
    if (i > 0) text += ' ';
    text += elements[i];
  }
  return text + (elements.size() > kMostElements ? " ...]" : "]");
}

// What the question is told in this state. Empty: no answer is known.
std::string answer_in(const Model& model, std::string_view state, const Operation& asked) {
  const std::string_view function = asked.function;
  if (model.name == "counter") return "returned " + std::string(state);
  if (model.name == "set" || model.name == "list") {
    if (function == kRead) return collection_text(state);
    const std::vector<std::string_view> elements = texts_of(state);
    const bool there =
        std::find(elements.begin(), elements.end(), asked.argument) != elements.end();
    return there ? "returned \"true\"" : "returned \"false\"";
  }
  if (function == kDequeue || function == kPop || function == kDeleteMin) {
    const std::vector<std::string_view> elements = texts_of(state);
    if (elements.empty()) return "found nothing";
    const std::string_view taken = function == kPop ? elements.back() : elements.front();
    return "returned " + in_quotes(taken);
  }
  if (function == kGet || function == kRead) {
    return state.empty() ? "found nothing" : "returned " + in_quotes(state.substr(1));
  }
  if (function != kCas) return "";
  const bool matches =
      asked.expected ? !state.empty() && state.substr(1) == *asked.expected : state.empty();
  return matches ? "succeeded" : "found another value";
}

void add(const std::string& answer, const CounterexampleOptions& options, Counterexample* example) {
  std::vector<std::string>& legal = example->legal;
  if (std::find(legal.begin(), legal.end(), answer) != legal.end()) return;
  if (legal.size() < options.shown_answers) {
    legal.push_back(answer);
  } else {
    example->more_legal = true;
  }
}

// Each step may remember a state, which may hold all elements.
uint64_t steps_for(const std::vector<Role>& roles) {
  return kMostSteps * 100 / (roles.size() * roles.size() + 100) + 4 * roles.size();
}

class Answers {
 public:
  Answers(LinearKey& key, size_t suspect) : key_(key), suspect_(suspect) {}

  // The roles are those of everything else. False if no order was found in time.
  bool find_order(const std::vector<Role>& roles) {
    roles_ = roles;
    const MethodResult method = key_.decide(roles);
    order_ = method.order;
    if (method.status != MethodStatus::kUndecided) {
      return method.status == MethodStatus::kLinearizable;
    }
    LinearSearch search = key_.search(roles, {});
    if (search.run(steps_for(roles)) != SearchStatus::kLinearizable) return false;
    order_ = search.order();
    return true;
  }

  void collect(const CounterexampleOptions& options, Counterexample* example) const {
    std::string state = key_.initial();
    size_t first = 0;
    for (size_t i = 0; i < order_.size(); ++i) {
      if (precedes(*key_.entries()[order_[i]], suspect())) first = i + 1;
    }
    const size_t tried = std::min(options.tried_answers, order_.size() + 1);
    first = std::max(first, order_.size() + 1 - tried);
    for (size_t i = 0; i < first; ++i) state = after(state, order_[i]);
    for (size_t place = first; place <= order_.size(); ++place) {
      const std::string answer = answer_in(key_.model(), state, suspect().operation);
      if (!answer.empty() && rest_is_legal(place, state)) add(answer, options, example);
      if (place < order_.size()) state = after(state, order_[place]);
    }
  }

 private:
  const Entry& suspect() const { return *key_.entries()[suspect_]; }
  Exchange exchange(size_t i) const {
    return roles_[i] == Role::kRequired ? key_.exchange(i) : key_.question(i);
  }

  std::string after(const std::string& state, size_t i) const {
    std::string next;
    key_.model().step(state, exchange(i), &next);
    return next;
  }

  bool rest_is_legal(size_t place, const std::string& state) const {
    const Model& model = key_.model();
    std::string now, next;
    if (!model.step(state, key_.question(suspect_), &now)) return false;
    if (now == state) return true;
    for (size_t i = place; i < order_.size(); ++i) {
      next.clear();
      if (!model.step(now, exchange(order_[i]), &next)) return false;
      now.swap(next);
    }
    return true;
  }

  LinearKey& key_;
  size_t suspect_;
  std::vector<Role> roles_;
  std::vector<uint32_t> order_;
};

bool finds_a_value(const Operation& asked, const Model& model) {
  const std::string_view function = asked.function;
  if (model.name == "counter" || model.name == "set" || model.name == "list") return false;
  return function == kGet || function == kRead || function == kDequeue || function == kPop ||
         function == kDeleteMin;
}

bool is_legal(LinearKey& key, const std::vector<Role>& roles, uint64_t* budget) {
  const MethodStatus status = key.decide(roles).status;
  if (status != MethodStatus::kUndecided) return status == MethodStatus::kLinearizable;
  LinearSearch search = key.search(roles, {});
  const SearchStatus found = search.run(std::min(*budget, steps_for(roles)));
  *budget -= std::min(*budget, search.steps());
  return found == SearchStatus::kLinearizable;
}

// Tries the values of the others, the latest first.
void try_values(const History& history, const Model& model, std::vector<const Entry*> entries,
                size_t suspect, const CounterexampleOptions& options, Counterexample* example) {
  Entry other = *entries[suspect];
  if (!finds_a_value(other.operation, model)) return;
  const std::vector<const Entry*> all = entries;
  entries[suspect] = &other;
  LinearKey key(model, entries, &history);
  const std::vector<Role> roles = key.roles_at(example->last);
  uint64_t budget = kMostSteps;
  size_t tried = 0;
  std::set<std::string_view> known;
  for (size_t i = all.size(); i-- > 0 && tried < options.tried_answers && !example->more_legal;) {
    const std::string& value = all[i]->operation.argument;
    if (roles[i] == Role::kAbsent || i == suspect || value.empty()) continue;
    if (!known.insert(value).second) continue;
    ++tried;
    other.response = Response::found(value);
    if (is_legal(key, roles, &budget)) add("returned " + in_quotes(value), options, example);
  }
  if (tried == options.tried_answers) example->more_legal = true;
}

}  // namespace

void find_legal_answers(const History& history, const Model& model,
                        const std::vector<const Entry*>& entries,
                        const CounterexampleOptions& options, Counterexample* example) {
  LinearKey key(model, entries, &history);
  std::vector<Role> roles = key.roles_at(example->last);
  size_t suspect = 0;
  while (suspect < entries.size() && entries[suspect]->id != example->suspect) ++suspect;
  if (suspect == entries.size()) return;
  roles[suspect] = Role::kAbsent;
  Answers answers(key, suspect);
  if (answers.find_order(roles)) answers.collect(options, example);
  try_values(history, model, entries, suspect, options, example);
}

}  // namespace seedbed
