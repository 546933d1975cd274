#include "core/platform/cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <limits>
#include <map>
#include <string>

#include "core/platform/io/file.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::cores {
namespace {

/// A system as its files tell it.
class MadeSystem {
 public:
  MadeSystem() { file("proc/self/status", "PPid:\t1\n"); }
  void file(const std::string& path, const std::string& text) {
    make_directories((folder_ / path).parent_path());
    write_text(folder_ / path, text);
  }
  SystemFiles files() const { return {folder_ / "proc", folder_ / "groups"}; }

 private:
  TemporaryFolder folder_;
};

using Variables = std::map<std::string, std::string>;
std::function<const char*(const char*)> in(const Variables& variables) {
  return [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

Cores eight() {
  Cores cores;
  cores.in_mask = 8;
  return cores;
}

std::string chosen(const Cores& cores, const Variables& variables, int64_t processes = 1, bool is_torchruns = false) {
  return choose_threads(cores, processes, in(variables), is_torchruns).said;
}

TEST(Quota, OfEitherVersionAndOfAnyGroupAboveIsObeyed) {
  using Case = std::tuple<std::string, std::string, std::string, double>;
  for (const auto& [groups, file, text, granted] : std::vector<Case>{
           {"0::/a/b\n", "groups/a/b/cpu.max", "150000 100000\n", 1.5},
           {"0::/a/b\n", "groups/a/cpu.max", "50000 100000\n", 0.5},     // that of a group above
           {"0::/host/path\n", "groups/cpu.max", "200000 100000\n", 2},  // a container that sees its group as the root
           {"0::/../../other\n", "groups/cpu.max", "200000 100000\n", 2},
           {"1:memory:/x\n0::/a\n", "groups/unified/a/cpu.max", "400000 100000\n", 4}}) {
    MadeSystem system;
    if (file.find("unified") != std::string::npos) system.file("groups/unified/cgroup.controllers", "cpu\n");
    system.file("proc/self/cgroup", groups), system.file(file, text);
    EXPECT_EQ(look_at_cores(system.files()).granted, granted) << file;
  }
  for (const std::string controllers : {"cpu", "cpu,cpuacct", "cpuacct,cpu"})
    for (const std::string folder : {"cpu", controllers.c_str()})
      for (const std::string place : {"/docker/1", "/docker", ""}) {
        MadeSystem system;
        system.file("proc/self/cgroup", "3:cpuset:/\n2:" + controllers + ":/docker/1\n");
        system.file("groups/" + folder + place + "/cpu.cfs_quota_us", "250000\n");
        system.file("groups/" + folder + place + "/cpu.cfs_period_us", "100000\n");
        EXPECT_EQ(look_at_cores(system.files()).granted, 2.5) << controllers << " in " << folder << place;
      }
}

TEST(Quota, ThatIsNoneOrNonsenseLimitsNothing) {
  for (const std::string text : {"max 100000\n", "", "0 0\n", "-1 100000", "what"}) {
    MadeSystem system;
    system.file("proc/self/cgroup", "0::/a\nnonsense\n:\n2:cpu:/\n");
    system.file("groups/a/cpu.max", text), system.file("groups/cpu/cpu.cfs_quota_us", "-1\n");
    EXPECT_EQ(look_at_cores(system.files()).granted, std::numeric_limits<double>::infinity()) << text;
  }
}

TEST(Quota, IsRoundedUpFromAQuarterOfACoreAndNeverToNone) {
  for (const auto& [granted, threads] :
       std::map<double, int64_t>{{0.1, 1}, {0.5, 1}, {1, 1}, {1.2, 1}, {1.25, 2}, {1.5, 2}, {3.9, 4}, {64, 8}}) {
    Cores cores = eight();
    cores.granted = cores.granted_left = granted;
    EXPECT_EQ(cores.usable(), threads) << granted;
    EXPECT_EQ(cores.idle(), threads) << granted;
  }
}

TEST(Load, IsWhatTheCoresOfTheMaskDidButForThisProcess) {
  cpu_set_t all;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  int own = 0;
  while (!CPU_ISSET(own, &all)) ++own;
  const auto line = [](int core, const std::string& numbers) {
    return "cpu" + std::to_string(core) + " " + numbers + "\n";
  };
  const std::string nothing = "0 0 0 0 0 0 0 0 0 0";
  MadeSystem system;
  system.file("proc/stat", "cpu  " + nothing + "\n" + line(own, nothing) + line(1000, nothing));
  const LoadWatch watch(system.files());
  EXPECT_EQ(watch.so_far().taken, 0);
  // Idle, waiting for a disk, at a lower priority, and on a core that is not ours: none of it counts.
  const std::string lower = ::getpriority(PRIO_PROCESS, 0) > 0 ? "0" : "9999999";  // it counts for one of its kind
  system.file("proc/stat", "cpu  " + nothing + "\n" + line(own, "0 " + lower + " 0 9999999 9999999 0 0 0 0 0") +
                               line(1000, "9999999 0 0 0 0 0 0 0 0 0"));
  EXPECT_EQ(watch.so_far().taken, 0);
  system.file("proc/stat", "cpu  " + nothing + "\n" + line(own, "9999999 0 9999999 0 0 0 0 0 0 0"));
  EXPECT_EQ(watch.so_far().taken, static_cast<double>(CPU_COUNT(&all))) << "never more than there is";
}

TEST(Load, OfThisVeryProcessIsNotOthers) {
  cpu_set_t all;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  int own = 0;
  while (!CPU_ISSET(own, &all)) ++own;
  const std::string core = "cpu" + std::to_string(own);
  MadeSystem system;
  system.file("proc/stat", core + " 0 0 0 0 0 0 0 0 0 0\n");
  const LoadWatch watch(system.files());
  const long ticks = ::sysconf(_SC_CLK_TCK) / 10;  // a tenth of a second
  for (const std::clock_t start = std::clock(); std::clock() - start < CLOCKS_PER_SEC / 10 + CLOCKS_PER_SEC / 100;) {
  }
  system.file("proc/stat", core + " " + std::to_string(ticks) + " 0 0 0 0 0 0 0 0 0\n");
  EXPECT_EQ(watch.so_far().taken, 0);
  system.file("proc/stat", core + " " + std::to_string(10 * ticks) + " 0 0 0 0 0 0 0 0 0\n");
  EXPECT_GT(watch.so_far().taken, 0);
}

TEST(Cores, ThatOthersKeepBusyAreLeftOutButForOne) {
  for (const auto& [taken, idle] :
       std::map<double, int64_t>{{0, 8}, {0.69, 8}, {0.71, 7}, {1, 7}, {3.5, 5}, {3.75, 4}, {8, 1}}) {
    Cores cores = eight();
    cores.taken = taken;
    EXPECT_EQ(cores.idle(), idle) << taken;
    EXPECT_EQ(cores.usable(), 8);
  }
  Cores cores = eight();  // of a large machine, with a quota: others on the other cores take nothing away
  cores.taken = 5, cores.granted = cores.granted_left = 2;
  EXPECT_EQ(cores.idle(), 2);
  cores.granted_left = 1;  // but who shares the quota does
  EXPECT_EQ(cores.idle(), 1);
}

TEST(Threads, SayHowManyAndWhy) {
  EXPECT_EQ(chosen(eight(), {}), "8, one a core");
  EXPECT_TRUE(choose_threads(eight(), 1, in({}), false).is_usual);
  Cores cores = eight();
  cores.taken = 2.96;
  EXPECT_EQ(chosen(cores, {}), "5 of 8 cores: other programs keep 3 cores busy; --threads 8 would take all");
  EXPECT_FALSE(choose_threads(cores, 1, in({}), false).is_usual);
  cores.taken = 0, cores.granted = cores.granted_left = 1.5;
  EXPECT_EQ(chosen(cores, {}), "2 of 8 cores: a CPU quota grants 1.5 cores of time");
  EXPECT_EQ(chosen(eight(), {}, 2), "4 of 8 cores: a share for each of 2 processes here");
  EXPECT_EQ(chosen(eight(), {}, 16), "1 of 8 cores: a share for each of 16 processes here");
}

TEST(Threads, AreThoseThatAPersonAskedOpenMpFor) {
  const Variables three = {{"OMP_NUM_THREADS", "3"}};
  EXPECT_EQ(chosen(eight(), three), "3, as OMP_NUM_THREADS says");
  EXPECT_EQ(chosen(eight(), three, 2), "3, as OMP_NUM_THREADS says") << "it is a number for each process";
  EXPECT_EQ(chosen(eight(), {{"OMP_NUM_THREADS", " 4 ,2"}}), "4, as OMP_NUM_THREADS says");
  EXPECT_EQ(chosen(eight(), {{"OMP_NUM_THREADS", "12"}}), "12, as OMP_NUM_THREADS says");
  EXPECT_EQ(choose_threads(eight(), 1, in({{"OMP_NUM_THREADS", "99999999"}}), false).count, 1024);
  EXPECT_EQ(chosen(eight(), {{"OMP_NUM_THREADS", ""}}), "8, one a core");
  for (const std::string wrong : {"0", "-2", "abc", "2x", "2 3", "99999999999999999999", ",2", "\x1b[2J"}) {
    const Variables variables = {{"OMP_NUM_THREADS", wrong}};
    const ThreadChoice choice = choose_threads(eight(), 1, in(variables), false);
    EXPECT_EQ(choice.count, 8) << wrong;
    EXPECT_CONTAINS(choice.said, "no whole number above 0: not followed");
    EXPECT_EQ(choice.said.find('\x1b'), std::string::npos);
  }
  const Variables limited = {{"OMP_THREAD_LIMIT", "2"}};
  EXPECT_EQ(chosen(eight(), limited), "2, as OMP_THREAD_LIMIT says");
}

TEST(Threads, OfTorchrunsOwnVariableAreToldFromAPersons) {
  const Variables variables = {{"OMP_NUM_THREADS", "1"}, {"TORCHELASTIC_RUN_ID", "none"}};
  const auto is_torchruns = [&](const std::string& environment, const Variables& own) {
    MadeSystem system;  // this process, a shell that torchrun started, torchrun, who started that
    system.file("proc/self/status", "Name:\tx\nPPid:\t30\n"), system.file("proc/30/status", "PPid:\t20\n");
    const char zero = '\0';
    system.file("proc/30/environ",
                std::string("A=1") + zero + "TORCHELASTIC_RUN_ID=none" + zero + "OMP_NUM_THREADS=1" + zero);
    system.file("proc/20/environ", environment), system.file("proc/20/status", "PPid:\t10\n");
    return is_omp_of_torchrun(in(own), system.files());
  };
  const std::string without = std::string("A=1") + '\0' + "B=OMP_NUM_THREADS=1" + '\0';
  EXPECT_TRUE(is_torchruns(without, variables));
  EXPECT_FALSE(is_torchruns(without + "OMP_NUM_THREADS=1" + '\0', variables));
  EXPECT_TRUE(is_torchruns("", variables)) << "what cannot be read";
  EXPECT_FALSE(is_torchruns(without, {{"OMP_NUM_THREADS", "1"}})) << "no torchrun";
  EXPECT_FALSE(is_torchruns(without, {{"OMP_NUM_THREADS", "2"}, {"TORCHELASTIC_RUN_ID", "none"}}));
  EXPECT_EQ(chosen(eight(), variables, 2, true),
            "4 of 8 cores: a share for each of 2 processes here"
            " (OMP_NUM_THREADS=1 is torchrun's own, not followed)");
}

TEST(Threads, OfTheWholeProcessAreDecidedOnce) {
  const ThreadChoice& first = automatic_threads();
  EXPECT_GE(first.count, 1);
  EXPECT_EQ(&first, &automatic_threads());
  EXPECT_EQ(&cores_at_start(), &cores_at_start());
}

}  // namespace
}  // namespace dcgan::test::cores
