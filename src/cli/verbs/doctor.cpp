// `dcgan doctor`: what is in DATA, and what training would do with each file.
#include <algorithm>
#include <cstdio>

#include "cli/verb.hpp"
#include "cli/verbs/doctor_sheet.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/cores.hpp"
#include "core/text.hpp"
#include "dataset/options.hpp"
#include "dataset/skipped_groups.hpp"
#include "dataset/survey.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

struct DoctorCommand {
  DataOptions pixels;  // as you mean to train
  std::string show;
  bool json = false;

  template <class Visit>
  void fields(Visit&& visit) {
    pixels.pixel_fields(visit);
    visit("show", show, "a sheet of the first pictures of each class, as the network gets them, with their names",
          any_text("FILE.png"));
    visit("json", json, "the report as one JSON object, with every file", {});
  }
};

Json report_json(const DataSurvey& survey) {
  Json classes = Json::object(), unusable = Json::array();
  for (const auto& [name, count] : survey.classes) classes[name] = count;
  for (const auto& file : survey.unusable)
    unusable.push_back({{"name", file.name},
                        {"reason", file.reason},
                        {"convert", file.convert.empty() ? Json() : Json(file.convert)}});
  return {{"kind", survey.kind},
          {"files", survey.files},
          {"usable", survey.usable},
          {"formats", survey.formats},
          {"modes", survey.modes},
          {"sizes", survey.sizes},
          {"classes", classes},
          {"channels", survey.all_gray ? "gray" : "rgb"},
          {"smaller", survey.smaller},
          {"unusable", unusable},
          {"duplicates", survey.duplicates},
          {"remarks", survey.remarks}};
}

/// "PNG 12, JPEG 3": the commonest first, at most `most` of them.
std::string tally(const std::map<std::string, int64_t>& counts, size_t most = 6) {
  std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (size_t i = 0; i < std::min(most, sorted.size()); ++i)
    out += (i ? "; " : "") + sorted[i].first + ": " + with_commas(sorted[i].second);
  if (sorted.size() > most) out += "; and " + counted(static_cast<int64_t>(sorted.size() - most), "more kind");
  return out.empty() ? "none" : out;
}

/// A line each, at most 20.
void print_names(const std::vector<std::string>& lines) {
  constexpr size_t kNamed = 20;
  for (size_t i = 0; i < std::min(kNamed, lines.size()); ++i) std::printf("  %s\n", lines[i].c_str());
  if (lines.size() > kNamed) std::printf("  ... --json lists all\n");
}

void print_report(const fs::path& path, const DataSurvey& survey, const DoctorCommand& command) {
  std::printf("%s of %s can be trained on\n", with_commas(survey.usable).c_str(),
              counted(survey.files, "file").c_str());
  if (!survey.formats.empty()) std::printf("formats:    %s\n", tally(survey.formats).c_str());
  if (survey.usable > 0) {
    std::printf("modes:      %s\n", tally(survey.modes).c_str());
    std::printf("sizes:      %s\n", tally(survey.sizes).c_str());
    std::printf("channels:   --channels auto would choose %s\n", survey.all_gray ? "gray" : "rgb");
  }
  if (!survey.classes.empty()) {
    std::map<std::string, int64_t> classes(survey.classes.begin(), survey.classes.end());
    std::printf("classes:    %zu: %s\n", survey.classes.size(), tally(classes, 12).c_str());
  }
  if (!survey.smaller.empty()) {
    std::printf("enlarged:   %s smaller than %s pixels; they would be enlarged and look soft\n",
                counted(static_cast<int64_t>(survey.smaller.size()), "picture is", "pictures are").c_str(),
                to_text(command.pixels.size).c_str());
    if (static_cast<int64_t>(survey.smaller.size()) < survey.usable) print_names(survey.smaller);
  }
  for (const auto& remark : survey.remarks) std::printf("note:       %s\n", remark.c_str());
  if (!survey.duplicates.empty()) {
    std::printf("duplicates: %s of files with the same bytes; each copy would be trained on\n",
                counted(static_cast<int64_t>(survey.duplicates.size()), "group").c_str());
    std::vector<std::string> lines;
    for (const auto& names : survey.duplicates) lines.push_back(cut_list(names, " = "));
    print_names(lines);
  }
  if (survey.unusable.empty()) return;
  std::printf("skipped:    %s would be left out of training\n",
              counted(static_cast<int64_t>(survey.unusable.size()), "file").c_str());
  std::vector<Skipped> skipped;
  for (const auto& file : survey.unusable) skipped.push_back({file.name, file.reason});
  std::vector<std::string> lines;
  for (const auto& group : skipped_groups(path, skipped)) lines.push_back(group_text(group));
  print_names(lines);
}

void doctor(const Invocation& invocation, DoctorCommand& command) {
  shape_plan(command.pixels.size);  // a size that cannot be built is said before minutes of decoding
  check_show(command.show, invocation.positional(0));
  const int64_t threads = automatic_threads().count;
  const DataSurvey survey =
      survey_data(invocation.positional(0), command.pixels.size, command.pixels.max_megapixels, threads);
  if (survey.files == 0)
    throw Error("no picture in '" + printable(invocation.positional(0)) + "'" +
                    (survey.remarks.empty() ? "" : ": " + survey.remarks.front()),
                "give a folder or an archive that holds pictures");
  Json report = report_json(survey);
  if (!command.json) print_report(invocation.positional(0), survey, command);
  if (!command.show.empty()) {
    report["sheet"] =
        write_doctor_sheet(invocation.positional(0), command.pixels, survey.usable, threads, command.show);
    if (!command.json) std::printf("sheet:      %s\n", report["sheet"].get<std::string>().c_str());
  }
  if (command.json) std::printf("%s", pretty(printable_json(report)).c_str());
  if (command.pixels.strict && !survey.unusable.empty())
    throw Error("cannot use '" + survey.unusable[0].name + "': " + survey.unusable[0].reason,
                "drop --strict to skip such files");
  if (survey.usable == 0)
    throw Error("none of '" + printable(invocation.positional(0)) +
                    "' can be trained on: " + counted(survey.files, "file") + " cannot be used",
                "convert them, or give a folder or an archive that holds pictures");
}

}  // namespace

Verb doctor_verb() {
  Verb verb;
  verb.name = "doctor";
  verb.group = "Data";
  verb.examples = {"dcgan doctor photos/", "dcgan doctor photos/ --show sheet.png"};
  verb.help = "check a data set: sizes, modes, classes, damage, duplicates";
  verb.positionals = {{"DATA", kDataKinds}};
  set_options<DoctorCommand>(verb, doctor);
  return verb;
}

}  // namespace dcgan
