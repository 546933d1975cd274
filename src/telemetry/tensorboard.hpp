// What TensorBoard shows of a run: figures of records, events with scalars, texts, pictures or histograms, the options.
// Not for the files' format (telemetry/event_file). No torch.
#pragma once

#include <string>
#include <vector>

#include "telemetry/event_file.hpp"
#include "telemetry/record.hpp"
#include "telemetry/run_event.hpp"

namespace dcgan {

struct TensorBoardOptions {
  fs::path folder;                    // of the event files
  Json options;                       // the run's: shown as a table and in the tab "hparams"
  std::vector<std::string> measures;  // tags of the scalars that say how good a run is
  int64_t picture_every = 1;          // images between two pictures
  bool histograms = false;            // they are wanted
};

class TensorBoard {
 public:
  /// Goes on at `images`; see EventFile.
  TensorBoard(const TensorBoardOptions& options, int64_t images);

  void add(const Record& record);
  /// Of many pictures a few are kept, so that the files stay small.
  void add(const RunEvent& event);
  void end(int64_t images) { file_.add_end(images); }
  bool wants_histograms() const { return wants_histograms_; }

 private:
  const int64_t picture_every_;
  const bool wants_histograms_;
  EventFile file_;
};

}  // namespace dcgan
