#include "dist/launch.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

using Get = std::function<const char*(const char*)>;

constexpr int kUsualPort = 29500;  // PyTorch's
constexpr int kMostRanks = 1 << 16;

/// A variable's whole number. Throws UsageError when it is missing, none, or out of range.
int number_of(const Get& get, const char* name, int least, int most, const std::string& launcher) {
  const char* text = get(name);
  if (!text || !*text)
    throw UsageError(std::string("the variable ") + name + " is missing, though " + launcher + " started this process",
                     "set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for every process, or none of them");
  int value = 0;
  const auto [end, problem] = std::from_chars(text, text + std::strlen(text), value);
  if (problem != std::errc() || *end || value < least || value > most)
    throw UsageError(std::string("the variable ") + name + " is '" + printable(text) + "'",
                     "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + " is needed");
  return value;
}

int number_or(const Get& get, const char* name, int otherwise, int least, int most, const std::string& launcher) {
  return get(name) ? number_of(get, name, least, most, launcher) : otherwise;
}

/// Names of a launcher's variables.
struct Variables {
  const char *launcher, *rank, *size, *local_rank, *local_size;
};
constexpr Variables kByHand = {"RANK and WORLD_SIZE", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Variables kOpenMpi = {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                                "OMPI_COMM_WORLD_LOCAL_SIZE"};
constexpr Variables kMpich = {"mpirun", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"};
constexpr Variables kSlurm = {"Slurm", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID",
                              "SLURM_STEP_TASKS_PER_NODE"};

Launch ranks_of(const Get& get, const Variables& names) {
  Launch launch;
  launch.launcher = names.launcher;
  launch.size = number_of(get, names.size, 1, kMostRanks, launch.launcher);
  launch.rank = number_of(get, names.rank, 0, launch.size - 1, launch.launcher);
  launch.local_rank = number_or(get, names.local_rank, launch.rank, 0, launch.size - 1, launch.launcher);
  return launch;
}

bool is_true(const char* text) { return text && (lowercase(text) == "true" || std::string(text) == "1"); }

std::string secret_in(const Get& get) {
  for (const char* name : {"DCGAN_RANK_SECRET", "OMPI_MCA_orte_precondition_transports", "TORCHELASTIC_RUN_ID"})
    if (const char* value = get(name); value && *value && std::string(value) != "none") return value;
  return "";
}

}  // namespace

std::string first_slurm_host(const std::string& list) {
  const size_t bracket = list.find('['), comma = list.find(',');
  if (bracket == std::string::npos || comma < bracket) return list.substr(0, comma);
  const size_t end = list.find_first_of(",-]", bracket);
  return list.substr(0, bracket) + list.substr(bracket + 1, end - bracket - 1);
}

Launch launch_from(const Get& get) {
  const bool by_hand = get("RANK") || get("WORLD_SIZE");
  const bool by_open_mpi = get(kOpenMpi.size), by_mpich = get(kMpich.size);
  const bool by_slurm = get(kSlurm.size) && get("SLURM_STEP_ID");
  if (!by_hand && !by_open_mpi && !by_mpich && !by_slurm) return {};

  Launch launch = ranks_of(get, by_hand ? kByHand : by_open_mpi ? kOpenMpi : by_mpich ? kMpich : kSlurm);
  const char* address = get("MASTER_ADDR");
  if (by_hand) {
    if (get("TORCHELASTIC_RUN_ID")) launch.launcher = "torchrun";
    launch.local_size =
        number_or(get, kByHand.local_size, get("LOCAL_RANK") ? 1 : launch.size, 1, launch.size, launch.launcher);
    launch.port = number_of(get, "MASTER_PORT", 1, 65535, launch.launcher);
  } else {
    launch.port = number_or(get, "MASTER_PORT", kUsualPort, 1, 65535, launch.launcher);
    if (!by_slurm)
      launch.local_size = number_or(get, by_open_mpi ? kOpenMpi.local_size : kMpich.local_size, launch.size, 1,
                                    launch.size, launch.launcher);
    else if (const char* tasks = get(kSlurm.local_size))  // "2(x3),1": of the first host
      launch.local_size = std::max(1, std::atoi(tasks));
  }
  if (address && *address) {
    launch.address = address;
  } else if (const char* hosts = get("SLURM_STEP_NODELIST"); by_slurm && hosts && *hosts) {
    launch.address = first_slurm_host(hosts);
  } else if (!by_hand && !by_slurm && launch.local_size == launch.size) {
    launch.address = "127.0.0.1";
  } else {
    throw UsageError("the variable MASTER_ADDR is missing, though " + launch.launcher + " started this process",
                     "set it, and MASTER_PORT, to where rank 0 runs (mpirun -x MASTER_ADDR=HOST -x MASTER_PORT=29500)");
  }
  launch.launcher_keeps_store = is_true(get("TORCHELASTIC_USE_AGENT_STORE"));
  launch.secret = secret_in(get);
  launch.attempt = number_or(get, "TORCHELASTIC_RESTART_COUNT", 0, 0, 1 << 30, launch.launcher);
  return launch;
}

Launch launch_from_environment() {
  return launch_from([](const char* name) { return std::getenv(name); });
}

}  // namespace dcgan
