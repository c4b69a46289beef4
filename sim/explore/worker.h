// Worker: one process of a campaign, and what its parent knows of it.
#pragma once

#include <atomic>
#include <cstdint>

#include "sim/explore/campaign.h"

namespace seedbed {

// In memory that all processes of a campaign share.
struct SharedState {
  std::atomic<uint64_t> next_job{0};
  std::atomic<bool> stop{false};
};

// Which run a job is: seeds go up, and each is run for every scenario.
struct Job {
  size_t scenario = 0;
  uint64_t seed = 0;
};
Job job_of(const CampaignOptions& options, uint64_t number);
uint64_t job_count(const CampaignOptions& options);

// The life of a worker: takes jobs until there are none, reports through the pipe, and leaves.
[[noreturn]] void work(const CampaignOptions& options, SharedState& shared, int pipe);

}  // namespace seedbed
