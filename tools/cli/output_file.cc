#include "tools/cli/output_file.h"

#include <fmt/format.h>
#include <sys/fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr size_t kBufferBytes = 1 << 18;

// A signal handler can only find what is static. Of several files, the last to be begun.
constinit const char* unfinished = nullptr;

bool is_special(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (is_special(path_)) {
    written_path_ = path_;
    file_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    written_path_ = fmt::format("{}.part-{}", path_, getpid());
    file_ = open(written_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    unfinished = written_path_.c_str();
  }
  if (file_ < 0) {
    unfinished = nullptr;
    throw ConfigError(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
  }
}

OutputFile::~OutputFile() {
  if (file_ < 0) return;
  close(file_);
  if (written_path_ != path_) unlink(written_path_.c_str());
  if (unfinished == written_path_.c_str()) unfinished = nullptr;
}

void OutputFile::write(std::string_view bytes) noexcept {
  if (error_ != 0) return;
  buffer_.append(bytes);
  if (buffer_.size() >= kBufferBytes) flush();
}

void OutputFile::flush() noexcept {
  size_t done = 0;
  while (done < buffer_.size() && error_ == 0) {
    const ssize_t count = ::write(file_, buffer_.data() + done, buffer_.size() - done);
    if (count >= 0) {
      done += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
}

void OutputFile::commit() {
  flush();
  if (close(file_) != 0 && error_ == 0) error_ = errno;
  file_ = -1;
  const bool renamed = written_path_ != path_;
  if (error_ == 0 && renamed && std::rename(written_path_.c_str(), path_.c_str()) != 0) {
    error_ = errno;
  }
  if (unfinished == written_path_.c_str()) unfinished = nullptr;
  if (error_ == 0) return;
  if (renamed) unlink(written_path_.c_str());
  throw OutputError(fmt::format("{}: could not be written: {}", path_, std::strerror(error_)));
}

void remove_unfinished_output() noexcept {
  if (unfinished != nullptr) unlink(unfinished);
}

}  // namespace seedbed
