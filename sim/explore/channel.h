// Channel: reports through a pipe, each with its length before it.
//
//   send(pipe, report);                       // in the worker
//   Inbox inbox(pipe);                        // in the parent, when poll() says so
//   inbox.receive();
//   while (inbox.next(&report)) use(report);
#pragma once

#include <string>

#include "sim/explore/campaign.pb.h"

namespace seedbed {

// Blocks while the pipe is full. False if nobody listens any more.
bool send(int pipe, const explore::Report& report);

class Inbox {
 public:
  explicit Inbox(int pipe) : pipe_(pipe) {}

  // Takes what is there. False at the end of the pipe: the sender has closed it, or is dead.
  bool receive();
  // The next whole report. What a dead sender left unfinished is never given.
  bool next(explore::Report* report);

 private:
  int pipe_;
  std::string bytes_;
};

}  // namespace seedbed
