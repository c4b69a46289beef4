// GroupMember: Raft as the foundation of another service. A group of servers keeps one log; the
// service runs on whoever leads, and whatever it must find again goes into the log first.
//
//   GroupMember member(env, {.config = config}, service);
//   member.run();                         // Blocks for ever: this is the process
//   ...
//   void Service::lead(Term term) { ... } // all that was committed before has been applied: serve
//   member.propose(record);               // comes back by Service::apply(), on every member
//
// A leader that is deposed ends its process: what its service has in memory (locks, transactions on
// their way) is worth nothing any more, and the next leader begins with the log alone, exactly as
// after a crash.
//
// replica.h is the other shell of the same core: of a state machine that all servers execute.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "protocols/raft/raft.h"
#include "protocols/raft/storage.h"
#include "sim/core/wait.h"
#include "sim/world/env.h"

namespace seedbed::raft {

// What a group keeps its log for. Nothing here may block.
class GroupService {
 public:
  virtual ~GroupService() = default;

  // The next committed command, on every member, in the order of the log.
  virtual void apply(const Entry& command) = 0;
  // What all that was applied amounts to, as bytes; and back. False: the bytes are none of that.
  virtual std::string snapshot() const = 0;
  virtual bool restore(std::string_view state) = 0;
  // This member leads from now on, until its process ends. All that anybody was told before is
  // applied.
  virtual void lead(Term term) = 0;
};

struct GroupOptions {
  Config config;  // `self` is filled in
  Rules rules;
  uint64_t snapshot_entries = 200;  // a snapshot is taken when so many have been applied
  size_t inbox = 100'000;           // inputs that may wait; what comes on top is dropped
};

class GroupMember {
 public:
  // The service must outlive it.
  GroupMember(Env& env, GroupOptions options, GroupService& service);

  // Blocks for ever.
  void run();

  // Appends a command. False, and nothing will come of it, if this member does not lead, or has too
  // much before it.
  bool propose(std::string_view command);
  // Blocks until it is certain that nobody else led when this was called. Never returns if this
  // member is deposed first.
  void confirm();

 private:
  struct Received {
    NodeId from{};
    Message message;
  };
  struct Completed {
    Ticket ticket = 0;
    bool durable = false;
  };
  // Something was asked of the core outside of its own fiber.
  struct Nudge {};
  using Input = std::variant<Received, Completed, Nudge>;

  bool recover();
  template <class WireMessage>
  void listen();
  void listen_to_peers();
  void queue(Input input);
  void take_in(Input& input);
  void carry_out(Ready ready);
  void send(const std::vector<Envelope>& envelopes);
  void apply(const Entry& entry);
  void compact();
  void notice(const Notice& notice);
  void stop_for_disk();

  Env& env_;
  GroupOptions options_;
  GroupService& service_;
  Storage storage_;
  Mailbox<Input> inbox_;
  std::optional<Raft> raft_;  // from recovery on
  bool disk_failed_ = false;
  std::optional<Term> led_;  // in which the service serves
  ReadId last_query_ = 0;
  std::set<ReadId> unconfirmed_;
  Signal confirmed_;
};

}  // namespace seedbed::raft
