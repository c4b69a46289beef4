// A block whose checksum fits may still be nonsense (somebody made it so): every entry is taken
// with a look at whether it is there.
#include "sim/trace/reader.h"

#include <fmt/format.h>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

using Numbers = google::protobuf::RepeatedField<uint64_t>;

// The next number of a column; false if there is none.
bool take(const Numbers& column, int* at, uint64_t* value) {
  if (*at >= column.size()) return false;
  *value = column[(*at)++];
  return true;
}

// Likewise for a number that is only there if it differs from the predicted one.
bool take_surprise(const Numbers& column, int* at, bool there, uint64_t predicted,
                   uint64_t* value) {
  *value = predicted;
  if (!there) return true;
  uint64_t difference = 0;
  if (!take(column, at, &difference)) return false;
  *value = predicted + unzigzag(difference);
  return true;
}

bool take_bytes(const std::string& all, size_t* at, uint64_t size, std::string_view* bytes) {
  if (size > all.size() - *at) return false;
  *bytes = std::string_view(all).substr(*at, size);
  *at += size;
  return true;
}

bool parse(std::string_view content, google::protobuf::Message* message) {
  return message->ParseFromArray(content.data(), static_cast<int>(content.size()));
}

}  // namespace

TraceReader::TraceReader(std::string_view file, std::string name)
    : file_(file), name_(std::move(name)) {
  read_header();
  rewind();
}

void TraceReader::read_header() {
  constexpr std::string_view kRemedy = "record one with `seedbed run SCENARIO --trace FILE`";
  if (file_.empty()) {
    throw ConfigError(fmt::format("{}: the file is empty, not a trace; {}", name_, kRemedy));
  }
  if (!file_.starts_with(kTraceMagic)) {
    if (kTraceMagic.starts_with(file_)) {
      throw ConfigError(fmt::format("{}: cut off within its first bytes; {}", name_, kRemedy));
    }
    throw ConfigError(
        fmt::format("{}: not a trace: it does not begin as traces do; {}", name_, kRemedy));
  }
  after_header_ = FrameReader(file_.substr(kTraceMagic.size()));
  Frame frame;
  const auto status = after_header_.next(&frame);
  if (status == FrameReader::Status::kCutOff || status == FrameReader::Status::kEnd) {
    throw ConfigError(fmt::format("{}: cut off within its header; {}", name_, kRemedy));
  }
  if (status == FrameReader::Status::kDamaged || frame.type != FrameType::kHeader ||
      !parse(frame.content, &header_)) {
    throw ConfigError(fmt::format("{}: the header is damaged; {}", name_, kRemedy));
  }
  if (header_.version() != kTraceVersion) {
    throw ConfigError(fmt::format(
        "{}: a trace of format {}, where this build reads format {}; use the build of revision {}, "
        "or record it again",
        name_, header_.version(), kTraceVersion,
        header_.revision().empty() ? "(unknown)" : header_.revision()));
  }
}

void TraceReader::rewind() {
  frames_ = after_header_;
  block_.Clear();
  at_ = {};
  names_.assign(1, NumberedName{.number = 0, .hash = hash_bytes({})});
  name_texts_.assign(1, std::string());
  prediction_ = {};
  payloads_ = {};
  payload_bytes_ = {};
  payload_type_ = {};
  last_ = kNoEvent;
  events_ = 0;
  unknown_payloads_ = 0;
  ended_ = false;
  ending_ = fmt::format("{}: not read to its end", name_);
  footer_.reset();
}

void TraceReader::end(std::string_view how) {
  ended_ = true;
  ending_ = events_ == 0 ? fmt::format("{}: {} before the first event", name_, how)
                         : fmt::format("{}: {} after event {}", name_, how, number(last_));
}

bool TraceReader::next(TraceEvent* event) {
  while (!ended_ && at_.event >= block_.shapes_size()) {
    if (!next_block()) return false;
  }
  if (ended_) return false;
  *event = {};
  if (!decode(event)) {
    end("damaged");
    return false;
  }
  ++events_;
  last_ = event->index;
  return true;
}

bool TraceReader::next_block() {
  Frame frame;
  switch (frames_.next(&frame)) {
    case FrameReader::Status::kFrame: break;
    case FrameReader::Status::kDamaged: end("damaged"); return false;
    case FrameReader::Status::kEnd:
    case FrameReader::Status::kCutOff: end("cut off"); return false;
  }
  const bool good = (frame.type == FrameType::kBlock && load_block(frame.content)) ||
                    (frame.type == FrameType::kFooter && load_footer(frame.content));
  if (!good) end("damaged");
  return !ended_;
}

bool TraceReader::load_footer(std::string_view content) {
  trace::Footer footer;
  Frame more;
  if (!parse(content, &footer) || footer.events() != events_) return false;
  if (frames_.next(&more) != FrameReader::Status::kEnd) return false;
  end("complete");
  footer_ = std::move(footer);
  return true;
}

bool TraceReader::load_block(std::string_view content) {
  at_ = {};
  if (!parse(content, &block_) || block_.shapes_size() == 0 ||
      block_.events() != static_cast<uint64_t>(block_.shapes_size()) ||
      block_.times_size() != block_.shapes_size() || block_.nodes_size() != block_.shapes_size()) {
    block_.Clear();
    return false;
  }
  for (const std::string& name : block_.names()) {
    names_.push_back({.number = names_.size(), .hash = hash_bytes(name)});
    name_texts_.push_back(name);
  }
  return true;
}

bool TraceReader::decode(TraceEvent* event) {
  const uint64_t shape = block_.shapes(at_.event);
  const uint64_t kind_number = shape & kKindMask;
  if (kind_number == 0 || kind_number >= kEventKinds) return false;
  const auto kind = static_cast<EventKind>(kind_number);
  const uint64_t time = prediction_.time() + block_.times(at_.event);
  const uint64_t node = block_.nodes(at_.event);
  ++at_.event;

  uint64_t index = 0, cause = 0, peer = 0, id = 0, value = 0, name = 0, bytes_size = 0;
  if ((shape & kHasPeer) && !take(block_.peers(), &at_.peer, &peer)) return false;
  if ((shape & kHasName) && !take(block_.name_numbers(), &at_.name, &name)) return false;
  if (name >= names_.size() || node > UINT32_MAX || peer > UINT32_MAX) return false;
  const NumberedName& numbered = names_[name];
  if (!take_surprise(block_.indexes(), &at_.index, shape & kHasIndex, prediction_.index(),
                     &index) ||
      !take_surprise(block_.causes(), &at_.cause, shape & kHasCause, Prediction::cause(index),
                     &cause) ||
      !take_surprise(block_.ids(), &at_.id, shape & kHasId, prediction_.id(kind, numbered), &id) ||
      !take_surprise(block_.values(), &at_.value, shape & kHasValue,
                     Prediction::value(kind, numbered), &value)) {
    return false;
  }
  if ((shape & kHasBytes) && (!take(block_.bytes_sizes(), &at_.bytes_size, &bytes_size) ||
                              !take_bytes(block_.bytes(), &at_.bytes, bytes_size, &event->bytes))) {
    return false;
  }
  event->index = EventIndex{index};
  event->cause = EventIndex{cause};
  event->time = Time(Duration(static_cast<int64_t>(time)));
  event->kind = kind;
  event->node = NodeId{static_cast<uint32_t>(node)};
  event->peer = NodeId{static_cast<uint32_t>(peer)};
  event->id = id;
  event->value = value;
  event->name = name_texts_[name];
  prediction_.learn(index, time, kind, id);
  return decode_payload(shape, name, event);
}

bool TraceReader::decode_payload(uint64_t shape, uint64_t name_number, TraceEvent* event) {
  payload_bytes_ = {};
  payload_type_ = {};
  if (!(shape & kHasPayload)) return true;
  uint64_t size = 0;
  uint64_t type = name_number;
  if (!take(block_.payload_sizes(), &at_.payload_size, &size) ||
      !take_bytes(block_.payloads(), &at_.payloads, size, &payload_bytes_)) {
    return false;
  }
  if ((shape & kHasPayloadType) && !take(block_.payload_types(), &at_.payload_type, &type)) {
    return false;
  }
  if (type >= names_.size()) return false;
  payload_type_ = name_texts_[type];
  event->payload = payloads_.parse(type, name_texts_[type], payload_bytes_);
  if (event->payload == nullptr) ++unknown_payloads_;
  return true;
}

uint64_t replay(TraceReader& reader, const std::vector<EventSink*>& sinks) {
  std::vector<EventKinds> interests;
  interests.reserve(sinks.size());
  for (EventSink* sink : sinks) interests.push_back(sink->interests());
  TraceEvent event;
  uint64_t shown = 0;
  for (; reader.next(&event); ++shown) {
    for (size_t i = 0; i < sinks.size(); ++i) {
      if (interests[i].contains(event.kind)) sinks[i]->on_event(event);
    }
  }
  return shown;
}

}  // namespace seedbed
