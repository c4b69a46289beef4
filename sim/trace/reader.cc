// A block whose checksum fits may still be nonsense (somebody made it so): every entry is taken
// with a look at whether it is there.
#include "sim/trace/reader.h"

#include <fmt/format.h>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

// Takes that many bytes off `rest`; false if there are not so many.
bool take_bytes(std::string_view* rest, uint64_t size, std::string_view* bytes) {
  if (size > rest->size()) return false;
  *bytes = rest->substr(0, size);
  rest->remove_prefix(size);
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
  rows_left_ = {};
  contents_left_ = {};
  described_.clear();
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
  while (!ended_ && rows_left_.empty()) {
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
  // Bytes that no row has asked for are no more right than rows that ask for too many.
  const bool good =
      contents_left_.empty() && ((frame.type == FrameType::kBlock && load_block(frame.content)) ||
                                 (frame.type == FrameType::kFooter && load_footer(frame.content)));
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
  if (!parse(content, &block_) || block_.rows().empty()) return false;
  for (const std::string& name : block_.names()) {
    names_.push_back({.number = names_.size(), .hash = hash_bytes(name)});
    name_texts_.push_back(name);
  }
  rows_left_ = block_.rows();
  contents_left_ = block_.contents();
  described_.clear();
  prediction_.begin_block();
  return true;
}

bool TraceReader::decode(TraceEvent* event) {
  Row row;
  if (!take_row(&rows_left_, &row) || row.kind == 0 || row.kind >= kEventKinds ||
      row.name >= names_.size() || row.node > UINT32_MAX || row.peer > UINT32_MAX) {
    return false;
  }
  const NumberedName& name = names_[row.name];
  const uint64_t index = prediction_.index() + row.index;
  const uint64_t cause = Prediction::cause(index) - row.cause;
  const uint64_t time = prediction_.time() + row.time;
  Described described;
  if (!describe(row, cause, &described)) return false;
  event->index = EventIndex{index};
  event->cause = EventIndex{cause};
  event->time = Time(Duration(static_cast<int64_t>(time)));
  event->kind = static_cast<EventKind>(row.kind);
  event->as_sent = row.as_sent;
  event->node = NodeId{static_cast<uint32_t>(row.node)};
  event->peer = NodeId{static_cast<uint32_t>(row.peer)};
  event->id = prediction_.id(event->kind, name) + unzigzag(row.id);
  event->value = Prediction::value(event->kind, name) + row.value;
  event->name = name_texts_[described.name];
  make_payload(described, event);
  if (index != prediction_.index()) described_.clear();
  described_.push_back(described);
  prediction_.learn(index, time, event->kind, event->id);
  return take_bytes(&contents_left_, row.bytes_size, &event->bytes);
}

bool TraceReader::describe(const Row& row, uint64_t cause, Described* described) {
  if (row.as_sent && prediction_.in_block(cause)) {
    *described = described_[cause - prediction_.first_index()];
    return true;
  }
  described->name = row.name;
  if (row.payload == 0) return true;
  described->type = row.payload_type == 0 ? row.name : row.payload_type;
  return described->type < names_.size() &&
         take_bytes(&contents_left_, row.payload - 1, &described->payload.emplace());
}

void TraceReader::make_payload(const Described& described, TraceEvent* event) {
  payload_bytes_ = {};
  payload_type_ = {};
  if (!described.payload) return;
  payload_bytes_ = *described.payload;
  payload_type_ = name_texts_[described.type];
  event->payload = payloads_.parse(described.type, name_texts_[described.type], payload_bytes_);
  if (event->payload == nullptr) ++unknown_payloads_;
}

namespace {

void show(const TraceEvent& event, EventSink& sink, const TraceReader& reader) {
  try {
    sink.on_event(event);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", reader.name(), error.what()));
  }
}

}  // namespace

uint64_t replay(TraceReader& reader, const std::vector<EventSink*>& sinks) {
  std::vector<EventKinds> interests;
  interests.reserve(sinks.size());
  for (EventSink* sink : sinks) interests.push_back(sink->interests());
  TraceEvent event;
  uint64_t shown = 0;
  for (; reader.next(&event); ++shown) {
    for (size_t i = 0; i < sinks.size(); ++i) {
      if (interests[i].contains(event.kind)) show(event, *sinks[i], reader);
    }
  }
  return shown;
}

}  // namespace seedbed
