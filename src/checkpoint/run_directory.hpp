// A run directory: config.json, log.jsonl, samples/, checkpoints/, generator.pt. Their names and order are settled here
// and nowhere else; event files beside them are named as TensorBoard wants (telemetry/event_file). No torch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/platform/io/directory_lock.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

class RunDirectory {
 public:
  /// Names only; nothing is made or checked.
  explicit RunDirectory(fs::path path) : path_(std::move(path)) {}
  /// Makes `parent`/00000-NAME with the next free number. Two processes never get the same one.
  static RunDirectory create_next(const fs::path& parent, const std::string& name);
  /// Makes the directory and its folders, or takes one in which nothing was written yet. Throws UsageError when
  /// it is there and in use.
  static RunDirectory create(const fs::path& path);
  /// Throws what `create` would throw for what is there; makes nothing.
  static void check_free(const fs::path& path);
  /// Whether `create` would take it.
  static bool is_free(const fs::path& path);
  /// Whether a run was begun there: it has the folders that `create` makes.
  static bool was_begun(const fs::path& path);
  /// Throws UsageError when it is no run directory.
  static RunDirectory open(const fs::path& path);

  /// Removes the directory when nothing was written into it: training failed before it began.
  void remove_if_unused() const;
  /// Makes the folders that are not there.
  void make_folders() const;
  /// Removes what a run left that has no checkpoint: grids, records, begun files.
  void begin_again() const;
  /// Takes a checkpoint out of those to go on from: NAME.passed-over is what it is called then.
  void pass_over(const fs::path& checkpoint) const;

  /// Whoever writes into it holds it; without one (--no-lock) anybody may.
  void hold(std::shared_ptr<const DirectoryLock> holder) { holder_ = std::move(holder); }
  /// Throws Error when another process has taken it over meanwhile.
  void check_held() const {
    if (holder_) holder_->check();
  }

  const fs::path& path() const { return path_; }
  /// What its folder is called, as text that may be printed.
  std::string name() const;
  fs::path config() const { return path_ / "config.json"; }
  fs::path log() const { return path_ / "log.jsonl"; }
  fs::path generator() const { return path_ / "generator.pt"; }
  fs::path real_samples() const { return path_ / "samples" / "real.png"; }
  fs::path augmented_samples() const { return path_ / "samples" / "augmented.png"; }
  fs::path samples(int64_t images) const;
  fs::path checkpoint(int64_t images) const;
  /// A state that measured best when it was written.
  fs::path best(int64_t images) const;

  /// Images seen of every checkpoint, rising.
  std::vector<int64_t> checkpoints() const;
  /// Images seen of every best state that is there, rising: the last one measured best so far.
  std::vector<int64_t> bests() const;
  /// What to do when the newest checkpoint is damaged: the one before it, or "" when there is none.
  std::string hint_to_older_checkpoint() const;
  /// Images seen of every grid, rising.
  std::vector<int64_t> grids() const;
  /// Removes all but the newest `keep` checkpoints.
  void keep_newest_checkpoints(int64_t keep) const;
  /// Removes all best states but that of `images`. For after a checkpoint that knows it: a run that was killed before
  /// goes on from an older checkpoint, whose best state must still be there.
  void keep_best(int64_t images) const;
  /// Removes the grids that thinning leaves out at this position (see keeps_grid).
  void thin_grids(int64_t images, int64_t every) const;
  /// Back to `images`: later grids, best states and records are removed, a torn last line too, leftovers of a kill as
  /// well.
  void cut_back_to(int64_t images) const;
  /// The last complete record of log.jsonl, or null.
  Json last_record() const;

 private:
  fs::path path_;
  std::shared_ptr<const DirectoryLock> holder_;
};

/// Is the grid at `grid` kept once `now` images are seen? The first few stay; of the others the newest ten
/// stay, and farther back the distance between them doubles until at most about sixty remain.
bool keeps_grid(int64_t grid, int64_t now, int64_t every);
/// Is a grid, or a checkpoint, due when `before` images become `after`? At 1000, 2000, 4000... below `every`, then at
/// its multiples.
bool due_early_and_every(int64_t before, int64_t after, int64_t every);
/// Did a multiple of `every` come by between `before` (exclusive) and `after` (inclusive)?
bool multiple_passed(int64_t before, int64_t after, int64_t every);

}  // namespace dcgan
