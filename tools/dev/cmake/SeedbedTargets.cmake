# How targets are made here: one library for each folder, one test binary for each folder of tests.
include_guard(GLOBAL)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(seedbed_options INTERFACE)
# Position-independent code need not let a program replace our functions one by one: without
# -fno-semantic-interposition GCC inlines none of them, not even within a file.
target_compile_options(seedbed_options INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers -fno-omit-frame-pointer
  -fno-semantic-interposition)
if(SEEDBED_SANITIZE)
  target_compile_options(seedbed_options INTERFACE
    -fsanitize=${SEEDBED_SANITIZE} -fno-sanitize-recover=undefined)
  target_link_options(seedbed_options INTERFACE -fsanitize=${SEEDBED_SANITIZE})
endif()

# seedbed_protobuf(TARGET protos...): generates sim/x/y.pb.h from sim/x/y.proto. All protos are
# named from the root of the repository, in imports and in #include. (protobuf_generate names them
# from their own folder, so that two files of one name collide.)
function(seedbed_protobuf target)
  foreach(proto ${ARGN})
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${PROJECT_BINARY_DIR}/${path})
    add_custom_command(
      OUTPUT ${stem}.pb.cc ${stem}.pb.h
      COMMAND protobuf::protoc --cpp_out=${PROJECT_BINARY_DIR} -I ${PROJECT_SOURCE_DIR} ${proto}
      DEPENDS ${proto} protobuf::protoc
      VERBATIM)
    target_sources(${target} PRIVATE ${stem}.pb.cc ${stem}.pb.h)
  endforeach()
endfunction()

# seedbed_library(NAME DEPENDS targets...): every .cc and .proto of the current folder becomes
# seedbed_NAME (alias seedbed::NAME), linked with exactly the named targets.
function(seedbed_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  file(GLOB headers CONFIGURE_DEPENDS *.h)
  file(GLOB protos CONFIGURE_DEPENDS *.proto)
  add_library(seedbed_${name} STATIC ${sources} ${headers})
  add_library(seedbed::${name} ALIAS seedbed_${name})
  set_target_properties(seedbed_${name} PROPERTIES EXPORT_NAME ${name})
  if(protos)
    seedbed_protobuf(seedbed_${name} ${protos})
  endif()
  target_include_directories(seedbed_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}>
    $<INSTALL_INTERFACE:include/seedbed>)
  target_compile_features(seedbed_${name} PUBLIC cxx_std_20)
  target_link_libraries(seedbed_${name}
    PUBLIC ${ARG_DEPENDS} PRIVATE $<BUILD_INTERFACE:seedbed_options>)
  set_property(GLOBAL APPEND PROPERTY SEEDBED_LIBRARIES seedbed_${name})
endfunction()

# seedbed_test(NAME DEPENDS targets... [LABELS labels...] [SLOW filters...]): every .cc and .proto
# of the folder, in one binary. What takes more than a few seconds gets the label `slow`, which
# --fast leaves out: all of it, by LABELS, or what a filter names (as --gtest_filter takes them).
function(seedbed_test name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LABELS;SLOW" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  file(GLOB protos CONFIGURE_DEPENDS *.proto)
  add_executable(${name}_test ${sources})
  seedbed_protobuf(${name}_test ${protos})
  target_link_libraries(${name}_test PRIVATE ${ARG_DEPENDS} seedbed_options GTest::gtest_main)
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name}_test PRIVATE SEEDBED_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set(fast "")
  if(ARG_SLOW)
    list(JOIN ARG_SLOW ":" slow)
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 TEST_LIST ${name}_slow_tests
      TEST_FILTER "${slow}" PROPERTIES TIMEOUT 600 LABELS slow)
    set(fast TEST_FILTER "-${slow}")
  endif()
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 ${fast}
    PROPERTIES TIMEOUT 600 LABELS "${ARG_LABELS}")
endfunction()
