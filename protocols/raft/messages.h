// The RPCs of Raft (figures 3.1 and 5.3, and §3.10 and §6.4) as messages. A response is a message
// of its own: it may be lost, repeated, or arrive when the question is long forgotten, and must
// make sense by itself.
//
// Every message carries the term its sender was in, and leaves only when that term is durable at
// the sender; a server can therefore never speak for a term that it might forget.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocols/raft/types.h"

namespace seedbed::raft {

// "Vote for me" (§3.4), or, as a PreVote, "would you?" (§9.6).
struct RequestVote {
  bool pre_vote = false;
  Term term{};   // the term to be won: for a PreVote the candidate's term plus one
  EntryId last;  // the candidate's last durable entry
  // §3.10: the leader itself told it to (TimeoutNow), so nobody is disturbed by it (§4.2.3).
  bool transfer = false;

  bool operator==(const RequestVote&) const = default;
};

struct RequestVoteResponse {
  bool pre_vote = false;
  Term term{};  // the voter's own
  Term
      requested{};  // the term that was asked for: tells an answer to this election from older ones
  bool granted = false;

  bool operator==(const RequestVoteResponse&) const = default;
};

// Replicates entries; without entries, a heartbeat (§3.5).
struct AppendEntries {
  Term term{};
  EntryId prev;  // the entry before the first of `entries`
  std::vector<Entry> entries;
  LogIndex leader_commit = 0;
  // §6.4: which round of heartbeats this one belongs to; 0: none.
  uint64_t round = 0;

  LogIndex last_index() const { return prev.index + entries.size(); }
  bool operator==(const AppendEntries&) const = default;
};

// Where a follower's log departs from the leader's (§3.5, the optimisation at its end): the term of
// its entry at prev.index and the first index of that term. The leader skips the whole term at
// once.
struct ConflictHint {
  Term term{};  // 0: the follower's log ends before prev.index
  LogIndex first_index = 0;

  bool operator==(const ConflictHint&) const = default;
};

struct AppendEntriesResponse {
  Term term{};
  bool success = false;
  // On success, what the follower promises: its disk holds the leader's log up to here.
  LogIndex match = 0;
  // On failure: the prev.index that was refused, so that the leader can tell a stale refusal.
  LogIndex refused = 0;
  ConflictHint hint;
  uint64_t round = 0;  // that of the request

  bool operator==(const AppendEntriesResponse&) const = default;
};

// "Do not wait for your election timeout" (§3.10): from a leader that wants the receiver to lead.
struct TimeoutNow {
  Term term{};
  EntryId last;  // the leader's log ends here, and so should the receiver's

  bool operator==(const TimeoutNow&) const = default;
};

// A query asks through which index a server must have applied the log before it may answer (§6.4).
// Whoever asks chooses the id, and never one twice, not even after a restart: an answer may be
// late.
using ReadId = uint64_t;

// From a follower that was asked a query, to its leader.
struct ReadIndex {
  Term term{};
  ReadId id = 0;

  bool operator==(const ReadIndex&) const = default;
};

struct ReadIndexResponse {
  Term term{};
  ReadId id = 0;
  LogIndex index = 0;

  bool operator==(const ReadIndexResponse&) const = default;
};

// A piece of the leader's snapshot, for a follower that lacks entries which the leader's log has no
// more (figure 5.3). Pieces are sent one after the other, between heartbeats; the last one is where
// offset and chunk reach the size.
struct InstallSnapshot {
  Term term{};
  EntryId last;                 // what the snapshot covers
  Configuration configuration;  // the latest one at that entry
  uint64_t size = 0;            // of the state, in bytes
  uint64_t digest = 0;          // of the whole state: two snapshots that agree are one
  uint64_t offset = 0;          // of the chunk
  std::string chunk;
  uint64_t checksum = 0;  // of the chunk

  bool operator==(const InstallSnapshot&) const = default;
};

// What the follower still lacks. Once it has the whole and its disk, too, it says so by an
// AppendEntriesResponse that acknowledges the entry.
struct InstallSnapshotResponse {
  Term term{};
  EntryId last;         // of the snapshot that was sent
  uint64_t offset = 0;  // the follower has all bytes before it

  bool operator==(const InstallSnapshotResponse&) const = default;
};

using Message = std::variant<RequestVote, RequestVoteResponse, AppendEntries, AppendEntriesResponse,
                             InstallSnapshot, InstallSnapshotResponse, TimeoutNow, ReadIndex,
                             ReadIndexResponse>;

// The term a message is sent in or, for a PreVote, sent about.
Term term_of(const Message& message);

// A message on its way out.
struct Envelope {
  NodeId to{};
  Message message;

  bool operator==(const Envelope&) const = default;
};

// One line for people, as in "AppendEntries{t3 prev=4@t2 entries=[5@t3 6@t3] commit=4}".
std::string to_string(EntryId id);
std::string to_string(const Entry& entry);
std::string to_string(const Message& message);

}  // namespace seedbed::raft
