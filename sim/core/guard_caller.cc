// The dynamic linker (dladdr) knows the names of exported functions only, and a program exports
// few; the others stand in the table of symbols in its file, unless it was stripped.
#include "sim/core/guard_caller.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int open(const char* path, int flags, ...);

namespace seedbed {
namespace {

constexpr size_t kFrames = 64;
// Taking a name apart needs stack in proportion to it, and we may be on a fiber.
constexpr size_t kLongestMangled = 400;

struct Stack {
  std::array<const std::byte*, kFrames> frames{};
  size_t size = 0;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* argument) {
  Stack& stack = *static_cast<Stack*>(argument);
  if (stack.size == kFrames) return _URC_END_OF_STACK;
  const _Unwind_Ptr address = _Unwind_GetIP(context);
  stack.frames[stack.size++] =
      reinterpret_cast<const std::byte*>(address);  // NOLINT(performance-no-int-to-ptr)
  return _URC_NO_REASON;
}

// A file in memory, as long as it exists; empty if it cannot be read.
class MappedFile {
 public:
  explicit MappedFile(const char* path) {
    const int file = open(path, 0 /* O_RDONLY */);
    if (file < 0) return;
    struct stat info {};
    if (fstat(file, &info) == 0 && info.st_size > 0) {
      const auto size = static_cast<size_t>(info.st_size);
      void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
      if (data != MAP_FAILED) bytes_ = {static_cast<const char*>(data), size};
    }
    close(file);
  }
  ~MappedFile() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // `count` objects at `offset`; null if the file is shorter.
  template <class T>
  const T* at(uint64_t offset, uint64_t count = 1) const {
    if (offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) return nullptr;
    return reinterpret_cast<const T*>(bytes_.data() + offset);
  }
  // The text that begins at `offset` and ends with a zero.
  std::string text(uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const size_t end = bytes_.find('\0', offset);
    return std::string(bytes_.substr(offset, end == bytes_.npos ? end : end - offset));
  }

 private:
  std::string_view bytes_;
};

std::string name_in_section(const MappedFile& file, const Elf64_Shdr& section,
                            const Elf64_Shdr& names, uint64_t address) {
  const uint64_t count = section.sh_size / sizeof(Elf64_Sym);
  const auto* symbols = file.at<Elf64_Sym>(section.sh_offset, count);
  if (symbols == nullptr) return {};
  const auto* found = std::find_if(symbols, symbols + count, [&](const Elf64_Sym& symbol) {
    return ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && address - symbol.st_value < symbol.st_size;
  });
  return found == symbols + count ? std::string() : file.text(names.sh_offset + found->st_name);
}

// The name of the function there, as the file's own table has it; empty if none.
std::string name_in_file(const char* path, const void* base, const std::byte* address) {
  const MappedFile file(path);
  const auto* head = file.at<Elf64_Ehdr>(0);
  if (head == nullptr || file.text(0).substr(0, 4) != ELFMAG) return {};
  const auto* sections = file.at<Elf64_Shdr>(head->e_shoff, head->e_shnum);
  if (sections == nullptr) return {};
  auto place = reinterpret_cast<uint64_t>(address);
  if (head->e_type == ET_DYN) place -= reinterpret_cast<uint64_t>(base);
  for (size_t i = 0; i < head->e_shnum; ++i) {
    if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= head->e_shnum) continue;
    return name_in_section(file, sections[i], sections[sections[i].sh_link], place);
  }
  return {};
}

std::string demangled(const std::string& name) {
  if (name.size() > kLongestMangled) return name;
  int status = 0;
  char* text = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  if (text == nullptr) return name;
  std::string result(text);
  std::free(text);
  return result;
}

// Where a lambda was written, instead of what the library made of it: "A::f()" of
// "std::_Function_handler<void (), A::f()::{lambda()#1}>::_M_invoke(...)". Of several the first,
// which is the one that was handed to the others.
std::string where_written(std::string name) {
  const size_t end = name.find("::{lambda(");
  if (end != std::string::npos) {
    size_t begin = end;
    for (int depth = 0; begin > 0; --begin) {
      const char c = name[begin - 1];
      if (c == ')' || c == '>') ++depth;
      if (depth == 0 && std::string_view("(<, ").find(c) != std::string_view::npos) break;
      if (c == '(' || c == '<') --depth;
    }
    name = name.substr(begin, end - begin);
  }
  constexpr std::string_view kUnnamed = "(anonymous namespace)::";
  for (size_t at = name.find(kUnnamed); at != std::string::npos; at = name.find(kUnnamed)) {
    name.erase(at, kUnnamed.size());
  }
  return name;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool begins_with_any(std::string_view text, const std::vector<std::string_view>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

struct Frame {
  std::string name;
  bool of_a_standard_library = false;
};

// `after`: where it goes on, which is behind the call.
Frame describe(const std::byte* after) {
  const std::byte* const call = after - 1;
  Dl_info info{};
  if (dladdr(call, &info) == 0 || info.dli_fname == nullptr) return {"an unknown place"};
  const std::string_view object = last_part(info.dli_fname);
  Frame frame;
  frame.name = info.dli_sname != nullptr ? info.dli_sname
                                         : name_in_file(info.dli_fname, info.dli_fbase, call);
  if (frame.name.empty()) frame.name = name_in_file("/proc/self/exe", info.dli_fbase, call);
  if (frame.name.empty()) {
    const auto* base = static_cast<const std::byte*>(info.dli_fbase);
    frame.name = fmt::format("{}+{:#x}", object, static_cast<uint64_t>(call - base));
  } else {
    frame.name = where_written(demangled(frame.name));
  }
  frame.of_a_standard_library =
      begins_with_any(object, {"libc.so", "libc-", "libstdc++", "libc++", "libgcc_s", "ld-linux",
                               "libasan", "libubsan", "libtsan"}) ||
      begins_with_any(frame.name, {"std::", "__gnu_cxx::", "void std::", "int std::"});
  return frame;
}

std::string innermost(const Stack& stack, const void* from) {
  const auto* end = stack.frames.begin() + stack.size;
  for (const auto* at = std::find(stack.frames.begin(), end, from); at != end; ++at) {
    const Frame frame = describe(*at);
    if (!frame.of_a_standard_library) return frame.name;
  }
  return describe(static_cast<const std::byte*>(from)).name;
}

}  // namespace

CallerName caller_name(const void* from) {
  Stack stack;
  _Unwind_Backtrace(add_frame, &stack);
  const std::string name = innermost(stack, from);
  CallerName result;
  std::copy_n(name.begin(), std::min(name.size(), result.text.size() - 1), result.text.begin());
  return result;
}

}  // namespace seedbed
