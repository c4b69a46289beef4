#include "sim/trace/row.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "sim/trace/varint.h"

namespace seedbed {
namespace {

std::string written(const Row& row) {
  std::array<uint8_t, kLongestRow> buffer;
  const uint8_t* end = put_row(buffer.data(), row);
  return {reinterpret_cast<const char*>(buffer.data()), static_cast<size_t>(end - &buffer[0])};
}

bool same(const Row& a, const Row& b) {
  return a.kind == b.kind && a.as_sent == b.as_sent && a.node == b.node && a.peer == b.peer &&
         a.name == b.name && a.payload == b.payload && a.time == b.time && a.cause == b.cause &&
         a.id == b.id && a.value == b.value && a.index == b.index && a.bytes_size == b.bytes_size &&
         a.payload_type == b.payload_type;
}

// Is the row what is read back, and all of it?
bool comes_back(const Row& row) {
  const std::string bytes = written(row);
  std::string_view rest = bytes;
  Row read;
  return take_row(&rest, &read) && rest.empty() && same(row, read);
}

struct Number {
  uint64_t Row::*value;
  unsigned bits;
};
constexpr std::array<Number, 11> kNumbers = {{{&Row::node, 8},
                                              {&Row::peer, 8},
                                              {&Row::name, 10},
                                              {&Row::payload, 10},
                                              {&Row::time, 24},
                                              {&Row::cause, 13},
                                              {&Row::id, 13},
                                              {&Row::value, 13},
                                              {&Row::index, 0},
                                              {&Row::bytes_size, 0},
                                              {&Row::payload_type, 0}}};

TEST(Row, OfASendAtOnceTakesSixBytes) {
  const Row row{.kind = 1, .node = 255, .peer = 255, .name = 1023, .payload = 1023};
  EXPECT_EQ(written(row).size(), 6u);
  EXPECT_TRUE(comes_back(row));
}

TEST(Row, OfAReceiveTakesAsMuchMoreAsItsNumbersNeed) {
  const Row row{
      .kind = 2, .as_sent = true, .node = 1, .peer = 2, .time = 50'000, .cause = 30, .id = 4};
  EXPECT_EQ(written(row).size(), 11u);
  EXPECT_TRUE(comes_back(row));
}

TEST(Row, GivesBackNumbersOfEverySize) {
  for (const Number& number : kNumbers) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      for (const uint64_t value : {uint64_t{1} << bit, (uint64_t{2} << bit) - 1}) {
        Row row{.kind = 31, .as_sent = bit % 2 == 0};
        row.*number.value = value;
        EXPECT_TRUE(comes_back(row)) << (&number - &kNumbers[0]) << " " << value;
        EXPECT_EQ(is_narrow(row), value >> number.bits == 0) << value;
      }
    }
  }
}

TEST(Row, GivesBackTheLargestNumbersTogether) {
  Row narrow{.kind = 31};
  Row wide{.kind = 31};
  for (const Number& number : kNumbers) {
    narrow.*number.value = (uint64_t{1} << number.bits) - 1;
    wide.*number.value = ~uint64_t{0};
  }
  EXPECT_TRUE(comes_back(narrow));
  EXPECT_EQ(written(narrow).size(), kRowHeadBytes + 8);
  EXPECT_TRUE(comes_back(wide));
  EXPECT_EQ(written(wide).size(), kRowHeadBytes + 2 + kNumbers.size() * kLongestVarint);
  EXPECT_LE(written(wide).size(), kLongestRow);
}

TEST(Row, ThatIsCutOffIsNone) {
  const Row row{.kind = 1, .time = ~uint64_t{0}, .value = 8191, .bytes_size = 300};
  const std::string bytes = written(row);
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::string_view part = std::string_view(bytes).substr(0, size);
    Row read;
    EXPECT_FALSE(take_row(&part, &read)) << size;
  }
}

TEST(Row, WithMoreBytesOrNumbersThanThereAreIsNone) {
  const std::string plain = written({.kind = 1});
  std::string long_rest = plain + std::string(20, '\0');
  long_rest[0] = static_cast<char>(1 | 9 << 5);  // a rest of 9 bytes: the fourth bit is in the next
  long_rest[1] = 1;
  std::string spare_bit = plain + std::string(8, '\xff');
  spare_bit[1] = 1;  // a rest of 8 bytes, with its highest bit
  std::string unknown_number = plain + std::string("\x00\x08\x00", 3);
  unknown_number[1] = 4;  // something wide: the twelfth number
  for (const std::string& bytes : {long_rest, spare_bit, unknown_number}) {
    std::string_view rest = bytes;
    Row read;
    EXPECT_FALSE(take_row(&rest, &read));
  }
}

}  // namespace
}  // namespace seedbed
