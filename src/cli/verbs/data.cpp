// `dcgan data pack` and `dcgan data unpack`: a data set into one file of pixels; such a file, or one of another kind,
// into folders of PNG files.
#include <algorithm>
#include <cstdio>

#include "cli/model_options.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/parallel.hpp"
#include "core/platform/cores.hpp"
#include "core/platform/io/aside_folder.hpp"
#include "core/platform/io/file_name.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/decoding.hpp"
#include "dataset/pack_set.hpp"
#include "dataset/source.hpp"
#include "dataset/walk.hpp"
#include "image/conversion.hpp"
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
    visit("names", names, "names of the classes, with commas between: of those in use, or of 0, 1, 2...",
          any_text("A,B,C"));
  }
};

/// Folders of pictures lie beside pictures without a class, and are read again as data.
bool is_no_class_folder(const std::string& name) {
  const std::string lower = lowercase(name);
  return is_passed_over(name) || (lower.ends_with(".png") && lower.find_first_not_of("0123456789") == lower.size() - 4);
}

std::vector<std::string> parted(const std::string& names) {
  std::vector<std::string> given(1);
  for (const char c : names) c == ',' ? void(given.emplace_back()) : given.back().push_back(c);
  return given;
}

/// The folders that are `given`, one for each of `classes`.
FileNames named_folders(const std::vector<std::string>& classes, const std::vector<std::string>& given) {
  std::vector<std::string> printed;
  for (const auto& name : classes) printed.push_back(printable(name));
  if (given.size() != classes.size())
    throw UsageError("--names has " + counted(static_cast<int64_t>(given.size()), "name") + " for " +
                         counted(static_cast<int64_t>(classes.size()), "class", "classes"),
                     "give one name a class: " + cut_list(printed));
  FileNames folders = plain_file_names(given, is_no_class_folder);
  for (size_t i = 0; i < given.size(); ++i) {
    if (std::count(given.begin(), given.end(), given[i]) > 1)
      throw UsageError("--names: '" + printable(given[i]) + "' appears twice", "give every class a name of its own");
    if (folders.names[i] != given[i])
      throw UsageError("--names: '" + printable(given[i]) + "' cannot name a folder here",
                       "use plain words; this one could be '" + folders.names[i] + "'");
  }
  return folders;
}

/// What the folders of the classes are called: as the classes, or as `names` says. Only those `in_use` are written, and
/// need a name (labels of EMNIST's letters begin at 1); all may have one.
FileNames class_folders(const std::vector<std::string>& classes, const std::vector<bool>& in_use,
                        const std::string& names) {
  const auto given = parted(names);
  if (!names.empty() && given.size() == classes.size()) return named_folders(classes, given);
  std::vector<std::string> used;
  for (size_t c = 0; c < classes.size(); ++c)
    if (in_use[c]) used.push_back(classes[c]);
  FileNames folders = names.empty() ? plain_file_names(used, is_no_class_folder) : named_folders(used, given);
  std::vector<std::string> all(classes.size());
  for (size_t c = 0, next = 0; c < classes.size(); ++c)
    if (in_use[c]) all[c] = folders.names[next++];
  folders.names = std::move(all);
  return folders;
}

/// What `unpack` reads: pictures with labels, whatever they lie in.
struct Unpacked {
  int64_t count = 0;
  std::vector<std::string> classes;
  std::function<int32_t(int64_t)> label;
  std::function<Image(int64_t, MemoryShare&)> read;
  std::function<std::string(int64_t)> name;  // of pictures that may be bad one by one; none where all are whole
  std::vector<std::string> remarks;
};

Unpacked open_packed(const fs::path& path) {
  check_named_is_there(path);
  if (looks_like_pack(path)) {
    const auto pack = std::make_shared<PackSet>(path);
    const PixelsInfo& info = pack->info();
    return {info.count,
            info.classes,
            [pack](int64_t i) { return pack->label(i); },
            [pack, &info](int64_t i, MemoryShare& share) {
              share.take(2 * info.image_bytes());
              Image image(info.size.width, info.size.height, info.channels);
              pack->copy(i, image.pixels.data());
              return image;
            },
            {},
            {}};
  }
  const std::shared_ptr<Source> source = open_source(path);
  if (source->kind() == "folder")
    throw UsageError("'" + shown(path) + "' is a folder of pictures: there is nothing to unpack",
                     "to pack it type `dcgan data pack " + shell_word(path.native()) + " --out FILE.pack`");
  const int64_t count = source->count();  // an array knows its classes once it is loaded
  return {count,
          source->classes(),
          [source](int64_t i) { return source->label(i); },
          [source](int64_t i, MemoryShare& share) {
            return source->read(i, DataOptions().max_megapixels, nullptr, {}, &share);
          },
          [source](int64_t i) { return source->name(i); },
          source->remarks()};
}

/// Writes every picture that can be read. Returns what is wrong with each of the others; nothing for those written.
std::vector<std::string> write_pictures(const Unpacked& packed, const std::vector<std::string>& folders,
                                        const fs::path& out) {
  std::vector<std::string> problems(static_cast<size_t>(packed.count));
  parallel_for(packed.count, automatic_threads().count, [&](int64_t i) {
    throw_if_stopped("nothing was unpacked");
    MemoryShare share;
    Image image;
    try {
      image = packed.read(i, share);
    } catch (const Error& error) {
      rethrow_exhausted(error);
      if (!packed.name) throw;
      problems[static_cast<size_t>(i)] = error.what();
      return;
    }
    const int32_t label = packed.label(i);
    const fs::path folder = label < 0 ? out : out / folders[static_cast<size_t>(label)];
    if (label >= 0) make_directories(folder, /*synced=*/false);
    write_file(folder / (zero_padded(i, 6) + ".png"), encode_png(image), /*synced=*/false);
  });
  return problems;
}

/// What became of a set: the pictures that are written, and the others.
struct Written {
  PixelsInfo info;
  int64_t classes = 0;               // that have a folder
  std::vector<std::string> remarks;  // which have none
};

Written written_of(const Unpacked& packed, const std::vector<std::string>& problems) {
  Written written;
  std::vector<int64_t> good(packed.classes.size()), all(packed.classes.size());
  for (int64_t i = 0; i < packed.count; ++i) {
    const auto& problem = problems[static_cast<size_t>(i)];
    written.info.count += problem.empty();
    if (!problem.empty()) written.info.skipped.push_back({packed.name(i), problem});
    if (const int32_t label = packed.label(i); label >= 0)
      ++all[static_cast<size_t>(label)], good[static_cast<size_t>(label)] += problem.empty();
  }
  std::vector<std::string> empty;
  for (size_t c = 0; c < good.size(); ++c) {
    written.classes += good[c] > 0;
    if (good[c] == 0 && all[c] > 0) empty.push_back("'" + printable(packed.classes[c]) + "'");
  }
  if (!empty.empty())
    written.remarks.push_back("no picture of the " + std::string(empty.size() == 1 ? "class " : "classes ") +
                              cut_list(empty) + " can be read: there is no folder of " +
                              (empty.size() == 1 ? "it" : "them"));
  return written;
}

void unpack(const Invocation& invocation, UnpackCommand& command) {
  const fs::path path = invocation.positional(0);
  if (command.out.empty()) throw UsageError("--out is missing: the folder to make", "add --out FOLDER");
  const Unpacked packed = open_packed(path);
  if (packed.count == 0) throw Error("'" + shown(path) + "' holds no images");
  std::vector<bool> in_use(packed.classes.size());
  for (int64_t i = 0; i < packed.count; ++i)
    if (const int32_t label = packed.label(i); label >= 0) in_use[static_cast<size_t>(label)] = true;
  const FileNames folders = class_folders(packed.classes, in_use, command.names);
  AsideFolder out(command.out);
  const Written written = written_of(packed, write_pictures(packed, folders.names, out.aside()));
  const PixelsInfo& info = written.info;
  if (info.count == 0) no_image(path, info.skipped);
  out.commit();
  for (const auto* remarks : {&packed.remarks, &folders.remarks, &written.remarks})
    for (const auto& remark : *remarks) warn(remark);
  warn_of_skipped(info, path);
  const std::string classes = written.classes == 0 ? "" : " in " + counted(written.classes, "class", "classes");
  std::printf("%s%s written to %s\n", counted(info.count, "image").c_str(), classes.c_str(),
              printable(command.out).c_str());
}

Verb unpack_verb() {
  Verb verb;
  verb.name = "unpack";
  verb.examples = {"dcgan data unpack photos.pack --out pictures/"};
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
    visit("threads", threads, "CPU threads; auto: the cores that are free for it", automatic(within(1, 1024)));
    data.pixel_fields(visit);
  }
};

void pack(const Invocation& invocation, PackCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the file to make", "add --out FILE.pack");
  shape_plan(command.data.size);  // a size that no network has is said before anything is decoded
  const std::string path = invocation.positional(0);
  const Dataset dataset = [&] {
    ProgressLine line;
    return pack_dataset(path, command.data, command.out, command.threads.value_or(automatic_threads().count),
                        line.decoding(), command.shards);
  }();
  const auto& info = dataset.pixels->info();
  for (const auto& remark : dataset.remarks) warn(remark);
  warn_of_skipped(info, path);
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
  verb.examples = {"dcgan data pack photos/ --size 16 --out photos.pack"};
  verb.help =
      "the pixels of a data set, decoded and fitted, in one file or several that train without decoding anything";
  verb.details =
      "Typed again after a stop or a kill, it goes on where it was: until the pack is complete, its pixels lie beside "
      "it\n"
      "in the hidden file .dcgan-begun-FILE. A pack that is there already is left alone if DATA and options are still\n"
      "the same, else replaced. A set of shards is opened by the name of any one of them.";
  verb.positionals = {{"DATA", "folder of pictures, ZIP archive, IDX, CIFAR or .npy file"}};
  set_options<PackCommand>(verb, pack);
  return verb;
}

struct ConverterCommand {
  template <class Visit>
  void fields(Visit&&) {}
};

void print_converter(const Invocation& invocation, ConverterCommand&) {
  const std::string name = invocation.positional(0), program = converter_program(name);
  if (program.empty())
    throw UsageError("there is no converter '" + printable(name) + "'",
                     "these are there: " + joined(converter_names(), ", "));
  std::printf("%s\n", program.c_str());
}

Verb converter_verb() {
  Verb verb;
  verb.name = "converter";
  verb.examples = {"dcgan data converter tiff"};
  verb.help = "print a Python program that converts one kind of picture that is not read";
  verb.details =
      "Hints use it: p=$(dcgan data converter tiff) && python3 -c \"$p\" IN.tif OUT.png. The hint says which packages "
      "it "
      "needs.";
  verb.positionals = {{"NAME", "one of " + joined(converter_names(), ", ")}};
  set_options<ConverterCommand>(verb, print_converter);
  return verb;
}

}  // namespace

Verb data_verb() {
  Verb verb;
  verb.name = "data";
  verb.group = "Data";
  verb.help = "work on data sets";
  verb.children = {pack_verb(), unpack_verb(), converter_verb()};
  return verb;
}

}  // namespace dcgan
