// Connections: streams of messages between two processes, each message once and in the order in
// which it was sent, over an Env whose messages may be lost, duplicated and reordered.
//
//   Connections connections(env);                         // one for each process
//   connections.listen([](Connection connection) {        // on a fiber of its own; may block
//     while (auto gossip = connection.receive<Gossip>()) merge(*gossip);
//   });
//
//   Result<Connection> connection = connections.open(peer, 1s);          // Blocks.
//   while (connection && connection->send(my_state())) env.sleep(50ms);  // send() blocks if peer
//                                                                        // is behind
//
// Numbers, confirmations, repetition by a timer, and a window of the receiver's, as in TCP (RFC
// 9293); there is no orderly end: who must know that all has come says so in a message.
//
// A connection ends at one end and then, when that is heard of, at the other: by close(), by the
// crash of a process, by a reset from the network, or because nothing was heard for too long. Until
// then the other end is half open: it believes in a connection that is no more. What was sent and
// not received is gone, and nobody is told how much that is.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>

#include "sim/world/connection.pb.h"
#include "sim/world/env.h"

namespace seedbed {

struct ConnectionOptions {
  uint64_t window = 32;      // messages that an end takes in before they are received
  Duration repeat = 50ms;    // what is not confirmed by then is sent again; doubles up to 16 times
  Duration keep_alive = 2s;  // after so much silence the other end is asked for a sign of life
  Duration give_up = 10s;    // after so much silence in spite of that the connection ends
  size_t connections = 1'000;  // that others may open; more of them are refused
};

class Connections;

// One end. Belongs to the process that opened or accepted it, and goes before its Connections. When
// it is destroyed, the other end finds out as from a crash.
class Connection {
 public:
  Connection(Connection&& other) noexcept = default;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection() { abandon(); }

  NodeId peer() const;
  // Whether this end believes so.
  bool open() const;

  // Blocks. Until there is room for it. kClosed: the connection has ended. Success says nothing
  // about whether it arrives.
  template <class T>
  Status send(const T& message) {
    return send_bytes(message_type<T>().hash, message.SerializeAsString());
  }

  // Blocks. The next message, or kTimeout; kClosed if the connection has ended and all that came
  // before was received; kCorrupt if the next message is not a T: it is skipped.
  template <class T>
  Result<T> receive(Duration timeout = kForever) {
    const Result<Payload> payload = next_payload(timeout);
    if (!payload) return payload.error();
    T message;
    const bool is_one =
        payload->type == message_type<T>().hash && message.ParseFromString(payload->bytes);
    if (!is_one) return Error::kCorrupt;
    return message;
  }

  // Ends it here, and tells the other end, once. Never blocks.
  void close();

 private:
  friend class Connections;
  struct Payload {
    uint64_t type = 0;
    std::string bytes;
  };
  struct End;

  explicit Connection(std::shared_ptr<End> end) : end_(std::move(end)) {}
  Status send_bytes(uint64_t type, std::string bytes);
  Result<Payload> next_payload(Duration timeout);
  void abandon();

  std::shared_ptr<End> end_;  // null after a move
};

class Connections {
 public:
  // Handles the segments that reach `env`. Lives as long as its process: a member of it.
  explicit Connections(Env& env, ConnectionOptions options = {});
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // From now on others may open connections: each is handed to a call of `accepted`, which runs on
  // a fiber of its own and may block.
  void listen(std::function<void(Connection)> accepted) { accepted_ = std::move(accepted); }

  // Blocks. kTimeout: no answer came; kUnavailable: nobody listens there, or
  // a later attempt arrived first.
  Result<Connection> open(NodeId to, Duration timeout);

 private:
  friend class Connection;
  using Segment = connection::Segment;
  using End = Connection::End;
  // Who is at the other end, its number, and whether it was opened here.
  struct Key {
    NodeId peer{};
    uint64_t connection = 0;
    bool opened_here = false;
    auto operator<=>(const Key&) const = default;
  };

  std::shared_ptr<End> add(const Key& key);
  void on_segment(NodeId from, const Segment& segment);
  void accept(NodeId from, const Segment& segment);
  void take(End& end, const Segment& segment);
  void take_data(End& end, const Segment& segment);
  void keep(End& end);
  void repeat(End& end);
  void finish(End& end);
  void say(End& end, Segment::Kind kind);
  void refuse(NodeId to, const Segment& segment);
  Segment header(const End& end, Segment::Kind kind) const;

  Env& env_;
  ConnectionOptions options_;
  std::function<void(Connection)> accepted_;
  uint64_t last_connection_;
  std::map<Key, std::shared_ptr<End>> ends_;
  std::map<NodeId, uint64_t> last_accepted_;  // an older OPEN is a late copy
};

}  // namespace seedbed
