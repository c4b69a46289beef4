// Env: a process's only door to the world. Whatever a protocol wants to know or do goes through it.
//
//   void Replica::start() {
//     env_.on<Gossip>([this](NodeId from, const Gossip& gossip) { merge(gossip); });
//     env_.serve<Increment>([this](NodeId, const Increment::Request& request) {
//       return increment(request.by());          // may block: runs on a fiber of its own
//     });
//     for (;;) {
//       env_.sleep(50ms);                                      // Blocks.
//       env_.send(random_peer(), snapshot());
//     }
//   }
//
// An RPC is a protobuf message with two nested messages, Request and Response.
//
// When the process is killed, its Env is sealed: every call throws ProcessKilled from then on, and
// a call from a destructor is a CHECK failure. Code here may run on the simulator or, one day, on a
// real machine; nothing in this interface assumes which.
#pragma once

#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/core/choice.h"
#include "sim/core/ids.h"
#include "sim/core/result.h"
#include "sim/core/time.h"
#include "sim/core/wait.h"
#include "sim/world/disk.h"
#include "sim/world/message.h"
#include "sim/world/wall_time.h"

namespace seedbed {

// The name of a rare path that some run should take; a literal.
class ProbeName {
 public:
  consteval ProbeName(const char* text)  // NOLINT(google-explicit-constructor)
      : text_(text), hash_(hash_bytes(text)) {}
  constexpr std::string_view text() const { return text_; }
  constexpr uint64_t hash() const { return hash_; }

 private:
  std::string_view text_;
  uint64_t hash_;
};

class Env {
 public:
  virtual ~Env() = default;

  // --- Who and when ---

  virtual NodeId self() const = 0;
  virtual Incarnation incarnation() const = 0;
  // This node's clock: monotonic, but offset and drifting against every other.
  virtual NodeTime now() = 0;
  // This node's idea of the time of day. It is set by others: it may jump, also back, and stand
  // still. For people; whoever orders or waits by it should know what they do.
  virtual WallTime wall_now() = 0;
  // Bounds on the true time of day (Corbett et al., "Spanner", OSDI 2012, section 3). They hold
  // while the node's clock drifts no more than was declared.
  virtual TimeInterval interval_now() = 0;
  // Blocks for that long by this node's clock.
  virtual void sleep(Duration duration) = 0;

  // --- Messages: may be lost, duplicated, reordered and delayed ---

  // Sends a one-way message. Never blocks, never fails: the network promises nothing.
  template <class T>
  void send(NodeId to, const T& message, Label label = {}) {
    send_sealed(to, seal(message), label);
  }
  template <class T>
  requires std::is_rvalue_reference_v<T&&>
  void send(NodeId to, T&& message, Label label = {}) {
    send_sealed(to, seal(std::move(message)), label);
  }
  // The same object to many.
  virtual void send_sealed(NodeId to, SealedMessage message, Label label = {}) = 0;

  // Handles one-way messages of type T as they arrive: `handler(NodeId from, const T& message)`. It
  // must not block.
  template <class T, std::invocable<NodeId, const T&> OnMessage>
  void on(OnMessage handler) {
    handle(message_type<T>(),
           [handler = std::move(handler)](NodeId from, const SealedMessage& message) mutable {
             handler(from, *message.as<T>());
           });
  }

  // Blocks until the response comes, or the timeout passes by this node's clock. kTimeout tells
  // nothing about whether the request was executed; kUnavailable means that it was not.
  template <class Rpc>
  Result<typename Rpc::Response> call(NodeId to, typename Rpc::Request&& request, Duration timeout,
                                      Label label = {}) {
    return unsealed<typename Rpc::Response>(
        call_sealed(to, seal(std::move(request)), timeout, label));
  }
  template <class Rpc>
  Result<typename Rpc::Response> call(NodeId to, const typename Rpc::Request& request,
                                      Duration timeout, Label label = {}) {
    return unsealed<typename Rpc::Response>(call_sealed(to, seal(request), timeout, label));
  }

  // Answers requests: `handler(NodeId from, const Rpc::Request& request)` returns a
  // Result<Rpc::Response>. It runs on a fiber of its own and may block; at most `concurrency` of
  // them at a time, further requests are refused (kUnavailable).
  template <class Rpc, std::invocable<NodeId, const typename Rpc::Request&> OnRequest>
  void serve(OnRequest handler, size_t concurrency = 256) {
    using Response = typename Rpc::Response;
    serve_sealed(message_type<typename Rpc::Request>(), concurrency,
                 [handler = std::move(handler)](NodeId from, const SealedMessage& request) mutable {
                   return seal_result<Response>([&]() -> Result<Response> {
                     return handler(from, *request.as<typename Rpc::Request>());
                   });
                 });
  }

  // --- Everything else ---

  virtual Disk& disk() = 0;
  // Starts a fiber of this process. `name` must be a literal.
  virtual void spawn(std::string_view name, std::function<void()> body) = 0;
  // Ends this process as a crash would, because it cannot go on safely: its disk failed, say. Never
  // returns. A supervisor starts it again later; what it was in the middle of may be lost. Only
  // from a fiber, not from a handler or a callback. `why` is a phrase for whoever reads the trace.
  [[noreturn]] virtual void fail_stop(std::string_view why) = 0;
  // A number below `bound`, from the site's choices for this incarnation.
  virtual uint64_t random(const Site& site, uint64_t bound) = 0;
  // A place where the process may behave as it seldom does: send a batch of one, be slow, refuse
  // what it could accept. Nearly always 0; in some runs, now and then, one of [1, magnitudes]. Two
  // levels, as FoundationDB's BUGGIFY: a site is on for a whole run or off, and fires now and then
  // where it is on, so that runs differ in kind. The site is of class kFault. Whatever it does must
  // be allowed by the protocol: it makes rare paths frequent, no wrong ones.
  virtual uint64_t buggify(const Site& site, uint64_t magnitudes) = 0;
  bool buggify(const Site& site) { return buggify(site, 1) != 0; }
  // How many bytes the process keeps in memory under that name (a literal), instead of what it said
  // before. A machine whose memory is limited kills what holds too much.
  virtual void holds(std::string_view what, size_t bytes) = 0;
  // To make mailboxes, signals and wait lists of.
  virtual Scheduler& scheduler() = 0;

  // --- What the process says of itself, for checkers and readers; it must not matter to anyone
  // else ---

  // A fact about the state, such as "became leader of term 3".
  virtual void probe(const google::protobuf::Message& fact) = 0;
  // A rare path was taken.
  virtual void reached(ProbeName name) = 0;

 protected:
  using Handler = std::function<void(NodeId from, const SealedMessage& message)>;
  using Server = std::function<Result<SealedMessage>(NodeId from, const SealedMessage& request)>;

  virtual void handle(const MessageType& type, Handler handler) = 0;
  virtual void serve_sealed(const MessageType& type, size_t concurrency, Server server) = 0;
  virtual Result<SealedMessage> call_sealed(NodeId to, SealedMessage request, Duration timeout,
                                            Label label) = 0;

 private:
  template <class Response>
  static Result<Response> unsealed(Result<SealedMessage> response) {
    if (!response) return response.error();
    return (*std::move(response)).template take<Response>();
  }
};

}  // namespace seedbed
