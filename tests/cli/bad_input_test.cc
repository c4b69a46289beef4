// Whatever is typed wrong: exit code 4, and one line that says what and suggests what was meant.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

struct Mistake {
  std::string line;
  std::string says;
};

void expect_errors(const Shell& shell, const std::vector<Mistake>& mistakes) {
  for (const auto& [line, says] : mistakes) {
    const Ran ran = shell.run(line);
    EXPECT_EQ(ran.code, 4) << line << "\n" << ran.out << ran.err;
    EXPECT_TRUE(is_one_error(ran.err, says)) << line;
    EXPECT_EQ(ran.out, "") << line;
  }
}

TEST(BadInput, UnknownNamesComeWithTheNearestOne) {
  expect_errors(Shell(),
                {{"seedbed rnu kv/calm", "did you mean 'run'?"},
                 {"seedbed run kv/clam", "did you mean 'kv/calm'?"},
                 {"seedbed run calm", "did you mean 'kv/calm'?"},
                 {"seedbed run kv/calm --mutant kv.forgetfull", "did you mean 'kv.forgetful'?"},
                 {"seedbed run kv/calm --set workload.operatoins=5", "did you mean 'operations'?"},
                 {"seedbed run kv/calm --sede 5", "did you mean '--seed'?"},
                 {"seedbed list mutnats", "did you mean 'mutants'?"},
                 {"seedbed hunt kv/calm kv/fault", "did you mean 'kv/faults'?"}});
}

TEST(BadInput, ImpossibleValuesAreNamed) {
  expect_errors(Shell(),
                {{"seedbed run kv/calm --seed minus", "--seed minus"},
                 {"seedbed run kv/calm --seed -1", "--seed"},
                 {"seedbed run kv/calm --seed 18446744073709551616", "2^64"},
                 {"seedbed run kv/calm --seed 0xg", "0x"},
                 {"seedbed run kv/calm --seed ''", "--seed"},
                 {"seedbed run kv/calm --set servers=0", "outside 1..10000"},
                 {"seedbed run kv/calm --set network.loss_permille=1001", "outside 0..1000"},
                 {"seedbed run kv/calm --set servers", "PATH=VALUE"},
                 {"seedbed run kv/calm --set servers=many", "servers"},
                 {"seedbed run kv/calm --set protocol=other", "protocol"},
                 {"seedbed run kv/calm --set 'faults.dose[3].slots=1'", "dose"},
                 {"seedbed run kv/calm --set options.nothing=1", "nothing"},
                 {"seedbed hunt kv/calm --seeds some", "--seeds some"},
                 {"seedbed hunt kv/calm --seeds 5..", "--seeds 5.."},
                 {"seedbed hunt kv/calm --time 5", "500ms, 30s, 5m or 2h"},
                 {"seedbed hunt kv/calm --time 0s", "--time 0s"},
                 {"seedbed hunt kv/calm --workers 0", "from 1 to"},
                 {"seedbed hunt kv/calm --twice 1001", "from 0 to 1000"}});
}

TEST(BadInput, MissingAndSuperfluousArgumentsAreNamed) {
  expect_errors(Shell(), {{"seedbed run", "SCENARIO"},
                          {"seedbed run kv/calm --seed", "--seed"},
                          {"seedbed run kv/calm kv/calm", "one argument too many"},
                          {"seedbed diff one.trace", "B"},
                          {"seedbed --frobnicate", "--frobnicate"},
                          {"seedbed run kv/calm --scenarios nowhere", "nowhere"}});
}

TEST(BadInput, AMalformedScenarioIsShownByLineAndColumn) {
  const Shell shell;
  const std::string head = "protocol: \"kv\"\nworkload { kind: \"register\" }\n";
  shell.write("syntax.textproto", head + "servers 3 }\n");
  shell.write("field.textproto", head + "netwrok { }\n");
  shell.write("type.textproto", head + "servers: \"three\"\n");
  shell.write("protocol.textproto", "protocol: \"vk\"\n");
  shell.write("none.textproto", "");
  shell.write("fault.textproto", head + "faults { dose { fault: \"crsh\" } }\n");
  shell.write("range.textproto", head + "network { loss_permille { min: 9 max: 3 } }\n");
  shell.write("workload.textproto", "protocol: \"kv\"\nworkload { kind: \"registr\" }\n");
  shell.write("verdict.textproto", head + "expect { verdict: \"pas\" }\n");
  expect_errors(shell, {{"seedbed run ./syntax.textproto", "syntax.textproto:3:9"},
                        {"seedbed run ./field.textproto", "field.textproto:3:"},
                        {"seedbed run ./field.textproto", "Did you mean 'network'?"},
                        {"seedbed run ./type.textproto", "type.textproto:3:"},
                        {"seedbed run ./protocol.textproto", "did you mean 'kv'?"},
                        {"seedbed run ./none.textproto", "'protocol' is missing"},
                        {"seedbed run ./fault.textproto", "did you mean 'crash'?"},
                        {"seedbed run ./range.textproto", "min 9 is above max 3"},
                        {"seedbed run ./workload.textproto", "did you mean 'register'?"},
                        {"seedbed run ./verdict.textproto", "did you mean 'pass'?"},
                        {"seedbed run ./missing.textproto", "no such file"},
                        {"seedbed run .", "a directory"}});
}

TEST(BadInput, WhatIsNoTraceIsRefused) {
  const Shell shell;
  ASSERT_EQ(shell.run("seedbed run kv/calm --seed 1 --trace whole.trace").code, 0);
  const std::string whole = shell.read("whole.trace");
  shell.write("empty.trace", "");
  shell.write("foreign.trace", "PNG and other things\n");
  shell.write("head.trace", whole.substr(0, 40));
  shell.write("cut.trace", whole.substr(0, whole.size() - 10));
  std::string damaged = whole;
  damaged[damaged.size() / 2] ^= 1;
  shell.write("damaged.trace", damaged);
  for (const std::string verb : {"check", "replay"}) {
    expect_errors(shell, {{"seedbed " + verb + " empty.trace", "empty"},
                          {"seedbed " + verb + " foreign.trace", "not a trace"},
                          {"seedbed " + verb + " head.trace", "cut off"},
                          {"seedbed " + verb + " cut.trace", "cut off"},
                          {"seedbed " + verb + " damaged.trace", "damaged"},
                          {"seedbed " + verb + " missing.trace", "missing.trace"},
                          {"seedbed " + verb + " .", "directory"}});
  }
  expect_errors(shell, {{"seedbed diff whole.trace foreign.trace", "not a trace"}});
  shell.write("half.trace", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(shell.run("seedbed diff whole.trace half.trace").code, 1) << "they part at the cut";
}

TEST(BadInput, AnUnwritableTraceIsNoticedBeforeTheRun) {
  const Shell shell;
  expect_errors(shell, {{"seedbed run kv/calm --trace no/such/folder.trace", "cannot be written"}});
  shell.write("folder/file", "");
  expect_errors(shell, {{"seedbed run kv/calm --trace folder", "folder"}});
}

TEST(BadInput, ATraceThatCouldNotBeFinishedLeavesNothingBehind) {
  const Shell shell;
  shell.run("ulimit -f 1; seedbed run kv/calm --seed 1 --trace cut.trace --set servers=0");
  EXPECT_EQ(shell.run("ls").out, "bin\n");
}

TEST(BadInput, AnotherTraceIsKeptUntilTheNewOneIsComplete) {
  const Shell shell;
  shell.write("old.trace", "old");
  shell.run("trap '' XFSZ; ulimit -f 4; seedbed run kv/calm --seed 1 --trace old.trace");
  EXPECT_EQ(shell.read("old.trace"), "old");
}

}  // namespace
}  // namespace seedbed
