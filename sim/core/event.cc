#include "sim/core/event.h"

namespace seedbed {

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::kSend: return "send";
    case EventKind::kReceive: return "receive";
    case EventKind::kDrop: return "drop";
    case EventKind::kDiskSubmit: return "disk_submit";
    case EventKind::kDiskComplete: return "disk_complete";
    case EventKind::kDurable: return "durable";
    case EventKind::kStart: return "start";
    case EventKind::kCrash: return "crash";
    case EventKind::kPause: return "pause";
    case EventKind::kResume: return "resume";
    case EventKind::kTimer: return "timer";
    case EventKind::kFaultBegin: return "fault_begin";
    case EventKind::kFaultEnd: return "fault_end";
    case EventKind::kHeal: return "heal";
    case EventKind::kInvoke: return "invoke";
    case EventKind::kReturn: return "return";
    case EventKind::kProbe: return "probe";
    case EventKind::kReached: return "reached";
    case EventKind::kClock: return "clock";
    case EventKind::kChoice: return "choice";
    case EventKind::kEnd: return "end";
    case EventKind::kOutside: return "outside";
    case EventKind::kAssumption: return "assumption";
    case EventKind::kFault: return "fault";
    case EventKind::kCut: return "cut";
  }
  return "unknown";
}

std::string_view to_string(DropReason reason) {
  switch (reason) {
    case DropReason::kLoss: return "loss";
    case DropReason::kPartition: return "partition";
    case DropReason::kDown: return "down";
    case DropReason::kUnserved: return "unserved";
    case DropReason::kOverflow: return "overflow";
    case DropReason::kCorrupt: return "corrupt";
    case DropReason::kTooLarge: return "too large";
  }
  return "unknown";
}

}  // namespace seedbed
