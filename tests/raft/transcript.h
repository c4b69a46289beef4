// Transcript: a little language in which one writes what happens to a cluster, one command per
// line, and reads what the servers do about it. The scripts and the answers stand in
// tests/golden/raft (the idea is from etcd's interaction tests).
//
//   nodes 3 [founders=N] [single=on] [trailing=N] [chunk=N]
//           [pre_vote=off] [check_quorum=off] [clamp_heartbeats=off] [max_message_bytes=N]
//           [window=N] [lease_drift_ppm=N]   begins anew
//   timeout N                server N's clock moves to its next deadline
//   pass MS [N]              all clocks, or server N's, move on; nobody notices yet
//   propose N TEXT           server N is asked to append a command
//   transfer N M             server N is asked to hand its leadership over to M
//   change N [add=M,...] [demote=M,...] [remove=M,...]
//                            server N is asked to change the membership
//   compact N TEXT           server N takes a snapshot; TEXT is the state of its machine
//   query N ID               server N is asked at which index a query may be answered
//   deliver A->B [COUNT]     the oldest messages on that link arrive; all of them, if not said
//   deliver all              everything under way arrives; the answers stay under way
//   drop A->B [COUNT]        messages are lost
//   drop all
//   persist N [COUNT]        the oldest writes of server N become durable; all, if not said
//   stabilize                delivers and persists until nothing moves
//   crash N [keep=COUNT]     the server stops; of the writes on their way, this many survive
//   restart N
//   status                   one line for each server
//   log N                    the log of server N
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/raft/raft.h"
#include "tests/raft/test_disk.h"

namespace seedbed::raft {

class Transcript {
 public:
  // Runs one command. Returns what came of it, a line for each effect, or what is wrong with it.
  std::string run(const std::string& line);

 private:
  struct Server {
    Config config;
    std::optional<Raft> raft;
    TestDisk disk;
    NodeTime clock{};
    uint64_t incarnation = 0;
  };
  using Words = std::vector<std::string>;
  using Link = std::pair<uint32_t, uint32_t>;

  void nodes(const Words& words);
  void set_option(Config& config, const std::string& option);
  void timeout(uint32_t node);
  void pass(const Words& words);
  void propose(uint32_t node, const std::string& text);
  void transfer(uint32_t node, uint32_t to);
  void change(uint32_t node, const Words& words);
  void compact(uint32_t node, const std::string& state);
  void query(uint32_t node, uint64_t id);
  void deliver(const Words& words, bool arrives);
  bool move_messages(Link link, size_t count, bool arrives);
  bool persist(uint32_t node, size_t count);
  void stabilize();
  void crash(uint32_t node, const Words& words);
  void restart(uint32_t node);
  void status();
  void log(uint32_t node);

  void carry_out(uint32_t node);
  void say(std::string line) { output_ += std::move(line) + "\n"; }
  Server& at(uint32_t node);
  Raft& up(uint32_t node);

  std::vector<Server> servers_;
  std::map<Link, std::deque<Message>> links_;
  std::string output_;
};

}  // namespace seedbed::raft
