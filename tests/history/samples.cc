#include "tests/history/samples.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "sim/core/check.h"
#include "sim/history/codec.h"
#include "sim/history/formats/crc32.h"

namespace seedbed {
namespace {

std::string big(uint64_t value, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string little(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

// Fressian, as Jepsen writes it. Keywords are put into the cache when they first appear.
class Fressian {
 public:
  Fressian& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  Fressian& nil() { return raw("\xf7"); }
  Fressian& number(int64_t value) {
    if (value >= 0 && value < 64) return raw(std::string(1, static_cast<char>(value)));
    return raw("\xf8" + big(static_cast<uint64_t>(value), 8));
  }
  Fressian& text(std::string_view value) {
    if (value.size() < 8)
      return raw(std::string(1, static_cast<char>(0xda + value.size())) + std::string(value));
    return raw("\xe3").number(static_cast<int64_t>(value.size())).raw(value);
  }
  Fressian& keyword(const std::string& name) {
    raw("\xca\xf7");
    for (size_t i = 0; i < cached_.size(); ++i) {
      if (cached_[i] == name) return raw(std::string(1, static_cast<char>(0x80 + i)));
    }
    cached_.push_back(name);
    return raw("\xcd").text(name);
  }
  // A record, whose fields follow.
  Fressian& record(const std::string& tag, int fields) {
    for (size_t i = 0; i < records_.size(); ++i) {
      if (records_[i] == tag) return raw(std::string(1, static_cast<char>(0xa0 + i)));
    }
    records_.push_back(tag);
    return raw("\xef").text(tag).number(fields);
  }
  Fressian& list(int parts) { return raw(std::string(1, static_cast<char>(0xe4 + parts))); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::vector<std::string> cached_, records_;
};

std::string block(uint16_t type, const std::string& data) {
  const std::string length = big(data.size() + 28, 8);
  const std::string rest = big(type, 2) + std::string(14, '\0');
  const uint32_t crc = crc32(length + std::string(4, '\0') + rest, crc32(data));
  return length + big(crc, 4) + rest + data;
}

// [[:append 1 10] [:r :x found]]
void add_steps(Fressian* to, bool done) {
  to->record("vec", 1).list(2);
  to->record("vec", 1).list(3).keyword("append").number(1).number(10);
  to->record("vec", 1).list(3).keyword("r").keyword("x");
  if (!done) {
    to->nil();
  } else {
    // Three elements in an open list: 300, -1 and a text with a character of two surrogates.
    to->record("vec", 1)
        .raw("\xed")
        .raw("\x51\x2c")
        .raw("\xff")
        .text("\xed\xa0\xbd\xed\xb8\x80")
        .raw("\xfd");
  }
}

void add_operation(Fressian* to, int index, const std::string& type, bool map) {
  const bool client = index < 4;
  if (map) {
    to->raw("\xc0").raw("\xec").number(14);
  } else {
    to->record("jepsen.history.Op", 7);
  }
  const auto field = [&](const char* name) -> Fressian& { return map ? to->keyword(name) : *to; };
  if (map) to->keyword("node").text("n1");
  field("index").number(index);
  field("time").number(1000 * index);
  field("type").keyword(type);
  field("process");
  if (client) {
    to->number(7);
  } else {
    to->keyword("nemesis");
  }
  field("f").keyword(client ? "txn" : "kill");
  field("value");
  if (client) {
    add_steps(to, type == "ok");
  } else {
    to->nil();
  }
  if (map) return;
  to->raw("\xc0").list(2).keyword("node").text("n1");
}

std::string stream(int first, int last) {
  Fressian ops;
  for (int i = first; i < last; ++i) add_operation(&ops, i, i % 2 == 0 ? "invoke" : "ok", false);
  return ops.bytes();
}

std::string list_of_operations() {
  Fressian ops;
  ops.raw("\xee");
  for (int i = 0; i < 4; ++i) add_operation(&ops, i, i % 2 == 0 ? "invoke" : "ok", true);
  return ops.bytes();
}

std::string bincode() {
  std::string bytes;
  for (const uint64_t parameter : {0, 2, 2, 2, 2}) bytes += little(parameter);
  for (const std::string text : {"by hand", "2025-01-01", ""}) bytes += little(text.size()) + text;
  const auto event = [&](bool write, uint64_t variable, uint64_t value, bool success) {
    bytes += write ? '\1' : '\0';
    bytes += little(variable) + little(value);
    bytes += success ? '\1' : '\0';
  };
  bytes += little(2) + little(2) + little(2);
  event(true, 0, 5, true);
  event(false, 1, 0, true);
  bytes += '\1';
  bytes += little(1);
  event(true, 1, 6, false);
  bytes += '\0';
  bytes += little(1) + little(1);
  event(false, 0, 0, false);
  return bytes + '\1';
}

std::vector<std::string> cobra() {
  const auto write = [](uint64_t id, uint64_t key) {
    return "W" + big(id, 8) + big(key, 8) + big(1, 8);
  };
  const auto read = [](uint64_t id, uint64_t key) {
    return "R" + big(1, 8) + big(id, 8) + big(key, 8) + big(1, 8);
  };
  return {"S" + big(1, 8) + write(101, 7) + read(0xbebeebee, 8) + "C" + big(1, 8),
          "S" + big(2, 8) + read(101, 7) + "C" + big(2, 8) + "S" + big(3, 8) + write(102, 8)};
}

Sample of_text(const std::string& name, const std::string& format) {
  return {.name = name, .format = format, .files = {data_file(name)}};
}

}  // namespace

std::string jepsen_file(uint32_t version, uint64_t count) {
  std::string file = "JEPSEN" + big(version, 4) + big(0, 8);
  std::vector<std::string> blocks;
  Fressian test;
  test.raw("\xc0").list(4).keyword("name").text("etcd").keyword("history").record("block-ref", 1);
  test.number(2);
  if (version == 0) {
    blocks = {block(2, test.bytes()), block(2, list_of_operations())};
  } else {
    blocks = {block(3, big(0, 4) + test.bytes()),
              block(5, big(count, 8) + big(0, 8) + big(3, 4) + big(3, 8) + big(4, 4)),
              block(4, stream(0, 3)), block(4, stream(3, 5))};
  }
  std::string index = big(1, 4);
  for (size_t i = 0; i < blocks.size(); ++i) {
    index += big(i + 1, 4) + big(file.size(), 8);
    file += blocks[i];
  }
  file.replace(10, 8, big(file.size(), 8));
  return file + block(1, index);
}

Input Sample::input() const {
  Input input{.name = name, .directory = directory};
  for (size_t i = 0; i < files.size(); ++i) {
    input.files.push_back(
        {.name = directory ? "T" + std::to_string(i + 1) + ".log" : name, .bytes = files[i]});
  }
  return input;
}

std::string data_file(const std::string& name) {
  std::ifstream file(SEEDBED_SOURCE_DIR "/tests/history/data/" + name, std::ios::binary);
  CHECK(file.is_open());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

const std::vector<Sample>& samples() {
  static const std::vector<Sample> kSamples = [] {
    std::vector<Sample> all = {
        of_text("register.edn", "jepsen-edn"),
        of_text("keyed.edn", "jepsen-edn"),
        of_text("list_append.edn", "jepsen-edn"),
        of_text("rw_register.edn", "jepsen-edn"),
        of_text("set.edn", "jepsen-edn"),
        of_text("register.json", "jepsen-json"),
        of_text("queue.txt", "jepsen-text"),
        of_text("etcd.log", "porcupine-etcd"),
        of_text("kv.txt", "porcupine-kv"),
        of_text("plume.txt", "plume"),
        of_text("awdit.txt", "awdit"),
        of_text("dbcop.json", "dbcop-json"),
        of_text("dbcop.hist", "dbcop-text"),
        {.name = "history.bincode", .format = "dbcop-bincode", .files = {bincode()}},
        {.name = "cobra", .format = "cobra", .directory = true, .files = cobra()},
        {.name = "v0.jepsen", .format = "jepsen-binary", .files = {jepsen_file(0)}},
        {.name = "v1.jepsen", .format = "jepsen-binary", .files = {jepsen_file(1)}},
    };
    const std::string own = encode(history_of(all[2]));
    all.push_back({.name = "own.history", .format = "seedbed", .files = {own}});
    return all;
  }();
  return kSamples;
}

const Sample& sample(std::string_view name) {
  for (const Sample& sample : samples()) {
    if (sample.name == name) return sample;
  }
  CHECK(!"a sample of that name");
  return samples().front();
}

HistoryReading read_text(const std::string& format, std::string_view text,
                         const std::string& name) {
  const Format* found = find_format(format);
  CHECK(found != nullptr);
  return read_history({.name = name, .files = {{.name = name, .bytes = text}}}, *found);
}

History history_of(const Sample& sample) {
  HistoryReading reading = read_history(sample.input(), *find_format(sample.format));
  for (const Finding& finding : reading.findings) {
    EXPECT_FALSE(finding.fatal()) << to_string(finding);
  }
  EXPECT_TRUE(reading.history.has_value()) << sample.name;
  return reading.history.value_or(History());
}

}  // namespace seedbed
