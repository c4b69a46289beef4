// Searches for files that a reader cannot stand. The first byte chooses the format; two more
// choices lead behind the checksums, which a search would not get past.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "sim/core/hash.h"
#include "sim/history/codec.h"
#include "sim/history/formats/format.h"
#include "sim/history/formats/fressian.h"
#include "sim/history/object.h"
#include "tests/fuzz/read_anything.h"

namespace seedbed {
namespace {

void read_fressian(std::string_view text) {
  Bytes bytes(text);
  FressianReader reader(&bytes);
  Form form;
  try {
    while (reader.next(&form)) canonical_text(form.root());
  } catch (const BadInput&) {
  }
}

// Our own file around a protobuf.
std::string framed(std::string_view body) {
  std::string file = "seedbed history 1\n";
  for (const uint64_t word : {uint64_t{body.size()}, hash_bytes(body)}) {
    for (int i = 0; i < 8; ++i) file += static_cast<char>(word >> (8 * i));
  }
  return file.append(body);
}

// What such a file says need not be what a reader would say: only that all can be done with it.
void read_own(std::string_view body) {
  const std::string file = framed(body);
  const Input input{.name = "input", .files = {{.name = "input", .bytes = file}}};
  const HistoryReading reading = read_history(input, *find_format("seedbed"));
  if (!reading.history) return;
  decode(encode(*reading.history));
  find_format("jepsen-edn")->write(*reading.history);
  object_of(*reading.history);
  for (const Entry& entry : reading.history->entries()) to_string(*reading.history, entry);
}

std::string read_chosen(size_t choice, std::string_view bytes) {
  const auto& formats = history_formats();
  if (choice < formats.size()) return read_anything(bytes, formats[choice].name);
  if (choice == formats.size()) {
    read_fressian(bytes);
  } else {
    read_own(bytes);
  }
  return "";
}

}  // namespace
}  // namespace seedbed

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t choice = data[0] % (seedbed::history_formats().size() + 2);
  const std::string wrong = seedbed::read_chosen(choice, bytes.substr(1));
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s\n", wrong.c_str());
  std::abort();
}
