#include "dataset/other_forms.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/cifar.hpp"
#include "dataset/class_folders.hpp"
#include "formats/deflate.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "formats/zip.hpp"
#include "image/format.hpp"

namespace dcgan {
namespace {

constexpr size_t kHead = 600;  // of a file: the mark of tar stands at byte 257, that of HDF5 in .mat files at 512

std::string word(const fs::path& path) { return shell_word(path.native()); }

/// "faces" of "faces.tar.gz", beside it: a folder, or with another ending a file, for what comes out.
fs::path result(const fs::path& path, const std::string& ending = "") {
  std::string name = path.filename().native();
  name = name.substr(0, std::max<size_t>(1, name.find('.', 1)));
  return parent_of(path) / (name == path.filename() && ending.empty() ? name + "-unpacked" : name + ending);
}

/// Files of one form, as words of a shell. Of more than a few they are all files with that ending there.
using Files = std::vector<fs::path>;

std::string words(const Files& files) {
  constexpr size_t kMostNamed = 10;
  if (files.size() > kMostNamed) return word(parent_of(files[0])) + "/*" + shell_word(files[0].extension().native());
  std::string out;
  for (const auto& file : files) out += (out.empty() ? "" : " ") + word(file);
  return out;
}

std::string python(const std::string& code, const std::string& arguments) {
  return "python3 -c '" + code + "' " + arguments;
}

OtherForm archive(const fs::path& path, const std::string& kind, const std::string& command) {
  const fs::path folder = result(path);
  return {"is a " + kind + " archive", "unpack it and give the folder: mkdir -p " + word(folder) + " && " + command};
}

OtherForm tar(const Files& files) {
  const std::string to = " -C " + word(result(files[0]));
  return archive(files[0], "tar",
                 files.size() == 1 ? "tar -xf " + word(files[0]) + to
                                   : "for f in " + words(files) + "; do tar -xf \"$f\"" + to + "; done");
}

/// Files that another program packed; `command` unpacks them beside themselves.
OtherForm packed(const Files& files, const std::string& kind, const std::string& command) {
  const std::string name = lowercase(files[0].filename().native());
  if (name.find(".tar.") != std::string::npos || lowercase(files[0].extension().native()).starts_with(".t"))
    return tar(files);
  return {"is packed by " + kind, "unpack it and give what comes out: " + command + " " + words(files)};
}

/// A file of arrays from which Python's `code` takes the pictures, as `a`.
OtherForm arrays(const fs::path& path, const std::string& what, const std::string& imports, const std::string& code) {
  return {what, "save its pictures as one array, and give that: " +
                    python("import numpy, sys" + imports + "; " + code + "; numpy.save(sys.argv[2], a)",
                           words({path, result(path, ".npy")}))};
}

/// Files of encoded pictures in tables, named from sys.argv[2] on; `code` calls put(class, bytes) for each.
OtherForm table(const Files& files, const std::string& what, const std::string& imports, const std::string& code) {
  const std::string put =
      "import pathlib, sys" + imports +
      "; n = []; put = lambda c, b: (n.append(0), (p := pathlib.Path(sys.argv[1], c)).mkdir(parents=True, "
      "exist_ok=True), (p / (\"%07d\" % len(n))).write_bytes(b)); ";
  return {what, "write its pictures into a folder, and give that: " +
                    python(put + code, word(result(files[0], "-pictures")) + " " + words(files))};
}

OtherForm pickles_of_cifar(const Files& files, bool is_of_hundred) {
  const std::string columns = is_of_hundred ? "d[\"coarse_labels\"], d[\"fine_labels\"]" : "d[\"labels\"]";
  return {is_of_hundred ? "is CIFAR-100 for Python" : "is of CIFAR-10 for Python",
          "make the binary version of it, and give the folder or a file of that: " +
              python("import numpy, pickle, sys; [numpy.column_stack([" + columns +
                         ", d[\"data\"]]).astype(\"uint8\").tofile(f + \".bin\") for f in sys.argv[1:] "
                         "for d in [pickle.load(open(f, \"rb\"), encoding=\"latin1\")]]",
                     words(files))};
}

bool is_tar(const std::string& head) { return head.size() > 262 && head.compare(257, 5, "ustar") == 0; }

bool is_picture(const std::string& head) {
  const ImageFormat format = format_of(head);
  return format != ImageFormat::kUnknown && format != ImageFormat::kFilm;
}

/// By how a file begins.
std::optional<OtherForm> form_by_mark(const Files& files, const std::string& head) {
  const fs::path& path = files[0];
  const auto begins = [&](std::string_view mark, size_t at = 0) {
    return head.size() >= at && std::string_view(head).substr(at).starts_with(mark);
  };
  const fs::path folder = result(path);
  if (is_tar(head)) return tar(files);
  if (begins("\x1f\x8b")) return is_tar(head_of_gzip(path, kHead)) ? tar(files) : packed(files, "gzip", "gzip -dk");
  if (begins("BZh")) return packed(files, "bzip2", "bzip2 -dk");
  if (begins(std::string_view("\xfd"
                              "7zXZ\0",
                              6)))
    return packed(files, "xz", "xz -dk");
  if (begins("\x28\xb5\x2f\xfd")) return packed(files, "zstd", "zstd -d");
  if (begins("Rar!\x1a\x07")) return archive(path, "RAR", "unrar x " + word(path) + " " + word(folder) + "/");
  if (begins("7z\xbc\xaf\x27\x1c")) return archive(path, "7z", "7z x " + word(path) + " -o" + word(folder));
  if (begins("MATLAB 5.0 MAT-file"))
    return arrays(path, "is a file of MATLAB", ", scipy.io",
                  "m = scipy.io.loadmat(sys.argv[1]); k = max(m, key=lambda k: getattr(m[k], \"size\", 0)); a = m[k]; "
                  "a = a.transpose(3, 0, 1, 2).copy() if a.ndim == 4 and a.shape[2] in (1, 3) else a");
  if (begins("\x89HDF\r\n\x1a\n") || begins("\x89HDF\r\n\x1a\n", 512))
    return arrays(path, "is an HDF5 file", ", h5py",
                  "f = h5py.File(sys.argv[1]); k = max(f, key=lambda k: getattr(f[k], \"size\", 0)); a = f[k][:]");
  if (begins("PAR1"))
    return table(files, "is a Parquet table", ", pandas",
                 "t = pandas.concat([pandas.read_parquet(f) for f in sys.argv[2:]]); "
                 "c = next(c for c in t if isinstance(t[c].iloc[0], dict)); "
                 "l = t[\"label\"] if \"label\" in t else [\"\"] * len(t); "
                 "[put(str(y), x[\"bytes\"]) for x, y in zip(t[c], l)]");
  if (begins("\xde\xc0\xef\xbe", 16))
    return table({parent_of(path)}, "is an LMDB database", ", lmdb",
                 "[put(\"\", v) for k, v in lmdb.open(sys.argv[2], readonly=True, lock=False).begin().cursor()]");
  if (format_of(head) == ImageFormat::kFilm)
    return OtherForm{"is a film", "save its pictures and give the folder: mkdir -p " + word(folder) + " && ffmpeg -i " +
                                      word(path) + " " + word(folder / "%06d.png")};
  return std::nullopt;
}

/// By what is in it and what it is called, where no mark tells.
std::optional<OtherForm> form_by_name(const Files& files, const std::string& head) {
  const fs::path& path = files[0];
  const std::string name = lowercase(path.filename().native()), ending = lowercase(path.extension().native());
  const bool is_pickle = head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  if (is_pickle && (name.starts_with("data_batch") || name.starts_with("test_batch")))
    return pickles_of_cifar(files, false);
  if (is_pickle && (name == "train" || name == "test")) return pickles_of_cifar(files, true);
  if (is_pickle)
    return arrays(path, "is a pickle of Python", ", pickle",
                  "a = numpy.asarray(pickle.load(open(sys.argv[1], \"rb\")))");
  if (name.find("tfrecord") != std::string::npos)
    return table(files, "is a TFRecord file", ", tensorflow",
                 "[put(\"\", v.bytes_list.value[0]) for r in tensorflow.data.TFRecordDataset(sys.argv[2:]) "
                 "for v in tensorflow.train.Example.FromString(r.numpy()).features.feature.values() "
                 "if v.bytes_list.value and v.bytes_list.value[0][:2] in (b\"\\x89P\", b\"\\xff\\xd8\")]");
  constexpr uintmax_t kOfStl = 3 * 96 * 96, kOfCifar = 3 * 32 * 32;
  std::error_code ignored;
  const uintmax_t bytes = fs::file_size(path, ignored);
  if (name.ends_with("_x.bin") && !ignored && bytes > 0 && bytes % kOfStl == 0)
    return arrays(path, "is STL-10", "",
                  "a = numpy.fromfile(sys.argv[1], \"u1\").reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1).copy()");
  const bool has_size = !ignored && bytes > 0 && (bytes % (kOfCifar + 1) == 0 || bytes % (kOfCifar + 2) == 0);
  const bool has_name = name.find("batch") != std::string::npos || name == "train.bin" || name == "test.bin";
  if (ending == ".bin" && (has_size || has_name))
    return OtherForm{"is no whole file of CIFAR: " + with_commas(static_cast<int64_t>(bytes)) +
                         " bytes are no number of records of " + with_commas(static_cast<int64_t>(kOfCifar) + 1) +
                         " or " + with_commas(static_cast<int64_t>(kOfCifar) + 2) + " with labels in range",
                     "copy or download it again"};
  if (ending == ".csv")
    return arrays(path, "is a table of text", "",
                  "a = numpy.loadtxt(sys.argv[1], delimiter=\",\", skiprows=1, dtype=\"u1\"); "
                  "q = round((a.shape[1] - 1) ** .5); a = a[:, a.shape[1] - q * q:].reshape(-1, q, q).copy()");
  return std::nullopt;
}

/// A ZIP archive that holds something else than pictures.
std::optional<OtherForm> form_of_zip(const fs::path& path) {
  const ZipFile zip(path);
  const auto all = [&](std::string_view ending) {
    return !zip.entries().empty() && std::all_of(zip.entries().begin(), zip.entries().end(),
                                                 [&](const auto& entry) { return entry.name.ends_with(ending); });
  };
  const auto any = [&](std::string_view ending) {
    return std::any_of(zip.entries().begin(), zip.entries().end(),
                       [&](const auto& entry) { return entry.name.ends_with(ending); });
  };
  if (all(".npy"))
    return arrays(path, "holds several arrays of NumPy's", "",
                  "z = numpy.load(sys.argv[1]); a = z[max(z, key=lambda k: z[k].size)]");
  const bool has_code = std::any_of(zip.entries().begin(), zip.entries().end(),
                                    [](const auto& entry) { return entry.name.find("/code/") != std::string::npos; });
  if (has_code && any("/constants.pkl"))
    return OtherForm{"is TorchScript, a network and no pictures",
                     "`dcgan inspect " + word(path) + "` says which; a generator of ours draws pictures to train on: " +
                         "dcgan sample " + word(path) + " --out " + word(result(path, ".npy"))};
  if (any("/data.pkl") && any("/version"))
    return arrays(path, "is a file of torch.save", ", torch",
                  "a = torch.load(sys.argv[1], weights_only=True); a = (a if torch.is_tensor(a) else a[0]).numpy()");
  return std::nullopt;
}

std::optional<OtherForm> form_of_files(const Files& files) {
  std::error_code ignored;
  if (!fs::is_regular_file(files[0], ignored)) return std::nullopt;
  try {
    if (looks_like_zip(files[0])) return form_of_zip(files[0]);
    const std::string head = read_file(files[0], kHead);
    if (is_picture(head))
      return OtherForm{"is one picture", "give the folder that holds the pictures: " + word(parent_of(files[0]))};
    if (auto form = form_by_mark(files, head)) return form;
    return form_by_name(files, head);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return std::nullopt;
  }
}

bool is_data_alone(const fs::path& path) {
  return idx_shape(path).size() > 2 || !find_cifar(path).records.empty() || looks_like_npy(read_file(path, kHead)) ||
         (looks_like_zip(path) && !form_of_files({path}));
}

/// What lies in a folder, file by file.
struct Contents {
  bool has_pictures = false;
  int64_t looked_at = 0, told = 0;
  std::vector<std::string> data;       // files that are read as data, each alone
  std::map<std::string, Files> forms;  // what others are
};

Contents contents_of(const Listing& listing) {
  constexpr int64_t kMostLookedAt = 1000;
  Contents found;
  for (int64_t i = 0; i < listing.count(); ++i)
    if (is_named_picture(listing.path(i))) return found.has_pictures = true, found;
  for (; found.looked_at < std::min(listing.count(), kMostLookedAt); ++found.looked_at) {
    const fs::path path = listing.root / listing.path(found.looked_at);
    try {
      if (is_data_alone(path)) {
        const fs::path set = path.parent_path();  // batches of CIFAR are one set together
        const bool is_batch = !find_cifar(path).records.empty() && !find_cifar(set).records.empty();
        const std::string whole = word(is_batch ? set : path);
        if (std::find(found.data.begin(), found.data.end(), whole) == found.data.end()) found.data.push_back(whole);
        ++found.told;
      } else if (const auto form = form_of_files({path})) {
        if (is_picture(read_file(path, kHead))) return found.has_pictures = true, found;
        found.forms[form->what].push_back(path), ++found.told;
      }
    } catch (const Error& error) {  // a file that cannot be read tells nothing
      rethrow_exhausted(error);
    }
  }
  return found;
}

}  // namespace

std::optional<OtherForm> form_of_file(const fs::path& path) { return form_of_files({path}); }

std::optional<OtherForm> form_of_folder(const Listing& listing) {
  const Contents found = contents_of(listing);
  // Where more lie than are looked at, most of these must be known.
  const bool is_known = found.looked_at == listing.count() || 2 * found.told > found.looked_at;
  if (found.has_pictures || !is_known) return std::nullopt;
  if (!found.data.empty())
    return OtherForm{"is no folder of pictures, but holds files of many", "give one of them: " + cut_list(found.data)};
  if (found.forms.empty()) return std::nullopt;
  const auto& [what, files] =
      *std::max_element(found.forms.begin(), found.forms.end(),
                        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  const auto others = static_cast<int64_t>(files.size()) - 1;
  return OtherForm{"holds no pictures: '" + shown(files[0].lexically_relative(listing.root)) + "' " + what +
                       (others > 0 ? ", and " + counted(others, "other is one", "others are") : ""),
                   form_of_files(files)->way};
}

std::optional<OtherForm> form_of(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? form_of_folder(list_folder(path)) : form_of_file(path);
}

}  // namespace dcgan
