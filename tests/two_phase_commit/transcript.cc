#include "tests/two_phase_commit/transcript.h"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "protocols/two_phase_commit/convert.h"
#include "protocols/two_phase_commit/coordinator.h"
#include "protocols/two_phase_commit/disk_journal.h"
#include "protocols/two_phase_commit/invariants_ledger.h"
#include "protocols/two_phase_commit/participant.h"
#include "sim/check/payload.h"
#include "sim/core/stored_values.h"
#include "sim/world/world.h"
#include "tests/world/fixture.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr NodeId kReal{1};
constexpr NodeId kClient{4};
constexpr Duration kStep = 50ms;

std::string outcome(wire::Outcome outcome) {
  switch (outcome) {
    case wire::OUTCOME_COMMITTED: return "COMMITTED";
    case wire::OUTCOME_ABORTED: return "ABORTED";
    case wire::OUTCOME_REFUSED: return "REFUSED";
    default: return "unknown";
  }
}

std::string vote(wire::Vote vote) {
  switch (vote) {
    case wire::VOTE_YES: return "YES";
    case wire::VOTE_READ: return "READ";
    case wire::VOTE_COMMITTED: return "COMMITTED";
    default: return "NO";
  }
}

std::string found(const google::protobuf::RepeatedPtrField<wire::Found>& values) {
  std::string text;
  for (const wire::Found& value : values) {
    const auto number = decode_number(value.value());
    text += number ? fmt::format(" {}", *number) : value.present() ? " -" : " nothing";
  }
  return text;
}

std::string name(const wire::TxnId& id) { return to_string(from_wire(id)); }

// What a message says; empty if it is none of the protocol's.
std::string words(const TraceEvent& event) {
  if (const auto* m = payload_as<wire::Begin::Response>(event)) return "named " + name(m->id());
  if (const auto* m = payload_as<wire::Run::Request>(event)) return "RUN " + name(m->id());
  if (const auto* m = payload_as<wire::Run::Response>(event)) {
    return outcome(m->outcome()) + " " + name(m->id()) + found(m->found());
  }
  if (const auto* m = payload_as<wire::Work::Request>(event)) return "WORK " + name(m->id());
  if (const auto* m = payload_as<wire::Work::Response>(event)) {
    const bool done = m->outcome() == wire::OUTCOME_UNKNOWN;
    return (done ? "done" + found(m->found()) : outcome(m->outcome())) + " " + name(m->id());
  }
  if (const auto* m = payload_as<wire::Prepare::Request>(event)) return "PREPARE " + name(m->id());
  if (const auto* m = payload_as<wire::Prepare::Response>(event)) {
    return vote(m->vote()) + " " + name(m->id());
  }
  if (const auto* m = payload_as<wire::Decide::Request>(event)) {
    return (m->outcome() == wire::OUTCOME_COMMITTED ? "COMMIT " : "ABORT ") + name(m->id());
  }
  if (const auto* m = payload_as<wire::Decide::Response>(event)) return "knows " + name(m->id());
  if (const auto* m = payload_as<wire::Inquire::Request>(event)) return "INQUIRE " + name(m->id());
  if (const auto* m = payload_as<wire::Inquire::Response>(event)) {
    return outcome(m->outcome()) + " " + name(m->id());
  }
  if (const auto* m = payload_as<wire::AskPeer::Request>(event)) return "ASK " + name(m->id());
  if (const auto* m = payload_as<wire::AskPeer::Response>(event)) {
    return outcome(m->outcome()) + " " + name(m->id());
  }
  return {};
}

// A process that does what it is told, and answers what it was told to answer.
class Puppet final : public Process {
 public:
  Puppet(Env& env, std::map<NodeId, Puppet*>& puppets) : env_(env) { puppets[env.self()] = this; }

  void start() override {
    env_.serve<wire::Work>([this](NodeId, const wire::Work::Request& request) {
      wire::Work::Response response;
      *response.mutable_id() = request.id();
      for (const wire::Step& step : request.steps())
        response.add_found()->set_present(!step.key().empty());
      return unless_silent(response);
    });
    env_.serve<wire::Prepare>([this](NodeId, const wire::Prepare::Request& request) {
      wire::Prepare::Response response;
      *response.mutable_id() = request.id();
      if (says == "works") return Result<wire::Prepare::Response>(Error::kTimeout);
      if (says != "no") response.set_vote(wire::VOTE_YES);
      return unless_silent(response);
    });
    env_.serve<wire::Decide>([this](NodeId, const wire::Decide::Request& request) {
      wire::Decide::Response response;
      *response.mutable_id() = request.id();
      if (says == "deaf") return Result<wire::Decide::Response>(Error::kTimeout);
      return unless_silent(response);
    });
    env_.serve<wire::Inquire>([this](NodeId, const wire::Inquire::Request& request) {
      return decision<wire::Inquire::Response>(request.id());
    });
    env_.serve<wire::AskPeer>([this](NodeId, const wire::AskPeer::Request& request) {
      return decision<wire::AskPeer::Response>(request.id());
    });
  }

  template <class Rpc>
  void call(typename Rpc::Request request,
            std::function<void(const typename Rpc::Response&)> then = nullptr) {
    env_.spawn("call", [this, request = std::move(request), then = std::move(then)] {
      const auto answer = env_.call<Rpc>(kReal, request, 2s);
      if (answer && then) then(*answer);
    });
  }

  std::string says = "yes";

 private:
  template <class T>
  Result<T> unless_silent(T response) const {
    if (says == "nothing") return Error::kTimeout;
    return response;
  }
  template <class T>
  Result<T> decision(const wire::TxnId& id) const {
    T response;
    *response.mutable_id() = id;
    if (says == "commit") response.set_outcome(wire::OUTCOME_COMMITTED);
    if (says == "abort") response.set_outcome(wire::OUTCOME_ABORTED);
    return unless_silent(response);
  }

  Env& env_;
};

Step step_from(const std::string& word) {
  const size_t sign = word.find_first_of("+-");
  if (sign == std::string::npos) return {.key = word, .value = {}};
  return {.act = Act::kAdd,
          .key = word.substr(0, sign),
          .value = {},
          .amount = std::stoll(word.substr(sign)),
          .opening = 100};
}

// Runs all commands, each at its time.
class Stage final : public EventSink {
 public:
  explicit Stage(const std::vector<std::string>& commands) : answers_(commands.size()) {
    small_.scheduler.stream().watch(*this);
    std::istringstream first(commands.front());
    std::string role, mutant;
    first >> role >> mutant;
    build(role, Rules(find_mutant("two_phase_commit." + mutant).value_or(Mutant::kNone)));
    Duration at = kStep;
    for (size_t i = 1; i < commands.size(); ++i) {
      small_.at(at, [this, i, &commands] {
        now_ = i;
        perform(commands[i]);
      });
      at += commands[i].starts_with("wait ") ? std::stoll(commands[i].substr(5)) * 1ms : kStep;
    }
    small_.at(at, [this] { small_.scheduler.stop(RunEnd::kCompleted); });
    small_.start_all();
    small_.scheduler.run();
  }

  EventKinds interests() const override {
    return EventKinds(EventKind::kSend, EventKind::kStart, EventKind::kCrash);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind != EventKind::kSend) return;
    const std::string text = words(event);
    if (text.empty()) return;
    answers_[now_] +=
        fmt::format("  n{} -> n{} {}\n", number(event.node), number(event.peer), text);
    if (event.node != kReal || crash_at_.empty() || !text.starts_with(crash_at_ + ' ')) return;
    // Nothing that it does at the same instant gets out.
    crash_at_.clear();
    Node& real = small_.world.node(kReal);
    real.doom();
    small_.later.push_back(
        std::make_unique<OnceAt>(small_.scheduler, event.time, [&real] { real.crash(); }));
  }

  std::vector<std::string> take() { return std::move(answers_); }

 private:
  void build(const std::string& role, const Rules& rules) {
    DiskOptions disk;
    disk.lose_unsynced = Ratio(1, 1);
    const bool coordinates = role == "coordinator";
    small_.world.add_node(
        {.name = "n1",
         .process = [coordinates, rules](Env& env) -> std::unique_ptr<Process> {
           auto journal = std::make_unique<DiskJournal>(env, 1 << 16);
           const Roles roles{.coordinators = {kReal}, .participants = {NodeId{2}, NodeId{3}}};
           if (coordinates) {
             return std::make_unique<Coordinator>(
                 env, roles, CoordinatorOptions{.self = kReal, .rules = rules}, std::move(journal));
           }
           return std::make_unique<Participant>(
               env, roles, ParticipantOptions{.self = kReal, .rules = rules}, std::move(journal));
         },
         .disk = disk});
    for (const char* puppet : {"n2", "n3", "n4"}) {
      small_.world.add_node({.name = puppet, .process = [this](Env& env) {
                               return std::make_unique<Puppet>(env, puppets_);
                             }});
    }
  }

  void perform(const std::string& command) {
    std::istringstream in(command);
    std::string verb, second, third;
    in >> verb >> second;
    Node& real = small_.world.node(kReal);
    if (verb == "crash" && second == "at") {
      in >> crash_at_;
    } else if (verb == "crash") {
      real.crash();
    } else if (verb == "restart") {
      real.start();
    } else if (verb == "operator") {
      small_.world.operate("heuristic_" + second, kReal);
    } else if (verb == "n2" || verb == "n3") {
      in >> third;
      puppets_.at(NodeId{verb == "n2" ? 2u : 3u})->says = third;
    } else if (verb == "begin" || verb == "run" || verb == "inquire") {
      ask_coordinator(verb, second, in);
    } else if (verb != "wait") {
      ask_participant(verb, second, in);
    }
  }

  void ask_coordinator(const std::string& verb, const std::string& first, std::istringstream& in) {
    Puppet& client = *puppets_.at(kClient);
    if (verb == "begin") {
      wire::Begin::Request begin;
      begin.set_begun(1);
      begin.set_attempt(++attempts_);
      client.call<wire::Begin>(begin, [this](const auto& answer) { begun_ = answer.id(); });
    } else if (verb == "inquire") {
      wire::Inquire::Request inquiry;
      *inquiry.mutable_id() = begun_;
      puppets_.at(NodeId{2})->call<wire::Inquire>(inquiry);
    } else {
      wire::Run::Request run;
      *run.mutable_id() = begun_;
      run.set_begun(1);
      to_wire(step_from(first), run.add_steps());
      for (std::string word; in >> word;) to_wire(step_from(word), run.add_steps());
      client.call<wire::Run>(run);
    }
  }

  void ask_participant(const std::string& verb, const std::string& txn, std::istringstream& in) {
    const TxnId id{.coordinator = NodeId{2}, .incarnation = 1, .n = std::stoull(txn.substr(1))};
    Puppet& coordinator = *puppets_.at(NodeId{2});
    std::string word;
    if (verb == "work") {
      wire::Work::Request work;
      to_wire(id, work.mutable_id());
      work.set_begun(static_cast<int64_t>(id.n));
      while (in >> word) to_wire(step_from(word), work.add_steps());
      coordinator.call<wire::Work>(
          work, [this, id](const auto& answer) { incarnations_[id] = answer.incarnation(); });
    } else if (verb == "prepare") {
      wire::Prepare::Request prepare;
      to_wire(id, prepare.mutable_id());
      prepare.set_incarnation(incarnations_[id]);
      prepare.add_writers(1);
      in >> word;
      prepare.set_one_phase(word == "alone");
      if (word != "alone") prepare.add_writers(3);
      coordinator.call<wire::Prepare>(prepare);
    } else if (verb == "decide") {
      wire::Decide::Request decide;
      to_wire(id, decide.mutable_id());
      in >> word;
      decide.set_outcome(word == "commit" ? wire::OUTCOME_COMMITTED : wire::OUTCOME_ABORTED);
      coordinator.call<wire::Decide>(decide);
    } else if (verb == "ask") {
      wire::AskPeer::Request question;
      to_wire(id, question.mutable_id());
      puppets_.at(NodeId{3})->call<wire::AskPeer>(question);
    } else {
      ADD_FAILURE() << "no such command: " << verb;
    }
  }

  std::vector<std::string> answers_;
  std::map<NodeId, Puppet*> puppets_;
  size_t now_ = 0;
  std::string crash_at_;
  uint64_t attempts_ = 0;
  wire::TxnId begun_;
  std::map<TxnId, uint32_t> incarnations_;  // in which the participant did its work
  SmallWorld small_{{.latency = {.min = 1ms, .mean = 1ms, .max = 1ms}}};
};

}  // namespace

Transcript::Transcript(const std::vector<std::string>& commands) {
  answers_ = Stage(commands).take();
}

}  // namespace seedbed::two_phase_commit
