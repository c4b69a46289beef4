// Events: everything that happens in a run, in the order in which it happens. They are the only
// thing that checkers, reports and traces ever see.
//
// An event is a fixed header (always hashed) and, for some kinds, a payload: the message that was
// sent, the bytes that became durable, what a protocol said of itself. Payloads are borrowed: they
// are valid during on_event only.
//
//   kind          node      peer      id           value             name          payload
//   send          sender    receiver  message      hash of the type  message type  the message
//   receive       receiver  sender    message      copy, from 0      message type  the message
//   drop          sender    receiver  message      DropReason        message type
//   disk_submit   owner               operation    bytes             path
//   disk_complete owner               operation    0 or Error + 1    path
//   durable       owner     (below)   file         offset, or size   path          bytes
//   start         started             incarnation  version
//   crash         crashed             incarnation                   why, in bytes, if by itself
//   pause, resume paused
//   timer         owner
//   fault_begin   target    other     plan entry   magnitude         fault         text in bytes
//   fault_end     target    other     plan entry   magnitude         fault         text in bytes
//   fault         victim                                             fault         what, in bytes
//   heal                                                             faults are over
//   outside       server                        its fate             what it stays for good
//   cut           sender    receiver                                 their link stays cut for good
//   assumption    target              plan entry   Assumption        the assumption that broke
//   invoke        client              operation                      function      the Operation
//   return        client              operation    Outcome           function      the Operation
//   probe         speaker             incarnation  hash of the type  probe type    the probe
//   reached       speaker             hash of name                   probe name
//   clock         owner               reading, ns  drift, ppb
//   choice                            ordinal      value             site          scope in bytes
//   end                                            RunEnd                          its message
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace google::protobuf {
class Message;  // carried, never looked into, by the kernel
}

namespace seedbed {

enum class EventKind : uint8_t {
  kSend = 1,
  kReceive,
  kDrop,
  kDiskSubmit,
  kDiskComplete,
  kDurable,
  kStart,
  kCrash,
  kPause,
  kResume,
  kTimer,
  kFaultBegin,
  kFaultEnd,
  kHeal,
  kInvoke,
  kReturn,
  kProbe,
  kReached,
  kClock,
  kChoice,
  kEnd,
  kOutside,
  kAssumption,
  kFault,
  kCut,
};
inline constexpr int kEventKinds = static_cast<int>(EventKind::kCut) + 1;

// The name used in traces and reports, as in the table above.
std::string_view to_string(EventKind kind);

// What a `durable` event says about a file (in `peer`, which it does not need otherwise).
//   kWrite     `bytes` now stand at offset `value`
//   kTruncate  the file is now `value` bytes long
//   kLink      `name` now names the file `id`
//   kUnlink    `name` no longer names a file
enum class DurableChange : uint32_t { kWrite = 1, kTruncate, kLink, kUnlink };

enum class DropReason : uint32_t {
  kLoss = 1,   // the link lost it
  kPartition,  // the link is cut
  kDown,       // the receiver is down, or was when it was sent
  kUnserved,   // the receiver has no handler for it
  kOverflow,   // the queue of the receiver, or of the link, is full
  kCorrupt,    // its bits were damaged, and its checksum or its parser told
  kTooLarge,   // it is larger than what the link lets through
};
std::string_view to_string(DropReason reason);

// A set of kinds, so that an observer is only told of what it asks for.
class EventKinds {
 public:
  constexpr EventKinds() = default;
  template <class... Kinds>
  constexpr explicit EventKinds(Kinds... kinds) : bits_((bit(kinds) | ... | 0u)) {}
  static constexpr EventKinds all() {
    EventKinds kinds;
    kinds.bits_ = ~0u;
    return kinds;
  }
  constexpr EventKinds with(EventKind kind) const {
    EventKinds kinds = *this;
    kinds.bits_ |= bit(kind);
    return kinds;
  }
  constexpr bool contains(EventKind kind) const { return (bits_ & bit(kind)) != 0; }

 private:
  static constexpr uint32_t bit(EventKind kind) { return 1u << static_cast<uint32_t>(kind); }
  uint32_t bits_ = 0;
};

struct TraceEvent {
  EventIndex index{};
  EventIndex cause{};  // what was running when this was scheduled: a receive's is its send
  Time time{};
  EventKind kind{};
  // Of a receive: nothing befell the message on its way, so name and payload are those of the send
  // that is its cause. False says nothing.
  bool as_sent = false;
  NodeId node{};
  NodeId peer{};
  uint64_t id = 0;
  uint64_t value = 0;
  std::string_view name;
  std::string_view bytes;
  const google::protobuf::Message* payload = nullptr;
};

// Somebody who watches a run. Called in event order, inside the run; must not change the world.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual EventKinds interests() const { return EventKinds::all(); }
  virtual void on_event(const TraceEvent& event) = 0;
};

}  // namespace seedbed
