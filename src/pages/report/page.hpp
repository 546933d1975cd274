// Pages of runs: one HTML file that opens anywhere, without a network. No torch.
#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"

namespace dcgan {

/// The page that shows `runs`, each as run_data() gives it: one alone in full, several side by side. `near`: a picture
/// as a data URL, samples with the real pictures nearest to them; empty for none. The page may fetch nothing.
std::string report_page(const std::vector<Json>& runs, const std::string& near);

}  // namespace dcgan
