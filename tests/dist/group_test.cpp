#include "dist/group.hpp"

#include <ATen/Functions.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <csignal>
#include <thread>

#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "support/networks.hpp"
#include "support/ranks.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

std::string hex_of(const at::Tensor& values) {
  std::string out;
  const auto* bytes = static_cast<const uint8_t*>(values.const_data_ptr());
  for (size_t i = 0; i < values.nbytes(); ++i) out += std::to_string(bytes[i]) + ' ';
  return out;
}

TEST(Group, OfOneWaitsForNobodyAndChangesNothing) {
  const auto group = alone();
  const auto values = at::arange(3).to(at::kFloat);
  group->sum(values);
  EXPECT_TRUE(at::equal(values, at::arange(3).to(at::kFloat)));
  EXPECT_EQ(group->size(), 1);
  EXPECT_TRUE(group->is_first());
  EXPECT_EQ(group->gather("a", "b"), std::vector<std::string>{"a"});
  EXPECT_EQ(group->share("a", "b"), "a");
}

TEST(Group, SumsAreTheSameBitsOnEveryRankAndEveryTime) {
  for (const int size : {2, 3}) {
    const auto once = [size] {
      return as_ranks(size, [](Group& group) {
        std::string all;
        for (const int64_t count : {1, 7, 100'003})  // gloo takes other ways for other lengths
          for (const auto type : {at::kFloat, at::kDouble}) {
            const auto values = noise({count}, static_cast<uint64_t>(group.rank())).to(type);
            group.sum(values);
            all += hex_of(values.slice(0, 0, 64)) + hex_of(values.sum());
          }
        return all;
      });
    };
    const Ends first = once(), second = once();
    for (const auto& end : first) EXPECT_EQ(end, first.front());
    EXPECT_EQ(first, second);
    EXPECT_FALSE(first.front().starts_with("error")) << first.front();
  }
}

TEST(Group, SumsAreSums) {
  const Ends ends = as_ranks(3, [](Group& group) {
    const auto values = at::full({4}, static_cast<double>(group.rank() + 1), at::kDouble);
    const auto more = at::full({2}, 10 * (group.rank() + 1), at::kLong);
    const auto begun = group.begin_sum(values);
    const auto other = group.begin_sum(more);  // two at once
    begun->wait(), other->wait();
    return std::to_string(values.sum().item<double>()) + " " + std::to_string(more.sum().item<int64_t>());
  });
  for (const auto& end : ends) EXPECT_EQ(end, "24.000000 120");
}

TEST(Group, SharesWhatTheFirstHasAndGathersWhatAllHave) {
  const Ends ends = as_ranks(3, [](Group& group) {
    const auto values = at::full({3}, static_cast<float>(group.rank() + 5));
    group.share(values);
    const std::string rank = std::to_string(group.rank());
    return group.share("said by " + rank, "a text") + "; " + joined(group.gather("of " + rank, "texts"), ", ") + "; " +
           std::to_string(values.sum().item<float>());
  });
  for (const auto& end : ends) EXPECT_EQ(end, "said by 0; of 0, of 1, of 2; 15.000000");
}

TEST(Group, NamesARankThatWasKilled) {
  for (const int killed : {0, 1, 2}) {
    const Ends ends = as_ranks(3, [killed](Group& group) -> std::string {
      const auto values = at::ones({1000});
      for (int step = 0; step < 1000; ++step) {
        if (step == 10 && group.rank() == killed) ::raise(SIGKILL);
        group.sum(values);
      }
      return "not noticed";
    });
    for (int rank = 0; rank < 3; ++rank) {
      if (rank == killed) continue;
      EXPECT_CONTAINS(ends[static_cast<size_t>(rank)], "error: rank " + std::to_string(killed));
      EXPECT_CONTAINS(ends[static_cast<size_t>(rank)], "has gone");
    }
  }
}

TEST(Group, NamesARankThatStandsStillThoughItsConnectionsStand) {
  for (const int frozen : {0, 1}) {
    const auto body = [frozen](Group& group) -> std::string {
      const auto values = at::ones({1000});
      for (int step = 0; step < 1000; ++step) {
        if (step == 10 && group.rank() == frozen) ::raise(SIGSTOP);
        group.sum(values);
      }
      return "not noticed";
    };
    const Ends ends = as_ranks(3, body, /*timeout=*/2);
    for (int rank = 0; rank < 3; ++rank)
      if (rank != frozen) {
        EXPECT_CONTAINS(ends[static_cast<size_t>(rank)], "error: rank " + std::to_string(frozen)) << rank;
      }
  }
}

TEST(Group, TellsTheOthersWhyOneGaveUp) {
  const Ends ends = as_ranks(3, [](Group& group) -> std::string {
    const auto values = at::ones({10});
    group.sum(values);
    if (group.rank() == 2) {
      group.give_up("its disk is full");
      throw Error("its disk is full");
    }
    group.sum(values), group.sum(values);
    return "not noticed";
  });
  for (const int rank : {0, 1}) EXPECT_CONTAINS(ends[static_cast<size_t>(rank)], "rank 2 ended: its disk is full");
}

TEST(Group, NamesARankThatDoesNotCome) {
  Launch launch = launch_of(0, 3, free_port());
  EXPECT_CONTAINS(thrown_by([&] { join(launch, at::Device(at::kCPU), {1.0}); }).what,
                  "rank 1 has not come to the start within 1 second");
  launch.rank = 1;
  EXPECT_CONTAINS(thrown_by([&] { join(launch, at::Device(at::kCPU), {1.0}); }).what,
                  "rank 1 does not reach the ranks' store at 127.0.0.1:");
}

TEST(Group, SaysThatThePortIsInUse) {
  const int port = free_port(), taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET, address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(static_cast<uint16_t>(port));
  ASSERT_EQ(::bind(taken, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  const Thrown thrown = thrown_by([&] { join(launch_of(0, 2, port), at::Device(at::kCPU), {1.0}); });
  ::close(taken);
  EXPECT_CONTAINS(thrown.what, "rank 0 cannot open the ranks' store at 127.0.0.1:" + std::to_string(port));
  EXPECT_CONTAINS(thrown.hint, "MASTER_PORT");
}

/// The seal of those who know this secret.
Seal seal_of(const std::string& secret) {
  return [secret](std::string_view text) { return hmac_sha256_hex(secret, text); };
}

/// What anybody may write who reaches the ranks' store.
void write_as_a_stranger(int port, const std::string& key, const std::string& value) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(port), options.waitWorkers = false;
  c10d::TCPStore("127.0.0.1", options).set(key, std::vector<uint8_t>(value.begin(), value.end()));
}

constexpr char kForged[] = "the \x1b[31mstranger\x1b]0;owns\x07 says so";

TEST(Group, WithASecretPassesOverWhatAStrangerSays) {
  const int port = free_port();
  const auto body = [port](Group& group) -> std::string {
    if (group.is_first()) {
      write_as_a_stranger(port, "dcgan/0/end", kForged);
      for (const char* key : {"dcgan/0/shared/1/0", "dcgan/0/gathered/2/1"}) write_as_a_stranger(port, key, "=forged");
      write_as_a_stranger(port, "dcgan/0/end", std::string(64, '0') + kForged);
    }
    std::string all = group.share("of the first", "a text");
    const auto values = at::ones({10});
    for (int step = 0; step < 200; ++step) {  // beats of the heart come and go
      group.sum(values);
      group.check();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return all + joined(group.gather(std::to_string(group.rank()), "texts"), ",");
  };
  for (const auto& end : as_ranks(2, body, 60, seal_of("known to both"), port)) EXPECT_EQ(end, "of the first0,1");
}

TEST(Group, WithASecretStillTellsWhyOneGaveUpWhereAStrangerHasSpokenBefore) {
  const int port = free_port();
  const Ends ends = as_ranks(
      2,
      [port](Group& group) -> std::string {
        const auto values = at::ones({10});
        group.sum(values);
        if (group.rank() == 1) {
          write_as_a_stranger(port, "dcgan/0/end", kForged);
          group.give_up("its disk is full");
          throw Error("its disk is full");
        }
        group.sum(values), group.sum(values);
        return "not noticed";
      },
      60, seal_of("known to both"), port);
  EXPECT_CONTAINS(ends[0], "rank 1 ended: its disk is full");
}

TEST(Group, WithoutASecretEndsByWhatAStrangerSaysButPrintsNoEscapes) {
  const int port = free_port();
  const Ends ends = as_ranks(
      2,
      [port](Group& group) -> std::string {
        if (group.is_first()) write_as_a_stranger(port, "dcgan/0/end", kForged + std::string(100'000, 'x'));
        const auto values = at::ones({10});
        for (int step = 0; step < 100'000; ++step) group.sum(values), group.check();
        return "not noticed";
      },
      60, {}, port);
  for (const auto& end : ends) {
    EXPECT_CONTAINS(end, "the \\x1b[31mstranger");
    EXPECT_EQ(end.find_first_of("\x1b\x07"), std::string::npos);
    EXPECT_LT(end.size(), 5000U);
  }
}

TEST(Group, DoesNotMeetARankOfAnotherSecret) {
  const int port = free_port();
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      join(launch_of(1, 2, port), at::Device(at::kCPU), {1.0}, seal_of("another"));
    } catch (const std::exception&) {
    }
    ::_exit(0);
  }
  const Thrown thrown = thrown_by([&] { join(launch_of(0, 2, port), at::Device(at::kCPU), {1.0}, seal_of("one")); });
  ::waitpid(child, nullptr, 0);
  EXPECT_CONTAINS(thrown.what, "rank 1 has not come to the start");
  EXPECT_CONTAINS(thrown.hint, "the same secret");
}

/// Whether somebody listens at an address of this machine.
bool answers(const char* address, int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET, to.sin_port = htons(static_cast<uint16_t>(port));
  ::inet_pton(AF_INET, address, &to.sin_addr);
  const bool does = ::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  ::close(socket);
  return does;
}

TEST(Group, KeepsItsStoreAtTheAddressOfTheMasterAlone) {
  const int port = free_port();
  const Ends ends = as_ranks(
      2,
      [port](Group& group) -> std::string {
        const bool own = answers("127.0.0.1", port), other = answers("127.0.0.2", port);
        group.gather("", "both have looked");
        return std::string(own ? "answers" : "silent") + (other ? " at others" : " elsewhere");
      },
      60, {}, port);
  for (const auto& end : ends) EXPECT_EQ(end, "answers elsewhere");
}

}  // namespace
}  // namespace dcgan::test
