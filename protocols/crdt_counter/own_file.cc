// The file: checksum (8 bytes), size (8 bytes), StoredState. The size is there because the file
// that is written beside may have been left by a crash, and be longer.
#include "protocols/crdt_counter/own_file.h"

#include <utility>

#include "sim/core/hash.h"

namespace seedbed::crdt_counter {
namespace {

constexpr std::string_view kBeside = "own.new";
constexpr std::string_view kDirectory = "";
constexpr size_t kWord = 8;
constexpr uint64_t kMaxSize = uint64_t{1} << 30;

void append_word(std::string* bytes, uint64_t word) {
  for (size_t i = 0; i < kWord; ++i) bytes->push_back(static_cast<char>(word >> (8 * i)));
}

uint64_t word_at(std::string_view bytes, size_t at) {
  uint64_t word = 0;
  for (size_t i = 0; i < kWord; ++i) {
    word |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return word;
}

}  // namespace

Status save_own(Disk& disk, const OwnState& own) {
  StoredState stored;
  store(own.counters, stored.mutable_counters());
  store(own.learned, stored.mutable_learned());
  for (const auto& [client, operation] : own.last_operations) {
    Session& session = *stored.add_sessions();
    session.set_client(number(client));
    session.set_last_operation(operation);
  }
  const std::string content = stored.SerializeAsString();
  std::string bytes;
  append_word(&bytes, hash_bytes(content));
  append_word(&bytes, content.size());
  bytes += content;

  const auto written = disk.write(kBeside, 0, std::move(bytes)).await();
  if (!written) return written.error();
  const auto synced = disk.sync(kBeside).await();
  if (!synced) return synced.error();
  const auto renamed = disk.rename(kBeside, kOwnFile).await();
  if (!renamed) return renamed.error();
  const auto named = disk.sync_directory(kDirectory).await();
  if (!named) return named.error();
  return {};
}

Result<OwnState> load_own(Disk& disk) {
  const auto read = disk.read(kOwnFile, 0, kMaxSize).await();
  if (!read) {
    if (read.error() == Error::kNotFound) return OwnState();
    return read.error();
  }
  return own_state_from(*read);
}

Result<OwnState> own_state_from(std::string_view bytes) {
  if (bytes.size() < 2 * kWord) return Error::kCorrupt;
  const uint64_t size = word_at(bytes, kWord);
  if (size > bytes.size() - 2 * kWord) return Error::kCorrupt;
  const std::string content(bytes.substr(2 * kWord, size));
  StoredState stored;
  if (hash_bytes(content) != word_at(bytes, 0) || !stored.ParseFromString(content)) {
    return Error::kCorrupt;
  }
  OwnState own{.counters = counters_from(stored.counters()),
               .last_operations = {},
               .learned = counters_from(stored.learned())};
  for (const Session& session : stored.sessions()) {
    own.last_operations[NodeId{session.client()}] = session.last_operation();
  }
  return own;
}

}  // namespace seedbed::crdt_counter
