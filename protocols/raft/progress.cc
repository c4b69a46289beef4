// Invariant: match_ < next_. What is known to have arrived is never sent again.
#include "protocols/raft/progress.h"

#include <algorithm>

#include "sim/core/hash.h"

namespace seedbed::raft {

void Window::add(LogIndex last, uint64_t bytes) {
  sent_.push_back({last, bytes});
  bytes_ += bytes;
}

void Window::free_through(LogIndex match) {
  while (!sent_.empty() && sent_.front().last <= match) {
    bytes_ -= sent_.front().bytes;
    sent_.pop_front();
  }
}

bool Progress::may_send(const WindowLimits& limits) const {
  if (installing() != nullptr) return false;
  if (const auto* probe = std::get_if<Probe>(&mode_)) return !probe->outstanding;
  return !std::get<Replicate>(mode_).window.full(limits);
}

void Progress::sent(LogIndex last, uint64_t bytes) {
  if (auto* probe = std::get_if<Probe>(&mode_)) {
    probe->outstanding = true;  // next_ stays until the answer says where the logs agree
    return;
  }
  std::get<Replicate>(mode_).window.add(last, bytes);
  next_ = last + 1;
}

void Progress::acknowledged(LogIndex match) {
  match_ = std::max(match_, match);
  if (const Installing* sent = installing(); sent && match_ < sent->snapshot.last.index) return;
  if (auto* replicate = std::get_if<Replicate>(&mode_)) {
    replicate->window.free_through(match_);
    next_ = std::max(next_, match_ + 1);
    return;
  }
  mode_ = Replicate{};
  next_ = match_ + 1;
}

bool Progress::believes(LogIndex refused) const {
  if (refused <= match_ || installing() != nullptr) return false;
  return replicating() || refused + 1 == next_;
}

void Progress::refused(LogIndex next) {
  next_ = std::max(match_ + 1, next);
  mode_ = Probe{};
}

void Progress::install(const Snapshot& snapshot) {
  mode_ = Installing{.snapshot = snapshot, .digest = hash_bytes(snapshot.state)};
}

}  // namespace seedbed::raft
