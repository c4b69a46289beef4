// Datum: one value as foreign files write it (EDN, JSON, Fressian), in a Form, which owns it.
//
//   Form form;
//   parser.next(&form);                                // {:f :cas, :value [1 2]}
//   for (const Datum& part : form.root()) ...          // key, value, key, value
//   canonical_text(form.root());                       // "{:f :cas :value [1 2]}"
//
// A form is a tree in one array, so that millions of small values cost no allocation each. Datums
// are handles: they are valid until the form is cleared.
//
// The canonical text of a value is what a history keeps. Two values have the same text only if they
// are equal:
//   numbers     as written: 5, 2.50, 1/3        keywords  :x        nil, true, false
//   strings     their bytes, if these are not the text of another value: x; else "5"
//   symbols     'x
//   vectors, lists  [1 2], with strings in quotes
//   sets, maps      #{1 2}, {:a 1}, sorted
//   tagged      #inst "..."
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seedbed {

enum class DatumKind : uint8_t {
  kNil,
  kBoolean,
  kInteger,  // within 64 bits
  kNumber,   // any other, and what has no kind of its own: as text
  kString,
  kKeyword,  // text without the colon
  kSymbol,
  kVector,
  kList,
  kSet,
  kMap,
  kTagged,  // text: the tag; one part
};

class Form;

class Datum {
 public:
  Datum() = default;
  Datum(const Form* form, uint32_t index) : form_(form), index_(index) {}

  // False for a default-constructed one: there is nothing, not even nil.
  explicit operator bool() const { return form_ != nullptr; }

  DatumKind kind() const;
  bool is(DatumKind kind) const { return form_ != nullptr && this->kind() == kind; }
  bool is_nil() const { return form_ == nullptr || kind() == DatumKind::kNil; }
  // A vector or a list.
  bool is_sequence() const;
  // A string, keyword or symbol: what names a thing.
  bool is_name() const;

  int64_t integer() const;        // kInteger; kBoolean: 0 or 1
  std::string_view text() const;  // kNumber, names, kTagged
  uint64_t offset() const;        // where it begins in its source, in bytes
  uint32_t index() const { return index_; }

  // Its parts; of a map, keys and values in turn.
  size_t size() const;
  Datum part(size_t i) const;  // takes time in proportion to i

  class Iterator {
   public:
    Iterator(const Form* form, uint32_t index) : form_(form), index_(index) {}
    Datum operator*() const { return {form_, index_}; }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Form* form_;
    uint32_t index_;
  };
  Iterator begin() const;
  Iterator end() const;

 private:
  const Form* form_ = nullptr;
  uint32_t index_ = 0;
};

class Form {
 public:
  // Texts that were not copied point into `source`, which must outlive the form.
  void clear(std::string_view source = {});

  Datum root() const { return {this, 0}; }
  Datum at(uint32_t index) const { return {this, index}; }
  bool empty() const { return nodes_.empty(); }
  size_t size() const { return nodes_.size(); }
  // How much memory its values and copied texts take.
  size_t bytes() const { return nodes_.size() * sizeof(Node) + copies_.size(); }

  // Writing, in the order of the text. Each gives the index of the new value.
  uint32_t add_scalar(DatumKind kind, int64_t number, uint64_t offset);
  uint32_t add_text(DatumKind kind, std::string_view text, uint64_t offset);  // copies
  // A text of the source.
  uint32_t add_slice(DatumKind kind, uint64_t begin, uint64_t size, uint64_t offset);
  uint32_t open(DatumKind kind, uint64_t offset, std::string_view tag = {});
  void close(uint32_t index, uint32_t parts);
  // Makes another collection of one.
  void set_kind(uint32_t index, DatumKind kind) { nodes_[index].kind = kind; }
  // A copy of a value of this form, or of another.
  uint32_t add_copy(const Form& form, uint32_t index);
  // Takes back everything from `index` on.
  void truncate(uint32_t index) { nodes_.resize(index); }

 private:
  friend class Datum;
  struct Node {
    uint64_t payload = 0;  // a number, or where the text begins
    uint32_t size = 0;     // of the text, or how many parts there are
    uint32_t end = 0;      // the index after the last part of a part
    uint32_t offset = 0;   // from offset_
    DatumKind kind{};
    bool copied = false;  // the text is in copies_
  };

  uint32_t add(Node node, uint64_t offset);
  std::string_view text(const Node& node) const {
    return (node.copied ? std::string_view(copies_) : source_).substr(node.payload, node.size);
  }

  std::vector<Node> nodes_;
  std::string copies_;
  std::string_view source_;
  uint64_t offset_ = 0;  // of the root
};

std::string canonical_text(const Datum& datum);

// A canonical text as EDN: "x" is a string, 5 a number.
std::string edn_of(std::string_view canonical);

// A string as EDN writes it, in quotes.
std::string edn_string(std::string_view bytes);

// For messages: an EDN text of at most about 40 characters.
std::string shown(const Datum& datum);

}  // namespace seedbed
