#include "sim/check/certificate.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "sim/check/leave_out.h"
#include "sim/core/check.h"
#include "sim/core/hash.h"
#include "sim/core/result.h"
#include "sim/history/codec.h"

namespace seedbed {
namespace {

constexpr std::string_view kTitle = "seedbed certificate 1";
constexpr size_t kLongestState = 64;
// Of states, when they are written down: long ones are copied at each step.
constexpr uint64_t kMostBytes = uint64_t{1} << 26;

// Texts stand as they are, but for what is not a letter, a digit or one of "._=/:-": %2b. The empty
// text is "-", one that is left out "*".
std::string escaped(std::string_view text) {
  if (text.empty()) return "-";
  if (text == "-") return "%2d";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '=' || c == '/' || c == ':' || c == '-';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string_view nil_read_text(Convention::NilRead meaning) {
  return meaning == Convention::NilRead::kUnknown ? "unknown" : "nothing";
}
std::string_view failed_cas_text(Convention::FailedCas meaning) {
  return meaning == Convention::FailedCas::kMismatch ? "mismatch" : "no-effect";
}

// Reads line by line, word by word; each failure names the line.
class Parser {
 public:
  Parser(std::string_view text, std::string_view place) : text_(text), place_(place) {}

  Certificate certificate() {
    if (next_line() != kTitle) fail(fmt::format("expected '{}'", kTitle));
    Certificate result;
    result.model = text_after("model");
    result.history = text_after("history");
    result.format = text_after("format");
    digest(&result);
    convention(&result.convention);
    const std::string verdict = text_after("verdict");
    if (verdict != "valid" && verdict != "invalid") fail("expected valid or invalid");
    result.valid = verdict == "valid";
    result.valid ? keys(&result) : contradiction(&result);
    if (!text_.empty()) fail("expected nothing after 'end'");
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw ConfigError(fmt::format("{}: line {}: {}", place_, line_, what));
  }

  // Lines that begin with # are for people.
  std::string_view next_line() {
    std::string_view line;
    do {
      ++line_;
      const size_t end = text_.find('\n');
      if (end == std::string_view::npos) fail("the certificate is cut short");
      line = text_.substr(0, end);
      text_.remove_prefix(end + 1);
    } while (line.starts_with('#'));
    words_ = line;
    return line;
  }

  std::string_view word() {
    const size_t end = std::min(words_.find(' '), words_.size());
    const std::string_view one = words_.substr(0, end);
    words_.remove_prefix(std::min(end + 1, words_.size()));
    if (one.empty()) fail("expected another word");
    return one;
  }

  void done() const {
    if (!words_.empty()) fail("too many words");
  }

  void expect(std::string_view name) {
    next_line();
    if (word() != name) fail(fmt::format("expected '{}'", name));
  }

  unsigned char hex_pair(std::string_view digits) const {
    unsigned value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) fail("bad escape");
    return static_cast<unsigned char>(value);
  }

  std::string unescaped(std::string_view word) const {
    if (word == "-") return "";
    std::string out;
    for (size_t i = 0; i < word.size(); ++i) {
      if (word[i] != '%') {
        out += word[i];
        continue;
      }
      out += static_cast<char>(hex_pair(word.substr(i + 1, 2)));
      i += 2;
    }
    if (escaped(out) != word) fail("a text that is not written as it should be");
    return out;
  }

  uint64_t number(int base = 10) { return integer<uint64_t>(base); }

  template <typename Integer>
  Integer integer(int base = 10) {
    const std::string_view digits = word();
    Integer value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (!whole) fail("expected a number");
    return value;
  }

  std::string text_after(std::string_view name) {
    expect(name);
    std::string text = unescaped(word());
    done();
    return text;
  }

  void digest(Certificate* result) {
    expect("digest");
    result->digest = number(16);
    done();
  }

  void convention(Convention* convention) {
    expect("initial");
    if (const std::string_view value = word(); value != "*") convention->initial = unescaped(value);
    done();
    const std::string nil_read = text_after("nil_read");
    if (nil_read != "unknown" && nil_read != "nothing") fail("expected unknown or nothing");
    convention->nil_read =
        nil_read == "unknown" ? Convention::NilRead::kUnknown : Convention::NilRead::kNothing;
    const std::string cas = text_after("failed_cas");
    if (cas != "mismatch" && cas != "no-effect") fail("expected mismatch or no-effect");
    convention->failed_cas =
        cas == "mismatch" ? Convention::FailedCas::kMismatch : Convention::FailedCas::kNoEffect;
  }

  void keys(Certificate* result) {
    for (next_line(); words_ != "end"; next_line()) {
      const std::string_view first = word();
      if (first == "key") {
        result->keys.push_back({.key = unescaped(word())});
      } else if (first == "then" && !result->keys.empty()) {
        CertifiedStep& step = result->keys.back().steps.emplace_back();
        step.id = number();
        if (const std::string_view state = word(); state != "*") step.state = unescaped(state);
      } else {
        fail("expected 'key', 'then' or 'end'");
      }
      done();
    }
  }

  void contradiction(Certificate* result) {
    result->key = text_after("key");
    expect("until");
    result->last = EventIndex{number()};
    done();
    for (next_line(); words_ != "end"; next_line()) {
      const std::string_view first = word();
      if (result->kept.empty() && premise(first, result)) continue;
      if (first != "happened" && first != "perhaps") fail("expected 'happened' or 'perhaps'");
      KeptOperation& kept = result->kept.emplace_back();
      kept.required = first == "happened";
      kept.id = number();
      kept.invoked = EventIndex{number()};
      if (kept.required) kept.returned = EventIndex{number()};
      done();
    }
  }

  // What stands before the operations, each once and in this order.
  bool premise(std::string_view first, Certificate* result) {
    if (first == "folded" && !result->fold && !result->counted && !result->about) {
      Fold& fold = result->fold.emplace();
      fold.before = EventIndex{number()};
      fold.operations = number();
      fold.state = unescaped(word());
    } else if (first == "counted" && !result->counted && !result->about) {
      Counted& counted = result->counted.emplace();
      counted.sure = number();
      counted.perhaps = number();
      counted.least = integer<int64_t>();
      counted.most = integer<int64_t>();
    } else if (first == "about") {
      if (!result->about) result->about.emplace();
      const std::string element = unescaped(word());
      const bool in_order = result->about->empty() || *result->about->rbegin() < element;
      if (!in_order) fail("expected the elements in the order of their bytes");
      result->about->insert(element);
    } else {
      return false;
    }
    done();
    return true;
  }

  std::string_view text_;
  std::string_view place_;
  std::string_view words_;
  uint64_t line_ = 0;
};

std::string escaped_list(const Certificate& certificate) {
  std::string text;
  for (const CertifiedKey& key : certificate.keys) {
    text += fmt::format("key {}\n", escaped(key.key));
    for (const CertifiedStep& step : key.steps) {
      text += fmt::format("then {} {}\n", step.id, step.state ? escaped(*step.state) : "*");
    }
  }
  return text;
}

std::string contradiction_text(const Certificate& certificate) {
  std::string text =
      fmt::format("key {}\nuntil {}\n", escaped(certificate.key), number(certificate.last));
  if (certificate.fold) {
    const Fold& fold = *certificate.fold;
    text +=
        fmt::format("folded {} {} {}\n", number(fold.before), fold.operations, escaped(fold.state));
  }
  if (certificate.counted) {
    const Counted& counted = *certificate.counted;
    text += fmt::format("counted {} {} {} {}\n", counted.sure, counted.perhaps, counted.least,
                        counted.most);
  }
  if (certificate.about) {
    for (const std::string& element : *certificate.about) {
      text += fmt::format("about {}\n", escaped(element));
    }
  }
  for (const KeptOperation& kept : certificate.kept) {
    text += fmt::format("{} {} {}", kept.required ? "happened" : "perhaps", kept.id,
                        number(kept.invoked));
    if (kept.required) text += fmt::format(" {}", number(kept.returned));
    text += '\n';
  }
  return text;
}

}  // namespace

uint64_t digest_of(const History& history) { return hash_bytes(encode(history)); }

std::string to_text(const Certificate& certificate) {
  const Convention& convention = certificate.convention;
  std::string text = fmt::format(
      "{}\nmodel {}\nhistory {}\nformat {}\ndigest {:016x}\ninitial {}\nnil_read {}\n"
      "failed_cas {}\nverdict {}\n",
      kTitle, escaped(certificate.model), escaped(certificate.history), escaped(certificate.format),
      certificate.digest, convention.initial ? escaped(*convention.initial) : "*",
      nil_read_text(convention.nil_read), failed_cas_text(convention.failed_cas),
      certificate.valid ? "valid" : "invalid");
  text += certificate.valid ? escaped_list(certificate) : contradiction_text(certificate);
  return text + "end\n";
}

Certificate parse_certificate(std::string_view text, std::string_view place) {
  return Parser(text, place).certificate();
}

void write_states(const History& history, const Model& model, std::vector<CertifiedKey>* keys) {
  std::map<uint64_t, const Entry*> entries;
  for (const Entry& entry : history.entries()) entries.emplace(entry.id, &entry);
  const std::optional<std::string> first = first_state(model, history);
  CHECK(first.has_value());
  uint64_t bytes = 0;
  for (CertifiedKey& key : *keys) {
    std::string state = *first;
    for (CertifiedStep& step : key.steps) {
      bytes += state.size();
      if (bytes > kMostBytes) return;
      const Entry& entry = *entries.at(step.id);
      std::string next;
      const Exchange exchange(&history, entry, answer_of(history, entry));
      CHECK(model.step(state, exchange, &next));
      state = std::move(next);
      if (state.size() <= kLongestState) step.state = state;
    }
  }
}

}  // namespace seedbed
