// The client against a server that a test plays: what may be called failed, and what is sent twice.
#include "protocols/raft/client.h"

#include <gtest/gtest.h>

#include "protocols/raft/kv.h"
#include "tests/world/fixture.h"

namespace seedbed::raft {
namespace {

constexpr NodeId kServer{1};

using Answer = wire::ClientCommand::Response;

Answer executed(KvStatus status, uint64_t session = 0) {
  Answer answer;
  answer.set_reply(wire::REPLY_EXECUTED);
  answer.set_status(static_cast<uint32_t>(status));
  answer.set_session(session);
  return answer;
}

class ClientTest : public ::testing::Test, protected SmallWorld {
 protected:
  // `serve` answers each command, or does not (nullopt). `body` is what the client's machine does.
  void run(std::function<std::optional<Answer>(const Command&)> serve,
           std::function<void(Env&, RaftClient&)> body) {
    add("n1", [serve](Env& env) {
      env.serve<wire::ClientCommand>(
          [serve](NodeId, const wire::ClientCommand::Request& request) -> Result<Answer> {
            const auto command = decode_command(request.command());
            CHECK(command);
            if (const auto answer = serve(*command)) return *answer;
            return Error::kTimeout;
          });
    });
    add("c2", [body](Env& env) {
      RaftClient client(env, {kServer}, {.timeout = 200ms});
      body(env, client);
    });
    start_all();
    scheduler.run();
  }
};

TEST_F(ClientTest, CallsFailedWhatItHasNotSent) {
  std::vector<Outcome> outcomes;
  run([](const Command&) { return std::nullopt; },
      [&](Env&, RaftClient& client) {
        outcomes.push_back(client.attempt(Operation::put("k", "v"), 1).outcome);
      });
  EXPECT_EQ(outcomes, std::vector<Outcome>{Outcome::kFail});
}

// The first attempt was sent, and nobody knows what became of it. That the second had no session is
// no proof.
TEST_F(ClientTest, DoesNotCallFailedWhatAnotherAttemptHasSent) {
  bool opened = false;
  std::vector<Outcome> outcomes;
  run(
      [&](const Command& command) -> std::optional<Answer> {
        if (std::holds_alternative<RegisterClient>(command)) {
          if (std::exchange(opened, true)) return std::nullopt;
          return executed(KvStatus::kOk, 7);
        }
        return executed(KvStatus::kExpiredSession);
      },
      [&](Env&, RaftClient& client) {
        for (int i = 0; i < 2; ++i) {
          outcomes.push_back(client.attempt(Operation::put("k", "v"), 1).outcome);
        }
      });
  EXPECT_EQ(outcomes, (std::vector<Outcome>{Outcome::kInfo, Outcome::kInfo}));
}

TEST_F(ClientTest, TwoAttemptsOfAFirstOperationShareASession) {
  uint64_t sessions = 0;
  std::vector<uint64_t> spoken_in;
  run(
      [&](const Command& command) -> std::optional<Answer> {
        if (std::holds_alternative<RegisterClient>(command)) {
          return executed(KvStatus::kOk, ++sessions);
        }
        spoken_in.push_back(std::get<Request>(command).session);
        return executed(KvStatus::kOk);
      },
      [&](Env& env, RaftClient& client) {
        env.spawn("again", [&] { (void)client.attempt(Operation::append("k", "v"), 1); });
        (void)client.attempt(Operation::append("k", "v"), 1);
        env.sleep(1s);
      });
  EXPECT_EQ(sessions, 2u);  // both asked for one
  EXPECT_EQ(spoken_in, (std::vector<uint64_t>{1, 1}));
}

}  // namespace
}  // namespace seedbed::raft
