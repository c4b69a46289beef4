// OutputFile: a file that appears under its name only when it is complete.
//
//   OutputFile file("failure.trace");     // ConfigError at once if it cannot be written there
//   file.write(bytes);                    // remembers errors
//   file.commit();                        // OutputError if something was not written
//
// It is written beside its place under another name, and renamed. What is not an ordinary file
// (a pipe, /dev/stdout) is written to directly.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace seedbed {

// Something could not be written, although it could be begun: a full disk, as a rule.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class OutputFile {
 public:
  explicit OutputFile(std::string path);
  // Removes what was not committed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Never throws; after an error nothing more is written.
  void write(std::string_view bytes) noexcept;
  // Closes the file and gives it its name.
  void commit();

  const std::string& path() const { return path_; }

 private:
  void flush() noexcept;

  std::string path_;
  std::string written_path_;  // where it is until commit()
  std::string buffer_;
  int file_ = -1;
  int error_ = 0;  // errno of the first failure
};

// Removes the file that is being written, if there is one: for signal handlers that end the
// process.
void remove_unfinished_output() noexcept;

}  // namespace seedbed
