// Whole runs on small pictures, without the program around them.
#pragma once

#include <gtest/gtest.h>

#include <sstream>

#include "checkpoint/archive.hpp"
#include "image/sheet.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"
#include "train/run.hpp"

namespace dcgan::test {

/// A folder of ten small pictures, and run directories beside it. Eight images a step and ten pictures an
/// epoch: epochs end inside batches.
class RunTest : public testing::Test {
 protected:
  static constexpr int64_t kBatch = 8;

  RunTest() {
    for (uint64_t i = 0; i < 10; ++i) {
      Image image(12, 8, 3);
      const Draw draw(11, Purpose::kFlip, i);
      for (size_t j = 0; j < image.pixels.size(); ++j)
        image.pixels[j] = static_cast<uint8_t>(draw.word(static_cast<uint32_t>(j)) >> 24);
      write_text(folder_ / "photos" / (std::to_string(i) + ".png"), encode_png(image));
    }
    options_.data.size = {8, 8};
    options_.data.flip = true;
    options_.data.cache = "off";
    options_.network.latent = 8;
    options_.network.base_channels = {4, 4};
    options_.train.batch = kBatch;
    options_.train.adam.learning_rate = {1e-3, 1e-3};
    options_.run.device = "cpu";
    options_.run.threads = 1;
    options_.run.log_every = 3;
    options_.run.sample_every = 40;
    options_.run.checkpoint_every = 32;
  }

  Dataset open() const {
    return open_dataset(folder_ / "photos", options_.data, 1, [](int64_t, int64_t) {});
  }

  /// Trains to `images`; with `resume` in a directory that is there.
  RunDirectory run_to(int64_t images, const std::string& name, bool resume = false) {
    options_.length.images = images;
    const Dataset dataset = open();
    const TrainPlan plan = make_plan(options_, (folder_ / "photos").native(), dataset);
    const RunDirectory run = resume ? RunDirectory::open(folder_ / name) : RunDirectory::create(folder_ / name);
    Console console(false, plan.goal());
    train(plan, dataset, run, resume, console, alone());
    return run;
  }

  static std::vector<Json> log_lines(const RunDirectory& run) {
    std::vector<Json> lines;
    std::istringstream text(read_text(run.log()));
    for (std::string line; std::getline(text, line);) lines.push_back(parse_json(line, "log.jsonl"));
    return lines;
  }
  /// Without the figures that the clock decides.
  static std::vector<Json> timeless(std::vector<Json> lines) {
    for (auto& line : lines)
      for (const char* key : {"seconds", "images_per_second", "data_wait_share"}) line.erase(key);
    return lines;
  }
  static void expect_same_checkpoint(const fs::path& a, const fs::path& b) {
    const auto x = ArchiveReader(a).read_all(""), y = ArchiveReader(b).read_all("");
    ASSERT_EQ(x.size(), y.size());
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(x[i].first, y[i].first);
      EXPECT_TRUE(same_bits(x[i].second, y[i].second)) << x[i].first;
    }
  }

  TemporaryFolder folder_;
  AllOptions options_;
};

}  // namespace dcgan::test
