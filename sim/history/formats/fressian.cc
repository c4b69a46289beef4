#include "sim/history/formats/fressian.h"

#include <bit>

#include "sim/history/formats/utf8.h"

namespace seedbed {
namespace {

enum Code : uint8_t {
  kGetPacked = 0x80,
  kRecordPacked = 0xa0,
  kMap = 0xc0,
  kSet = 0xc1,
  kUuid = 0xc3,
  kRegex = 0xc4,
  kUri = 0xc5,
  kBigInteger = 0xc6,
  kBigDecimal = 0xc7,
  kInstant = 0xc8,
  kSymbol = 0xc9,
  kKeyword = 0xca,
  kGetFromCache = 0xcc,
  kPutIntoCache = 0xcd,
  kBytesPacked = 0xd0,
  kBytesChunk = 0xd8,
  kBytes = 0xd9,
  kStringPacked = 0xda,
  kStringChunk = 0xe2,
  kString = 0xe3,
  kListPacked = 0xe4,
  kList = 0xec,
  kClosedList = 0xed,
  kOpenList = 0xee,
  kRecordType = 0xef,
  kRecord = 0xf0,
  kTrue = 0xf5,
  kFalse = 0xf6,
  kNull = 0xf7,
  kInteger = 0xf8,
  kFloat = 0xf9,
  kDouble = 0xfa,
  kDouble0 = 0xfb,
  kDouble1 = 0xfc,
  kEndOfList = 0xfd,
  kResetCaches = 0xfe,
  kMinusOne = 0xff,
};

// How many bytes of memory copies out of the cache may take for each byte of the input.
constexpr uint64_t kCopiedPerByte = 256;

std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

// Fressian's strings have surrogate pairs, each half in three bytes, where UTF-8 has four bytes.
std::string from_cesu8(std::string_view bytes) {
  const auto half_at = [&](size_t i, uint32_t from) -> uint32_t {
    if (i + 3 > bytes.size() || static_cast<uint8_t>(bytes[i]) != 0xed) return 0;
    const uint32_t code = 0xd000u | (static_cast<uint32_t>(bytes[i + 1] & 0x3f) << 6) |
                          static_cast<uint32_t>(bytes[i + 2] & 0x3f);
    return code >= from && code < from + 0x400 ? code : 0;
  };
  std::string text;
  for (size_t i = 0; i < bytes.size();) {
    const uint32_t high = half_at(i, 0xd800);
    const uint32_t low = high != 0 ? half_at(i + 3, 0xdc00) : 0;
    if (low != 0) {
      append_code_point(&text, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
      i += 6;
    } else {
      text += bytes[i++];
    }
  }
  return as_utf8(text);
}

bool is_set_tag(std::string_view tag) {
  return tag == "persistent-hash-set" || tag == "persistent-sorted-set";
}

}  // namespace

FressianReader::FressianReader(Bytes* bytes)
    : bytes_(*bytes), budget_(kCopiedPerByte * bytes->left() + 100'000) {}

bool FressianReader::next(Form* form) {
  form->clear();
  if (bytes_.at_end()) return false;
  read(form, 0);
  return true;
}

void FressianReader::read(Form* form, int depth) {
  const uint64_t at = bytes_.offset();
  if (depth > kDeepest) {
    throw BadInput(FindingKind::kTooDeep, at, fmt::format("{} values in one another", kDeepest),
                   "fewer");
  }
  uint8_t code = bytes_.u8("a value");
  while (code == kResetCaches) {
    cache_.clear();
    records_.clear();
    ++resets_;
    code = bytes_.u8("a value");
  }
  int64_t value = 0;
  if (read_integer(code, &value)) {
    form->add_scalar(DatumKind::kInteger, value, at);
  } else if (!read_scalar(form, code, at) && !read_collection(form, code, at, depth)) {
    throw BadInput(code == kEndOfList ? FindingKind::kSyntax : FindingKind::kUnsupported, at,
                   fmt::format("the code 0x{:02x}", code), "a value that histories have");
  }
}

bool FressianReader::read_integer(uint8_t code, int64_t* value) {
  struct Packed {
    uint8_t end;
    uint8_t zero;  // the code that stands for the high part 0
    size_t bytes;
  };
  static constexpr Packed kPacked[] = {{0x40, 0x00, 0}, {0x60, 0x50, 1}, {0x70, 0x68, 2},
                                       {0x74, 0x72, 3}, {0x78, 0x76, 4}, {0x7c, 0x7a, 5},
                                       {0x80, 0x7e, 6}};
  for (const Packed& packed : kPacked) {
    if (code >= packed.end) continue;
    const auto high = static_cast<uint64_t>(int64_t{code} - packed.zero);
    *value =
        static_cast<int64_t>(high << (8 * packed.bytes) | bytes_.big(packed.bytes, "a number"));
    return true;
  }
  if (code == kInteger) *value = static_cast<int64_t>(bytes_.big(8, "a number"));
  if (code == kMinusOne) *value = -1;
  return code == kInteger || code == kMinusOne;
}

bool FressianReader::read_scalar(Form* form, uint8_t code, uint64_t at) {
  if (code == kNull) {
    form->add_scalar(DatumKind::kNil, 0, at);
  } else if (code == kTrue || code == kFalse) {
    form->add_scalar(DatumKind::kBoolean, code == kTrue ? 1 : 0, at);
  } else if (code >= kFloat && code <= kDouble1) {
    read_number(form, code, at);
  } else if (code >= kStringPacked && code <= kString) {
    read_string(form, code, at);
  } else if (code >= kBytesPacked && code <= kBytes) {
    read_bytes(form, code, at);
  } else if (code >= kGetPacked && code < kRecordPacked) {
    get_from_cache(form, code - kGetPacked, at);
  } else {
    return false;
  }
  return true;
}

void FressianReader::read_number(Form* form, uint8_t code, uint64_t at) {
  double value = code == kDouble1 ? 1.0 : 0.0;
  if (code == kDouble) value = std::bit_cast<double>(bytes_.big(8, "a number"));
  if (code == kFloat) {
    value = std::bit_cast<float>(static_cast<uint32_t>(bytes_.big(4, "a number")));
  }
  form->add_text(DatumKind::kNumber, real_text(value), at);
}

void FressianReader::read_string(Form* form, uint8_t code, uint64_t at) {
  std::string bytes;
  while (code == kStringChunk) {
    bytes += bytes_.take(length("the length of a string", 1), "a string");
    code = bytes_.u8("a string");
    if (code < kStringPacked || code > kString) {
      throw BadInput(FindingKind::kSyntax, bytes_.offset(), "a string that does not go on");
    }
  }
  const uint64_t size =
      code == kString ? length("the length of a string", 1) : uint64_t{code} - kStringPacked;
  bytes += bytes_.take(size, "a string");
  form->add_text(DatumKind::kString, from_cesu8(bytes), at);
}

void FressianReader::read_bytes(Form* form, uint8_t code, uint64_t at) {
  std::string text = "0x";
  const auto add = [&](uint64_t size) {
    for (const char c : bytes_.take(size, "bytes")) {
      text += fmt::format("{:02x}", static_cast<uint8_t>(c));
    }
  };
  while (code == kBytesChunk) {
    add(length("the length of bytes", 1));
    code = bytes_.u8("bytes");
    if (code < kBytesPacked || code > kBytes) {
      throw BadInput(FindingKind::kSyntax, bytes_.offset(), "bytes that do not go on");
    }
  }
  add(code == kBytes ? length("the length of bytes", 1) : uint64_t{code} - kBytesPacked);
  form->add_text(DatumKind::kString, text, at);
}

bool FressianReader::read_collection(Form* form, uint8_t code, uint64_t at, int depth) {
  if (code >= kListPacked && code <= kOpenList) {
    read_list(form, code, at, depth);
    return true;
  }
  if (code >= kRecordPacked && code < kRecordPacked + 16) {
    read_record(form, code - kRecordPacked, at, depth);
    return true;
  }
  switch (code) {
    case kMap: read_parts_of(form, DatumKind::kMap, at, depth); return true;
    case kSet: read_parts_of(form, DatumKind::kSet, at, depth); return true;
    case kKeyword: read_name(form, DatumKind::kKeyword, at, depth); return true;
    case kSymbol: read_name(form, DatumKind::kSymbol, at, depth); return true;
    case kPutIntoCache: put_into_cache(form, depth); return true;
    case kGetFromCache:
      get_from_cache(form, static_cast<uint64_t>(integer(depth, "a place in the cache")), at);
      return true;
    case kRecordType: read_record_type(form, at, depth); return true;
    case kRecord:
      read_record(form, static_cast<uint64_t>(integer(depth, "a kind of record")), at, depth);
      return true;
    case kUuid: read_tagged(form, "uuid", 1, at, depth); return true;
    case kRegex: read_tagged(form, "regex", 2, at, depth); return true;
    case kUri: read_tagged(form, "uri", 1, at, depth); return true;
    case kBigInteger: read_tagged(form, "bigint", 1, at, depth); return true;
    case kBigDecimal: read_tagged(form, "bigdec", 2, at, depth); return true;
    case kInstant: read_tagged(form, "inst", 1, at, depth); return true;
    default: return false;
  }
}

void FressianReader::read_list(Form* form, uint8_t code, uint64_t at, int depth) {
  const uint32_t list = form->open(DatumKind::kList, at);
  uint32_t parts = 0;
  if (code < kClosedList) {
    const uint64_t count =
        code == kList ? length("the length of a list", 1) : uint64_t{code} - kListPacked;
    for (; parts < count; ++parts) read(form, depth + 1);
  } else {
    for (; !(code == kOpenList && bytes_.at_end()); ++parts) {
      const Bytes before = bytes_;
      if (bytes_.u8("a list") == kEndOfList) break;
      bytes_.rewind(before.offset());
      read(form, depth + 1);
    }
  }
  form->close(list, parts);
}

// A set, a vector or a map is told by a list; an empty one also by nil.
void FressianReader::read_parts_of(Form* form, DatumKind kind, uint64_t at, int depth) {
  const auto index = static_cast<uint32_t>(form->size());
  read(form, depth + 1);
  const Datum list = form->at(index);
  if (list.is_nil()) {
    form->truncate(index);
    form->close(form->open(kind, at), 0);
    return;
  }
  if (!list.is(DatumKind::kList) || (kind == DatumKind::kMap && list.size() % 2 != 0)) {
    throw BadInput(FindingKind::kWrongType, at, shown(list), "a list of the parts");
  }
  form->set_kind(index, kind);
}

void FressianReader::read_name(Form* form, DatumKind kind, uint64_t at, int depth) {
  const std::string space = text(depth, "a namespace");
  const std::string name = text(depth, "a name");
  form->add_text(kind, space.empty() ? name : space + '/' + name, at);
}

void FressianReader::read_tagged(Form* form, std::string_view tag, int parts, uint64_t at,
                                 int depth) {
  spend(tag.size());
  const uint32_t tagged = form->open(DatumKind::kTagged, at, tag);
  const uint32_t inside = parts == 1 ? 0 : form->open(DatumKind::kVector, at);
  for (int i = 0; i < parts; ++i) read(form, depth + 2);
  if (parts != 1) form->close(inside, static_cast<uint32_t>(parts));
  form->close(tagged, 1);
}

void FressianReader::read_record_type(Form* form, uint64_t at, int depth) {
  const std::string tag = text(depth, "the tag of a record");
  const auto announced = static_cast<uint64_t>(integer(depth, "the number of fields"));
  const uint64_t fields = bytes_.count(announced, 1, "fields");
  records_.push_back({.tag = tag, .fields = fields});
  read_record(form, records_.size() - 1, at, depth);
}

void FressianReader::read_record(Form* form, uint64_t index, uint64_t at, int depth) {
  if (index >= records_.size()) {
    throw BadInput(FindingKind::kSyntax, at, fmt::format("a record of kind {}", index),
                   fmt::format("one of the {} that stand before it", records_.size()));
  }
  spend(records_[index].tag.size());
  const Record record = records_[index];
  bytes_.count(record.fields, 1, "fields");
  if (record.tag == "jepsen.history.Op" && record.fields == 7) {
    read_operation(form, at, depth);
  } else if (record.tag == "vec" && record.fields == 1) {
    read_parts_of(form, DatumKind::kVector, at, depth);
  } else if (is_set_tag(record.tag) && record.fields == 1) {
    read_parts_of(form, DatumKind::kSet, at, depth);
  } else if (record.tag == "map-entry" && record.fields == 2) {
    const uint32_t pair = form->open(DatumKind::kVector, at);
    read(form, depth + 1);
    read(form, depth + 1);
    form->close(pair, 2);
  } else {
    read_tagged(form, record.tag, static_cast<int>(record.fields), at, depth);
  }
}

void FressianReader::read_operation(Form* form, uint64_t at, int depth) {
  static constexpr std::string_view kFields[] = {"index", "time", "type", "process", "f", "value"};
  const uint32_t map = form->open(DatumKind::kMap, at);
  uint32_t parts = 0;
  for (const std::string_view field : kFields) {
    form->add_text(DatumKind::kKeyword, field, at);
    read(form, depth + 1);
    parts += 2;
  }
  Form extra;
  read(&extra, depth + 1);
  if (extra.root().is(DatumKind::kMap)) {
    for (const Datum& part : extra.root()) {
      form->add_copy(extra, part.index());
      ++parts;
    }
  }
  form->close(map, parts);
}

// The place in the cache is taken before the value is read, which may take others.
void FressianReader::put_into_cache(Form* form, int depth) {
  const size_t place = cache_.size();
  cache_.emplace_back();
  const uint64_t resets = resets_;
  const auto index = static_cast<uint32_t>(form->size());
  read(form, depth + 1);
  if (resets != resets_) return;  // the cache that it had a place in is gone
  cache_[place].add_copy(*form, index);
  spend(cache_[place].bytes());
}

void FressianReader::get_from_cache(Form* form, uint64_t index, uint64_t at) {
  if (index >= cache_.size() || cache_[index].empty()) {
    throw BadInput(FindingKind::kSyntax, at, fmt::format("the cached value {}", index),
                   fmt::format("one of {}", cache_.size()));
  }
  spend(cache_[index].bytes());
  form->add_copy(cache_[index], 0);
}

void FressianReader::spend(uint64_t bytes) {
  if (bytes > budget_) {
    throw BadInput(FindingKind::kAbsurdCount, bytes_.offset(),
                   "values that repeat one another beyond measure");
  }
  budget_ -= bytes;
}

int64_t FressianReader::integer(int depth, std::string_view what) {
  Form form;
  const uint64_t at = bytes_.offset();
  read(&form, depth + 1);
  if (form.root().is(DatumKind::kInteger)) return form.root().integer();
  throw BadInput(FindingKind::kWrongType, at, shown(form.root()), std::string(what));
}

std::string FressianReader::text(int depth, std::string_view what) {
  Form form;
  const uint64_t at = bytes_.offset();
  read(&form, depth + 1);
  if (form.root().is_nil()) return "";
  if (form.root().is_name()) return std::string(form.root().text());
  throw BadInput(FindingKind::kWrongType, at, shown(form.root()), std::string(what));
}

uint64_t FressianReader::length(std::string_view what, uint64_t smallest) {
  const int64_t announced = integer(0, what);
  return bytes_.count(static_cast<uint64_t>(announced), smallest, what);
}

}  // namespace seedbed
