// How this process was started: alone, or as one of several that train one model, by whatever launcher people have. No
// torch.
#pragma once

#include <functional>
#include <string>

namespace dcgan {

/// One of `size` processes. Ranks count from 0; local ones within a host.
struct Launch {
  std::string launcher;  // "torchrun", "mpirun", "Slurm", "RANK and WORLD_SIZE"; empty: started alone
  int rank = 0, size = 1;
  int local_rank = 0, local_size = 1;
  std::string address;  // of the host whose store all meet at
  int port = 0;
  bool launcher_keeps_store = false;  // torchrun's agent does; else the process of rank 0
  int attempt = 0;                    // how often torchrun has started all anew
  std::string secret = {};            // that all ranks have and strangers have not; empty: there is none

  bool is_alone() const { return launcher.empty(); }
};

/// From the environment: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT, LOCAL_RANK, LOCAL_WORLD_SIZE as torchrun sets them
/// or a person does; else Open MPI's or MPICH's variables; else Slurm's, within srun. Of these two MASTER_ADDR may be
/// missing where it can be told, and MASTER_PORT is 29500 then. The secret is DCGAN_RANK_SECRET, else what Open MPI draws
/// for each run, else torchrun's run id. `get` reads a variable: nullptr where there is none.
/// Throws UsageError naming the variable that is missing or wrong.
Launch launch_from(const std::function<const char*(const char*)>& get);
Launch launch_from_environment();

/// The first host of Slurm's list: "node[03-07,9],b1" gives "node03".
std::string first_slurm_host(const std::string& list);

}  // namespace dcgan
