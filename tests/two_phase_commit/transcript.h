// Transcript: schedules of two-phase commit as text. A real coordinator or a real participant is
// alone among puppets, which say what the script has them say; everything that is sent is written
// down.
//
//   Transcript transcript({"participant", "work T1 x+5", "prepare T1", "crash", "restart"});
//   transcript.answers();                                     // one text for each command
//
// Nodes: n1 is real. n2 and n3 are puppets: they stand for coordinator and peer of a participant,
// or for the participants of a coordinator. n4 is a client.
//
//   participant [MUTANT] | coordinator [MUTANT]      which of them is real
//   work T STEP...      STEP: x+5, x-5 (a transfer's half), x (a read)
//   prepare T [alone]   decide T commit|abort        ask T
//   begin               run STEP...                  inquire       of the transaction begun last
//   n2 says yes|no|nothing|commit|abort|pending      to whatever it is asked from now on; also
//           works (but does not vote), deaf (votes, and does not hear the decision)
//   crash, restart      crash at WORD                as soon as n1 sends a message of that name
//   operator commit|abort
//   wait MILLISECONDS
#pragma once

#include <string>
#include <vector>

namespace seedbed::two_phase_commit {

class Transcript {
 public:
  explicit Transcript(const std::vector<std::string>& commands);

  // What was sent because of each command, until the next.
  const std::vector<std::string>& answers() const { return answers_; }

 private:
  std::vector<std::string> answers_;
};

}  // namespace seedbed::two_phase_commit
