// SharedViews: what several checkers of one run derive from its events, derived once. Five checkers
// that all need to know what stands on the disks need not all read them.
//
//   class DiskView {
//    public:
//     explicit DiskView(const std::vector<NodeId>& servers);
//     void follow(const TraceEvent& event);        // the same event again changes nothing
//   };
//   auto disks = setup.views->get<DiskView>(setup.servers);      // where a checker is made
//   disks->follow(event);                                        // in its on_event()
//
// Each checker shows the view every event that it needs to have been shown before it looks. The
// first to do so does the work; so a checker says the same with a view of its own, with a shared
// one, and in whatever company. A view must be a function of the events: never of who asks.
#pragma once

#include <memory>
#include <typeinfo>
#include <utility>
#include <vector>

namespace seedbed {

class SharedViews {
 public:
  // The run's view of that type, made from `arguments` when it is first asked for.
  template <class View, class... Arguments>
  std::shared_ptr<View> get(const Arguments&... arguments) {
    for (const auto& [type, view] : views_) {
      if (*type == typeid(View)) return std::static_pointer_cast<View>(view);
    }
    auto view = std::make_shared<View>(arguments...);
    views_.emplace_back(&typeid(View), view);
    return view;
  }

 private:
  std::vector<std::pair<const std::type_info*, std::shared_ptr<void>>> views_;
};

}  // namespace seedbed
