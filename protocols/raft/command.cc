#include "protocols/raft/command.h"

#include <fmt/format.h>

#include <limits>

#include "sim/core/bytes.h"

namespace seedbed::raft {
namespace {

// First byte of a command: one of these, or the alternative of KvOperation plus one.
constexpr uint8_t kRegister = 0;
constexpr uint8_t kActivate = 0xfe;
constexpr uint8_t kKeepAlive = 0xff;

// Stands where the time of a command would, if it has none.
constexpr uint64_t kNoTime = ~uint64_t{0};

struct PutOperation {
  ByteWriter& out;
  void operator()(const Get& op) const { out.string(op.key); }
  void operator()(const Put& op) const {
    out.string(op.key);
    out.string(op.value);
  }
  void operator()(const Append& op) const {
    out.string(op.key);
    out.string(op.suffix);
  }
  void operator()(const Cas& op) const {
    out.string(op.key);
    out.u8(op.expected.has_value() ? 1 : 0);
    if (op.expected) out.string(*op.expected);
    out.string(op.desired);
  }
  void operator()(const Delete& op) const { out.string(op.key); }
  void operator()(const Transaction& op) const {
    out.u32(static_cast<uint32_t>(op.steps.size()));
    for (const Transaction::Step& step : op.steps) {
      out.u8(static_cast<uint8_t>(step.index()));
      std::visit(*this, step);
    }
  }
};

std::optional<std::string> take_optional(ByteReader& in, bool& canonical) {
  const uint8_t present = in.u8();
  canonical = canonical && present <= 1;
  if (present == 0) return std::nullopt;
  return in.string();
}

// A count is not believed: what is not there ends the reading.
std::optional<KvOperation> take_transaction(ByteReader& in) {
  Transaction transaction;
  for (uint32_t left = in.u32(); left > 0; --left) {
    const uint8_t kind = in.u8();
    std::string key = in.string();
    if (!in.ok() || kind > 1) return std::nullopt;
    if (kind == 0) {
      transaction.steps.emplace_back(Get{std::move(key)});
    } else {
      transaction.steps.emplace_back(Append{std::move(key), in.string()});
    }
  }
  return transaction;
}

std::optional<KvOperation> take_operation(ByteReader& in, uint8_t kind, bool& canonical) {
  if (kind == 6) return take_transaction(in);
  std::string key = in.string();
  switch (kind) {
    case 1: return Get{std::move(key)};
    case 2: return Put{std::move(key), in.string()};
    case 3: return Append{std::move(key), in.string()};
    case 4: {
      Cas cas{std::move(key), take_optional(in, canonical), {}};
      cas.desired = in.string();
      return cas;
    }
    case 5: return Delete{std::move(key)};
    default: return std::nullopt;
  }
}

struct Describe {
  std::string operator()(const Get& op) const { return fmt::format("get {}", op.key); }
  std::string operator()(const Put& op) const {
    return fmt::format("put {} \"{}\"", op.key, op.value);
  }
  std::string operator()(const Append& op) const {
    return fmt::format("append {} \"{}\"", op.key, op.suffix);
  }
  std::string operator()(const Cas& op) const {
    const std::string expected = op.expected ? fmt::format("\"{}\"", *op.expected) : "absent";
    return fmt::format("cas {} {} \"{}\"", op.key, expected, op.desired);
  }
  std::string operator()(const Delete& op) const { return fmt::format("delete {}", op.key); }
  std::string operator()(const Transaction& op) const {
    std::string text = "transaction";
    for (const Transaction::Step& step : op.steps) text += " (" + std::visit(*this, step) + ")";
    return text;
  }
};

}  // namespace

std::string encode_found(const FoundValues& reads) {
  ByteWriter out;
  for (const std::optional<std::string>& read : reads) {
    out.u8(read.has_value() ? 1 : 0);
    if (read) out.string(*read);
  }
  return out.take();
}

std::optional<FoundValues> decode_found(std::string_view bytes) {
  ByteReader in(bytes);
  FoundValues reads;
  bool canonical = true;
  while (in.ok() && canonical && !in.finished()) reads.push_back(take_optional(in, canonical));
  if (!in.ok() || !canonical) return std::nullopt;
  return reads;
}

std::string encode(const Command& command) {
  ByteWriter out;
  if (const auto* registration = std::get_if<RegisterClient>(&command)) {
    out.u8(kRegister);
    out.u64(registration->client);
    return out.take();
  }
  if (const auto* alive = std::get_if<KeepAlive>(&command)) {
    out.u8(kKeepAlive);
    out.u64(alive->session);
    return out.take();
  }
  if (const auto* activation = std::get_if<Activate>(&command)) {
    out.u8(kActivate);
    out.u64(number(activation->version));
    return out.take();
  }
  const Request& request = std::get<Request>(command);
  out.u8(static_cast<uint8_t>(request.operation.index() + 1));
  out.u64(request.session);
  out.u64(request.sequence);
  out.u64(request.lowest_unanswered);
  std::visit(PutOperation{out}, request.operation);
  return out.take();
}

std::optional<Command> decode_command(std::string_view bytes) {
  ByteReader in(bytes);
  const uint8_t kind = in.u8();
  if (kind == kRegister || kind == kKeepAlive) {
    const uint64_t who = in.u64();
    if (!in.finished()) return std::nullopt;
    if (kind == kRegister) return RegisterClient{.client = who};
    return KeepAlive{.session = who};
  }
  if (kind == kActivate) {
    const uint64_t version = in.u64();
    const bool is_one = version > 0 && version <= std::numeric_limits<uint32_t>::max();
    if (!in.finished() || !is_one) return std::nullopt;
    return Activate{.version = KvVersion(version)};
  }
  Request request;
  request.session = in.u64();
  request.sequence = in.u64();
  request.lowest_unanswered = in.u64();
  bool canonical = true;
  std::optional<KvOperation> operation = take_operation(in, kind, canonical);
  if (!operation || !canonical || !in.finished()) return std::nullopt;
  request.operation = std::move(*operation);
  return request;
}

std::string stamp(std::optional<LogTime> time, std::string_view command) {
  ByteWriter out;
  out.u64(time ? static_cast<uint64_t>(nanoseconds(*time)) : kNoTime);
  out.raw(command);
  return out.take();
}

std::optional<Stamped> decode_stamped(std::string_view entry) {
  ByteReader in(entry);
  const uint64_t time = in.u64();
  const bool is_time = time <= uint64_t{std::numeric_limits<int64_t>::max()};
  if (!in.ok() || (!is_time && time != kNoTime)) return std::nullopt;
  std::optional<Command> command = decode_command(in.rest());
  if (!command) return std::nullopt;
  Stamped stamped{.time = std::nullopt, .command = *std::move(command)};
  if (is_time) stamped.time = LogTime(Duration(static_cast<int64_t>(time)));
  return stamped;
}

std::string to_string(const KvOperation& operation) { return std::visit(Describe{}, operation); }

}  // namespace seedbed::raft
