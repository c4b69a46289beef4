#include "tools/cli/trace_file.h"

#include <fmt/format.h>

#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr std::string_view kBuildNote = "build";

std::string build_of(const Context& context) {
  return hash_text(hash_bytes(read_file(context.executable)));
}

// A revision that stands for one text of the source.
bool identifies(std::string_view revision) {
  return !revision.empty() && revision != "unknown" && !revision.ends_with("-dirty");
}

// The root is the last; how many were left out before it is in no program's interest.
Json chain_json(const CauseChain& chain) {
  Json causes = Json::array();
  for (const DescribedEvent& cause : chain.nearest) causes.push_back(cause.text);
  if (chain.root) causes.push_back(chain.root->text);
  return causes;
}

}  // namespace

Provenance provenance(const Context& context) {
  return {.revision = context.program.revision,
          .notes = {{std::string(kBuildNote), build_of(context)}}};
}

SameCode same_code(const trace::Header& header, const Context& context) {
  for (const trace::Note& note : header.notes()) {
    if (note.name() == kBuildNote && note.text() == build_of(context)) return SameCode::kYes;
  }
  if (header.revision() != context.program.revision) return SameCode::kNo;
  return identifies(header.revision()) ? SameCode::kYes : SameCode::kUnknown;
}

std::string code_identity(const Context& context) {
  const std::string& revision = context.program.revision;
  if (identifies(revision)) return revision;
  return fmt::format("{}+{}", revision.empty() ? "unknown" : revision, build_of(context));
}

Json divergence_json(const std::optional<Divergence>& divergence) {
  Json json{{"same", !divergence.has_value()}};
  if (!divergence) return json;
  const auto side = [](const DivergingSide& side) {
    return side.event ? Json(side.event->text) : Json(nullptr);
  };
  json["position"] = divergence->position;
  json["fields"] = divergence->fields;
  json["first"] = side(divergence->first);
  json["second"] = side(divergence->second);
  json["first_causes"] = chain_json(divergence->first.causes);
  json["second_causes"] = chain_json(divergence->second.causes);
  json["shared_causes"] = chain_json(divergence->shared);
  return json;
}

}  // namespace seedbed
