// Jepsen's test.jepsen files, versions 0 and 1 (jepsen.store.format in
// https://github.com/jepsen-io/jepsen). All numbers are big-endian. A file is "JEPSEN", u32
// version, i64 offset of the index block, then blocks: i64 length with the header, u32 CRC, 16
// bytes of which two are the type, data. The CRC is that of the data and then the header with zeros
// for the CRC. The index has the number of the root block and where each block is; the root is the
// test, whose :history refers to the operations.
#include <map>

#include "sim/history/formats/bytes.h"
#include "sim/history/formats/crc32.h"
#include "sim/history/formats/fressian.h"
#include "sim/history/formats/jepsen_op.h"
#include "sim/history/formats/readers.h"

namespace seedbed {
namespace {

constexpr std::string_view kMagic = "JEPSEN";
constexpr uint64_t kBlockHeader = 8 + 4 + 16;
constexpr uint64_t kIndexEntry = 4 + 8;

enum BlockType : uint16_t {
  kIndexBlock = 1,
  kFressianBlock = 2,
  kPartialMapBlock = 3,
  kStreamBlock = 4,
  kBigVectorBlock = 5,
};

struct Block {
  uint16_t type = 0;
  uint64_t begin = 0;  // of the data, in the file
  uint64_t end = 0;
};

class JepsenFile {
 public:
  explicit JepsenFile(std::string_view bytes) : bytes_(bytes) {
    Bytes reader(bytes_);
    if (reader.take(kMagic.size(), "the header") != kMagic) {
      throw BadInput(FindingKind::kSyntax, 0, "another beginning", std::string(kMagic));
    }
    const uint64_t version = reader.big(4, "the header");
    if (version > 1) {
      throw BadInput(FindingKind::kUnsupported, 6, fmt::format("version {}", version), "0 or 1");
    }
    read_index(reader.big(8, "the header"));
  }

  struct Operations {
    std::vector<Block> blocks;      // that hold them, in order
    std::optional<uint64_t> count;  // version 1: how many there should be
  };

  Operations operations() const {
    const Block block = block_of(history_id());
    if (block.type != kBigVectorBlock) return {.blocks = {block}};
    Bytes reader(data(block), block.begin);
    const uint64_t count = reader.big(8, "the number of operations");
    // An operation takes at least a byte, somewhere.
    if (count > bytes_.size()) {
      throw BadInput(FindingKind::kAbsurdCount, block.begin, fmt::format("{} operations", count),
                     fmt::format("at most one for each of {} bytes", bytes_.size()));
    }
    std::vector<Block> chunks;
    uint64_t bytes = 0;
    while (!reader.at_end()) {
      reader.big(8, "a part of the history");
      chunks.push_back(block_of(static_cast<uint32_t>(reader.big(4, "a part of the history"))));
      bytes += chunks.back().end - chunks.back().begin;
      if (bytes > bytes_.size()) {
        throw BadInput(FindingKind::kAbsurdCount, reader.offset(), "the same operations again",
                       "parts of the history that are no larger than the file");
      }
    }
    return {.blocks = std::move(chunks), .count = count};
  }

  // The file up to the end of the block: offsets stay those of the file.
  std::string_view data(const Block& block) const { return bytes_.substr(0, block.end); }

 private:
  Block block_at(uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < kBlockHeader) {
      throw BadInput(FindingKind::kTruncated, offset, "no block where there should be one",
                     fmt::format("an offset below {}", bytes_.size()));
    }
    Bytes reader(bytes_, offset);
    const uint64_t length = reader.big(8, "a block");
    const auto crc = static_cast<uint32_t>(reader.big(4, "a block"));
    const auto type = static_cast<uint16_t>(reader.big(2, "a block"));
    if (length < kBlockHeader || length > bytes_.size() - offset) {
      throw BadInput(FindingKind::kTruncated, offset, fmt::format("a block of {} bytes", length),
                     fmt::format("{} to {}", kBlockHeader, bytes_.size() - offset));
    }
    std::string header(bytes_.substr(offset, kBlockHeader));
    header.replace(8, 4, 4, '\0');
    const std::string_view data = bytes_.substr(offset + kBlockHeader, length - kBlockHeader);
    const uint32_t sum = crc32(header, crc32(data));
    if (sum != crc) {
      throw BadInput(FindingKind::kBadChecksum, offset,
                     fmt::format("a block with the CRC {:08x}", sum), fmt::format("{:08x}", crc));
    }
    return {.type = type, .begin = offset + kBlockHeader, .end = offset + length};
  }

  void read_index(uint64_t offset) {
    const Block index = block_at(offset);
    if (index.type != kIndexBlock) {
      throw BadInput(FindingKind::kSyntax, offset, fmt::format("a block of type {}", index.type),
                     "an index, of type 1");
    }
    Bytes reader(data(index), index.begin);
    root_ = static_cast<uint32_t>(reader.big(4, "the index"));
    while (reader.left() >= kIndexEntry) {
      const auto id = static_cast<uint32_t>(reader.big(4, "the index"));
      offsets_[id] = reader.big(8, "the index");
    }
  }

  Block block_of(uint32_t id) const {
    const auto at = offsets_.find(id);
    if (at != offsets_.end()) return block_at(at->second);
    throw BadInput(FindingKind::kTruncated, 0, fmt::format("no block {} in the index", id));
  }

  // The number of the block that the test's :history refers to.
  uint32_t history_id() const {
    uint32_t id = root_;
    for (size_t i = 0; i <= offsets_.size() && id != 0; ++i) {
      const Block block = block_of(id);
      Bytes reader(data(block), block.begin);
      id = block.type == kPartialMapBlock ? static_cast<uint32_t>(reader.big(4, "a map")) : 0;
      Form form;
      if (!FressianReader(&reader).next(&form)) break;
      if (const std::optional<uint32_t> history = reference(form.root())) return *history;
    }
    throw BadInput(FindingKind::kTruncated, 0, "a test without :history",
                   "a test that has run: before, nothing is written");
  }

  static std::optional<uint32_t> reference(const Datum& map) {
    if (!map.is(DatumKind::kMap)) return std::nullopt;
    bool is_history = false;
    for (const Datum& part : map) {
      if (is_history && part.is(DatumKind::kTagged) && part.text() == "block-ref" &&
          part.part(0).is(DatumKind::kInteger)) {
        return static_cast<uint32_t>(part.part(0).integer());
      }
      is_history = part.is(DatumKind::kKeyword) && part.text() == "history";
    }
    return std::nullopt;
  }

  std::string_view bytes_;
  uint32_t root_ = 0;
  std::map<uint32_t, uint64_t> offsets_;
};

// The operations of one block after the other.
class BinaryOps {
 public:
  BinaryOps(const JepsenFile& file, const JepsenFile::Operations& operations)
      : file_(file), blocks_(operations.blocks), count_(operations.count) {}

  bool next(JepsenOp* op) {
    while (!next_in_block()) {
      if (block_ == blocks_.size()) return end();
      const Block& block = blocks_[block_++];
      bytes_ = std::make_unique<Bytes>(file_.data(block), block.begin);
      reader_ = std::make_unique<FressianReader>(bytes_.get());
      listed_ = false;
      if (block.type == kFressianBlock) enter_list();
    }
    const Datum map = listed_ ? form_.at(at_) : form_.root();
    *op = op_of(map);
    op->place = map.offset();
    ++given_;
    return true;
  }

 private:
  bool end() const {
    if (!count_ || given_ == *count_) return false;
    throw BadInput(FindingKind::kTruncated, bytes_ ? bytes_->offset() : 0,
                   fmt::format("{} operations", given_), fmt::format("{}", *count_));
  }

  bool next_in_block() {
    if (!reader_) return false;
    if (!listed_) return reader_->next(&form_);
    at_ = next_;
    if (at_ == end_) return false;
    auto part = Datum::Iterator(&form_, at_);
    next_ = (*++part).index();
    return true;
  }

  // Version 0 has all operations in a list.
  void enter_list() {
    if (!reader_->next(&form_) || !form_.root().is_sequence()) {
      throw BadInput(FindingKind::kWrongType, bytes_->offset(), "no list", "a list of operations");
    }
    listed_ = true;
    next_ = form_.root().index() + 1;
    end_ = static_cast<uint32_t>(form_.size());
  }

  const JepsenFile& file_;
  const std::vector<Block>& blocks_;
  std::optional<uint64_t> count_;
  uint64_t given_ = 0;
  size_t block_ = 0;
  std::unique_ptr<Bytes> bytes_;
  std::unique_ptr<FressianReader> reader_;
  Form form_;
  bool listed_ = false;
  uint32_t at_ = 0, next_ = 0, end_ = 0;
};

}  // namespace

bool detect_jepsen_binary(const Input& input) {
  return !input.directory && input.files[0].bytes.starts_with(kMagic);
}

HistoryParts read_jepsen_binary(const Input& input, Findings* findings) {
  findings->set_places(Places::kBytes);
  const JepsenFile file(input.files[0].bytes);
  const JepsenFile::Operations operations = file.operations();
  const auto open = [&]() -> OpSource {
    auto ops = std::make_shared<BinaryOps>(file, operations);
    return [ops](JepsenOp* op) { return ops->next(op); };
  };
  return read_operations(open, findings);
}

}  // namespace seedbed
