#include "formats/foreign_models.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/onnx.hpp"
#include "formats/state_dict.hpp"
#include "formats/zip.hpp"

namespace dcgan {
namespace {

using namespace std::string_view_literals;

constexpr char kOtherLayers[] =
    "only PyTorch's weights are read: give its arrays the names and shapes of the example's networks "
    "(main.0.weight..., docs/formats.md) and torch.save them as a dict";
constexpr char kUnpack[] = "unpack it, and give the file within";
constexpr char kDownload[] = "download the file itself again";

struct Magic {
  std::string_view bytes;
  size_t at;
  const char* what;
  const char* hint;
};
constexpr Magic kMagics[] = {
    {"\x89HDF\r\n\x1a\n"sv, 0, "an HDF5 file, as Keras writes models (.h5)", kOtherLayers},
    {"TFL3"sv, 4, "a model of TensorFlow Lite", kOtherLayers},
    {"GGUF"sv, 0, "a GGUF file, which holds a language model", kOtherLayers},
    {"model_checkpoint_path"sv, 0, "TensorFlow's list of its checkpoints", kOtherLayers},
    {"version https://git-lfs"sv, 0, "a pointer of Git LFS, not the file that it stands for",
     "fetch the file: git lfs pull"},
    {"<!DOCTYPE"sv, 0, "a web page, not the file that it is called after", kDownload},
    {"<!doctype"sv, 0, "a web page, not the file that it is called after", kDownload},
    {"<html"sv, 0, "a web page, not the file that it is called after", kDownload},
    {"\x1f\x8b"sv, 0, "packed by gzip", kUnpack},
    {"\xfd"
     "7zXZ"sv,
     0, "packed by xz", kUnpack},
    {"BZh"sv, 0, "packed by bzip2", kUnpack},
    {"7z\xbc\xaf\x27\x1c"sv, 0, "a 7z archive", kUnpack},
    {"Rar!"sv, 0, "a RAR archive", kUnpack},
    {"\x28\xb5\x2f\xfd"sv, 0, "packed by zstd", kUnpack},
};

struct Ending {
  const char* ending;
  const char* what;
};
constexpr Ending kEndings[] = {{".index", "a part of a TensorFlow checkpoint"},
                               {".meta", "a part of a TensorFlow checkpoint"},
                               {".pb", "a graph of TensorFlow"},
                               {".ckpt.data", "a part of a TensorFlow checkpoint"}};

/// `load` makes `net` of the file sys.argv[1].
std::string save_command(const std::string& load, const fs::path& path) {
  return python_command("import sys, torch; " + load + "; torch.save(net, \"weights.pth\")", {path.native()});
}

ForeignModel array_of_numpy(const fs::path& path, bool is_archive) {
  if (is_archive)
    return {"an archive of NumPy's arrays (.npz)",
            "as weights, if they have the names of the example's networks: " +
                save_command("import numpy; net = {k: torch.from_numpy(v) for k, v in numpy.load(sys.argv[1]).items()}",
                             path)};
  return {"an array of NumPy (.npy), not the named tensors of a network",
          "`dcgan inspect " + shell_word(path.native()) + "` says what it holds"};
}

/// A pickle that is not within a ZIP archive: of pickle.dump.
std::optional<ForeignModel> plain_pickle(const std::string& head, const fs::path& path) {
  if (head.size() < 2 || head[0] != '\x80' || head[1] < 2 || head[1] > 5 || looks_like_state_dict(path)) return {};
  const auto has = [&](std::string_view text) { return head.find(text) != std::string::npos; };
  if (has("torch_utils.persistence") || has("dnnlib") || has("stylegan"))
    return ForeignModel{"a pickle of StyleGAN's, which is a program and its weights",
                        "its layers are not those of the example's networks: draw from it with NVIDIA's own programs"};
  return ForeignModel{"a pickle of Python's pickle.dump, not a file of torch.save",
                      "if it is yours and holds a state dict: " +
                          save_command("import pickle; net = pickle.load(open(sys.argv[1], \"rb\"))", path)};
}

std::optional<ForeignModel> in_archive(const fs::path& path) {
  try {
    const ZipFile zip(path);
    const auto& all = zip.entries();
    const auto ends = [](const char* ending) {
      return [ending](const ZipEntry& one) { return lowercase(one.name).ends_with(ending); };
    };
    if (all.empty()) return ForeignModel{"a ZIP archive without any file", kDownload};
    if (std::all_of(all.begin(), all.end(), ends(".npy"))) return array_of_numpy(path, true);
    if (std::any_of(all.begin(), all.end(), ends(".weights.h5")))
      return ForeignModel{"a model of Keras (.keras)", kOtherLayers};
    for (const char* ending : {".pth", ".pt", ".safetensors"})
      if (const auto found = std::find_if(all.begin(), all.end(), ends(ending)); found != all.end())
        return ForeignModel{"a ZIP archive around '" + printable(found->name) + "'", kUnpack};
  } catch (const Error&) {
    // of a damaged archive its reader says more
  }
  return {};
}

}  // namespace

std::optional<ForeignModel> foreign_model(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (fs::exists(path / "saved_model.pb", ignored))
      return ForeignModel{"a model of TensorFlow (SavedModel)", kOtherLayers};
    return {};
  }
  if (!fs::is_regular_file(path, ignored)) return {};
  const std::string head = read_file(path, 1 << 16);
  if (head.empty()) return ForeignModel{"an empty file", kDownload};
  const auto is_there = [&](const Magic& one) {
    return head.size() > one.at && std::string_view(head).substr(one.at).starts_with(one.bytes);
  };
  if (const auto* found = std::find_if(std::begin(kMagics), std::end(kMagics), is_there); found != std::end(kMagics))
    return ForeignModel{found->what, found->hint};
  if (std::string_view(head).substr(0, 6) == "\x93NUMPY") return array_of_numpy(path, false);
  if (looks_like_zip(path)) return in_archive(path);
  if (head.size() > 262 && head.substr(257, 5) == "ustar") {
    const std::string first = head.substr(0, head.find('\0'));
    if (first == "sys_info" || first == "pickle" || first == "storages" || first == "tensors")
      return ForeignModel{"written by a PyTorch before 0.1.10",
                          "write it again: " + save_command("net = torch.load(sys.argv[1])", path)};
    return ForeignModel{"a tar archive", kUnpack};
  }
  if (auto pickle = plain_pickle(head, path)) return pickle;
  const std::string name = lowercase(path.filename().native());
  for (const auto& [ending, what] : kEndings)
    if (name.ends_with(ending) || (ending == ".ckpt.data"sv && name.find(".data-0000") != std::string::npos))
      return ForeignModel{what, kOtherLayers};
  if (looks_like_onnx(path))
    return ForeignModel{"an ONNX model, which dcgan writes and does not read",
                        "import what it was exported from, as a state dict or safetensors"};
  return {};
}

}  // namespace dcgan
