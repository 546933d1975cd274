// `dcgan inspect`: what a file or folder is, what is in it, how to use it.
#include <algorithm>
#include <cstdio>

#include "checkpoint/run_directory.hpp"
#include "cli/verb.hpp"
#include "cli/verbs/describe.hpp"
#include "cli/verbs/inspect_screen.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/other_forms.hpp"
#include "dataset/pack_set.hpp"
#include "dataset/source.hpp"
#include "dataset/walk.hpp"
#include "formats/foreign_models.hpp"
#include "formats/npy.hpp"
#include "formats/zip.hpp"
#include "image/decode.hpp"
#include "image/png.hpp"

namespace dcgan {
namespace {

struct InspectCommand {
  bool everything = false;
  bool json = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("all", everything, "everything that is known of it, not one screen: options, layers, names", {});
    visit("json", json, "the same as one JSON object", {});
  }
};

Json describe_data(const fs::path& path) {
  const auto source = open_source(path);
  std::map<std::string, int64_t> formats, sizes;
  std::vector<int64_t> per_class(source->count() > 0 ? source->classes().size() : 0);
  int64_t pictures = 0;
  for (int64_t i = 0; i < source->count(); ++i) {
    throw_if_stopped("while the pictures were examined");
    const Probe probe = source->probe(i);
    if (!probe.problem.empty()) continue;
    ++pictures;
    if (probe.format != ImageFormat::kUnknown) ++formats[format_name(probe.format)];
    ++sizes[std::to_string(probe.width) + " x " + std::to_string(probe.height)];
    if (const int32_t label = source->label(i); label >= 0) ++per_class[static_cast<size_t>(label)];
  }
  Json classes = Json::object();
  for (size_t c = 0; c < per_class.size(); ++c)
    if (per_class[c] > 0) classes[source->classes()[c]] = per_class[c];
  return {{"kind", "data"},
          {"path", shown(path)},
          {"source", source->kind()},
          {"files", source->count()},
          {"pictures", pictures},
          {"formats", formats},
          {"sizes", sizes},
          {"classes", classes},
          {"remarks", source->remarks()},
          {"use", {"dcgan doctor " + shell_word(path.native()), "dcgan train " + shell_word(path.native())}}};
}

Json describe_pack(const fs::path& path) {
  const PackSet pack(path);
  const auto& info = pack.info();
  std::vector<int64_t> per_class(info.classes.size());
  for (int64_t i = 0; i < info.count; ++i)
    if (const int32_t label = pack.label(i); label >= 0) ++per_class[static_cast<size_t>(label)];
  Json classes = Json::object(), skipped = Json::array();
  for (size_t c = 0; c < per_class.size(); ++c) classes[info.classes[c]] = per_class[c];
  for (const auto& one : info.skipped) skipped.push_back({{"name", one.name}, {"reason", one.reason}});
  return {{"kind", "pack"},
          {"path", shown(path)},
          {"bytes", pack.bytes()},
          {"shards", pack.shards()},
          {"pictures", info.count},
          {"size", to_text(info.size)},
          {"channels", info.channels},
          {"classes", classes},
          {"identity", info.identity},
          {"packed_from", pack.origin().data},
          {"changed_since", is_stale(pack.origin(), slots_of(info))},
          {"options", pack.origin().options},
          {"skipped", skipped},
          {"use",
           {"dcgan train " + shell_word(path.native()),
            "dcgan data unpack " + shell_word(path.native()) + " --out FOLDER"}}};
}

/// One picture, and what a PNG says of itself.
Json describe_picture(const fs::path& path) {
  constexpr size_t kMost = 64'000'000;  // what a picture says of itself stands in front
  const std::string bytes = read_file(path, kMost);
  const Probe probe = probe_image(bytes);
  const std::string hint = probe.converter == Converter::kNone ? "" : conversion_words(probe.converter, path.native());
  if (!probe.problem.empty()) throw Error("'" + shown(path) + "': " + probe.problem, hint);
  constexpr int64_t kMostMegapixels = 64;
  if (bytes.size() < kMost && probe.width * probe.height <= kMostMegapixels * 1'000'000) try {
      decode_image(bytes, probe, kMostMegapixels);
    } catch (const Error& damage) {
      throw Error("'" + shown(path) + "': " + damage.what(), damage.hint().empty() ? "copy it again" : damage.hint());
    }
  Json text = Json::object();
  if (probe.format == ImageFormat::kPng)
    for (const auto& [keyword, value] : png_text(bytes)) text[keyword] = value;
  const std::string image = text.value("dcgan:image", "");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  Json use = Json::array();
  if (!text.contains("dcgan:model"))
    use.push_back("dcgan train " + shell_word(folder.native()));
  else if (!image.empty())
    use.push_back("dcgan sample MODEL --images " + shell_word(image) + " --out again.png");
  return {{"kind", text.contains("dcgan:model") ? "generated picture" : "picture"},
          {"path", shown(path)},
          {"bytes", stamp_of(path).bytes},
          {"format", format_name(probe.format)},
          {"size", std::to_string(probe.width) + " x " + std::to_string(probe.height)},
          {"mode", probe.mode},
          {"text", text},
          {"use", use}};
}

/// An array of NumPy's: images, latents or features, by its shape.
Json describe_npy(const fs::path& path) {
  const MappedFile file(path);
  const NpyArray array =
      read_npy({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, "'" + shown(path) + "'");
  file.check();
  const bool is_images = array.type == ElementType::kU8 && (array.shape.size() == 4 || array.shape.size() == 3);
  const bool is_rows = array.shape.size() == 2 && array.type != ElementType::kU8;
  Json use = Json::array({"Python: numpy.load(" + python_text(path.native()) + ")"});
  if (is_images) use.push_back("as data: dcgan train " + shell_word(path.native()));
  if (is_rows)
    use.push_back("as latents: dcgan sample MODEL --latents " + shell_word(path.native()) + " --out sheet.png");
  return {{"kind", is_images ? "array of images"
                   : is_rows ? "array of latents or features"
                             : "array"},
          {"path", shown(path)},
          {"bytes", file.bytes().size()},
          {"shape", array.shape},
          {"bytes_an_element", bytes_of(array.type)},
          {"use", use}};
}

bool looks_like_picture(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && probe_image(read_file(path, 64)).format != ImageFormat::kUnknown;
}

/// PyTorch's archives, and ours, have a pickle in them; of a damaged one their readers say more.
bool is_zip_of_pictures(const fs::path& path) {
  if (!looks_like_zip(path)) return false;
  try {
    const ZipFile zip(path);
    return std::none_of(zip.entries().begin(), zip.entries().end(),
                        [](const auto& entry) { return entry.name.ends_with(".pkl"); });
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return false;
  }
}

bool is_run(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(RunDirectory(path).config(), ignored);
}

/// What else of ours it is, and what to look at instead: a file of a run, a folder of runs, a report.
void refuse_what_lies_beside(const fs::path& path) {
  std::error_code ignored;
  const fs::path whole = without_slash(fs::absolute(path, ignored)), run = whole.parent_path();
  const std::string name = shown(path);
  if (is_run(run))
    throw Error("'" + name + "' is a part of a run", "look at the run: dcgan inspect " + shell_word(run.native()));
  const std::string ending = lowercase(path.extension().native());
  if (ending == ".html" || ending == ".htm") throw Error("'" + name + "' is a web page", "open it in a browser");
  if (!fs::is_directory(path, ignored)) return;
  std::vector<std::string> runs;
  for (const auto& entry : fs::directory_iterator(path, ignored))
    if (is_run(entry.path())) runs.push_back(shell_word(entry.path().native()));
  if (runs.empty()) return;
  std::sort(runs.begin(), runs.end());
  throw Error("'" + name + "' holds " + counted(static_cast<int64_t>(runs.size()), "run"),
              "look at one, for example the newest: dcgan inspect " + runs.back() +
                  "; or at all of them: dcgan report " + shell_word(path.native()) + "/* --out report.html");
}

Json describe(const fs::path& path) {
  check_named_is_there(path);
  std::error_code ignored;
  if (is_zip_of_pictures(path)) return describe_data(path);
  if (const auto model = describe_model(path)) return *model;
  if (looks_like_pack(path)) return describe_pack(path);
  if (looks_like_picture(path)) return describe_picture(path);
  if (fs::is_regular_file(path, ignored) && looks_like_npy(read_file(path, 16))) return describe_npy(path);
  try {
    Json data = describe_data(path);
    if (data["pictures"] == 0) throw UsageError("no picture in it");
    return data;
  } catch (const UsageError&) {
    refuse_what_lies_beside(path);
    if (form_of(path)) throw;  // it says what it is
    if (const auto foreign = foreign_model(path))
      throw Error("'" + shown(path) + "' is " + foreign->what, foreign->hint);
    throw Error("'" + shown(path) + "' is none of ours: no run, checkpoint, exported model, pack or data",
                "give the path of one of these; if it was one, copy it again");
  }
}

/// A value as a person reads it; "" for what is empty.
std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer() && fits<int64_t>(value)) return with_commas(value.get<int64_t>());
  return value.is_null() || value.empty() ? "" : compact(value);
}

/// An object as lines, two blanks deeper each level. Counters of BatchNorm say nothing to a person.
void print(const Json& json, int depth) {
  constexpr int kColumn = 30;
  const std::string blanks(static_cast<size_t>(2 * depth), ' ');
  for (const auto& [key, value] : json.items()) {
    if (key == "use" || key.ends_with("num_batches_tracked")) continue;
    if (value.is_object() && !value.empty()) {
      std::printf("%s%s:\n", blanks.c_str(), key.c_str());
      print(value, depth + 1);
    } else if (const std::string text = value_text(value); !text.empty()) {
      std::printf("%s%-*s %s\n", blanks.c_str(), kColumn - 2 * depth, (key + ":").c_str(), text.c_str());
    }
  }
}

void print_use(const Json& found) {
  if (found["use"].empty()) return;
  std::printf("use it:\n");
  for (const auto& line : found["use"]) std::printf("  %s\n", line.get<std::string>().c_str());
}

void inspect(const Invocation& invocation, InspectCommand& command) {
  const Json found = printable_json(describe(invocation.positional(0)));  // files of strangers say much of it
  if (command.json) return void(std::printf("%s", pretty(found).c_str()));
  if (command.everything) return print(found, 0), print_use(found);
  for (const auto& line : screen_of(found)) std::printf("%s\n", line.c_str());
}

}  // namespace

Verb inspect_verb() {
  Verb verb;
  verb.name = "inspect";
  verb.group = "Look";
  verb.examples = {"dcgan inspect runs/first", "dcgan inspect photos/ --all"};
  verb.help = "say what a run, checkpoint, exported model, weights, picture or data folder is, and how to use it";
  verb.positionals = {
      {"PATH", "run directory, checkpoint, exported model, weights of other programs, picture, pack, or data"}};
  set_options<InspectCommand>(verb, inspect);
  return verb;
}

}  // namespace dcgan
