// Each rule fails on what it forbids and accepts what it does not. A rule without both is no rule.
#include <gtest/gtest.h>

#include <string>

#include "tests/tidy/include_rules.h"
#include "tests/tidy/name_rules.h"
#include "tests/tidy/shape_rules.h"
#include "tests/tidy/text.h"
#include "tests/tidy/tree.h"
#include "tests/tidy/word_rules.h"

namespace seedbed::tidy {
namespace {

Findings includes_of(std::string path, std::string_view header) {
  return check_includes({std::move(path), "#include " + std::string(header) + "\n"});
}

TEST(Text, CodeKeepsItsPlaceWithoutCommentsAndLiterals) {
  EXPECT_EQ(code_only("a; // b\nc"), "a;     \nc");
  EXPECT_EQ(code_only("a /* b\nc */ d"), "a     \n     d");
  EXPECT_EQ(code_only(R"(f("a\"b", 'c');)"), R"(f("    ", ' ');)");
  EXPECT_EQ(code_only("R\"x(a\")x\";"), "R\"      \";");
  EXPECT_EQ(code_only("1'000'000;"), "1'000'000;");
  EXPECT_EQ(code_only("#include \"a.h\"\n"), "#include \"a.h\"\n");
}

TEST(Text, ALineOfUtf8IsAsWideAsItLooks) { EXPECT_EQ(columns("\u00e9\u2192x"), 3); }

TEST(Includes, MustBeRooted) {
  EXPECT_EQ(includes_of("sim/core/a.cc", "\"a.h\"").size(), 1u);
  EXPECT_EQ(includes_of("sim/core/a.cc", "<sim/core/a.h>").size(), 1u);
  EXPECT_EQ(includes_of("sim/core/a.cc", "\"sim/core/a.h\"").size(), 0u);
}

TEST(Includes, StayWithinTheLayer) {
  EXPECT_EQ(includes_of("sim/core/a.h", "\"sim/world/env.h\"").size(), 1u);
  EXPECT_EQ(includes_of("sim/core/a.h", "<google/protobuf/message.h>").size(), 1u);
  EXPECT_EQ(includes_of("sim/history/a.h", "\"sim/world/env.h\"").size(), 1u);
  EXPECT_EQ(includes_of("sim/check/a.h", "\"sim/run/run.h\"").size(), 1u);
  EXPECT_EQ(includes_of("sim/run/a.h", "\"protocols/raft/core.h\"").size(), 1u);
  EXPECT_EQ(includes_of("sim/run/a.h", "\"sim/explore/hunt.h\"").size(), 1u);
  EXPECT_EQ(includes_of("sim/run/a.h", "\"tools/cli/main.h\"").size(), 1u);
  EXPECT_EQ(includes_of("sim/run/a.h", "<sqlite3.h>").size(), 1u);
  EXPECT_EQ(includes_of("sim/world/a.h", "\"sim/core/time.h\"").size(), 0u);
  EXPECT_EQ(includes_of("sim/core/a.h", "<vector>").size(), 0u);
  EXPECT_EQ(includes_of("sim/report/a.h", "\"sim/explore/hunt.h\"").size(), 0u);
  EXPECT_EQ(includes_of("tests/run/a_test.cc", "\"protocols/registry.h\"").size(), 0u);
}

TEST(Includes, OfAProtocolDependOnThePartThatTheFilePlays) {
  EXPECT_EQ(includes_of("protocols/raft/process.h", "\"sim/check/checker.h\"").size(), 1u);
  EXPECT_EQ(includes_of("protocols/raft/process.h", "<unistd.h>").size(), 1u);
  EXPECT_EQ(includes_of("protocols/raft/invariants.h", "\"sim/run/run.h\"").size(), 1u);
  EXPECT_EQ(includes_of("protocols/raft/core.h", "\"protocols/saga/core.h\"").size(), 1u);
  EXPECT_EQ(includes_of("protocols/raft/process.h", "\"sim/world/env.h\"").size(), 0u);
  EXPECT_EQ(includes_of("protocols/raft/invariants.h", "\"sim/check/checker.h\"").size(), 0u);
  EXPECT_EQ(includes_of("protocols/calvin/process.h", "\"protocols/raft/core.h\"").size(), 0u);
  EXPECT_EQ(includes_of("protocols/registry.cc", "\"protocols/raft/spec.h\"").size(), 0u);
}

TEST(Includes, AFileOutsideEveryLayerIsAFinding) {
  EXPECT_EQ(includes_of("results/a.cc", "<vector>").size(), 1u);
}

TEST(PureCores, MayNotReachTheWorldEvenThroughAnotherHeader) {
  const SourceFile core{"protocols/raft/core.h", "#include \"protocols/raft/log.h\"\n"};
  const SourceFile bad_log{"protocols/raft/log.h", "#include \"sim/world/env.h\"\n"};
  const SourceFile good_log{
      "protocols/raft/log.h",
      "#include \"sim/core/time.h\"\n#include \"protocols/raft/raft.pb.h\"\n"};
  EXPECT_EQ(check_pure_cores({core, bad_log}).size(), 1u);
  EXPECT_EQ(check_pure_cores({core, good_log}).size(), 0u);
  EXPECT_EQ(check_pure_cores({bad_log}).size(), 0u) << "log.h alone is no core";
}

TEST(PureCores, IncludeTheFilesThatImplementThem) {
  const SourceFile raft{"protocols/raft/raft.h", ""};
  const std::string world = "#include \"sim/world/env.h\"\n";
  const SourceFile part{"protocols/raft/vote.cc", "#include \"protocols/raft/raft.h\"\n" + world};
  const SourceFile shell{"protocols/raft/process.cc",
                         "#include \"protocols/raft/process.h\"\n" + world};
  EXPECT_EQ(check_pure_cores({raft, part}).size(), 1u);
  EXPECT_EQ(check_pure_cores({raft, shell}).size(), 0u);
}

TEST(BannedWords, EachIsFoundWhereItIsBannedAndNowhereElse) {
  for (const BannedWord& banned : banned_words()) {
    const bool header = banned.word.front() == '<';
    const std::string code = (header ? "#include " : "x = ") + std::string(banned.word) + "\n";
    for (const std::string_view where : banned.where) {
      const Findings findings = check_banned_words({std::string(where) + "a.cc", code});
      ASSERT_EQ(findings.size(), 1u) << banned.word << " in " << where;
      EXPECT_NE(findings[0].message.find(banned.instead), std::string::npos);
    }
    EXPECT_EQ(check_banned_words({"tools/cli/a.cc", code}).size(), 0u) << banned.word;
    EXPECT_EQ(check_banned_words({"sim/core/a.cc", "// " + code}).size(), 0u) << banned.word;
  }
  EXPECT_EQ(check_banned_words({"sim/core/a.cc", "operand(1); is_steady_clock;\n"}).size(), 0u);
}

TEST(ProtoMaps, AreFound) {
  EXPECT_EQ(check_proto_maps({"a.proto", "  map<string, int64> votes = 1;\n"}).size(), 1u);
  EXPECT_EQ(check_proto_maps({"a.proto", "  map < string, int64> votes = 1;\n"}).size(), 1u);
  EXPECT_EQ(check_proto_maps({"a.proto", "  // no map<> here\n  bitmap x = 1;\n"}).size(), 0u);
}

TEST(Todos, MustNameATestOrADecision) {
  EXPECT_EQ(check_todos({"a.cc", "// TODO: later\n"}).size(), 1u);
  EXPECT_EQ(check_todos({"a.cc", "// FIXME(somebody)\n"}).size(), 1u);
  EXPECT_EQ(check_todos({"a.cc", "// TODO(Raft.Elects) or TODO(0007)\n"}).size(), 0u);
}

TEST(MachinePaths, AreFoundButPartsOfRelativePathsAreNot) {
  EXPECT_EQ(check_machine_paths({"a.md", "cd /work/tree\n"}).size(), 1u);
  EXPECT_EQ(check_machine_paths({"a.md", "/home/me\n"}).size(), 1u);
  EXPECT_EQ(check_machine_paths({"a.md", "(/root/.cache)\n"}).size(), 1u);
  EXPECT_EQ(check_machine_paths({"a.md", "at/home/ and ./work/ and ${x}/work/\n"}).size(), 0u);
}

TEST(Columns, ALongLineOfCodeIsFoundAndProseIsFree) {
  const std::string line(101, 'x');
  EXPECT_EQ(check_columns({"a.cc", line}).size(), 1u);
  EXPECT_EQ(check_columns({"CMakeLists.txt", line}).size(), 1u);
  EXPECT_EQ(check_columns({"a.cc", line.substr(1)}).size(), 0u);
  EXPECT_EQ(check_columns({"a.md", line}).size(), 0u);
}

std::string repeat(const std::string& line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line;
  return text;
}

TEST(FileLength, AFileThatIsTooLongIsFound) {
  EXPECT_EQ(check_file_length({"a.cc", repeat("\n", 801)}).size(), 1u);
  EXPECT_EQ(check_file_length({"a.cc", repeat("\n", 800)}).size(), 0u);
}

Findings with_body(const std::string& head, int body, const std::string& tail = "") {
  return check_function_length({"a.cc", head + " {\n" + repeat("  x;\n", body) + "}\n" + tail});
}

TEST(FunctionLength, EveryKindOfFunctionIsMeasured) {
  for (const std::string head : {
           "void f()",
           "static int f(int a, int b) const noexcept",
           "auto f(int x) -> std::vector<int>",
           "template <class T, class U = int> T Type<T>::f(T t)",
           "Type::Type() : a_{1}, b_(2)",
           "Type::Type() : Base{f(1)}, b_{}",
           "TEST(Suite, Name)",
           "bool operator==(const A& a, const B& b)",
           "int f(std::vector<int> x = {1, 2})",
           "namespace a { namespace { struct X { enum Y { kA, kB }; int z = 0; void f()",
           "class X {\n public:\n  struct Y { void f()",
           "#define M {\nconst int a[] = {1, 2};\nvoid f()",
           "extern \"C\" void* f(size_t n)",
           "extern \"C\" {\nvoid* f(size_t n)",
       }) {
    EXPECT_EQ(with_body(head, 70).size(), 1u) << head;
    EXPECT_EQ(with_body(head, 68).size(), 0u) << head;
  }
}

TEST(FunctionLength, TypesNamespacesAndTablesMayBeLong) {
  for (const std::string head :
       {"namespace a", "struct X", "class X : public Y<int()>", "enum class X : int",
        "template <class T> class X", "const Table kTable =", "const std::vector<int> kTable"}) {
    EXPECT_EQ(with_body(head, 200, ";").size(), 0u) << head;
  }
}

TEST(FunctionLength, ALambdaBelongsToTheFunctionAroundIt) {
  const std::string lambda = "  auto g = [] {\n" + repeat("  x;\n", 60) + "  };\n";
  const std::string text = "void f() {\n" + lambda + lambda + "}\n";
  EXPECT_EQ(check_function_length({"a.cc", text}).size(), 1u);
}

TEST(Depth, AFourthLevelIsFound) {
  EXPECT_EQ(check_depth({"a/b/c/d/e.cc", ""}).size(), 1u);
  EXPECT_EQ(check_depth({"a/b/c/e.cc", ""}).size(), 0u);
}

TEST(PragmaOnce, IsNeededOnce) {
  EXPECT_EQ(check_pragma_once({"a.h", "int x;\n"}).size(), 1u);
  EXPECT_EQ(check_pragma_once({"a.h", "#pragma once\n#pragma once\n"}).size(), 1u);
  EXPECT_EQ(check_pragma_once({"a.h", "#pragma once\n"}).size(), 0u);
}

TEST(PageTitle, IsNeededOnceAndFirst) {
  EXPECT_EQ(check_page_title({"a.md", "text\n"}).size(), 1u);
  EXPECT_EQ(check_page_title({"a.md", "# A\n\n# B\n"}).size(), 1u);
  EXPECT_EQ(check_page_title({"a.md", "text\n# A\n"}).size(), 1u);
  EXPECT_EQ(check_page_title({"a.md", ""}).size(), 1u);
  EXPECT_EQ(check_page_title({"a.md", "# A\n\n```\n# comment\n```\n## B\n"}).size(), 0u);
}

TEST(TypeNames, AreUsedOnceInANamespace) {
  const std::string shared = "namespace seedbed {\nstruct Row {\n};\n}  // namespace seedbed\n";
  const std::string own =
      "namespace seedbed {\nnamespace {\nstruct Row {\n};\n}  // namespace\n"
      "}  // namespace seedbed\n";
  const std::string other = "namespace seedbed::raft {\nstruct Row {\n};\n";
  EXPECT_EQ(check_type_names({{"sim/a.h", shared}, {"sim/b.cc", shared}}).size(), 1u);
  EXPECT_EQ(check_type_names({{"sim/a.h", shared}, {"tests/b.cc", shared}}).size(), 1u);
  EXPECT_EQ(check_type_names({{"tests/a.h", shared}, {"tests/b.cc", shared}}).size(), 0u);
  EXPECT_EQ(check_type_names({{"sim/a.h", shared}, {"sim/b.cc", own}}).size(), 0u);
  EXPECT_EQ(check_type_names({{"sim/a.h", shared}, {"sim/b.h", other}}).size(), 0u);
}

TEST(Exceptions, ExcuseTheirRuleInTheirFilesOnly) {
  const Findings findings = {{"a/b.cc", 1, "todo", ""}, {"a/b.cc", 2, "columns", ""}};
  const std::vector<Exception> excuse = {{"a/", "todo", "why"}, {"c/", "todo", "why"}};
  ASSERT_EQ(without_exceptions(findings, excuse).size(), 1u);
  EXPECT_EQ(without_exceptions(findings, excuse)[0].rule, "columns");
  ASSERT_EQ(idle_exceptions(findings, excuse).size(), 1u);
  EXPECT_EQ(idle_exceptions(findings, excuse)[0].files, "c/");
}

}  // namespace
}  // namespace seedbed::tidy
