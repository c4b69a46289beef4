// Reads Fressian (https://github.com/Datomic/fressian/wiki), the part of it that Jepsen's files
// use.
//
//   FressianReader reader(&bytes);
//   Form form;
//   while (reader.next(&form)) use(form.root());
//
// Values become what they would be in EDN. A record is a map with its fields for keys if it is an
// operation (jepsen.history.Op), and tagged with its fields in a vector if it is anything else.
// Caches last from one value to the next. What is copied out of them is limited by the size of the
// bytes, so that no file grows beyond measure in memory.
#pragma once

#include <string>
#include <vector>

#include "sim/history/formats/bytes.h"
#include "sim/history/formats/datum.h"

namespace seedbed {

class FressianReader {
 public:
  static constexpr int kDeepest = 100;

  // `bytes` must outlive the reader.
  explicit FressianReader(Bytes* bytes);

  // The next value, in place of what is in `form`; false at the end of the bytes. Throws BadInput.
  bool next(Form* form);

 private:
  struct Record {
    std::string tag;
    uint64_t fields = 0;
  };

  void read(Form* form, int depth);
  bool read_integer(uint8_t code, int64_t* value);
  bool read_scalar(Form* form, uint8_t code, uint64_t at);
  bool read_collection(Form* form, uint8_t code, uint64_t at, int depth);
  void read_number(Form* form, uint8_t code, uint64_t at);
  void read_string(Form* form, uint8_t code, uint64_t at);
  void read_bytes(Form* form, uint8_t code, uint64_t at);
  void read_name(Form* form, DatumKind kind, uint64_t at, int depth);
  void read_list(Form* form, uint8_t code, uint64_t at, int depth);
  void read_parts_of(Form* form, DatumKind kind, uint64_t at, int depth);
  void read_tagged(Form* form, std::string_view tag, int parts, uint64_t at, int depth);
  void read_record_type(Form* form, uint64_t at, int depth);
  void read_record(Form* form, uint64_t index, uint64_t at, int depth);
  void read_operation(Form* form, uint64_t at, int depth);
  void put_into_cache(Form* form, int depth);
  void get_from_cache(Form* form, uint64_t index, uint64_t at);
  void spend(uint64_t bytes);
  // A value that must be a number, or a text.
  int64_t integer(int depth, std::string_view what);
  std::string text(int depth, std::string_view what);
  uint64_t length(std::string_view what, uint64_t smallest);

  Bytes& bytes_;
  std::vector<Form> cache_;
  std::vector<Record> records_;
  uint64_t resets_ = 0;  // of the caches
  uint64_t budget_;      // bytes that copies may still take
};

}  // namespace seedbed
