// Frames: the pieces of a trace file, each with its length and checksum, so that a file that was
// cut off or damaged is noticed at the right place and everything before it is still of use.
//
//   file  = magic frame*
//   frame = type (1 byte) size (4 bytes) checksum (8 bytes) content       little endian
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace seedbed {

// First a byte that no text has, last what a transfer as text would change (as PNG does it).
inline constexpr std::string_view kTraceMagic = "\x89Seedbed\r\n\x1a\n";
inline constexpr uint32_t kTraceVersion = 2;

enum class FrameType : uint8_t {
  kHeader = 'H',
  kBlock = 'B',
  kFooter = 'F',
  // 'Z' is kept for a block compressed with zstd.
};

struct Frame {
  FrameType type{};
  std::string_view content;
};

// Type, size and checksum: what goes before the content.
std::string frame_head(FrameType type, std::string_view content);

// Takes a file apart, frame by frame.
class FrameReader {
 public:
  enum class Status {
    kFrame,   // here is one
    kEnd,     // the file ends here, between two frames
    kCutOff,  // the file ends within a frame
    kDamaged  // a checksum does not fit
  };

  FrameReader() = default;
  // `file` without its magic; must outlive the reader and the frames it gives.
  explicit FrameReader(std::string_view file) : rest_(file) {}

  Status next(Frame* frame);

 private:
  std::string_view rest_;
};

}  // namespace seedbed
