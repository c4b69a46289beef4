// LoneServer: server 1 of a cluster of which the test plays the rest.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocols/raft/raft.h"
#include "tests/raft/test_disk.h"

namespace seedbed::raft {

class LoneServer {
 public:
  static Config config(uint32_t servers = 3) {
    Config config{.self = NodeId{1}, .voters = {}};
    for (uint32_t node = 1; node <= servers; ++node) config.voters.push_back(NodeId{node});
    return config;
  }
  // A log with one entry for each term given, in the last of these terms.
  static Persisted log_of(std::initializer_list<uint64_t> terms) {
    Persisted persisted;
    for (const uint64_t term : terms) {
      persisted.entries.push_back({.index = persisted.entries.size() + 1, .term = Term{term}});
      persisted.hard_state.term = Term{term};
    }
    return persisted;
  }

  explicit LoneServer(Config config = LoneServer::config(), Persisted persisted = {},
                      uint64_t entropy = 1)
      : raft_(std::move(config), Rules(), entropy, NodeTime{}, std::move(persisted)) {}

  // Inputs. Writes complete only when the test says so.
  void time_out() {
    now_ = std::max(now_, raft_.next_deadline());
    raft_.tick(now_);
    take();
  }
  void pass(Duration duration) { now_ += duration; }
  void tick() {
    raft_.tick(now_);
    take();
  }
  void receive(uint32_t from, Message message) {
    raft_.step(now_, NodeId{from}, std::move(message));
    take();
  }
  std::optional<EntryId> propose(std::string command) {
    const auto id = raft_.propose(now_, std::move(command));
    take();
    return id;
  }
  void persist() {
    if (last_ticket_ > 0) raft_.persisted(now_, last_ticket_);
    take();
  }

  // Makes it leader of the next term, with its no-op durable here and nowhere else.
  void lead() {
    time_out();
    if (raft_.role() == Role::kPreCandidate) {
      const Term term = next(raft_.term());
      receive(2, RequestVoteResponse{true, raft_.term(), term, true});
      if (raft_.role() == Role::kPreCandidate) {
        receive(3, RequestVoteResponse{true, raft_.term(), term, true});
      }
    }
    persist();
    for (uint32_t voter = 2; raft_.role() == Role::kCandidate; ++voter) {
      receive(voter, RequestVoteResponse{false, raft_.term(), raft_.term(), true});
    }
    persist();
    sent_.clear();
  }

  // The messages of kind M sent since the last call, with their receivers.
  template <class M>
  std::vector<std::pair<uint32_t, M>> sent() {
    std::vector<std::pair<uint32_t, M>> found;
    for (const Envelope& envelope : std::exchange(sent_, {})) {
      if (const auto* m = std::get_if<M>(&envelope.message)) {
        found.emplace_back(number(envelope.to), *m);
      }
    }
    return found;
  }
  const std::vector<Entry>& applied() const { return applied_; }
  NodeTime now() const { return now_; }
  Raft& raft() { return raft_; }

 private:
  void take() {
    Ready ready = raft_.take_ready();
    if (ready.write) last_ticket_ = ready.write->ticket;
    for (Envelope& envelope : ready.messages) sent_.push_back(std::move(envelope));
    for (Entry& entry : ready.committed) applied_.push_back(std::move(entry));
  }

  Raft raft_;
  NodeTime now_{};
  Ticket last_ticket_ = 0;
  std::vector<Envelope> sent_;
  std::vector<Entry> applied_;
};

}  // namespace seedbed::raft
