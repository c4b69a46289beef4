#include "sim/core/guard.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "sim/core/arena.h"
#include "sim/core/scheduler.h"

namespace seedbed {
namespace {

// A function of the machine, and the name by which a run must refuse it.
struct Door {
  const char* name;
  std::function<void()> open;
};

std::vector<Door> doors() {
  return {
      {"time", [] { (void)time(nullptr); }},
      {"clock", [] { (void)clock(); }},
      {"gettimeofday",
       [] {
         timeval now{};
         (void)gettimeofday(&now, nullptr);
       }},
      {"timespec_get",
       [] {
         timespec now{};
         (void)timespec_get(&now, TIME_UTC);
       }},
      {"clock_gettime", [] { (void)std::chrono::system_clock::now(); }},
      {"clock_gettime", [] { (void)std::chrono::steady_clock::now(); }},
      {"clock_gettime", [] { (void)std::chrono::high_resolution_clock::now(); }},
      {"sleep", [] { (void)sleep(1000); }},
      {"usleep", [] { (void)usleep(1'000'000'000); }},
      {"nanosleep", [] { std::this_thread::sleep_for(std::chrono::hours(1)); }},
      {"rand", [] { (void)rand(); }},
      {"srand", [] { srand(1); }},
      {"random", [] { (void)random(); }},
      {"drand48", [] { (void)drand48(); }},
      {"lrand48", [] { (void)lrand48(); }},
      {"mrand48", [] { (void)mrand48(); }},
      {"getrandom",
       [] {
         int number = 0;
         (void)!getrandom(&number, sizeof number, 0);
       }},
      {"getentropy",
       [] {
         int number = 0;
         (void)!getentropy(&number, sizeof number);
       }},
      {"std::random_device", [] { (void)std::random_device()(); }},
      {"getenv", [] { (void)getenv("HOME"); }},
      {"secure_getenv", [] { (void)secure_getenv("HOME"); }},
      {"setenv", [] { (void)setenv("SEEDBED_TEST", "1", 1); }},
      {"gethostname",
       [] {
         char name[64];
         (void)!gethostname(name, sizeof name);
       }},
      {"getpid", [] { (void)getpid(); }},
      {"fork", [] { EXPECT_EQ(fork(), -1); }},
      {"system", [] { EXPECT_EQ(system("exit 7"), -1); }},
      {"pthread_create", [] { EXPECT_THROW(std::thread([] {}), std::system_error); }},
      {"open", [] { EXPECT_EQ(open("/dev/urandom", O_RDONLY), -1); }},
      {"openat", [] { EXPECT_EQ(openat(AT_FDCWD, "/dev/urandom", O_RDONLY), -1); }},
      {"fopen", [] { EXPECT_EQ(fopen("/dev/urandom", "r"), nullptr); }},
      {"fopen64", [] { EXPECT_FALSE(std::ifstream("/dev/urandom").is_open()); }},
  };
}

class GuardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Guard::available()) GTEST_SKIP() << "this program has no guard";
  }

  // How a run ends in which a task does that.
  std::string end_of_a_run_that(const std::function<void()>& body) {
    Choices choices{1};
    StackPool stacks;
    Scheduler scheduler{choices, stacks, {}};
    TaskGroup group{scheduler, "n1"};
    scheduler.spawn(group, "main", [&] { body(); });
    scheduler.run();
    group.kill();
    const bool refused = scheduler.end() == RunEnd::kRefused;
    return refused ? scheduler.end_message() : std::string(to_string(scheduler.end()));
  }
};

TEST_F(GuardTest, EveryDoorEndsTheRunAndIsNamed) {
  for (const Door& door : doors()) {
    const std::string end = end_of_a_run_that(door.open);
    const std::string expected = std::string("the code under test called ") + door.name + " (from ";
    // Libraries differ in which of two names they call.
    const bool other_name = std::string_view(door.name) == "fopen64" &&
                            end.starts_with("the code under test called fopen (from ");
    const bool other_sleep = std::string_view(door.name) == "nanosleep" &&
                             end.starts_with("the code under test called clock_nanosleep (from ");
    EXPECT_TRUE(end.starts_with(expected) || other_name || other_sleep) << door.name << ": " << end;
  }
}

TEST_F(GuardTest, EveryDoorIsOpenOutsideOfRuns) {
  EXPECT_FALSE(Guard::up());
  EXPECT_GT(time(nullptr), 1'700'000'000);
  EXPECT_GT(std::chrono::system_clock::now().time_since_epoch().count(), 0);
  (void)std::random_device()();
  EXPECT_NE(getenv("PATH"), nullptr);
  EXPECT_GT(getpid(), 1);
  bool ran = false;
  std::thread([&] { ran = true; }).join();
  EXPECT_TRUE(ran);
  EXPECT_TRUE(std::ifstream("/dev/urandom").is_open());
  EXPECT_EQ(WEXITSTATUS(system("exit 7")), 7);
  const std::string path = ::testing::TempDir() + "/guard_test_mode";
  unlink(path.c_str());
  const int file = open(path.c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_GE(file, 0);
  close(file);
  EXPECT_EQ(access(path.c_str(), R_OK | W_OK), 0);
  unlink(path.c_str());
}

TEST_F(GuardTest, TheRunsThatFollowAreNotConcerned) {
  EXPECT_NE(end_of_a_run_that([] { (void)getpid(); }), "idle");
  EXPECT_EQ(end_of_a_run_that([] {}), "idle");
}

[[gnu::noinline]] int64_t read_the_wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  asm volatile("" : : "r"(now));  // so that this is not a mere jump to the clock
  return now;
}

TEST_F(GuardTest, TheSentenceSaysWhoCalledAndWhatToUse) {
  const std::string end = end_of_a_run_that([] { (void)read_the_wall_clock(); });
  EXPECT_NE(end.find("read_the_wall_clock"), std::string::npos) << end;
  EXPECT_NE(end.find("in task main): use Env::now()"), std::string::npos) << end;
}

TEST_F(GuardTest, OfALambdaTheSentenceSaysWhereItWasWritten) {
  const std::function<void()> asks = [] { (void)read_the_wall_clock(); };
  const std::function<void()> leaves = [] {
    const pid_t id = getpid();
    asm volatile("" : : "r"(id));
  };
  EXPECT_NE(end_of_a_run_that(asks).find("read_the_wall_clock"), std::string::npos);
  const std::string end = end_of_a_run_that(leaves);
  EXPECT_NE(end.find("OfALambdaTheSentenceSaysWhereItWasWritten"), std::string::npos) << end;
  EXPECT_EQ(end.find("_Function_handler"), std::string::npos) << end;
}

TEST_F(GuardTest, ARefusedClockShowsTheTimeOfTheWorld) {
  int64_t shown = 0;
  (void)end_of_a_run_that([&] { shown = read_the_wall_clock(); });
  EXPECT_EQ(shown, nanoseconds(kStart));
}

TEST_F(GuardTest, RefusedRandomnessIsTheSameInEachRun) {
  std::vector<long> first;
  std::vector<long> second;
  for (std::vector<long>* numbers : {&first, &second}) {
    (void)end_of_a_run_that([&] {
      for (int i = 0; i < 3; ++i) numbers->push_back(random());
    });
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first[0], first[1]);
}

TEST_F(GuardTest, TheFirstRefusalIsTheReason) {
  const std::string end = end_of_a_run_that([] {
    (void)getpid();
    (void)getenv("HOME");
  });
  EXPECT_NE(end.find("called getpid"), std::string::npos) << end;
}

TEST_F(GuardTest, WhatHappensOutsideOfARunsMemoryIsNotGuarded) {
  const std::string end = end_of_a_run_that([] {
    const RunArena::Outside outside;
    EXPECT_GT(time(nullptr), 1'700'000'000);
  });
  EXPECT_EQ(end, "idle");
}

}  // namespace
}  // namespace seedbed
