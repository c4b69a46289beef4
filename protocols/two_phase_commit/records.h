// What coordinators and participants keep in their journals, and what a journal amounts to. Pure: a
// server changes its state by the same function by which it finds it again.
//
//   ParticipantImage image;
//   image.work(id, "x", "5");                     // in place; not in the journal yet
//   image.take(Prepared{...}); image.take(Decided{...});
//   std::optional<ParticipantImage> again = decode_participant(contents);
//
// Participants log for undo and redo (BHG, section 6.4): they change data in place, and a
// checkpoint has whatever stands there, with what is needed to take it back. Images, not
// differences, are logged, so that it does no harm to redo what the checkpoint has.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/two_phase_commit/journal.h"
#include "protocols/two_phase_commit/lock_table.h"
#include "protocols/two_phase_commit/types.h"

namespace seedbed::two_phase_commit {

// --- A participant's ---

// It can do either now: commit, or abort. Its coordinator is in the name.
struct Prepared {
  Age age;
  std::vector<NodeId> writers;  // the participants that have something to decide
  std::vector<Lock> locks;
  std::vector<Write> writes;

  bool operator==(const Prepared&) const = default;
};

// What became of a transaction here. An abort also stands for those that have not voted: it keeps
// them from ever voting.
struct Decided {
  TxnId id;
  bool committed = false;
  bool by_operator = false;  // without the coordinator's word: a heuristic decision

  bool operator==(const Decided&) const = default;
};

using ParticipantRecord = std::variant<Prepared, Decided>;
JournalRecord encode(const ParticipantRecord& record);
// Nothing if no participant has written it.
std::optional<ParticipantRecord> decode_participant_record(uint8_t type, std::string_view bytes);

struct ParticipantImage {
  std::map<std::string, std::string, std::less<>> data;  // in place
  std::map<TxnId, std::vector<Write>> working;           // those that have written, and not voted
  std::map<TxnId, Prepared> in_doubt;
  std::map<TxnId, Decided> outcomes;  // not yet ended everywhere
  std::map<NodeId, TxnId> ended;      // by coordinator: all up to this one have

  Value value(std::string_view key) const;
  // Writes in place.
  void work(const TxnId& id, const std::string& key, Value after);
  void take(const ParticipantRecord& record);
  // Forgets outcomes that nobody will ask for.
  void forget_through(const TxnId& last);
  bool has_ended(const TxnId& id) const;
  // Takes back what those have written that had not voted at a crash. Returns their number.
  size_t undo_losers();

 private:
  void put(const std::string& key, const Value& value);
  void undo(const std::vector<Write>& writes);
};

std::string encode(const ParticipantImage& image);
// What is there after a crash, but for the losers. Nothing if no participant has written it.
std::optional<ParticipantImage> decode_participant(const JournalContents& contents);

// --- A coordinator's ---

// It names transactions in that life from now on.
struct Opened {
  uint64_t incarnation = 0;
};
// It is committed from now on.
struct Decision {
  TxnId id;
  std::vector<NodeId> writers;  // who must know
};
// All of them know.
struct End {
  TxnId id;
};

using CoordinatorRecord = std::variant<Opened, Decision, End>;
JournalRecord encode(const CoordinatorRecord& record);
std::optional<CoordinatorRecord> decode_coordinator_record(uint8_t type, std::string_view bytes);

struct CoordinatorImage {
  uint64_t incarnation = 0;
  std::map<TxnId, std::vector<NodeId>> committed;  // and not ended

  void take(const CoordinatorRecord& record);
};

std::string encode(const CoordinatorImage& image);
std::optional<CoordinatorImage> decode_coordinator(const JournalContents& contents);

// Of checkpoints alone.
std::optional<ParticipantImage> decode_participant_image(std::string_view bytes);
std::optional<CoordinatorImage> decode_coordinator_image(std::string_view bytes);

}  // namespace seedbed::two_phase_commit
