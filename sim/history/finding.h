// Finding: something that is wrong, or doubtful, about a file with a history.
//
//   etcd.log: line 17: busy-process: process 3 is asked again; expected the return of what it was
//   asked on line 12; a process does one thing at a time, so what returns cannot be told
//
// A fatal one leaves nothing to be judged. A remark is printed beside the verdict.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/history/history.h"

namespace seedbed {

enum class FindingKind : uint8_t {
  kSyntax,
  kTruncated,
  kBadChecksum,
  kTooDeep,
  kAbsurdCount,
  kUnsupported,
  kWrongType,
  kMissingProcess,
  kUnpairedReturn,
  kBusyProcess,
  kProcessAfterInfo,
  kOtherReturn,
  kIndexOrder,
  kDuplicateValue,
  kUnknownFunction,
  kSkippedLine,
  kSplitTransaction,
  kEmpty,
};

// What is said of all findings of a kind.
struct FindingInfo {
  FindingKind kind;
  std::string_view name;     // "duplicate-value"
  bool fatal;                // nothing can be judged
  std::string_view meaning;  // what it means for the verdict
};
const FindingInfo& info_of(FindingKind kind);
const std::vector<FindingInfo>& finding_infos();

struct Finding {
  FindingKind kind{};
  std::string file;
  Places places = Places::kNone;
  uint64_t place = 0;    // line or byte offset; with kNone: the whole file
  std::string found;     // "process 3 is asked again"
  std::string expected;  // "the return of what it was asked on line 12"; may be empty
  uint64_t more = 0;     // how many others of the kind were found after it, and are left out

  bool fatal() const { return info_of(kind).fatal; }
};

// One line.
std::string to_string(const Finding& finding);

// Collects findings: the first few of each kind, and how many more there were.
class Findings {
 public:
  explicit Findings(std::string file, Places places = Places::kNone)
      : file_(std::move(file)), places_(places) {}

  void add(FindingKind kind, uint64_t place, std::string found, std::string expected = "");

  // For the findings from now on.
  void set_file(std::string file) { file_ = std::move(file); }
  void set_places(Places places) { places_ = places; }

  bool fatal() const { return fatal_; }
  Places places() const { return places_; }
  const std::string& file() const { return file_; }
  const std::vector<Finding>& all() const { return findings_; }

 private:
  static constexpr size_t kShown = 3;  // of a kind

  std::string file_;
  Places places_;
  std::vector<Finding> findings_;
  bool fatal_ = false;
};

}  // namespace seedbed
