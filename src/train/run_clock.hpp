// The time of a run: of this process, of all its processes together, and of the stretch since the last record.
#pragma once

#include <algorithm>
#include <chrono>

#include "telemetry/record.hpp"

namespace dcgan {

class RunClock {
 public:
  /// Begins now, at `images`; processes before this one trained for `seconds_before`.
  RunClock(double seconds_before, int64_t images) : seconds_before_(seconds_before), record_images_(images) {}

  double in_process() const { return now() - start_; }
  double in_all() const { return seconds_before_ + in_process(); }

  /// What `get` gives; the time that it takes counts as waiting for pictures.
  template <class Get>
  decltype(auto) waiting_for(Get get) {
    const struct Wait {
      RunClock& clock;
      const double since = now();
      ~Wait() { clock.waited_ += now() - since; }
    } wait{*this};
    return get();
  }

  /// Adds time and speed to a record that has its images; the next one's stretch begins here.
  void complete(Record& record) {
    const double moment = now(), elapsed = std::max(1e-9, moment - record_began_);
    record.seconds = in_all();
    record.images_per_second = static_cast<double>(record.images - record_images_) / elapsed;
    record.data_wait_share = std::min(1.0, waited_ / elapsed);
    record_began_ = moment, record_images_ = record.images, waited_ = 0;
  }

 private:
  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  double seconds_before_;
  double start_ = now();
  double record_began_ = start_, waited_ = 0;
  int64_t record_images_;
};

}  // namespace dcgan
