#include "tests/raft/transcript.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "sim/core/check.h"

namespace seedbed::raft {
namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();

std::string describe(const Write& write) {
  std::string text = fmt::format("#{}", write.ticket);
  if (write.hard_state) {
    text += fmt::format(" t{}", number(write.hard_state->term));
    if (const auto vote = write.hard_state->voted_for)
      text += fmt::format(" vote=n{}", number(*vote));
  }
  if (write.snapshot) {
    text += fmt::format(" snapshot {} {} \"{}\"", to_string(write.snapshot->last),
                        to_string(write.snapshot->configuration), write.snapshot->state.view());
  }
  if (write.truncate_from) text += fmt::format(" truncate from {}", *write.truncate_from);
  for (const Entry& entry : write.entries) text += " " + to_string(entry);
  return text;
}

std::invalid_argument misuse(const std::string& what) { return std::invalid_argument(what); }

uint32_t parse_number(const std::string& word) {
  if (word.empty() || word.find_first_not_of("0123456789") != std::string::npos) {
    throw misuse("not a number: " + word);
  }
  return static_cast<uint32_t>(std::stoul(word));
}

std::vector<NodeId> parse_nodes(const std::string& list) {
  std::vector<NodeId> nodes;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) nodes.push_back(NodeId{parse_number(word)});
  return nodes;
}

size_t parse_count(const std::vector<std::string>& words, size_t position) {
  return words.size() > position ? parse_number(words[position]) : kAll;
}

}  // namespace

std::string Transcript::run(const std::string& line) {
  output_.clear();
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  try {
    const std::string verb = words.at(0);
    if (verb == "nodes")
      nodes(words);
    else if (verb == "timeout")
      timeout(parse_number(words.at(1)));
    else if (verb == "pass")
      pass(words);
    else if (verb == "propose")
      propose(parse_number(words.at(1)), words.at(2));
    else if (verb == "transfer")
      transfer(parse_number(words.at(1)), parse_number(words.at(2)));
    else if (verb == "change")
      change(parse_number(words.at(1)), words);
    else if (verb == "compact")
      compact(parse_number(words.at(1)), words.at(2));
    else if (verb == "query")
      query(parse_number(words.at(1)), parse_number(words.at(2)));
    else if (verb == "deliver")
      deliver(words, true);
    else if (verb == "drop")
      deliver(words, false);
    else if (verb == "persist")
      persist(parse_number(words.at(1)), parse_count(words, 2));
    else if (verb == "stabilize")
      stabilize();
    else if (verb == "crash")
      crash(parse_number(words.at(1)), words);
    else if (verb == "restart")
      restart(parse_number(words.at(1)));
    else if (verb == "status")
      status();
    else if (verb == "log")
      log(parse_number(words.at(1)));
    else
      throw misuse("no such command: " + verb);
  } catch (const std::logic_error& error) {
    say(fmt::format("error: {}", error.what()));
  } catch (const InvariantFailure& failure) {
    say(fmt::format("invariant broken: {}", failure.message()));
  }
  return output_.empty() ? "ok\n" : output_;
}

// --- Commands ---------------------------------------------------------------------------------

void Transcript::nodes(const Words& words) {
  servers_.clear();
  links_.clear();
  const uint32_t count = parse_number(words.at(1));
  Config config;
  for (uint32_t node = 1; node <= count; ++node) config.voters.push_back(NodeId{node});
  config.snapshot_chunk_bytes = 8;
  for (size_t i = 2; i < words.size(); ++i) set_option(config, words[i]);
  servers_.resize(count);
  for (uint32_t node = 1; node <= count; ++node) {
    at(node).config = config;
    at(node).config.self = NodeId{node};
    restart(node);
  }
}

void Transcript::set_option(Config& config, const std::string& option) {
  const size_t equals = option.find('=');
  const std::string name = option.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
  if (name == "pre_vote")
    config.pre_vote = value != "off";
  else if (name == "check_quorum")
    config.check_quorum = value != "off";
  else if (name == "clamp_heartbeats")
    config.clamp_heartbeats = value != "off";
  else if (name == "lease_drift_ppm")
    config.lease = LeaseTerms{.promise = config.election_timeout, .drift_ppm = parse_number(value)};
  else if (name == "max_message_bytes")
    config.max_message_bytes = parse_number(value);
  else if (name == "founders")
    config.voters.resize(parse_number(value));
  else if (name == "single")
    config.single_server_changes = value == "on";
  else if (name == "trailing")
    config.trailing_entries = parse_number(value);
  else if (name == "chunk")
    config.snapshot_chunk_bytes = parse_number(value);
  else if (name == "window")
    config.window.messages = parse_number(value);
  else
    throw misuse("no such option: " + name);
}

void Transcript::timeout(uint32_t node) {
  Raft& raft = up(node);
  at(node).clock = std::max(at(node).clock, raft.next_deadline());
  raft.tick(at(node).clock);
  carry_out(node);
}

void Transcript::pass(const Words& words) {
  const Duration duration = Duration(1ms) * parse_number(words.at(1));
  for (uint32_t node = 1; node <= servers_.size(); ++node) {
    if (words.size() < 3 || parse_number(words[2]) == node) at(node).clock += duration;
  }
}

void Transcript::propose(uint32_t node, const std::string& text) {
  if (!up(node).propose(at(node).clock, text)) say(fmt::format("n{} refuses", node));
  carry_out(node);
}

void Transcript::transfer(uint32_t node, uint32_t to) {
  if (!up(node).transfer_leadership(at(node).clock, NodeId{to})) {
    say(fmt::format("n{} refuses", node));
  }
  carry_out(node);
}

void Transcript::change(uint32_t node, const Words& words) {
  MembershipChange change;
  for (size_t i = 2; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    const std::vector<NodeId> nodes =
        parse_nodes(equals == std::string::npos ? "" : words[i].substr(equals + 1));
    if (name == "add")
      change.add = nodes;
    else if (name == "demote")
      change.demote = nodes;
    else if (name == "remove")
      change.remove = nodes;
    else
      throw misuse("no such change: " + words[i]);
  }
  if (!up(node).change_membership(at(node).clock, change)) say(fmt::format("n{} refuses", node));
  carry_out(node);
}

void Transcript::compact(uint32_t node, const std::string& state) {
  if (!up(node).may_compact()) return say(fmt::format("n{} has nothing to compact", node));
  const Snapshot& snapshot = up(node).compact(state);
  const EntryId base = up(node).log().base();
  at(node).disk.save(snapshot, base);
  say(fmt::format("  n{} keeps snapshot {} {} and its log behind {}", node,
                  to_string(snapshot.last), to_string(snapshot.configuration), base.index));
}

void Transcript::query(uint32_t node, uint64_t id) {
  if (!up(node).query(at(node).clock, id)) say(fmt::format("n{} refuses", node));
  carry_out(node);
}

void Transcript::deliver(const Words& words, bool arrives) {
  if (words.at(1) == "all") {
    std::map<Link, size_t> under_way;
    for (const auto& [link, messages] : links_) under_way[link] = messages.size();
    for (const auto& [link, count] : under_way) move_messages(link, count, arrives);
    return;
  }
  const size_t arrow = words[1].find("->");
  if (arrow == std::string::npos) throw misuse("not a link: " + words[1]);
  const Link link{parse_number(words[1].substr(0, arrow)),
                  parse_number(words[1].substr(arrow + 2))};
  move_messages(link, std::min(parse_count(words, 2), links_[link].size()), arrives);
}

bool Transcript::move_messages(Link link, size_t count, bool arrives) {
  std::deque<Message>& messages = links_[link];
  for (size_t i = 0; i < count; ++i) {
    const Message message = std::move(messages.front());
    messages.pop_front();
    Server& to = at(link.second);
    if (!arrives || !to.raft) continue;
    say(fmt::format("n{} <- n{} {}", link.second, link.first, to_string(message)));
    to.raft->step(to.clock, NodeId{link.first}, message);
    carry_out(link.second);
  }
  return count > 0;
}

bool Transcript::persist(uint32_t node, size_t count) {
  bool moved = false;
  for (size_t i = 0; i < count && at(node).disk.pending() > 0; ++i) {
    moved = true;
    const Ticket ticket = at(node).disk.complete_next();
    say(fmt::format("n{} disk has #{}", node, ticket));
    up(node).persisted(at(node).clock, ticket);
    carry_out(node);
  }
  return moved;
}

void Transcript::stabilize() {
  for (bool moved = true; moved;) {
    moved = false;
    for (uint32_t node = 1; node <= servers_.size(); ++node) {
      if (at(node).raft) moved |= persist(node, kAll);
    }
    std::map<Link, size_t> under_way;
    for (const auto& [link, messages] : links_) under_way[link] = messages.size();
    for (const auto& [link, count] : under_way) moved |= move_messages(link, count, true);
  }
}

void Transcript::crash(uint32_t node, const Words& words) {
  size_t survivors = 0;
  if (words.size() > 2 && words[2].rfind("keep=", 0) == 0)
    survivors = parse_number(words[2].substr(5));
  Server& server = at(node);
  for (size_t i = 0; i < survivors && server.disk.pending() > 0; ++i) server.disk.complete_next();
  server.disk.lose_pending();
  server.raft.reset();
}

void Transcript::restart(uint32_t node) {
  Server& server = at(node);
  if (server.raft) throw misuse("server is up");
  const uint64_t entropy = mix(node, ++server.incarnation);
  server.raft.emplace(server.config, Rules(), entropy, server.clock, server.disk.contents());
}

void Transcript::status() {
  for (uint32_t node = 1; node <= servers_.size(); ++node) {
    if (!at(node).raft) {
      say(fmt::format("n{} down", node));
      continue;
    }
    const Raft& raft = up(node);
    const auto vote = raft.hard_state().voted_for;
    say(fmt::format("n{} {} t{} vote={} last={} durable={} commit={}", node, to_string(raft.role()),
                    number(raft.term()), vote ? fmt::format("n{}", number(*vote)) : "none",
                    to_string(raft.log().last()), raft.durable_index(), raft.commit_index()));
  }
}

void Transcript::log(uint32_t node) {
  const Log& log = up(node).log();
  for (LogIndex index = log.first_index(); index <= log.last_index(); ++index) {
    say(to_string(log.at(index)));
  }
}

// --- Effects ----------------------------------------------------------------------------------

void Transcript::carry_out(uint32_t node) {
  Ready ready = up(node).take_ready();
  for (const Notice& notice : ready.notices) say(fmt::format("  n{} {}", node, to_string(notice)));
  if (ready.write) {
    say(fmt::format("  n{} writes {}", node, describe(*ready.write)));
    at(node).disk.submit(std::move(*ready.write));
  }
  for (Envelope& envelope : ready.messages) {
    say(fmt::format("  n{} -> n{} {}", node, number(envelope.to), to_string(envelope.message)));
    links_[{node, number(envelope.to)}].push_back(std::move(envelope.message));
  }
  if (ready.restore) {
    say(fmt::format("  n{} restores {} \"{}\"", node, to_string(ready.restore->last),
                    ready.restore->state.view()));
  }
  for (const Entry& entry : ready.committed) {
    say(fmt::format("  n{} applies {}", node, to_string(entry)));
  }
  for (const ReadGrant& read : ready.reads) {
    say(fmt::format("  n{} may answer #{} at {}", node, read.id, read.index));
  }
}

Transcript::Server& Transcript::at(uint32_t node) {
  if (node == 0 || node > servers_.size()) throw misuse(fmt::format("no server {}", node));
  return servers_[node - 1];
}

Raft& Transcript::up(uint32_t node) {
  if (!at(node).raft) throw misuse(fmt::format("server {} is down", node));
  return *at(node).raft;
}

}  // namespace seedbed::raft
