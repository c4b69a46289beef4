#include "sim/explore/shrink.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/core/arena.h"
#include "sim/core/hash.h"
#include "sim/fault/catalogue.h"
#include "sim/run/simulation.h"
#include "sim/run/sites.h"

namespace seedbed {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSomeSeeds = 4;
constexpr int kManySeeds = 12;

// Which operations a run really began, and what happened, event by event.
class Witness final : public EventSink {
 public:
  void on_event(const TraceEvent& event) override {
    RunArena::Outside outside;
    const uint64_t who = mix(number(event.node), static_cast<uint64_t>(event.kind));
    story_.push_back(mix(who, mix(event.id, nanoseconds(event.time))));
    if (event.kind == EventKind::kInvoke) {
      operations_[event.node].push_back(number_of_operation(event.node, event.id));
    }
  }
  const std::map<NodeId, std::vector<uint64_t>>& operations() const { return operations_; }
  const std::vector<uint64_t>& story() const { return story_; }

 private:
  std::map<NodeId, std::vector<uint64_t>> operations_;
  std::vector<uint64_t> story_;
};

int lines_of(const run::Script& script) { return script.fault_size() + script.choice_size(); }

void remove_name(google::protobuf::RepeatedPtrField<std::string>* names, const std::string& name) {
  names->erase(std::remove(names->begin(), names->end(), name), names->end());
}

// Of links from each target to the other at the same place, those that the machine is an end of.
void remove_links(run::PlannedFault& fault, const std::string& name) {
  const int count = std::min(fault.target_size(), fault.other_size());
  const run::PlannedFault before = fault;
  fault.clear_target();
  fault.clear_other();
  for (int i = 0; i < count; ++i) {
    if (before.target(i) == name || before.other(i) == name) continue;
    fault.add_target(before.target(i));
    fault.add_other(before.other(i));
  }
}

// A machine that does not exist has no faults.
void make_absent(run::Script& script, const std::string& name) {
  script.add_absent(name);
  auto* faults = script.mutable_fault();
  for (auto fault = faults->begin(); fault != faults->end();) {
    const bool leader = fault->target_size() == 0;
    const bool links = fault->other_size() > 0;
    const FaultInfo* row = find_fault(fault->fault());
    if (row != nullptr && row->aim == Aim::kLost) {
      remove_links(*fault, name);
    } else {
      remove_name(fault->mutable_target(), name);
      remove_name(fault->mutable_other(), name);
    }
    const bool empty =
        (!leader && fault->target_size() == 0) || (links && fault->other_size() == 0);
    fault = empty || fault->of() == name ? faults->erase(fault) : fault + 1;
  }
}

// Removes lines [begin, begin + count): faults come first, then choices.
void remove_lines(run::Script& script, int begin, int count) {
  for (int i = begin + count - 1; i >= begin; --i) {
    if (i < script.fault_size()) {
      script.mutable_fault()->DeleteSubrange(i, 1);
    } else {
      script.mutable_choice()->DeleteSubrange(i - script.fault_size(), 1);
    }
  }
}

std::string line_in_words(const run::Script& script, int line) {
  if (line < script.fault_size()) return in_words(script.fault(line));
  return in_words(script.choice(line - script.fault_size()));
}

class Shrinker {
 public:
  Shrinker(Runner& runner, const Reproducer& reproducer, const ShrinkOptions& options)
      : runner_(runner),
        options_(options),
        best_(reproducer),
        deadline_(Clock::now() + options.budget) {}

  Shrunk shrink() {
    if (!begin()) return {.best = best_, .runs = runs_, .failure = failure_};
    while (!out_of_time() && one_round()) {
    }
    const bool complete = !out_of_time();
    if (!options_.interrupted || !options_.interrupted()) find_nearest_pass();
    return {.best = best_, .runs = runs_, .complete = complete};
  }

 private:
  bool out_of_time() const {
    return Clock::now() >= deadline_ || (options_.interrupted && options_.interrupted());
  }

  void say(std::string_view stage) const {
    if (options_.progress) {
      options_.progress({.stage = stage, .runs = runs_, .size = size_of(best_)});
    }
  }

  // The run as it is must show what it says, twice alike.
  bool begin() {
    const RunResult first = replay(runner_, best_);
    const RunResult second = replay(runner_, best_, {.salt = 0x5eed});
    runs_ += 2;
    if (first.trace_hash != second.trace_hash) {
      failure_ = "two runs of it differ: the code under test is not deterministic";
    } else if (!shows(first, best_)) {
      failure_ = fmt::format("it does not show {} {} any more: its verdict is {}", best_.verdict,
                             best_.check, to_string(first.verdict));
    } else {
      accept(best_);
    }
    return failure_.empty();
  }

  // Runs the candidate. If it shows the same, what it really did is the new best.
  bool accept(const Reproducer& candidate) {
    Witness witness;
    const RunResult result =
        replay(runner_, candidate, {.watchers = {&witness}, .log_choices = true});
    ++runs_;
    if (!shows(result, best_)) return false;
    Reproducer better = candidate;
    better.script = runner_.script();
    better.script.clear_kept();
    const NodeNames names(better.scenario);
    for (const NodeId client : make_setup(better.scenario, &better.script).clients) {
      run::KeptOperations& kept = *better.script.add_kept();
      kept.set_client(names.name(client));
      const auto performed = witness.operations().find(client);
      if (performed == witness.operations().end()) continue;
      for (const uint64_t number : performed->second) kept.add_number(number);
    }
    const std::string check = best_.check;
    const std::string verdict = best_.verdict;
    note_result(better, result, options_.revision);
    better.check = check;
    better.verdict = verdict;
    for (const CheckResult& one : result.checks) {
      if (one.name == check) better.message = one.message;
    }
    best_ = std::move(better);
    story_ = witness.story();
    if (options_.better) options_.better(best_);
    return true;
  }

  // What is left out moves everything after it, so that a large step is a new throw of the dice. It
  // may be thrown again: with so many other seeds for latencies and workload.
  template <class Change>
  bool try_to(Change change, int other_seeds = 0) {
    Reproducer candidate = best_;
    change(candidate);
    for (int i = 0; i <= other_seeds && !out_of_time(); ++i) {
      if (accept(candidate)) return true;
      ++candidate.seed;
    }
    return false;
  }

  bool one_round() {
    bool changed = false;
    changed |= shorten();
    changed |= remove_kinds();
    changed |= remove_faults();
    changed |= remove_clients();
    changed |= remove_servers();
    // Before the operations: a latency that does not vary is the same whatever else is left out.
    changed |= quieten();
    changed |= remove_operations();
    changed |= simplify_faults();
    return changed;
  }

  // The faults, and with them the run, end earlier; what comes after them is as short as can be.
  bool shorten() {
    say("length");
    bool changed = false;
    const auto end_ms = [](Reproducer& r) { return r.scenario.data.faults().end_ms(); };
    for (const int percent : {3, 6, 12, 25, 50, 75, 90}) {
      const int64_t shorter = end_ms(best_) * percent / 100;
      if (shorter < 500) continue;
      const bool accepted = try_to(
          [&](Reproducer& r) {
            run::Faults& faults = *r.scenario.data.mutable_faults();
            faults.set_end_ms(static_cast<int32_t>(shorter));
            faults.set_begin_ms(std::min(faults.begin_ms(), faults.end_ms()));
          },
          kManySeeds);
      changed |= accepted;
      if (accepted) break;
    }
    if (best_.scenario.data.workload().final_operations() != 0 ||
        !best_.scenario.data.workload().has_final_operations()) {
      changed |= try_to(
          [](Reproducer& r) { r.scenario.data.mutable_workload()->set_final_operations(0); });
    }
    return changed;
  }

  // Everything that befell single messages or writes in one way.
  bool remove_kinds() {
    say("kinds of faults");
    bool changed = false;
    std::set<std::string> sites;
    for (const auto& choice : best_.script.choice()) sites.insert(choice.site());
    for (const std::string& site : sites) {
      changed |= try_to(
          [&](Reproducer& r) {
            auto* choices = r.script.mutable_choice();
            choices->erase(
                std::remove_if(choices->begin(), choices->end(),
                               [&](const auto& choice) { return choice.site() == site; }),
                choices->end());
          },
          kSomeSeeds);
    }
    return changed;
  }

  bool remove_faults() {
    say("faults");
    return remove_pieces(
        [&] { return lines_of(best_.script); },
        [](Reproducer& r, int begin, int count) { remove_lines(r.script, begin, count); });
  }

  bool remove_clients() {
    say("clients");
    bool changed = false;
    for (int i = best_.script.kept_size() - 1; i >= 0; --i) {
      if (i >= best_.script.kept_size() || best_.script.kept_size() < 2) continue;
      const std::string client = best_.script.kept(i).client();
      changed |= try_to(
          [&](Reproducer& r) {
            r.script.mutable_kept()->DeleteSubrange(i, 1);
            make_absent(r.script, client);
          },
          kSomeSeeds);
    }
    return changed;
  }

  bool remove_operations() {
    say("operations");
    const auto all = [&] {
      int count = 0;
      for (const auto& kept : best_.script.kept()) count += kept.number_size();
      return count;
    };
    return remove_pieces(all, [](Reproducer& r, int begin, int count) {
      int place = 0;
      for (auto& kept : *r.script.mutable_kept()) {
        std::vector<uint64_t> rest;
        for (const uint64_t number : kept.number()) {
          if (place < begin || place >= begin + count) rest.push_back(number);
          ++place;
        }
        kept.mutable_number()->Assign(rest.begin(), rest.end());
      }
    });
  }

  bool remove_servers() {
    say("servers");
    bool changed = false;
    const NodeNames names(best_.scenario);
    const std::vector<NodeId> servers = make_setup(best_.scenario, &best_.script).servers;
    for (auto server = servers.rbegin(); server != servers.rend(); ++server) {
      if (size_of(best_).servers <= 1) break;
      changed |=
          try_to([&](Reproducer& r) { make_absent(r.script, names.name(*server)); }, kManySeeds);
    }
    // A quorum of four is no smaller than one of five: two at a time may go where one may not.
    const std::vector<NodeId> left = make_setup(best_.scenario, &best_.script).servers;
    for (size_t i = 0; i + 1 < left.size() && size_of(best_).servers == left.size(); ++i) {
      if (left.size() < 4) break;
      const auto both = [&](Reproducer& r) {
        make_absent(r.script, names.name(left[i]));
        make_absent(r.script, names.name(left[i + 1]));
      };
      changed |= try_to(both, kSomeSeeds);
    }
    return changed;
  }

  // Shorter and rounder: what is left of a number then matters.
  bool simplify_faults() {
    say("durations");
    bool changed = false;
    for (int i = 0; i < best_.script.fault_size(); ++i) {
      for (const int64_t grain : {100'000'000, 10'000'000, 1'000'000}) {
        if (i >= best_.script.fault_size()) break;
        changed |= round_time(i, Duration(grain));
      }
      while (i < best_.script.fault_size() && halve(i)) changed = true;
    }
    return changed;
  }

  bool round_time(int i, Duration grain) {
    const run::PlannedFault& fault = best_.script.fault(i);
    const auto from = duration_from_words(fault.from());
    const auto lasts = duration_from_words(fault.lasts());
    if (!from || !lasts) return false;
    const Duration rounded_from = *from / grain * grain;
    const Duration rounded = *lasts < grain ? *lasts : *lasts / grain * grain;
    if (rounded_from == *from && rounded == *lasts) return false;
    return try_to([&](Reproducer& r) {
      r.script.mutable_fault(i)->set_from(duration_in_words(rounded_from));
      r.script.mutable_fault(i)->set_lasts(duration_in_words(rounded));
    });
  }

  bool halve(int i) {
    const auto lasts = duration_from_words(best_.script.fault(i).lasts());
    if (!lasts || *lasts < 2ms) return false;
    const Duration half = *lasts / 2 / 1ms * 1ms;
    return try_to(
        [&](Reproducer& r) { r.script.mutable_fault(i)->set_lasts(duration_in_words(half)); });
  }

  bool quieten() {
    say("latencies");
    bool changed = false;
    std::vector<std::string> sites = sites::quietable();
    std::erase_if(sites, [&](const std::string& site) {
      const auto& quiet = best_.script.quiet();
      return std::find(quiet.begin(), quiet.end(), site) != quiet.end();
    });
    const auto quieten_all = [&](Reproducer& r) {
      for (const std::string& site : sites) r.script.add_quiet(site);
    };
    if (!sites.empty() && try_to(quieten_all, kManySeeds)) return true;
    for (const std::string& site : sites) {
      changed |= try_to([&](Reproducer& r) { r.script.add_quiet(site); });
    }
    if (best_.scenario.data.keyed_wakeups()) {
      changed |= try_to([](Reproducer& r) { r.scenario.data.set_keyed_wakeups(false); });
    }
    return changed;
  }

  // Delta debugging: removes ever smaller runs of neighbours.
  template <class Count, class Remove>
  bool remove_pieces(Count count, Remove remove) {
    bool changed = false;
    for (int piece = count(); piece > 0; piece = piece == 1 ? 0 : (piece + 1) / 2) {
      for (int begin = 0; begin < count() && !out_of_time();) {
        const int size = std::min(piece, count() - begin);
        const bool large = size * 4 >= count();
        const bool removed =
            try_to([&](Reproducer& r) { remove(r, begin, size); }, large ? kSomeSeeds : 0);
        changed |= removed;
        if (!removed) begin += size;
      }
    }
    return changed;
  }

  // Of the lines without which the run passes, the one that changes the story last.
  void find_nearest_pass() {
    say("nearest run that passes");
    size_t longest = 0;
    const std::vector<uint64_t> story = story_;
    for (int line = 0; line < lines_of(best_.script); ++line) {
      Reproducer variant = best_;
      remove_lines(variant.script, line, 1);
      Witness witness;
      const RunResult result = replay(runner_, variant, {.watchers = {&witness}});
      ++runs_;
      if (shows(result, best_) || result.verdict == Verdict::kViolation) continue;
      const auto differs =
          std::mismatch(story.begin(), story.end(), witness.story().begin(), witness.story().end());
      const auto common = static_cast<size_t>(differs.first - story.begin()) + 1;
      if (common <= longest) continue;
      longest = common;
      best_.passes_without = line_in_words(best_.script, line);
    }
    if (options_.better) options_.better(best_);
  }

  Runner& runner_;
  const ShrinkOptions& options_;
  Reproducer best_;
  std::vector<uint64_t> story_;  // of the best
  Clock::time_point deadline_;
  uint64_t runs_ = 0;
  std::string failure_;
};

}  // namespace

Size size_of(const Reproducer& reproducer) {
  const run::Scenario& data = reproducer.scenario.data;
  const run::Script& script = reproducer.script;
  Size size{.faults = static_cast<size_t>(lines_of(script))};
  for (const auto& kept : script.kept()) {
    size.operations += static_cast<size_t>(kept.number_size());
    if (kept.number_size() > 0) ++size.clients;
  }
  size.servers = static_cast<size_t>(data.has_servers() ? data.servers() : 3);
  for (const std::string& name : script.absent()) {
    if (name.starts_with('n')) --size.servers;
  }
  return size;
}

Shrunk shrink(Runner& runner, const Reproducer& reproducer, const ShrinkOptions& options) {
  return Shrinker(runner, reproducer, options).shrink();
}

}  // namespace seedbed
