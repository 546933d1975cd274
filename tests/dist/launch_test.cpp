#include "dist/launch.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

using Variables = std::map<std::string, std::string>;

Launch launch_in(const Variables& variables) {
  return launch_from([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

const Variables kTorchrun = {{"RANK", "3"},
                             {"WORLD_SIZE", "4"},
                             {"LOCAL_RANK", "1"},
                             {"LOCAL_WORLD_SIZE", "2"},
                             {"MASTER_ADDR", "node7"},
                             {"MASTER_PORT", "41234"},
                             {"TORCHELASTIC_RUN_ID", "none"},
                             {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                             {"TORCHELASTIC_RESTART_COUNT", "2"}};

TEST(Launch, WithoutVariablesIsAlone) {
  EXPECT_TRUE(launch_in({}).is_alone());
  EXPECT_EQ(launch_in({}).size, 1);
  EXPECT_TRUE(launch_in({{"MASTER_ADDR", "left over"}, {"LOCAL_RANK", "3"}}).is_alone());
}

TEST(Launch, IsWhatTorchrunSays) {
  const Launch launch = launch_in(kTorchrun);
  EXPECT_EQ(launch.launcher, "torchrun");
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.size, 4);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.local_size, 2);
  EXPECT_EQ(launch.address, "node7");
  EXPECT_EQ(launch.port, 41234);
  EXPECT_TRUE(launch.launcher_keeps_store);
  EXPECT_EQ(launch.attempt, 2);
}

TEST(Launch, ByHandNeedsFourVariablesAndNamesTheOneThatIsMissing) {
  const Variables all = {{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "localhost"}, {"MASTER_PORT", "5000"}};
  EXPECT_EQ(launch_in(all).size, 2);
  EXPECT_FALSE(launch_in(all).launcher_keeps_store);
  EXPECT_EQ(launch_in(all).local_size, 2) << "of one host, where nothing else is said";
  for (const auto& [name, value] : all) {
    Variables most = all;
    most.erase(name);
    const Thrown thrown = thrown_by([&] { launch_in(most); });
    EXPECT_EQ(thrown.exit_code, 2) << name;
    EXPECT_CONTAINS(thrown.what, "the variable " + name + " is missing");
    EXPECT_FALSE(thrown.hint.empty());
  }
}

TEST(Launch, RefusesNumbersThatAreNoneOrOutOfRange) {
  for (const auto& [name, value] :
       Variables{{"RANK", "4"}, {"RANK ", "-1"}, {"WORLD_SIZE", "two"}, {"MASTER_PORT", "0"}, {"LOCAL_RANK", "4"}}) {
    Variables wrong = kTorchrun;
    const std::string variable = name.substr(0, name.find(' '));
    wrong[variable] = value;
    EXPECT_CONTAINS(thrown_by([&] { launch_in(wrong); }).what, "the variable " + variable + " is '" + value + "'");
  }
  Variables wrong = kTorchrun;
  wrong["MASTER_PORT"] = "5000x";
  EXPECT_CONTAINS(thrown_by([&] { launch_in(wrong); }).hint, "1 to 65535");
}

TEST(Launch, OfOpenMpiOnOneHostNeedsNothingElse) {
  Variables mpi = {{"OMPI_COMM_WORLD_RANK", "1"},
                   {"OMPI_COMM_WORLD_SIZE", "2"},
                   {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                   {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
  EXPECT_EQ(launch_in(mpi).launcher, "mpirun");
  EXPECT_EQ(launch_in(mpi).rank, 1);
  EXPECT_EQ(launch_in(mpi).address, "127.0.0.1");
  EXPECT_EQ(launch_in(mpi).port, 29500);
  mpi["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  EXPECT_CONTAINS(thrown_by([&] { launch_in(mpi); }).what, "MASTER_ADDR is missing");
  mpi["MASTER_ADDR"] = "node1";
  EXPECT_EQ(launch_in(mpi).address, "node1");
}

TEST(Launch, OfMpichIsKnownToo) {
  const Launch launch = launch_in({{"PMI_RANK", "1"}, {"PMI_SIZE", "3"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "7"}});
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.size, 3);
  EXPECT_EQ(launch.port, 7);
}

TEST(Launch, OfSlurmIsItsStepAndMeetsAtTheFirstHost) {
  Variables slurm = {{"SLURM_PROCID", "5"},  {"SLURM_STEP_NUM_TASKS", "8"},
                     {"SLURM_LOCALID", "1"}, {"SLURM_STEP_TASKS_PER_NODE", "4(x2)"},
                     {"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NODELIST", "gpu[08-09]"}};
  const Launch launch = launch_in(slurm);
  EXPECT_EQ(launch.launcher, "Slurm");
  EXPECT_EQ(launch.rank, 5);
  EXPECT_EQ(launch.size, 8);
  EXPECT_EQ(launch.local_size, 4);
  EXPECT_EQ(launch.address, "gpu08");
  slurm.erase("SLURM_STEP_ID");  // a batch script is one process, whatever the job's size
  EXPECT_TRUE(launch_in(slurm).is_alone());
}

TEST(Launch, FirstSlurmHostIsTakenOutOfEveryKindOfList) {
  for (const auto& [list, host] :
       Variables{{"a", "a"}, {"a,b", "a"}, {"n[3-7]", "n3"}, {"n[03,5],b", "n03"}, {"a,n[1-2]", "a"}, {"n[12]", "n12"}})
    EXPECT_EQ(first_slurm_host(list), host) << list;
}

TEST(Launch, TakesItsSecretFromAPersonElseFromALauncherThatHasOne) {
  EXPECT_EQ(launch_in(kTorchrun).secret, "") << "the id of a run that nobody named";
  Variables variables = kTorchrun;
  variables["TORCHELASTIC_RUN_ID"] = "6f1ed002";
  EXPECT_EQ(launch_in(variables).secret, "6f1ed002");
  variables["OMPI_MCA_orte_precondition_transports"] = "0123-4567";
  EXPECT_EQ(launch_in(variables).secret, "0123-4567");
  variables["DCGAN_RANK_SECRET"] = "a person's";
  EXPECT_EQ(launch_in(variables).secret, "a person's");
}

}  // namespace
}  // namespace dcgan::test
