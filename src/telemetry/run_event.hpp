// Something that happened in a run, and what there is to say of it. Not for when it happens, nor where it is told.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "telemetry/event_file.hpp"

namespace dcgan {

struct RunEvent {
  std::string kind;             // one word: "eval", "grid", "verdict"...
  int64_t images = 0;           // seen when it happened
  Json facts = Json::object();  // what else programs are told, in this order
  std::string line = {};        // what people are told; empty: the console leaves the event out
  bool is_logged = true;        // log.jsonl keeps it: it is a fact of the run, and not that a file was written
  /// For TensorBoard, by tag; and a text under the tag `kind`.
  std::vector<std::pair<std::string, double>> scalars = {};
  std::string text = {};
  std::vector<std::pair<std::string, Histogram>> histograms = {};
  fs::path picture = {};  // a PNG that was written: TensorBoard shows it under `kind`, the console where it is asked to

  /// {"event": kind, "images": n, and the facts}.
  Json json() const {
    Json all = {{"event", kind}, {"images", images}};
    all.update(facts);
    return all;
  }
};

}  // namespace dcgan
