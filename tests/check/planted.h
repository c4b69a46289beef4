// Planted violations: long histories that are valid, made by letting operations take effect on a
// toy (tests/check/toy.h), and the same with a single wrong answer in them.
//
//   const Planted planted = plant({.object = "queue", .operations = 20'000});
//   check_linearizable(planted.valid, queue_model());     // pass
//   check_linearizable(planted.broken, queue_model());    // violation
#pragma once

#include <cstdint>
#include <string>

#include "sim/history/history.h"

namespace seedbed {

struct PlantedOptions {
  std::string object;  // the model's name
  uint64_t seed = 1;
  size_t operations = 2000;
  size_t unknown = 5;  // never return; some of them take effect
  uint64_t clients = 4;
  bool appends = false;  // of key-value: puts only, or appends as well
  bool takes = false;    // also takes of queues, stacks and priority queues are unknown
  bool elements = true;  // of sets: reads of all elements, or only of one
};

struct Planted {
  History valid;
  History broken;
  uint64_t lie = 0;  // the id of the operation whose answer is wrong; of mutexes: that is too much
};

// CHECK-fails if there is no place for a lie.
Planted plant(const PlantedOptions& options);

}  // namespace seedbed
