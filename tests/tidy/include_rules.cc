#include "tests/tidy/include_rules.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "tests/tidy/text.h"

namespace seedbed::tidy {
namespace {

struct Include {
  std::string name;
  bool quoted = false;
  int line = 0;
};

std::vector<Include> includes(std::string_view code) {
  std::vector<Include> result;
  int number = 0;
  for (const std::string_view line : lines(code)) {
    ++number;
    if (!line.starts_with("#include ")) continue;
    const size_t open = line.find_first_of("<\"");
    if (open == std::string_view::npos) continue;
    const bool quoted = line[open] == '"';
    const size_t close = line.find(quoted ? '"' : '>', open + 1);
    if (close == std::string_view::npos) continue;
    result.push_back({std::string(line.substr(open + 1, close - open - 1)), quoted, number});
  }
  return result;
}

bool begins_with_any(std::string_view text, const std::vector<std::string_view>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

bool is_cpp(std::string_view path) { return path.ends_with(".h") || path.ends_with(".cc"); }

// "protocols/raft/" of "protocols/raft/log.h"; empty for files that are not in a protocol's folder.
std::string_view protocol_folder(std::string_view path) {
  constexpr std::string_view kProtocols = "protocols/";
  if (!path.starts_with(kProtocols)) return {};
  const size_t slash = path.find('/', kProtocols.size());
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash + 1);
}

std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

std::string_view stem_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.find('.'));
}

// What a file of a protocol may see depends on its part in it, which its name tells.
std::vector<std::string_view> protocol_may_include(std::string_view path) {
  const std::string_view stem = stem_of(path);
  std::vector<std::string_view> may = {"sim/core/", "sim/world/"};
  if (begins_with_any(stem, {"invariants", "guarantees", "weaknesses", "mutants"})) {
    may.insert(may.end(), {"sim/trace/", "sim/history/", "sim/check/"});
  }
  if (begins_with_any(stem, {"client", "spec", "workload"})) {
    may.insert(may.end(), {"sim/history/", "sim/check/", "sim/run/"});
  }
  return may;
}

bool declares_use(std::string_view path, std::string_view include) {
  const auto& uses = declared_uses();
  return std::any_of(uses.begin(), uses.end(), [&](const DeclaredUse& use) {
    return path.starts_with("protocols/" + std::string(use.protocol) + "/") &&
           include.starts_with("protocols/" + std::string(use.uses) + "/");
  });
}

bool may_include_ours(const Layer& layer, std::string_view path, std::string_view include) {
  if (begins_with_any(include, layer.folders)) return true;
  const std::string_view own = protocol_folder(path);
  if (own.empty()) return include.starts_with(folder_of(path));
  return include.starts_with(own) || declares_use(path, include) ||
         begins_with_any(include, protocol_may_include(path));
}

bool is_standard(std::string_view include) {
  return include.find_first_of("./") == std::string_view::npos;
}

const Layer* layer_of(std::string_view path) {
  for (const Layer& layer : layers()) {
    if (path.starts_with(layer.files)) return &layer;
  }
  return nullptr;
}

// core.h, rules.h, and raft.h in protocols/raft/.
bool begins_a_pure_core(std::string_view path) {
  const std::string_view own = protocol_folder(path);
  const std::string_view stem = stem_of(path);
  return !own.empty() && path.ends_with(".h") &&
         (stem == "core" || stem == "rules" || own.ends_with("/" + std::string(stem) + "/"));
}

// The header that a .cc implements: by our format the first one that it includes.
std::string implemented_header(const SourceFile& file) {
  if (!file.path.ends_with(".cc")) return "";
  const std::vector<Include> all = includes(code_only(file.text));
  return all.empty() ? "" : all.front().name;
}

}  // namespace

Findings check_includes(const SourceFile& file) {
  if (!is_cpp(file.path)) return {};
  const Layer* layer = layer_of(file.path);
  if (layer == nullptr) {
    return {{file.path, 0, "layer", "no layer in tests/tidy/layers.cc covers this file"}};
  }
  Findings findings;
  for (const Include& include : includes(code_only(file.text))) {
    const std::string& name = include.name;
    const bool rooted = begins_with_any(name, {"sim/", "protocols/", "tools/", "tests/"});
    if (include.quoted && !rooted) {
      findings.push_back({file.path, include.line, "rooted-include",
                          "\"" + name + "\": write the path from the root of the repository"});
    } else if (!include.quoted && rooted) {
      findings.push_back(
          {file.path, include.line, "rooted-include", "<" + name + ">: ours are quoted"});
    } else if (rooted ? !may_include_ours(*layer, file.path, name)
                      : !is_standard(name) && !begins_with_any(name, layer->outside)) {
      findings.push_back({file.path, include.line, "layer",
                          name + " is outside what this folder may include (see layers.cc)"});
    }
  }
  return findings;
}

Findings check_pure_cores(const std::vector<SourceFile>& tree) {
  std::vector<const SourceFile*> pure;
  std::set<std::string_view> seen;
  const auto add = [&](const SourceFile& file) {
    if (seen.insert(file.path).second) pure.push_back(&file);
  };
  for (const SourceFile& file : tree) {
    if (begins_a_pure_core(file.path)) add(file);
  }
  Findings findings;
  for (size_t i = 0; i < pure.size(); ++i) {
    const SourceFile& file = *pure[i];
    for (const SourceFile& other : tree) {
      if (implemented_header(other) == file.path && !other.path.starts_with("tests/")) add(other);
    }
    for (const Include& include : includes(code_only(file.text))) {
      if (!include.quoted || include.name.starts_with("sim/core/")) continue;
      const bool own = include.name.starts_with(protocol_folder(file.path));
      if (own && include.name.ends_with(".pb.h")) continue;
      if (!own) {
        findings.push_back(
            {file.path, include.line, "pure-core", include.name + " is reached from a pure core"});
        continue;
      }
      for (const SourceFile& other : tree) {
        if (other.path == include.name) add(other);
      }
    }
  }
  return findings;
}

}  // namespace seedbed::tidy
