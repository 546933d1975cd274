#include "cli/verbs/train_messages.hpp"

#include <cstdio>

#include "cli/model_options.hpp"
#include "core/log.hpp"
#include "core/platform/cores.hpp"
#include "core/text.hpp"

namespace dcgan {

void describe_data(const std::string& path, const Dataset& dataset, double cache_limit) {
  const auto& info = dataset.pixels->info();
  const std::string held_out =
      dataset.held_out ? " to train on, " + with_commas(dataset.held_out->info().count) + " held out," : "";
  note("data: " + counted(info.count, "image") + held_out +
       (info.classes.empty() ? "" : " in " + counted(static_cast<int64_t>(info.classes.size()), "class", "classes")) +
       " from " + printable(path) + ", " + to_text(info.size) + " px, " + counted(info.channels, "channel"));
  if (!dataset.cached_at.empty() && dataset.kind != "pack")
    note("data: decoded pixels are " + std::string(dataset.was_cached ? "" : "now ") + "kept in " + dataset.cached_at +
         " (the folder is limited to " + number_text(cache_limit) + " GB, see --cache)");
  if (constexpr int64_t kByHeart = 10; info.count <= kByHeart)
    note("data: so few are learned by heart; a few hundred pictures of one kind are a beginning");
  for (const auto& remark : dataset.remarks) warn(remark);
  warn_of_skipped(info, path);
}

void describe_load(int64_t threads) {
  const Cores& cores = cores_at_start();
  if (threads > cores.usable())
    return note("threads: " + std::to_string(threads) + " on " + counted(cores.usable(), "core") +
                " wait for one another: --threads " + std::to_string(cores.usable()) + " is much faster");
  if (threads <= cores.idle()) return;
  note("load: other programs keep " + fixed_text(cores.taken, 1) + " of " + counted(cores.in_mask, "core") +
       " busy, and " + counted(threads, "thread") + " wait for one another: beside them --threads " +
       std::to_string(cores.idle()) + " may be many times as fast");
}

void describe_other_threads(int64_t threads) {
  const int64_t asked = threads_asked_by_environment();
  if (asked > 0 && asked != threads)
    note("threads: " + std::to_string(threads) + ", as the run has them, so that it goes on bit for bit; --threads " +
         std::to_string(asked) + " follows OMP_NUM_THREADS instead");
}

void say_what_next(const RunDirectory& run, const Pixels& pictures) {
  const std::string name = shown(run.path()), word = shell_word(run.path().native());
  std::printf("grids are in %s/samples, what it has learned in %s/generator.pt; next:\n", name.c_str(), name.c_str());
  std::printf("  dcgan sample %s --out sheet.png --count 100\n", word.c_str());
  const auto best = run.bests(), saved = run.checkpoints();
  if (!best.empty() && !saved.empty() && best.back() < saved.back())
    std::printf("      (these are of the best state, %s images seen; of the newest: --at newest)\n",
                with_commas(best.back()).c_str());
  std::printf("  dcgan report %s\n", word.c_str());
  if (pictures.info().count >= 2)  // fewer cannot be compared with
    std::printf("  dcgan eval %s\n", word.c_str());
  std::printf("  dcgan train --resume %s --time 10m\n", word.c_str());
}

}  // namespace dcgan
