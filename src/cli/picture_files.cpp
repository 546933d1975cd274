#include "cli/picture_files.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/checkpoint_file.hpp"
#include "formats/npy.hpp"
#include "formats/safetensors.hpp"
#include "formats/state_dict.hpp"
#include "formats/zip.hpp"
#include "image/probe.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostSheetPixels = 64'000'000;

PicturesOut kind_of(const std::string& ending) {
  if (ending == ".png") return PicturesOut::kSheet;
  if (ending == ".npy") return PicturesOut::kArray;
  return ending == ".gif" || ending == ".mp4" ? PicturesOut::kAnimation : PicturesOut::kFolder;
}

/// What may be named, in words.
std::string wanted(const std::vector<PicturesOut>& allowed) {
  static const std::map<PicturesOut, std::string> names = {{PicturesOut::kSheet, "a .png for one sheet"},
                                                           {PicturesOut::kAnimation, "a .gif or .mp4"},
                                                           {PicturesOut::kArray, "a .npy for an array"},
                                                           {PicturesOut::kFolder, "a folder for separate files"}};
  std::vector<std::string> parts;
  for (const PicturesOut one : allowed) parts.push_back(names.at(one));
  return "name " + joined(parts, ", or ");
}

/// Whether the file there is what such an ending stands for. An empty one holds nothing to lose.
bool is_what_it_is_called(const fs::path& path) {
  const std::string ending = lowercase(path.extension().native()), bytes = read_file(path, 1 << 14);
  if (bytes.empty()) return true;
  if (ending == ".html" || ending == ".htm") return lowercase(bytes.substr(0, 9)) == "<!doctype";
  if (ending == ".ckpt") return looks_like_archive(path);
  if (ending == ".onnx") return bytes[0] == 8;  // the version of the format, a field of every such file
  if (ending == ".pt" || ending == ".pth") return looks_like_zip(path) || looks_like_state_dict(path);
  if (ending == ".safetensors") return looks_like_safetensors(bytes, fs::file_size(path));
  if (ending == ".png") return probe_image(bytes).format != ImageFormat::kUnknown;
  if (ending == ".gif") return bytes.starts_with("GIF8");
  if (ending == ".mp4") return bytes.size() > 8 && bytes.compare(4, 4, "ftyp") == 0;
  if (ending == ".npy") return looks_like_npy(bytes);
  return true;  // nothing is known of it
}

/// A picture, an animation, an array or a model replaces one; any other file that has such a name is a mistake.
void check_may_be_replaced(const std::string& out, const std::string& option) {
  std::error_code ignored;
  if (!out.empty() && fs::is_directory(out, ignored))
    throw UsageError(option + " '" + shown(out) + "' is a folder", "name a file in it");
  if (fs::is_regular_file(out, ignored) && !is_what_it_is_called(out))
    throw UsageError(option + " '" + shown(out) + "' exists, and is not a " +
                         lowercase(fs::path(out).extension().native()) + " file: it stays as it is",
                     "choose another name, or remove it first");
}

void check_is_new(const fs::path& folder) {
  std::error_code problem;
  if (fs::is_regular_file(folder, problem))
    throw UsageError("--out '" + shown(folder) + "' is a file, and a folder is to be made", "choose another name");
  if (fs::exists(folder, problem) && !(fs::is_directory(folder, problem) && fs::is_empty(folder, problem)))
    throw UsageError("--out '" + shown(folder) + "' already exists and is not an empty folder",
                     "choose another, or empty it");
}

}  // namespace

PicturesOut pictures_out(const std::string& out, const std::vector<PicturesOut>& allowed) {
  if (out.empty()) throw UsageError("--out is missing: where the images go", wanted(allowed));
  const std::string ending = lowercase(fs::path(out).extension().native());
  const PicturesOut kind = kind_of(ending);
  for (const char* other : {".jpg",  ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".avi",  ".mov",  ".mkv",
                            ".webm", ".heic", ".avif", ".svg", ".pdf", ".txt",  ".csv", ".json", ".html", ".zip"})
    if (ending == other)
      throw UsageError("--out is '" + printable(out) + "': such files are not written", wanted(allowed));
  if (std::find(allowed.begin(), allowed.end(), kind) == allowed.end())
    throw UsageError("--out is '" + printable(out) + "', which cannot be made here", wanted(allowed));
  kind == PicturesOut::kFolder ? check_is_new(out) : check_place(out);
  return kind;
}

void check_place(const std::string& out, const std::string& option) {
  const fs::path parent = fs::path(out).parent_path();
  std::error_code problem;
  if (!parent.empty() && !fs::is_directory(parent, problem))
    throw UsageError(option + " '" + shown(out) + "': there is no folder '" + shown(parent) + "'", "make it first");
  check_may_be_replaced(out, option);
}

Sheet make_sheet(const Sheet::Layout& layout, const std::string& out) {
  if (layout.sheet_width() <= kMostSheetPixels / layout.sheet_height()) return Sheet(layout);
  const fs::path path(out);
  throw UsageError(
      "a sheet of " + counted(layout.count, "image") + " would have " + std::to_string(layout.sheet_width()) + " x " +
          std::to_string(layout.sheet_height()) + " pixels, more than 64 megapixels",
      "give a folder instead, like --out " + shown(path.parent_path() / path.stem()) + "/, for separate files");
}

PictureFolder::PictureFolder(const std::string& out) : folder_(out) {
  check_is_new(folder_);
  make_directories(folder_);
}

void PictureFolder::put(const std::string& name, const Image& image, const TextPairs& text) {
  write_file(folder_ / (name + ".png"), encode_png(image, text), /*synced=*/false);
}

void write_latent(const fs::path& path, const at::Tensor& latent) {
  const auto z = latent.contiguous();
  write_file(path, npy_head(ElementType::kF32, {1, z.size(0)}) +
                       std::string(static_cast<const char*>(z.const_data_ptr()), z.nbytes()));
}

ImageArray::ImageArray(const std::string& out, int64_t count, const GeneratorInfo& info) : file_(out) {
  file_.append(npy_head(ElementType::kU8, {count, info.height, info.width, info.channels}));
}

}  // namespace dcgan
