#include "train/events.hpp"

#include "core/text.hpp"

namespace dcgan {

std::vector<RunEvent> data_events(const PixelsInfo& info) {
  std::vector<RunEvent> events = {
      {.kind = "data",
       .facts = {{"pictures", info.count}, {"classes", info.classes.size()}, {"skipped", info.skipped.size()}}}};
  for (const auto& skipped : info.skipped)
    events.push_back({.kind = "skipped", .facts = {{"name", skipped.name}, {"reason", skipped.reason}}});
  return events;
}

RunEvent weights_event(const fs::path& from, bool has_discriminator) {
  return {.kind = "init",
          .facts = {{"from", shown(from)}, {"discriminator", has_discriminator ? "from there" : "random"}},
          .line = has_discriminator ? "weights from " + shown(from)
                                    : "the generator's weights from " + shown(from) +
                                          ", which holds no discriminator: that one begins with random weights"};
}

RunEvent size_event(int64_t images, Size size) {
  return {.kind = "size",
          .images = images,
          .facts = {{"size", to_text(size)}},
          .line = "from " + counted(images, "image") + " on both networks learn at " + to_text(size) + " pixels"};
}

RunEvent evaluation_event(const RunEvaluation& evaluation) {
  RunEvent event{.kind = "eval", .images = evaluation.images, .facts = evaluation.facts()};
  event.line =
      "eval at " + counted(event.images, "image") + ": " + evaluation.text() +
      (evaluation.ranked == Ranked::kBest     ? "; the best so far"
       : evaluation.ranked == Ranked::kNewest ? "; taken for the best: of so few pictures the newest is, unless "
                                                "it is clearly worse"
                                              : "");
  event.scalars = evaluation.scalars();
  return event;
}

RunEvent verdict_event(const Judgement& judgement, int64_t images) {
  const std::string verdict(words(judgement.verdict));
  const std::string text = judgement.reason.empty() ? verdict : verdict + ": " + judgement.reason;
  return {.kind = "verdict",
          .images = images,
          .facts = {{"verdict", verdict}, {"reason", judgement.reason}},
          .line = "the game at " + counted(images, "image") + ": " + text,
          .text = text};
}

RunEvent rollback_event(int64_t images, int64_t best) {
  return {.kind = "rollback",
          .images = images,
          .facts = {{"to", best}},
          .line = "back to the best state, of " + counted(best, "image") + "; step sizes are halved"};
}

RunEvent grid_event(const fs::path& path, int64_t images) {
  return {.kind = "grid",
          .images = images,
          .facts = {{"path", shown(path)}},
          .line = "grid " + shown(path),
          .is_logged = false,
          .picture = path};
}

RunEvent checkpoint_event(const fs::path& path, int64_t images) {
  return {.kind = "checkpoint",
          .images = images,
          .facts = {{"path", shown(path)}},
          .line = "checkpoint " + shown(path),
          .is_logged = false};
}

RunEvent done_event(int64_t images, double seconds_in_process, double seconds_in_all) {
  return {
      .kind = "done",
      .images = images,
      .facts = {{"seconds", seconds_in_all}},
      .line = "done: " + counted(images, "image") + " seen, " + duration_text(seconds_in_process) + " in this process",
      .is_logged = false};
}

}  // namespace dcgan
