// How evaluations stand in a log: a figure's key names the feature network that it was computed by, since figures of
// two networks cannot be compared: "kid_lite1_160", "kid_lite1_160_error", "coverage_lite1_160_floor". The event says
// the network as "features". Logs of before had bare keys and no "features".
#pragma once

#include <string>

#include "core/json.hpp"
#include "core/text.hpp"

namespace dcgan {

/// The key of a figure, or with `part` ("error", "floor") of what stands beside it. `features` may be empty.
inline std::string evaluation_key(const std::string& figure, const std::string& features,
                                  const std::string& part = "") {
  return figure + (features.empty() ? "" : "_" + features) + (part.empty() ? "" : "_" + part);
}

/// A figure's value for people: its size differs by set and network.
inline std::string evaluation_value(double value) {
  const double size = value < 0 ? -value : value;
  return fixed_text(value, size >= 100 ? 1 : size >= 1 ? 2 : 4);
}

/// The same event with bare keys, "kid", "kid_error", and the network as "features", which is empty where the log does
/// not say it.
inline Json bare_evaluation(const Json& event) {
  Json out = Json::object();
  const auto named = event.find("features");
  const std::string features = named != event.end() && named->is_string() ? named->get<std::string>() : "";
  for (const auto& [key, value] : event.items()) {
    const size_t at = features.empty() ? std::string::npos : key.find("_" + features);
    out[at == std::string::npos ? key : key.substr(0, at) + key.substr(at + 1 + features.size())] = value;
  }
  out["features"] = features;
  return out;
}

}  // namespace dcgan
