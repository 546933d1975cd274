#include "train/run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "exchange/torchscript.hpp"
#include "image/sheet.hpp"
#include "latent/images.hpp"
#include "train/fit.hpp"
#include "train/trainer.hpp"

namespace dcgan {
namespace {

/// Images on a grid: 64, fewer where they are large, so that a sheet stays under 64 megapixels.
int64_t grid_images(Size size) {
  constexpr int64_t kMostSide = 8000;  // pixels
  const int64_t a_side = std::clamp<int64_t>(kMostSide / (std::max(size.width, size.height) + 2), 1, 8);
  return a_side * a_side;
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The parts of one run, put together; usable once made.
class Run {
 public:
  Run(const TrainPlan& plan, const Dataset& dataset, const RunDirectory& directory, bool resume, Console& console)
      : plan_(plan),
        dataset_(dataset),
        directory_(directory),
        console_(console),
        trainer_(plan.network, plan.options.train, at::Device(plan.options.run.device), plan.options.run.gpu) {
    if (resume)
      go_back_to_checkpoint();
    else
      write_beginning();
    record_began_ = start_ = seconds_now();
    record_images_ = trainer_.images();
  }

  void until_done() {
    LineFile log(directory_.log());
    Loader loader(*dataset_.pixels, loader_options());
    while (!is_complete()) {
      const double waiting = seconds_now();
      const Batch& batch = loader.next();
      waited_ += seconds_now() - waiting;
      const int64_t before = trainer_.images();
      trainer_.step(batch);
      console_.step(trainer_.images(), in_process());
      if (trainer_.steps() % plan_.options.run.log_every == 0) write_record(log);
      if (grid_is_due(before, trainer_.images(), *plan_.options.run.sample_every)) write_grid();
      if (multiple_passed(before, trainer_.images(), *plan_.options.run.checkpoint_every)) save();
      if (const int signal = stop_signal()) stop_for(signal);
    }
    finish();
  }

 private:
  double in_process() const { return seconds_now() - start_; }
  double in_all() const { return seconds_before_ + in_process(); }

  LoaderOptions loader_options() const {
    const auto& options = plan_.options;
    LoaderOptions loader;
    loader.batch = *options.train.batch;
    loader.first_image = trainer_.images();
    loader.seed = static_cast<uint64_t>(options.train.seed);
    loader.flip = options.data.flip;
    loader.threads = dataset_.pixels->decodes() ? *options.run.threads : 1;
    loader.ahead = 2 + loader.threads;
    return loader;
  }

  bool is_complete() const {
    const auto goal = plan_.goal();
    if (goal.seconds && in_process() >= *goal.seconds) return true;
    return goal.images && trainer_.images() >= *goal.images;
  }

  void write_beginning() {
    write_file(directory_.config(), pretty(config_json(plan_)));
    LineFile log(directory_.log());
    const auto& info = dataset_.pixels->info();
    log.append(compact({{"event", "data"},
                        {"images", 0},
                        {"pictures", info.count},
                        {"classes", info.classes.size()},
                        {"skipped", info.skipped.size()}}));
    for (const auto& skipped : info.skipped)
      log.append(compact({{"event", "skipped"}, {"images", 0}, {"name", skipped.name}, {"reason", skipped.reason}}));
    write_real_samples();
  }

  /// What the network sees before step 1: the first pictures of the run.
  void write_real_samples() {
    auto options = loader_options();
    options.batch = grid_images_, options.ahead = 1, options.threads = 1;
    Loader loader(*dataset_.pixels, options);
    const Batch& batch = loader.next();
    const auto& info = dataset_.pixels->info();
    Sheet sheet(layout());
    for (int64_t i = 0; i < grid_images_; ++i) {
      Image image(info.size.width, info.size.height, info.channels);
      const auto start = batch.pixels.begin() + i * info.image_bytes();
      image.pixels.assign(start, start + info.image_bytes());
      sheet.put(i, image);
    }
    write_file(directory_.real_samples(), encode_png(sheet.image()));
  }

  Sheet::Layout layout() const {
    const Size size = plan_.network.shape.size();
    Sheet::Layout layout;
    layout.count = grid_images_, layout.columns = square_columns(grid_images_);
    layout.width = size.width, layout.height = size.height, layout.channels = plan_.network.image_channels;
    return layout;
  }

  void go_back_to_checkpoint() {
    const auto all = directory_.checkpoints();
    const fs::path path = directory_.checkpoint(all.back());
    try {
      const ArchiveReader archive(path);
      const std::string origin = "the checkpoint '" + shown(path) + "'";
      const NetworkPlan stored = plan_from_json(archive.meta(), origin);
      if (plan_to_json(stored) != plan_to_json(plan_.network))
        throw Error(origin + " holds networks of another shape than config.json says");
      trainer_.load(archive.read_all(""), origin);
      trainer_.set_position(archive.meta(), origin);
      seconds_before_ = required<double>(archive.meta(), "seconds", origin);
    } catch (const Error& error) {
      if (!error.hint().empty()) throw;
      throw Error(error.what(), directory_.hint_to_older_checkpoint());
    }
    directory_.cut_back_to(trainer_.images());
    saved_images_ = trainer_.images();
    write_file(directory_.config(), pretty(config_json(plan_)));
  }

  void write_record(LineFile& log) {
    Record record;
    const double now = seconds_now();
    trainer_.take_record(record);
    const double elapsed = std::max(1e-9, now - record_began_);
    record.seconds = in_all();
    record.images_per_second = static_cast<double>(record.images - record_images_) / elapsed;
    record.data_wait_share = std::min(1.0, waited_ / elapsed);
    record_began_ = now, record_images_ = record.images, waited_ = 0;
    check_finite(record);
    log.append(compact(to_json(record)));
    console_.record(record, in_process());
  }

  void check_finite(const Record& record) const {
    for (const double value :
         {record.loss_d_real, record.loss_d_fake, record.loss_g, record.grad_norm_d, record.grad_norm_g})
      if (!std::isfinite(value)) diverged("a loss or a gradient is not finite any more");
  }

  [[noreturn]] void diverged(const std::string& why) const {
    throw Error(
        "training broke down after " + counted(trainer_.images(), "image") + ": " + why,
        (saved_images_ < 0 ? "no checkpoint had been written yet"
                           : "the last good checkpoint is '" + shown(directory_.checkpoint(saved_images_)) + "'") +
            "; try a lower --lr");
  }

  GeneratorInfo info() const { return generator_info(plan_.network, trainer_.images(), true, "this run"); }

  /// The generator that is shown and exported, made once a position.
  GeneratorNet& evaluation() {
    if (evaluated_images_ != trainer_.images()) {
      return_freed_memory();  // what a step took and what this takes need not be held together
      evaluation_ = trainer_.evaluation_generator();
    }
    evaluated_images_ = trainer_.images();
    return evaluation_;
  }

  void write_grid() {
    const auto generator = make_generator(evaluation(), info());
    Sheet sheet(layout());
    ImageNames names;
    names.add(static_cast<uint64_t>(plan_.options.train.seed), 0, grid_images_ - 1);
    generate(*generator, names, [&](int64_t i, const Image& image) { sheet.put(i, image); });
    const fs::path path = directory_.samples(trainer_.images());
    write_file(path, encode_png(sheet.image()));
    directory_.thin_grids(trainer_.images(), *plan_.options.run.sample_every);
    console_.event("grid " + shown(path), {{"event", "grid"}, {"images", trainer_.images()}, {"path", shown(path)}});
  }

  void save() {
    if (saved_images_ == trainer_.images()) return;
    Json meta = {{"training_version", kTrainingVersion}, {"dcgan", kVersionText}, {"written", utc_now()}};
    meta.update(trainer_.position());
    meta["seconds"] = in_all();
    meta["network"] = plan_to_json(plan_.network);
    meta["options"] = options_json(plan_.options);
    meta["data_identity"] = plan_.data_identity;
    const fs::path path = directory_.checkpoint(trainer_.images());
    const NamedTensors state = trainer_.state(*evaluation());
    try {
      dcgan::check_finite(state);
    } catch (const NotFinite& error) {
      diverged(error.what());
    }
    // The checkpoint comes last: a run that is killed in between passes here again and misses nothing.
    sync_file(directory_.log());
    export_torchscript(evaluation(), info(), directory_.generator());
    write_archive(path, meta, state);
    saved_images_ = trainer_.images();
    directory_.keep_newest_checkpoints(plan_.options.run.keep);
    console_.event("checkpoint " + shown(path),
                   {{"event", "checkpoint"}, {"images", trainer_.images()}, {"path", shown(path)}});
  }

  [[noreturn]] void stop_for(int signal) {
    save();
    throw Stopped(signal, "stopped at " + counted(trainer_.images(), "image") +
                              "; all is saved; go on with `dcgan train --resume --run " + shown(directory_.path()) +
                              "`");
  }

  void finish() {
    std::error_code ignored;
    if (!fs::exists(directory_.samples(trainer_.images()), ignored)) write_grid();
    save();
    const double seconds = in_process();
    console_.event(
        "done: " + counted(trainer_.images(), "image") + " seen, " + duration_text(seconds) + " in this process",
        {{"event", "done"}, {"images", trainer_.images()}, {"seconds", in_all()}});
  }

  const TrainPlan& plan_;
  const int64_t grid_images_ = grid_images(plan_.network.shape.size());
  const Dataset& dataset_;
  const RunDirectory& directory_;
  Console& console_;
  Trainer trainer_;
  double seconds_before_ = 0, start_ = 0;
  double record_began_ = 0, waited_ = 0;
  int64_t record_images_ = 0;
  int64_t saved_images_ = -1;
  GeneratorNet evaluation_{nullptr};
  int64_t evaluated_images_ = -1;
};

}  // namespace

void train(const TrainPlan& plan, const Dataset& dataset, const RunDirectory& run, bool resume, Console& console) {
  settle_process(*plan.options.run.threads);
  within_memory(plan.network, plan.options.train, plan.options.run.device,
                [&] { Run(plan, dataset, run, resume, console).until_done(); });
}

CheckpointHead read_head(const fs::path& checkpoint) {
  const ArchiveReader archive(checkpoint);
  const std::string origin = "the checkpoint '" + shown(checkpoint) + "'";
  if (required<int64_t>(archive.meta(), "training_version", origin) != kTrainingVersion)
    throw Error(origin + " was written by another version of dcgan", "use the version that wrote it");
  return {required<int64_t>(archive.meta(), "images", origin), required<double>(archive.meta(), "seconds", origin),
          required<Json>(archive.meta(), "options", origin),
          required<std::string>(archive.meta(), "data_identity", origin)};
}

}  // namespace dcgan
