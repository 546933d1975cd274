// `dcgan data pack` and `dcgan data unpack`: a data set into one file of pixels; such a file, or one of another kind,
// into folders of PNG files.
#include <algorithm>
#include <cstdio>

#include "cli/opening.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/parallel.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/pack_set.hpp"
#include "dataset/source.hpp"
#include "image/sheet.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

struct UnpackCommand {
  std::string out;
  std::string names;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the folder to make", any_text("FOLDER"));
    visit("names", names, "names of classes 0, 1, 2... for the folders, with commas between", any_text("A,B,C"));
  }
};

/// A folder that is made aside and appears whole, or leaves nothing.
class AsideFolder {
 public:
  explicit AsideFolder(fs::path path) : path_(std::move(path)) {
    std::error_code problem;
    if (fs::exists(path_, problem) && !(fs::is_directory(path_, problem) && fs::is_empty(path_, problem)))
      throw UsageError("--out '" + shown(path_) + "' is there and not an empty folder", "choose another, or remove it");
    aside_ = without_slash(path_.lexically_normal());
    aside_ = aside_.parent_path() / ("." + aside_.filename().native() + ".unpacking");
    fs::remove_all(aside_, problem);  // of an unpacking that was killed
    make_directories(aside_);
  }
  ~AsideFolder() {
    std::error_code ignored;
    if (!aside_.empty()) fs::remove_all(aside_, ignored);
  }
  const fs::path& aside() const { return aside_; }
  void commit() {
    std::error_code problem;
    fs::remove(path_, problem);  // an empty folder of that name
    fs::rename(aside_, without_slash(path_), problem);
    if (problem) throw_system_error("cannot make the folder '" + shown(path_) + "'", problem.value());
    aside_.clear();
  }

 private:
  fs::path path_, aside_;
};

std::vector<std::string> class_folders(std::vector<std::string> folders, const std::string& names) {
  if (names.empty()) return folders;
  std::vector<std::string> given(1);
  for (const char c : names) c == ',' ? void(given.emplace_back()) : given.back().push_back(c);
  if (given.size() != folders.size())
    throw UsageError("--names has " + counted(static_cast<int64_t>(given.size()), "name") + " for " +
                         counted(static_cast<int64_t>(folders.size()), "class", "classes"),
                     "give one name a class");
  for (const auto& name : given) {
    if (std::count(given.begin(), given.end(), name) > 1)
      throw UsageError("--names: '" + printable(name) + "' is there twice", "give every class a name of its own");
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
      throw UsageError("--names: '" + printable(name) + "' cannot name a folder", "use plain words");
  }
  return given;
}

/// What `unpack` reads: pictures with labels, whatever they lie in.
struct Unpacked {
  int64_t count = 0;
  std::vector<std::string> classes;
  std::function<int32_t(int64_t)> label;
  std::function<Image(int64_t)> read;
};

Unpacked open_packed(const fs::path& path) {
  check_named_is_there(path);
  if (looks_like_pack(path)) {
    const auto pack = std::make_shared<PackSet>(path);
    const PixelsInfo& info = pack->info();
    return {info.count, info.classes, [pack](int64_t i) { return pack->label(i); },
            [pack, &info](int64_t i) {
              Image image(info.size.width, info.size.height, info.channels);
              pack->copy(i, image.pixels.data());
              return image;
            }};
  }
  const std::shared_ptr<Source> source = open_source(path);
  if (source->kind() == "folder")
    throw UsageError("'" + shown(path) + "' is a folder of pictures: there is nothing to unpack",
                     "to pack it say `dcgan data pack " + shell_word(path.native()) + " --out FILE.pack`");
  const int64_t count = source->count();  // an array knows its classes once it is loaded
  return {count, source->classes(), [source](int64_t i) { return source->label(i); },
          [source](int64_t i) { return source->read(i, INT32_MAX, nullptr); }};
}

void unpack(const Invocation& invocation, UnpackCommand& command) {
  const fs::path path = invocation.positional(0);
  if (command.out.empty()) throw UsageError("--out is missing: the folder to make", "add --out FOLDER");
  const Unpacked packed = open_packed(path);
  if (packed.count == 0) throw Error("'" + shown(path) + "' holds no images");
  const auto folders = class_folders(packed.classes, command.names);
  AsideFolder out(command.out);
  for (const auto& folder : folders) make_directories(out.aside() / folder);
  parallel_for(packed.count, usable_cores(), [&](int64_t i) {
    throw_if_stopped("nothing was unpacked");
    const int32_t label = packed.label(i);
    const fs::path folder = label < 0 ? out.aside() : out.aside() / folders[static_cast<size_t>(label)];
    write_file(folder / (zero_padded(i, 6) + ".png"), encode_png(packed.read(i)), /*synced=*/false);
  });
  out.commit();
  const std::string classes =
      folders.empty() ? "" : " in " + counted(static_cast<int64_t>(folders.size()), "class", "classes");
  std::printf("%s%s written to %s\n", counted(packed.count, "image").c_str(), classes.c_str(),
              printable(command.out).c_str());
}

Verb unpack_verb() {
  Verb verb;
  verb.name = "unpack";
  verb.help = "a pack, IDX file, CIFAR file or ZIP archive into folders of PNG files, one a class";
  verb.positionals = {
      {"FILE", "the pack; or the IDX file of images, whose labels are found beside it; or CIFAR's folder"}};
  set_options<UnpackCommand>(verb, unpack);
  return verb;
}

struct PackCommand {
  std::string out;
  int64_t shards = 1;
  std::optional<int64_t> threads;
  DataOptions data;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the file to make", any_text("FILE"));
    visit("shards", shards, "how many files to cut it into; 4 of FILE.pack: FILE-00001-of-00004.pack and so on",
          within(1, kMostShards, "files"));
    visit("threads", threads, "CPU threads; auto: all cores", automatic(within(1, 1024)));
    data.pixel_fields(visit);
  }
};

void pack(const Invocation& invocation, PackCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the file to make", "add --out FILE.pack");
  shape_plan(command.data.size);  // a size that no network has is said before anything is decoded
  const std::string path = invocation.positional(0);
  const Dataset dataset = [&] {
    DecodeLine line;
    return pack_dataset(path, command.data, command.out, command.threads.value_or(usable_cores()), line.progress(),
                        command.shards);
  }();
  const auto& info = dataset.pixels->info();
  for (const auto& remark : dataset.remarks) warn(remark);
  warn_of_skipped(info);
  const std::string classes =
      info.classes.empty() ? "" : " in " + counted(static_cast<int64_t>(info.classes.size()), "class", "classes");
  const std::string shards = command.shards == 1 ? "" : ", cut into " + counted(command.shards, "shard");
  std::printf("%s %s %s%s, %lld x %lld pixels each%s; train on it: dcgan train %s\n", printable(command.out).c_str(),
              dataset.was_cached ? "is up to date:" : "holds", counted(info.count, "picture").c_str(), classes.c_str(),
              static_cast<long long>(info.size.width), static_cast<long long>(info.size.height), shards.c_str(),
              shell_word(command.shards == 1 ? command.out : dataset.cached_at).c_str());
}

Verb pack_verb() {
  Verb verb;
  verb.name = "pack";
  verb.help =
      "the pixels of a data set, decoded and fitted, in one file or several that train without decoding anything";
  verb.details =
      "Said again after a stop or a kill it goes on where it was: until the pack is complete, its pixels lie beside "
      "it\n"
      "in the hidden file .dcgan-begun-FILE. A pack that is there already is left alone if DATA and options are still\n"
      "the same, else replaced. A set of shards is opened by the name of any one of them.";
  verb.positionals = {{"DATA", "folder of pictures, ZIP archive, IDX, CIFAR or .npy file"}};
  set_options<PackCommand>(verb, pack);
  return verb;
}

}  // namespace

Verb data_verb() {
  Verb verb;
  verb.name = "data";
  verb.help = "work on data sets";
  verb.children = {pack_verb(), unpack_verb()};
  return verb;
}

}  // namespace dcgan
