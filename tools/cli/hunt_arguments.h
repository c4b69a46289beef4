// What is typed after `seedbed hunt`, and what both of its kinds (hunt.cc, hunt_detect.cc) make of
// it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/campaign.h"
#include "sim/explore/store.h"
#include "tools/cli/arguments.h"
#include "tools/cli/context.h"
#include "tools/cli/selection.h"

namespace seedbed {

// As typed.
struct HuntArguments {
  std::vector<std::string> scenarios;
  std::optional<std::string> seeds;
  std::optional<std::string> time;
  std::optional<std::string> workers;
  std::optional<std::string> twice;
  std::optional<std::string> run_timeout;
  std::optional<std::string> run_memory;
  std::optional<std::string> store;
  std::optional<std::string> junit;
  std::optional<std::string> detections;
  std::optional<std::string> record;
  bool clients_only = false;
  bool shrink = false;
  bool fail_fast = false;
  bool json = false;
  SelectionArguments selection;
};

void add_hunt_options(CLI::App& verb, HuntArguments& arguments);

// Workers and the limits of a run.
CampaignOptions campaign_options(const HuntArguments& arguments);

// Where results go: what --store says, else the program's own place, which is made if it is not
// there. Null: nowhere.
std::unique_ptr<Store> open_store(const HuntArguments& arguments, const Context& context);

// What the store keeps the results of a selection under.
StoreKey store_key(const Selection& selection, const std::string& code);

// hunt --detections.
int measure_detections(const HuntArguments& arguments, const Context& context);

}  // namespace seedbed
