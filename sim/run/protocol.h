// ProtocolSpec: everything the testbed needs to know about a protocol, in one value. This is the
// interface between protocols and the rest: they arrive here as data, and sim/ never includes them.
//
//   ProtocolSpec spec{.name = "echo", .summary = "says what it hears"};
//   spec.make_process = [](Env& env, const Setup& setup) { return std::make_unique<Echo>(env); };
//   spec.make_client = [](Env& env, const Setup&) { return std::make_unique<EchoClient>(env); };
//   spec.checks = {{"Linearizable", "...", Evidence::kClients, [](const Setup&) { return ...; }}};
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/checker.h"
#include "sim/check/shared_views.h"
#include "sim/fault/assumption.h"
#include "sim/fault/tolerance.h"
#include "sim/history/operation.h"
#include "sim/world/process.h"

namespace seedbed {

struct FaultInfo;

// What a process, client or check is made for.
struct Setup {
  std::vector<NodeId> servers;
  std::vector<NodeId> clients;
  const google::protobuf::Message* options = nullptr;  // of the spec's type; never null
  std::string_view mutant;                             // empty: the correct protocol
  std::string_view workload;                           // its kind
  std::string_view start_version;                      // of the servers; empty: the present one
  Duration liveness_bound{};                           // progress is due that long after healing
  // What the checks made for this setup derive together.
  std::shared_ptr<SharedViews> views = std::make_shared<SharedViews>();

  // The options as their own type.
  template <class T>
  const T& options_as() const {
    return dynamic_cast<const T&>(*options);
  }
};

// Speaks the protocol for one client machine.
class Client {
 public:
  virtual ~Client() = default;

  // One attempt to execute the operation. Blocks. `operation` numbers the client's operations from
  // 1: another attempt of the same operation has the same number, so that the system may recognise
  // it. If retries are safe, one attempt may begin, on another fiber, while an earlier one of the
  // same operation is still waiting.
  virtual Response attempt(const Operation& what, uint64_t operation) = 0;

  // Whether an operation may be attempted again without happening twice.
  virtual bool retries_are_safe() const = 0;
};

// A planted bug that once was a real one.
struct MutantSpec {
  std::string name;       // "raft.b01-commit-old-term"
  std::string wrong;      // what it does, in a sentence
  std::string caught_by;  // the check that names it
  std::string reference;  // where it happened
};

// The rows of a protocol's own table of mutants, whose columns have these names.
template <class Rows>
std::vector<MutantSpec> mutant_specs(const Rows& rows) {
  std::vector<MutantSpec> specs;
  for (const auto& row : rows) {
    specs.push_back({.name = std::string(row.name),
                     .wrong = std::string(row.what),
                     .caught_by = std::string(row.caught_by),
                     .reference = std::string(row.reference)});
  }
  return specs;
}

// What a check goes by, and so who could have noticed that a promise broke.
enum class Evidence : uint8_t {
  kClients,  // what clients can see: their histories and sessions, operations that never end
  kWorld,    // what only the world shows: disks, deliveries, what processes say of themselves
};
std::string_view to_string(Evidence evidence);  // "clients", "world"

// A promise, and how to make the checker that holds a run against it.
struct CheckSpec {
  std::string name;
  std::string promise;  // in a sentence
  Evidence evidence{};
  // nullptr: this setup does not ask for it.
  std::function<std::unique_ptr<Checker>(const Setup& setup)> make;
  // What the promise rests on: from the moment on that one of these breaks, it is not held against
  // the protocol.
  std::vector<Assumption> assumes;
};

// An earlier version of a protocol's code, which may still be running on some servers.
struct VersionSpec {
  std::string name;         // "1"
  std::string differences;  // from the next one, in a sentence
  std::function<std::unique_ptr<Process>(Env& env, const Setup& setup)> make_process;
};

// A weakness that is documented: what the protocol cannot do, and what excuses it then.
struct WeaknessSpec {
  std::string id;       // "RAFT-A1"; the probe of that name counts the runs in which it showed
  std::string meaning;  // in a sentence
  // Broken promises that rest on this assumption are excused under this id. None: a check
  // recognises the weakness by itself (Checker::excuse_by).
  std::optional<Assumption> assumption;
};

struct ProbeSpec {
  std::string name;
  std::string meaning;
};

struct ProtocolSpec {
  std::string name;
  std::string summary;
  const google::protobuf::Message* default_options =
      nullptr;                         // the type of the options, and defaults
  std::vector<std::string> workloads;  // kinds that its clients understand
  // Which faults it promises to survive, with these servers and options.
  std::function<Tolerance(const Setup& setup)> survives;
  std::function<std::unique_ptr<Process>(Env& env, const Setup& setup)> make_process;
  std::vector<VersionSpec> earlier;  // than that of make_process, oldest first
  std::function<std::unique_ptr<Client>(Env& env, const Setup& setup)> make_client;
  std::vector<CheckSpec> checks;
  std::vector<MutantSpec> mutants;
  std::vector<ProbeSpec> probes;
  std::vector<WeaknessSpec> weaknesses;
  // Derives probes from the events of a run ("leader crashed between append and sync"); may be
  // empty.
  std::function<std::unique_ptr<EventSink>(const Setup& setup,
                                           std::function<void(std::string_view probe)> reached)>
      make_coverage;
  // What its processes do at an operator's word (Process::operate); faults of that name give them.
  std::vector<std::string> orders;
  // Whether a probe event says that its speaker leads from now on (true) or no longer (false), for
  // faults that look for the leader; empty: nobody leads.
  std::function<std::optional<bool>(const TraceEvent& event)> leads;
  // Says in a word what a probe event means, for diagrams ("LEADER t3"); empty: nothing to show.
  std::function<std::string(const TraceEvent& event)> caption;
};

// The protocol with those checks only that go by that evidence. Its runs are the same.
ProtocolSpec judged_by(Evidence evidence, ProtocolSpec protocol);

// Whether a fault can do anything to that protocol's processes.
bool understands(const ProtocolSpec& protocol, const FaultInfo& fault);

}  // namespace seedbed
