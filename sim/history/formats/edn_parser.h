// Parses EDN and JSON, one value after the other.
//
//   EdnParser parser(text, Notation::kEdn);
//   Form form;
//   while (parser.next(&form)) use(form.root());
//
// EDN is the notation of Clojure (https://github.com/edn-format/edn): commas are white space, `;`
// begins a comment, `#_` leaves out the next value. JSON is read by the same parser: objects are
// maps with strings for keys, null is nil, and colons are white space as well. Strings that are not
// UTF-8 get their wrong bytes as \xNN. Takes time and memory in proportion to the text, whatever it
// says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/history/formats/datum.h"

namespace seedbed {

enum class Notation : uint8_t { kEdn, kJson };

class EdnParser {
 public:
  static constexpr size_t kDeepest = 100;

  // `text` must outlive the parser and the forms. The first value is looked for at `begin`.
  EdnParser(std::string_view text, Notation notation, uint64_t begin = 0)
      : text_(text), notation_(notation), offset_(begin) {}

  // The next value, in place of what is in `form`; false at the end. Throws BadInput.
  bool next(Form* form);

  // Steps into a vector or list, whose parts next() then gives one by one until it is false, and
  // out of it. False if the next value is none. Throws BadInput where next() does.
  bool enter();
  void leave();
  // The same for a map: next() gives keys and values in turn.
  bool enter_map();

  // Where the next value begins: what is between values is skipped. text.size() at the end.
  uint64_t offset();

 private:
  struct Open {
    uint32_t node;
    uint32_t parts;
    char closer;   // 0: after one part
    bool discard;  // of #_
  };

  void skip_space();
  bool enter(char opener, char closer);
  // At a bracket: opens or closes what it belongs to, and is true. False if there is none here.
  bool open_collection(Form* form);
  void close_collection(Form* form);
  // After a value: ends what takes one part only. True if the outermost value is complete.
  bool completed(Form* form);
  void push(Form* form, DatumKind kind, char closer, size_t length, std::string_view tag = {});
  void read_dispatch(Form* form);
  void read_scalar(Form* form);
  bool read_integer(Form* form);
  void read_string(Form* form);
  void read_escape(std::string* bytes);
  uint32_t read_hex4();
  void read_token(Form* form);
  void add_token(Form* form, uint64_t begin, std::string_view token);
  void add_name(Form* form, DatumKind kind, uint64_t begin, size_t skip, std::string_view token);
  void add_number(Form* form, uint64_t begin, std::string_view token);

  std::string_view text_;
  Notation notation_;
  uint64_t offset_;
  std::vector<Open> open_;     // while a value is read
  std::vector<char> entered_;  // closers
};

}  // namespace seedbed
