#include "protocols/raft/messages.h"

#include <fmt/format.h>

namespace seedbed::raft {
namespace {

struct Describe {
  std::string operator()(const RequestVote& m) const {
    return fmt::format("{}{{t{} last={}{}}}", m.pre_vote ? "PreVote" : "RequestVote",
                       number(m.term), to_string(m.last), m.transfer ? " transfer" : "");
  }
  std::string operator()(const RequestVoteResponse& m) const {
    return fmt::format("{}Response{{t{} for=t{} {}}}", m.pre_vote ? "PreVote" : "RequestVote",
                       number(m.term), number(m.requested), m.granted ? "granted" : "refused");
  }
  std::string operator()(const AppendEntries& m) const {
    std::string entries;
    for (const Entry& entry : m.entries) {
      entries += fmt::format("{}{}", entries.empty() ? "" : " ", to_string(entry.id()));
    }
    return fmt::format("AppendEntries{{t{} prev={} entries=[{}] commit={}{}}}", number(m.term),
                       to_string(m.prev), entries, m.leader_commit, round(m.round));
  }
  std::string operator()(const AppendEntriesResponse& m) const {
    if (m.success) {
      return fmt::format("AppendEntriesResponse{{t{} match={}{}}}", number(m.term), m.match,
                         round(m.round));
    }
    return fmt::format("AppendEntriesResponse{{t{} refused={} hint={}{}}}", number(m.term),
                       m.refused, to_string(EntryId{m.hint.first_index, m.hint.term}),
                       round(m.round));
  }
  std::string operator()(const InstallSnapshot& m) const {
    return fmt::format("InstallSnapshot{{t{} last={} {} bytes {}..{} of {}}}", number(m.term),
                       to_string(m.last), to_string(m.configuration), m.offset,
                       m.offset + m.chunk.size(), m.size);
  }
  std::string operator()(const InstallSnapshotResponse& m) const {
    return fmt::format("InstallSnapshotResponse{{t{} last={} has={}}}", number(m.term),
                       to_string(m.last), m.offset);
  }
  std::string operator()(const TimeoutNow& m) const {
    return fmt::format("TimeoutNow{{t{} last={}}}", number(m.term), to_string(m.last));
  }
  std::string operator()(const ReadIndex& m) const {
    return fmt::format("ReadIndex{{t{} #{}}}", number(m.term), m.id);
  }
  std::string operator()(const ReadIndexResponse& m) const {
    return fmt::format("ReadIndexResponse{{t{} #{} index={}}}", number(m.term), m.id, m.index);
  }

 private:
  static std::string round(uint64_t round) {
    return round == 0 ? std::string() : fmt::format(" round={}", round);
  }
};

}  // namespace

Term term_of(const Message& message) {
  return std::visit([](const auto& m) { return m.term; }, message);
}

std::string to_string(EntryId id) { return fmt::format("{}@t{}", id.index, number(id.term)); }

std::string to_string(const Entry& entry) {
  if (entry.kind == EntryKind::kNoOp) return to_string(entry.id()) + ":no-op";
  if (entry.kind == EntryKind::kConfiguration) {
    const auto configuration = decode_configuration(entry.data);
    return to_string(entry.id()) + ":" + (configuration ? to_string(*configuration) : "?");
  }
  return fmt::format("{}:\"{}\"", to_string(entry.id()), entry.data.view());
}

std::string to_string(const Message& message) { return std::visit(Describe{}, message); }

}  // namespace seedbed::raft
