# Writes OUTPUT, a source file with the revision of SOURCE; leaves it alone if it says so already,
# so that a new commit compiles one small file and no more. Run at every build: cmake -P.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(revision unknown)
else()
  execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no
    OUTPUT_VARIABLE changes ERROR_QUIET)
  if(changes)
    string(APPEND revision -dirty)
  endif()
endif()
set(content "#include \"tools/cli/cli.h\"\n
namespace seedbed {\n
std::string library_revision() { return \"${revision}\"; }\n
}  // namespace seedbed\n")
set(before "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT before STREQUAL content)
  file(WRITE ${OUTPUT} "${content}")
endif()
