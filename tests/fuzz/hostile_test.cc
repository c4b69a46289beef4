// A thousand mutations of a sample of each format: whatever a file says, reading it ends with a
// history or with findings that name a place, soon, and in little memory.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "sim/core/hash.h"
#include "tests/fuzz/read_anything.h"
#include "tests/history/samples.h"

namespace seedbed {
namespace {

constexpr int kMutations = 1000;
// Beside what the process had before. Samples have less than 2 KiB.
constexpr long kMostMemory = 64 << 10;  // KiB

// Draws from a name: the same on every machine.
class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(seed) {}
  uint64_t below(uint64_t bound) {
    state_ = mix(state_, 0x5eed);
    return state_ % bound;
  }

 private:
  uint64_t state_;
};

std::string mutated(std::string bytes, Draws* draws) {
  const uint64_t times = 1 + draws->below(3);
  for (uint64_t i = 0; i < times && !bytes.empty(); ++i) {
    const uint64_t kind = draws->below(7);
    const size_t at = draws->below(bytes.size());
    const size_t length = 1 + draws->below(16);
    const uint64_t c = draws->below(256);
    switch (kind) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << (c % 8))); break;
      case 1: bytes[at] = static_cast<char>(c); break;
      case 2: bytes.erase(at, length); break;
      case 3: bytes.insert(at, bytes.substr(draws->below(bytes.size()), length)); break;
      case 4: bytes.resize(at); break;
      case 5: bytes.insert(at, "99999999999999999999"); break;
      default: bytes.insert(at, std::string(length, "[({\"#-\xff"[c % 7])); break;
    }
  }
  return bytes;
}

long resident_peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(Hostile, MutationsOfEverySampleEndInAHistoryOrInFindings) {
  const long before = resident_peak();
  for (const Sample& sample : samples()) {
    for (int i = 0; i < kMutations; ++i) {
      Draws draws(mix(hash_bytes(sample.name), static_cast<uint64_t>(i)));
      const std::string& file = sample.files[draws.below(sample.files.size())];
      const std::string bytes = mutated(file, &draws);
      const std::string wrong = read_anything(bytes, sample.format);
      ASSERT_EQ(wrong, "") << sample.name << ", mutation " << i << ":\n" << bytes;
    }
  }
  EXPECT_LT(resident_peak() - before, kMostMemory);
}

TEST(Hostile, EverySampleIsReadAsEveryOtherFormat) {
  for (const Sample& sample : samples()) {
    for (const Format& format : history_formats()) {
      EXPECT_EQ(read_anything(sample.files[0], format.name), "")
          << sample.name << " " << format.name;
    }
  }
}

// What would take more than its share if it were believed.
TEST(Hostile, BombsAreDefused) {
  const long before = resident_peak();
  std::string laughs;  // every cached list holds the one before it ten times
  laughs += "\xcd\xee\x01\xfd";
  for (int i = 0; i < 30; ++i) {
    laughs += "\xcd\xee" + std::string(10, static_cast<char>(0x80 + i)) + "\xfd";
  }
  for (const std::string& bomb :
       {laughs, std::string(1 << 20, '['), std::string(1 << 20, '\xc0'),
        std::string(1 << 20, '\xcd'), "[" + std::string(1 << 18, '"') + "]"}) {
    for (const Format& format : history_formats()) {
      EXPECT_EQ(read_anything(bomb, format.name), "") << format.name;
    }
  }
  EXPECT_LT(resident_peak() - before, 4 * kMostMemory);
}

}  // namespace
}  // namespace seedbed
