// The readers and writers behind the table in format.cc, a file for each format. They may throw
// BadInput, with an offset into the file that they had named to `findings`.
#pragma once

#include "sim/history/formats/format.h"

namespace seedbed {

bool detect_seedbed(const Input& input);
HistoryParts read_seedbed(const Input& input, Findings* findings);

bool detect_jepsen_edn(const Input& input);
HistoryParts read_jepsen_edn(const Input& input, Findings* findings);
std::string write_jepsen_edn(const History& history);

bool detect_jepsen_json(const Input& input);
HistoryParts read_jepsen_json(const Input& input, Findings* findings);

bool detect_jepsen_text(const Input& input);
HistoryParts read_jepsen_text(const Input& input, Findings* findings);

bool detect_jepsen_binary(const Input& input);
HistoryParts read_jepsen_binary(const Input& input, Findings* findings);

bool detect_porcupine_etcd(const Input& input);
HistoryParts read_porcupine_etcd(const Input& input, Findings* findings);

bool detect_porcupine_kv(const Input& input);
HistoryParts read_porcupine_kv(const Input& input, Findings* findings);

bool detect_plume(const Input& input);
HistoryParts read_plume(const Input& input, Findings* findings);

bool detect_awdit(const Input& input);
HistoryParts read_awdit(const Input& input, Findings* findings);

bool detect_dbcop_text(const Input& input);
HistoryParts read_dbcop_text(const Input& input, Findings* findings);

bool detect_dbcop_json(const Input& input);
HistoryParts read_dbcop_json(const Input& input, Findings* findings);

bool detect_dbcop_bincode(const Input& input);
HistoryParts read_dbcop_bincode(const Input& input, Findings* findings);

bool detect_cobra(const Input& input);
HistoryParts read_cobra(const Input& input, Findings* findings);

}  // namespace seedbed
