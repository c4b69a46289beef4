#include "sim/history/intervals.h"

#include <algorithm>
#include <tuple>

namespace seedbed {
namespace {

struct Moment {
  Time time{};
  bool is_return = false;  // at one time, all invocations come before all returns
  size_t entry = 0;
};

}  // namespace

void order_by_time(std::vector<Entry>* entries) {
  std::vector<Moment> moments;
  for (size_t i = 0; i < entries->size(); ++i) {
    const Entry& entry = (*entries)[i];
    const Time begin = std::min(entry.invoked_at, entry.returned_at);
    const bool returned = entry.returned != kNoEvent;
    moments.push_back({returned ? begin : entry.invoked_at, false, i});
    if (returned) moments.push_back({std::max(entry.invoked_at, entry.returned_at), true, i});
  }
  std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
    return std::tie(a.time, a.is_return, a.entry) < std::tie(b.time, b.is_return, b.entry);
  });
  uint64_t event = 0;
  for (const Moment& moment : moments) {
    Entry& entry = (*entries)[moment.entry];
    (moment.is_return ? entry.returned : entry.invoked) = EventIndex{++event};
  }
  std::sort(entries->begin(), entries->end(),
            [](const Entry& a, const Entry& b) { return a.invoked < b.invoked; });
}

}  // namespace seedbed
