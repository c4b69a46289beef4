#include "tests/tidy/word_rules.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include "tests/tidy/text.h"

namespace seedbed::tidy {
namespace {

const std::vector<std::string_view> kSimulated = {"sim/core/",  "sim/world/",   "sim/fault/",
                                                  "sim/trace/", "sim/history/", "sim/check/",
                                                  "protocols/"};
const std::vector<std::string_view> kNoFiles = {"sim/core/",    "sim/world/", "sim/fault/",
                                                "sim/history/", "sim/check/", "protocols/"};
const std::vector<std::string_view> kOrdered = {"sim/core/", "sim/world/", "sim/fault/",
                                                "protocols/"};
const std::vector<std::string_view> kProtocols = {"protocols/"};

constexpr std::string_view kTime = "virtual time: Env::now() in a process, Time in sim/";
constexpr std::string_view kChoice = "a keyed choice (sim/core/choice.h)";
constexpr std::string_view kOneThread = "a run has one thread: use fibers, Mailbox and Future";
constexpr std::string_view kTotalOrder =
    "std::map, std::set or a sorted vector: their order is total";

}  // namespace

const std::vector<BannedWord>& banned_words() {
  static const std::vector<BannedWord> kWords = {
      {"system_clock", kSimulated, kTime},
      {"steady_clock", kSimulated, kTime},
      {"high_resolution_clock", kSimulated, kTime},
      {"clock_gettime", kSimulated, kTime},
      {"gettimeofday", kSimulated, kTime},
      {"time(nullptr)", kSimulated, kTime},
      {"sleep_for", kSimulated, "Env::sleep: it takes virtual time"},
      {"sleep_until", kSimulated, "Env::sleep: it takes virtual time"},
      {"usleep", kSimulated, "Env::sleep: it takes virtual time"},
      {"<random>", kSimulated, kChoice},
      {"random_device", kSimulated, kChoice},
      {"mt19937", kSimulated, kChoice},
      {"rand(", kSimulated, kChoice},
      {"srand(", kSimulated, kChoice},
      {"std::shuffle", kSimulated, "a shuffle over keyed choices: std's differs between libraries"},
      {"std::hash", kSimulated, "hash_bytes or mix (sim/core/hash.h): the same on every machine"},
      {"getenv", kSimulated, "an option of the scenario"},
      {"<thread>", kSimulated, kOneThread},
      {"<mutex>", kSimulated, kOneThread},
      {"<future>", kSimulated, kOneThread},
      {"<condition_variable>", kSimulated, kOneThread},
      {"std::async", kSimulated, kOneThread},
      {"thread_local", kSimulated, "a member: state that outlives a run is hidden state"},
      {"<fstream>", kNoFiles, "Env's disk in a process; text passed by the caller in sim/"},
      {"fopen", kNoFiles, "Env's disk in a process; text passed by the caller in sim/"},
      {"unordered_map", kOrdered, kTotalOrder},
      {"unordered_set", kOrdered, kTotalOrder},
      {"catch (...)", kProtocols, "named exceptions: this would swallow ProcessKilled"},
  };
  return kWords;
}

Findings check_banned_words(const SourceFile& file) {
  if (!file.path.ends_with(".h") && !file.path.ends_with(".cc")) return {};
  const std::string code = code_only(file.text);
  Findings findings;
  for (const BannedWord& banned : banned_words()) {
    if (std::none_of(banned.where.begin(), banned.where.end(),
                     [&](std::string_view where) { return file.path.starts_with(where); })) {
      continue;
    }
    for (size_t at = find_word(code, banned.word); at != std::string_view::npos;
         at = find_word(code, banned.word, at + 1)) {
      findings.push_back({file.path, line_at(code, at), "banned-word",
                          std::string(banned.word) + "; use " + std::string(banned.instead)});
    }
  }
  return findings;
}

Findings check_proto_maps(const SourceFile& file) {
  if (!file.path.ends_with(".proto")) return {};
  const std::string code = code_only(file.text);
  static const std::regex kMap(R"(\bmap\s*<)");
  Findings findings;
  for (std::sregex_iterator at(code.begin(), code.end(), kMap), end; at != end; ++at) {
    findings.push_back({file.path, line_at(code, static_cast<size_t>(at->position())), "proto-map",
                        "map<>; use a repeated message of key and value, sorted by key"});
  }
  return findings;
}

Findings check_todos(const SourceFile& file) {
  static const std::regex kTodo(R"(\b(TODO|FIXME)\b)");
  static const std::regex kSettled(R"(\b(TODO|FIXME)\((\d{4}|[A-Z]\w*\.[A-Z]\w*)\))");
  Findings findings;
  int number = 0;
  for (const std::string_view view : lines(file.text)) {
    ++number;
    const std::string line(view);
    if (std::regex_search(line, kTodo) && !std::regex_search(line, kSettled)) {
      findings.push_back({file.path, number, "todo",
                          "name the test or the decision: TODO(Suite.Test) or TODO(0007)"});
    }
  }
  return findings;
}

Findings check_machine_paths(const SourceFile& file) {
  static const std::vector<std::string> kPaths = {"/work/", "/home/", "/root/"};
  Findings findings;
  for (const std::string& path : kPaths) {
    for (size_t at = file.text.find(path); at != std::string::npos;
         at = file.text.find(path, at + 1)) {
      const char before = at == 0 ? ' ' : file.text[at - 1];
      const bool inside_a_path = std::isalnum(static_cast<unsigned char>(before)) ||
                                 std::string_view("_-.*}").find(before) != std::string_view::npos;
      if (inside_a_path) continue;
      findings.push_back({file.path, line_at(file.text, at), "machine-path",
                          path + " exists on one machine only; write a relative path"});
    }
  }
  return findings;
}

}  // namespace seedbed::tidy
