// Certificates: a verdict about a history, with all that is needed to believe it.
//
//   Certificate certificate = parse_certificate(text, "run.cert");
//   const Verification result = verify(certificate, history);
//   result.status;                              // kTrue: proven again
//
// For "valid" a certificate has, for each key, an order of the operations with the state after each
// of them. For "invalid" it has the few operations of one key that cannot be put into any order.
// Everything is proven again from the history: nothing in a certificate is believed. The verifier
// (certificate_verify.cc) is small and knows neither the search nor the methods that found the
// verdict; it uses the steps of the model, and the rules of sim/check/leave_out.h.
//
// The text has a word and its arguments in each line; docs/reference/certificates.md has all words.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/fold.h"
#include "sim/check/model.h"
#include "sim/history/history.h"

namespace seedbed {

// An operation in an order that explains a key, and the state of the object after it.
struct CertifiedStep {
  uint64_t id = 0;
  std::optional<std::string> state;  // nullopt: too long to be written down
};

struct CertifiedKey {
  std::string key;
  std::vector<CertifiedStep> steps;
};

// An operation of the smallest history that cannot be explained.
struct KeptOperation {
  uint64_t id = 0;
  bool required = false;  // false: it may have happened, with any answer
  EventIndex invoked{};
  EventIndex returned = kNoEvent;  // kNoEvent unless required

  bool operator==(const KeptOperation& other) const = default;
};

struct Certificate {
  std::string history;  // the file, as the user named it
  std::string format;   // as in sim/history/formats/format.h, or "trace"
  uint64_t digest = 0;  // digest_of the history
  std::string model;
  Convention convention;
  bool valid = false;

  std::vector<CertifiedKey> keys;  // if valid: those that the model judges, by first invocation

  std::string key;                 // if not
  EventIndex last{};               // the return that ends the failing prefix
  std::optional<Fold> fold;        // what they begin with, if not with the history
  std::optional<Counted> counted;  // of a counter: why the last of them, a read, is wrong
  // Of sets and lists: the elements that count in reads of all; nullopt: every one.
  std::optional<std::set<std::string>> about;
  std::vector<KeptOperation> kept;  // in the order of their invocations
};

// Of all that a history says, with its convention. It tells one file from another; it is no
// cryptographic hash.
uint64_t digest_of(const History& history);

// Lines, in one way only: equal certificates have equal texts.
std::string to_text(const Certificate& certificate);
// Throws ConfigError, with `place` and the line, if the text is not a certificate, or is cut short.
Certificate parse_certificate(std::string_view text, std::string_view place);

// Writes the states beside the steps of each key, as far as they are short. CHECK-fails if the
// model does not allow a step.
void write_states(const History& history, const Model& model, std::vector<CertifiedKey>* keys);

enum class VerifyStatus : uint8_t {
  kTrue,
  kRefused,   // something in it is wrong
  kTooLarge,  // the operations are too many to try all their orders within the bound
};

struct Verification {
  VerifyStatus status = VerifyStatus::kRefused;
  std::string why;         // unless true: a sentence
  uint64_t evaluated = 0;  // operations in the orders; or configurations that were tried
};

struct VerifyOptions {
  // Operations that are looked at while orders are tried: a second or two, and 100 MB.
  uint64_t max_work = 20'000'000;
};

// The history must be the certificate's; its convention is set to that of the certificate.
Verification verify(const Certificate& certificate, History history,
                    const VerifyOptions& options = {});

}  // namespace seedbed
