// `dcgan data unpack`: an IDX file into folders of PNG files, one a class.
#include <atomic>
#include <cstdio>

#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/idx.hpp"
#include "dataset/source.hpp"
#include "image/sheet.hpp"

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
    aside_ = path_.lexically_normal();
    if (!aside_.has_filename()) aside_ = aside_.parent_path();
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
    fs::rename(aside_, path_.has_filename() ? path_ : path_.parent_path(), problem);
    if (problem) throw_system_error("cannot make the folder '" + shown(path_) + "'", problem.value());
    aside_.clear();
  }

 private:
  fs::path path_, aside_;
};

std::vector<std::string> class_folders(const Source& source, const std::string& names) {
  auto folders = source.classes();
  if (names.empty()) return folders;
  std::vector<std::string> given(1);
  for (const char c : names) c == ',' ? void(given.emplace_back()) : given.back().push_back(c);
  if (given.size() != folders.size())
    throw UsageError("--names has " + counted(static_cast<int64_t>(given.size()), "name") + " for " +
                         counted(static_cast<int64_t>(folders.size()), "class", "classes"),
                     "give one name a class");
  for (const auto& name : given)
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
      throw UsageError("--names: '" + printable(name) + "' cannot name a folder", "use plain words");
  return given;
}

void unpack(const Invocation& invocation, UnpackCommand& command) {
  const fs::path path = invocation.positional(0);
  if (command.out.empty()) throw UsageError("--out is missing: the folder to make", "add --out FOLDER");
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw Error("there is no file '" + shown(path) + "'", "check the path");
  if (!looks_like_idx(path)) throw Error("'" + shown(path) + "' is no IDX file");
  const auto source = open_source(path);
  const int64_t count = source->count();
  if (count == 0) throw Error("'" + shown(path) + "' holds no images");
  const auto folders = class_folders(*source, command.names);
  AsideFolder out(command.out);
  for (const auto& folder : folders) make_directories(out.aside() / folder);
  parallel_for(count, usable_cores(), [&](int64_t i) {
    throw_if_stopped("nothing was unpacked");
    const int32_t label = source->label(i);
    const fs::path folder = label < 0 ? out.aside() : out.aside() / folders[static_cast<size_t>(label)];
    write_file(folder / (zero_padded(i, 6) + ".png"), encode_png(source->read(i, INT32_MAX, nullptr)),
               /*synced=*/false);
  });
  out.commit();
  std::printf("%s in %s written to %s\n", counted(count, "image").c_str(),
              counted(static_cast<int64_t>(folders.size()), "class", "classes").c_str(),
              printable(command.out).c_str());
}

Verb unpack_verb() {
  Verb verb;
  verb.name = "unpack";
  verb.help = "an IDX file (MNIST family, .gz or not) into folders of PNG files, one a class";
  verb.positionals = {{"FILE", "the IDX file of images; its labels are found beside it"}};
  set_options<UnpackCommand>(verb, unpack);
  return verb;
}

}  // namespace

Verb data_verb() {
  Verb verb;
  verb.name = "data";
  verb.help = "work on data sets";
  verb.children = {unpack_verb()};
  return verb;
}

}  // namespace dcgan
