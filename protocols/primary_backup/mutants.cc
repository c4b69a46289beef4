#include "protocols/primary_backup/mutants.h"

#include <array>

namespace seedbed::primary_backup {
namespace {

constexpr std::array kMutants = {
    MutantInfo{Mutant::kB06, "primary_backup.b06-index-apart",
               "A checkpoint has the data of one moment and the applied index of a later one.",
               "AppliedAtomic",
               "https://github.com/etcd-io/etcd/issues/13766; "
               "https://github.com/etcd-io/etcd/pull/13854"},
    MutantInfo{Mutant::kB08, "primary_backup.b08-no-fence",
               "A backup goes on to accept what the primary of an earlier epoch sends.",
               "OneWriter", "https://aphyr.com/posts/283-jepsen-redis"},
    MutantInfo{Mutant::kMemo, "primary_backup.ch01-memo",
               "A write to a key that already has a value answers, and changes nothing.",
               "Linearizable", "a memo table in place of a state"},
    MutantInfo{Mutant::kNoSync, "primary_backup.ch01-no-sync",
               "A replica takes for durable what it has only written.", "Durability",
               "https://wiki.postgresql.org/wiki/Fsync_Errors"},
    MutantInfo{Mutant::kNoReplicas, "primary_backup.ch01-ignore-backups",
               "The primary acknowledges without regard to what the backups have.", "Durability",
               "https://aphyr.com/posts/283-jepsen-redis"},
    MutantInfo{Mutant::kReadDeposed, "primary_backup.ch01-read-deposed",
               "A primary answers reads although its lease is over.", "Linearizable",
               "https://github.com/etcd-io/etcd/issues/741"},
    MutantInfo{Mutant::kPromoteBehind, "primary_backup.promote-behind",
               "The owner of a new epoch begins with its own log, though another is ahead of it.",
               "Durability", "https://issues.apache.org/jira/browse/KAFKA-1028"},
    MutantInfo{
        Mutant::kResume, "primary_backup.resume-epoch",
        "A primary that has restarted goes on in its epoch, with the log that its disk kept.",
        "ReplicaPrefix",
        "https://cwiki.apache.org/confluence/display/KAFKA/"
        "KIP-101+-+Alter+Replication+Protocol+to+use+Leader+Epoch+rather+than+High+"
        "Watermark+for+Truncation"},
    MutantInfo{Mutant::kNoTable, "primary_backup.no-table",
               "A repeated operation is executed again instead of being answered from the table.",
               "ExactlyOnce", "https://github.com/RedisLabs/redisraft/issues/52"},
    MutantInfo{Mutant::kNoToken, "primary_backup.token-ignored",
               "A replica answers a read although it has not applied what the client has seen.",
               "ReadsYourWrites", "https://jepsen.io/analyses/mongodb-3-6-4"},
    MutantInfo{Mutant::kFreshOnArrival, "primary_backup.fresh-on-arrival",
               "A backup takes its state for as fresh as the message that came last, however long "
               "that has been on its way.",
               "BoundedStaleness", "https://github.com/cockroachdb/cockroach/issues/36431"},
};

}  // namespace

std::span<const MutantInfo> mutants() { return kMutants; }

std::optional<Mutant> find_mutant(std::string_view name) {
  for (const MutantInfo& info : kMutants) {
    if (info.name == name) return info.mutant;
  }
  return std::nullopt;
}

}  // namespace seedbed::primary_backup
