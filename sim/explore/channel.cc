#include "sim/explore/channel.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace seedbed {

bool send(int pipe, const explore::Report& report) {
  const std::string content = report.SerializeAsString();
  const auto size = static_cast<uint32_t>(content.size());
  std::string frame(sizeof size, '\0');
  std::memcpy(frame.data(), &size, sizeof size);
  frame += content;
  for (size_t done = 0; done < frame.size();) {
    const ssize_t count = write(pipe, frame.data() + done, frame.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  return true;
}

bool Inbox::receive() {
  std::array<char, 65536> buffer;
  ssize_t count = 0;
  do {
    count = read(pipe_, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  bytes_.append(buffer.data(), static_cast<size_t>(count));
  return true;
}

bool Inbox::next(explore::Report* report) {
  uint32_t size = 0;
  if (bytes_.size() < sizeof size) return false;
  std::memcpy(&size, bytes_.data(), sizeof size);
  if (bytes_.size() < sizeof size + size) return false;
  const bool good = report->ParseFromArray(bytes_.data() + sizeof size, static_cast<int>(size));
  bytes_.erase(0, sizeof size + size);
  return good;
}

}  // namespace seedbed
