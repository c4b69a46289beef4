#include "protocols/two_phase_commit/group_server.h"

#include <utility>

namespace seedbed::two_phase_commit {

GroupJournal::GroupJournal(Env& env, raft::GroupMember& member, const JournalMachine& machine,
                           Signal& applied, raft::Term term)
    : env_(env), member_(member), machine_(machine), applied_(applied), term_(term) {}

Result<JournalContents> GroupJournal::recover() {
  end_ = machine_.end();
  return machine_.contents();
}

// Nobody else appends as long as this member leads: the records come in the order of these calls.
Place GroupJournal::append(std::vector<JournalRecord> records) {
  if (!member_.propose(encode_append(records))) env_.fail_stop("its group does not follow it");
  end_ += records.size();
  return end_;
}

void GroupJournal::await(Place place) {
  while (machine_.end() < place) applied_.wait();
}

bool GroupJournal::checkpoint(Place place, std::string_view state) {
  if (!member_.propose(encode_checkpoint(place, state))) return false;
  while (machine_.begin() < place) applied_.wait();
  return true;
}

GroupServer::GroupServer(Env& env, raft::GroupOptions options, MakeServer make_server)
    : env_(env),
      make_server_(std::move(make_server)),
      applied_(env.scheduler()),
      member_(env, std::move(options), *this) {}

void GroupServer::operate(std::string_view order, NodeId about) {
  if (server_) server_->operate(order, about);
}

void GroupServer::apply(const raft::Entry& command) {
  const std::string_view bytes = command.data;
  INVARIANT(machine_.apply(bytes), "entry {} is no command of a journal", command.index);
  applied_.notify_all();
}

bool GroupServer::restore(std::string_view state) {
  if (!machine_.restore(state)) return false;
  applied_.notify_all();
  return true;
}

void GroupServer::lead(raft::Term term) {
  env_.reached("two_phase_commit.took_over");
  server_ = make_server_(std::make_unique<GroupJournal>(env_, member_, machine_, applied_, term));
  env_.spawn("lead", [this] { server_->start(); });
}

}  // namespace seedbed::two_phase_commit
