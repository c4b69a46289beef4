// Invariants, for each end:
//   1. What the other end has confirmed is forgotten; the rest, from the first that is not, stands
//      in `sent`, numbered without gaps.
//   2. `inbox` holds what came in order and was not received yet, `early` what came before its
//      turn; never more than a window of both.
//   3. An end is in the table while it is open; who is not in the table is answered with a reset.
#include "sim/world/connection.h"

#include <algorithm>
#include <deque>

namespace seedbed {

struct Connection::End {
  End(Connections& owner, Connections::Key key)
      : owner(owner), key(key), changed(owner.env_.scheduler()) {}

  // What an answer is due for: the number of a DATA, the OPEN, or 0 for nothing.
  uint64_t awaited() const {
    constexpr uint64_t kOpen = ~uint64_t{0} - 1;
    if (!accepted) return kOpen;
    return sent.empty() ? 0 : sent.front().sequence();
  }

  Connections& owner;
  const Connections::Key key;
  Signal changed;  // something of the following
  bool open = true;
  bool accepted = false;   // by the other end, if it was opened here
  bool refused = false;    // instead of that
  bool abandoned = false;  // nobody holds it any more
  uint32_t acceptor = 0;   // incarnation
  NodeTime heard{};        // last

  // Sending: (1).
  std::deque<Connections::Segment> sent;
  uint64_t next_sequence = 1;
  uint64_t permitted = 0;  // by the other end

  // Receiving: (2).
  uint64_t received = 0;  // all up to this one are in the inbox, or were
  uint64_t taken = 0;     // out of the inbox
  std::deque<Payload> inbox;
  std::map<uint64_t, Payload> early;
};

// --- One end, seen from its process ---

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(end_, other.end_);
  return *this;
}

NodeId Connection::peer() const { return end_->key.peer; }
bool Connection::open() const { return end_->open; }

// May run while its process is killed, when no Env may be used: the keeper of the end, or the next
// segment for it, does the rest.
void Connection::abandon() {
  if (end_ != nullptr) end_->abandoned = true;
}

Status Connection::send_bytes(uint64_t type, std::string bytes) {
  End& end = *end_;
  // When nothing is on its way, one message goes beyond the window: it asks for the next window.
  while (end.open && end.next_sequence > end.permitted && !end.sent.empty()) end.changed.wait();
  if (!end.open) return Error::kClosed;
  Connections::Segment segment = end.owner.header(end, Connections::Segment::DATA);
  segment.set_sequence(end.next_sequence++);
  segment.set_type(type);
  segment.set_payload(std::move(bytes));
  end.sent.push_back(segment);
  if (end.sent.size() == 1) end.changed.notify_all();  // the keeper has work
  end.owner.env_.send(end.key.peer, std::move(segment));
  return {};
}

Result<Connection::Payload> Connection::next_payload(Duration timeout) {
  End& end = *end_;
  while (end.inbox.empty()) {
    if (!end.open) return Error::kClosed;
    const bool notified = end.changed.wait_for(timeout);
    if (!notified && end.inbox.empty()) return Error::kTimeout;
  }
  Payload payload = std::move(end.inbox.front());
  end.inbox.pop_front();
  ++end.taken;
  // The other end may be waiting for room.
  const bool was_full = end.received + 1 - end.taken >= end.owner.options_.window;
  if (was_full && end.open) end.owner.say(end, Connections::Segment::STATUS);
  return payload;
}

void Connection::close() {
  if (!end_->open) return;
  end_->owner.say(*end_, Connections::Segment::RESET);
  end_->owner.finish(*end_);
}

// --- All of them ---

Connections::Connections(Env& env, ConnectionOptions options)
    : env_(env), options_(options), last_connection_(uint64_t{number(env.incarnation())} << 32) {
  env_.on<Segment>([this](NodeId from, const Segment& segment) { on_segment(from, segment); });
}

Connections::Segment Connections::header(const End& end, Segment::Kind kind) const {
  Segment segment;
  segment.set_kind(kind);
  segment.set_connection(end.key.connection);
  segment.set_from_opener(end.key.opened_here);
  segment.set_acceptor(end.acceptor);
  segment.set_received(end.received);
  segment.set_permitted(end.taken + options_.window);
  return segment;
}

void Connections::say(End& end, Segment::Kind kind) { env_.send(end.key.peer, header(end, kind)); }

std::shared_ptr<Connections::End> Connections::add(const Key& key) {
  auto end = std::make_shared<End>(*this, key);
  end->heard = env_.now();
  ends_[key] = end;
  env_.spawn("connection", [this, end] { keep(*end); });
  return end;
}

void Connections::finish(End& end) {
  end.open = false;
  end.early.clear();
  end.sent.clear();
  end.changed.notify_all();
  const auto place = ends_.find(end.key);
  if (place != ends_.end() && place->second.get() == &end) ends_.erase(place);
}

Result<Connection> Connections::open(NodeId to, Duration timeout) {
  const std::shared_ptr<End> end = add({to, ++last_connection_, true});
  say(*end, Segment::OPEN);
  const NodeTime deadline = env_.now() + timeout;
  while (end->open && !end->accepted) {
    const Duration left = deadline - env_.now();
    if (left <= Duration::zero()) {
      finish(*end);
      return Error::kTimeout;
    }
    end->changed.wait_for(left);
  }
  if (!end->accepted) return end->refused ? Error::kUnavailable : Error::kTimeout;
  return Connection(end);
}

void Connections::on_segment(NodeId from, const Segment& segment) {
  const auto place = ends_.find({from, segment.connection(), !segment.from_opener()});
  if (place == ends_.end()) {
    accept(from, segment);
    return;
  }
  const std::shared_ptr<End> end = place->second;  // for take() may end it
  const bool other_life =
      end->acceptor != 0 && segment.acceptor() != 0 && segment.acceptor() != end->acceptor;
  if (end->abandoned || other_life) {
    refuse(from, segment);
    if (end->abandoned) finish(*end);
    return;
  }
  take(*end, segment);
}

// An OPEN, or something of a connection that is no more.
void Connections::accept(NodeId from, const Segment& segment) {
  if (segment.kind() == Segment::RESET) return;
  uint64_t& last = last_accepted_[from];
  const bool wanted = segment.kind() == Segment::OPEN && segment.from_opener() && accepted_ &&
                      segment.connection() > last && ends_.size() < options_.connections;
  if (!wanted) {
    refuse(from, segment);
    return;
  }
  last = segment.connection();
  const std::shared_ptr<End> end = add({from, segment.connection(), false});
  end->acceptor = number(env_.incarnation());
  end->accepted = true;
  take(*end, segment);
  env_.spawn("accepted", [this, end] { accepted_(Connection(end)); });
}

void Connections::refuse(NodeId to, const Segment& segment) {
  if (segment.kind() == Segment::RESET) return;
  Segment reset;
  reset.set_kind(Segment::RESET);
  reset.set_connection(segment.connection());
  reset.set_from_opener(!segment.from_opener());
  reset.set_acceptor(segment.acceptor());
  env_.send(to, std::move(reset));
}

void Connections::take(End& end, const Segment& segment) {
  if (segment.kind() == Segment::RESET) {
    end.refused = !end.accepted;
    finish(end);
    return;
  }
  end.heard = env_.now();
  if (segment.kind() == Segment::ACCEPT && !end.accepted) {
    end.accepted = true;
    end.acceptor = segment.acceptor();
  }
  const uint64_t permitted_before = end.permitted;
  end.permitted = std::max(end.permitted, segment.permitted());
  while (!end.sent.empty() && end.sent.front().sequence() <= segment.received()) {
    end.sent.pop_front();
  }
  end.changed.notify_all();
  // What asked for the next window found no room: there is some now.
  const bool asked = !end.sent.empty() && end.sent.front().sequence() > permitted_before;
  if (asked && end.sent.front().sequence() <= end.permitted) repeat(end);
  if (segment.kind() == Segment::OPEN) say(end, Segment::ACCEPT);
  if (segment.kind() == Segment::DATA) take_data(end, segment);
  if (segment.kind() == Segment::PROBE) say(end, Segment::STATUS);
}

void Connections::take_data(End& end, const Segment& segment) {
  const bool fits = segment.sequence() <= end.taken + options_.window;
  if (segment.sequence() > end.received && fits) {
    end.early.insert({segment.sequence(), {segment.type(), segment.payload()}});
  }
  for (auto next = end.early.begin(); next != end.early.end() && next->first == end.received + 1;) {
    end.inbox.push_back(std::move(next->second));
    ++end.received;
    next = end.early.erase(next);
  }
  say(end, Segment::STATUS);
}

// Says again what was not answered. One for each end, while it is open.
void Connections::keep(End& end) {
  uint64_t awaited = ~uint64_t{0};
  Duration wait{};
  NodeTime due = env_.now();
  while (end.open) {
    const NodeTime now = env_.now();
    if (end.abandoned || now - end.heard >= options_.give_up) {
      finish(end);
      return;
    }
    if (end.awaited() != awaited) {  // it was answered
      awaited = end.awaited();
      wait = awaited == 0 ? options_.keep_alive : options_.repeat;
      due = now + wait;
    } else if (now >= due) {
      awaited == 0 ? say(end, Segment::PROBE) : repeat(end);
      if (awaited != 0) wait = std::min(wait * 2, options_.repeat * 16);
      due = now + wait;
    }
    end.changed.wait_for(due - now);
  }
}

// Of many, the first few: the others may only wait for those.
void Connections::repeat(End& end) {
  constexpr size_t kAtOnce = 8;
  if (!end.accepted) {
    say(end, Segment::OPEN);
    return;
  }
  for (size_t i = 0; i < std::min(kAtOnce, end.sent.size()); ++i) {
    end.sent[i].set_received(end.received);
    end.sent[i].set_permitted(end.taken + options_.window);
    env_.send(end.key.peer, end.sent[i]);
  }
}

}  // namespace seedbed
