// What clients may rely on: acknowledged operations stand on a majority of disks, and in the end
// all replicas are alike.
#include <fmt/format.h>

#include <map>

#include "protocols/raft/command.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/storage.h"
#include "protocols/raft/wal.h"
#include "protocols/storage/invariants_durable_log.h"
#include "sim/check/convergence.h"
#include "sim/check/durability.h"
#include "sim/check/payload.h"

namespace seedbed::raft {
namespace {

// (client, its number of the operation) as one key.
uint64_t operation_key(uint64_t client, uint64_t operation) { return (client << 32) | operation; }

// The operations in one server's write-ahead log, as recovery would find them.
class WalOperations final : public DurableReader {
 public:
  void read(const DurableImage& image, DurableSet& set) override {
    log_.look(image);
    if (log_.take_restart()) {
      drop_from(1, set);
      clients_.clear();
    }
    while (const auto bytes = log_.next()) {
      const std::optional<WalRecord> record = decode_record(bytes->type, bytes->payload);
      if (!record) continue;
      if (const auto* truncate = std::get_if<WalTruncate>(&*record)) {
        drop_from(truncate->from, set);
      } else if (const auto* entry = std::get_if<WalEntry>(&*record)) {
        add(*entry, set);
      }
    }
  }

 private:
  void add(const WalEntry& entry, DurableSet& set) {
    uint64_t key = 0;
    const auto stamped = decode_stamped(entry.data);
    if (entry.kind != EntryKind::kCommand || !stamped) {
      // A no-op.
    } else if (const auto* registration = std::get_if<RegisterClient>(&stamped->command)) {
      clients_[entry.index] = registration->client;
    } else if (const auto* request = std::get_if<Request>(&stamped->command)) {
      const auto client = clients_.find(request->session);
      if (client != clients_.end()) key = operation_key(client->second, request->sequence);
    }
    keys_.push_back(key);
    if (key != 0) set.insert(key);
  }

  void drop_from(LogIndex index, DurableSet& set) {
    if (index > keys_.size()) return;
    std::vector<uint64_t> dropped(keys_.begin() + static_cast<int64_t>(index) - 1, keys_.end());
    keys_.resize(index - 1);
    for (const uint64_t key : dropped) {
      // A repetition of the same operation may stand earlier in the log.
      if (key != 0 && std::find(keys_.begin(), keys_.end(), key) == keys_.end()) set.erase(key);
    }
  }

  storage::DurableLog log_{std::string(kWalDirectory)};
  std::vector<uint64_t> keys_;            // of the entry at each index; 0: not an operation
  std::map<uint64_t, uint64_t> clients_;  // who opened each session
};

std::optional<uint64_t> acknowledged_key(const seedbed::Entry& entry) {
  const auto number = DurabilityChecker::key_by_number(entry);
  if (!number) return std::nullopt;
  constexpr uint64_t kNumbersPerClient = 1'000'000;  // as ClientPlan::first_id counts
  return operation_key(*number / kNumbersPerClient, *number % kNumbersPerClient);
}

std::optional<std::string> digest_of(const TraceEvent& event) {
  const auto* applied = payload_as<wire::Applied>(event);
  if (applied == nullptr) return std::nullopt;
  return fmt::format("index {} state {:016x}", applied->entry().index(), applied->state_hash());
}

}  // namespace

std::unique_ptr<Checker> make_acknowledged_is_durable(const std::vector<NodeId>& servers) {
  return std::make_unique<DurabilityChecker>(
      "AcknowledgedIsDurable",
      DurabilityOptions{.replicas = servers, .required = servers.size() / 2 + 1},
      [](NodeId) { return std::make_unique<WalOperations>(); }, acknowledged_key);
}

std::unique_ptr<Checker> make_replicas_agree() {
  return std::make_unique<ConvergenceChecker>("ReplicasAgree", digest_of);
}

}  // namespace seedbed::raft
