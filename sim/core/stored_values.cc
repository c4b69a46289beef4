#include "sim/core/stored_values.h"

#include "sim/core/bytes.h"

namespace seedbed {

std::string encode_number(int64_t number) {
  ByteWriter out;
  out.u64(static_cast<uint64_t>(number));
  return out.take();
}

std::optional<int64_t> decode_number(std::string_view value) {
  ByteReader in(value);
  const auto number = static_cast<int64_t>(in.u64());
  if (!in.finished()) return std::nullopt;
  return number;
}

std::string appended(std::string_view list, std::string_view element) {
  ByteWriter out;
  out.raw(list);
  out.string(element);
  return out.take();
}

std::vector<std::string> decode_list(std::string_view list) {
  std::vector<std::string> elements;
  ByteReader in(list);
  while (!in.finished() && in.ok()) elements.push_back(in.string());
  return elements;
}

}  // namespace seedbed
