// A loop over indices on several threads. An exception in any of them arrives in the caller.
#pragma once

#include <cstdint>
#include <functional>

namespace dcgan {

/// Calls body(i) once for every i in [0, count), on `threads` threads, or on fewer where the system gives no more, in
/// about rising order. After the first exception no new index is started; the exception of the lowest index is rethrown.
void parallel_for(int64_t count, int64_t threads, const std::function<void(int64_t)>& body);

}  // namespace dcgan
