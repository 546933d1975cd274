// What a page shows of a run, as JSON: options, curves, evaluations, verdicts, grids. Read from the run directory
// alone, whether its run is over, stopped, killed or still at it. No torch.
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/run_directory.hpp"
#include "core/json.hpp"
#include "image/image.hpp"
#include "pages/report/log.hpp"

namespace dcgan {

struct RunDataLimits {
  int64_t points = 1000;               // of a curve: more records are averaged, a stretch a point
  int64_t grids = 40;                  // of those that are there, evenly chosen; the first and the newest among them
  uint64_t picture_bytes = 4'000'000;  // of all grids together, as JPEG
};

/// A picture within a page: a JPEG, which is a fifth of a grid's PNG, or where some of it is transparent a PNG.
std::string data_url(const Image& image);

/// run_data() without pictures; instead of grids "grid_positions": images seen of each that is there;
/// "images_seen": of the run by now.
Json run_figures(const RunDirectory& run, int64_t points);

/// {"name", "path", "version", "data_path", "data_images", "options", "again": the command that begins it anew,
/// "remarks": [what is left out], what curves_of gives (pages/report/log), "grids": [{"images", "picture"}], "real",
/// "augmented"}: pictures as data URLs; every text is printable. Throws Error when it is no run, or its config is
/// damaged.
Json run_data(const RunDirectory& run, const RunDataLimits& limits = {});

}  // namespace dcgan
