// What `dcgan train` says before it trains, of the data and the machine, and when it is over.
#pragma once

#include <string>

#include "checkpoint/run_directory.hpp"
#include "plan/plan.hpp"

namespace dcgan {

/// One line on the data, where its decoded pixels are, and what is odd about it; on standard error.
void describe_data(const std::string& path, const Dataset& dataset, double cache_limit);

/// Says so where `threads` are more than the cores, or other programs keep cores busy that they want, too.
void describe_load(int64_t threads);

/// Of a run that goes on with the threads that it has: says so where OMP_NUM_THREADS asks for others.
void describe_other_threads(int64_t threads);

/// What a run that is over has made, and what to type next; on standard output.
void say_what_next(const RunDirectory& run, const Pixels& pictures);

}  // namespace dcgan
