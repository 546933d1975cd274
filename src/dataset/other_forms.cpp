#include "dataset/other_forms.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"
#include "dataset/class_folders.hpp"
#include "dataset/form_commands.hpp"
#include "dataset/npy_shape.hpp"
#include "formats/cifar.hpp"
#include "formats/deflate.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "formats/zip.hpp"
#include "image/format.hpp"

namespace dcgan {
namespace {

constexpr size_t kHead = 600;  // of a file: the mark of tar stands at byte 257, that of HDF5 in .mat files at 512

std::string word(const fs::path& path) { return shell_word(path.native()); }

bool is_tar(const std::string& head) { return head.size() > 262 && head.compare(257, 5, "ustar") == 0; }

bool is_picture(const std::string& head) {
  const ImageFormat format = format_of(head);
  return format != ImageFormat::kUnknown && format != ImageFormat::kFilm;
}

/// By how a file begins.
std::optional<OtherForm> form_by_mark(const FormFiles& files, const std::string& head) {
  const fs::path& path = files[0];
  const auto begins = [&](std::string_view mark, size_t at = 0) {
    return head.size() >= at && std::string_view(head).substr(at).starts_with(mark);
  };
  const fs::path folder = result_of(path);
  if (is_tar(head)) return tar_form(files);
  if (const auto idx = idx_shape(path); idx.size() == 1 || idx.size() == 2)
    return OtherForm{"holds labels of an IDX set, and no pictures",
                     "give the set's images (\"images-idx3\" in their name), with the labels beside them"};
  if (begins("\x1f\x8b"))
    return is_tar(head_of_gzip(path, kHead)) ? tar_form(files) : packed_form(files, "gzip", "gzip -dk");
  if (begins("BZh")) return packed_form(files, "bzip2", "bzip2 -dk");
  if (begins(std::string_view("\xfd"
                              "7zXZ\0",
                              6)))
    return packed_form(files, "xz", "xz -dk");
  if (begins("\x28\xb5\x2f\xfd")) return packed_form(files, "zstd", "zstd -d");
  if (begins("Rar!\x1a\x07")) return archive_form(path, "RAR", "unrar x " + word(path) + " " + word(folder) + "/");
  if (begins("7z\xbc\xaf\x27\x1c")) return archive_form(path, "7z", "7z x " + word(path) + " -o" + word(folder));
  if (begins("MATLAB 5.0 MAT-file"))
    return arrays_form(path, "is a file of MATLAB", ", scipy.io", "o = scipy.io.loadmat(sys.argv[1])");
  if (begins("\x89HDF\r\n\x1a\n") || begins("\x89HDF\r\n\x1a\n", 512))
    return arrays_form(path, "is an HDF5 file", ", h5py", "o = h5py.File(sys.argv[1])");
  if (begins("PAR1")) return data_frame_form(files, "is a Parquet table", ", pandas", "pandas.read_parquet(f)");
  if (begins("ARROW1") || (begins("\xff\xff\xff\xff") && lowercase(path.extension().native()) == ".arrow"))
    return data_frame_form(files, "is an Arrow table", ", pandas, pyarrow",
                           "(pyarrow.ipc.open_file if open(f, \"rb\").read(6) == b\"ARROW1\" else "
                           "pyarrow.ipc.open_stream)(f).read_all().to_pandas()");
  if (begins("\xde\xc0\xef\xbe", 16))
    return pictures_form({parent_of(path)}, "is an LMDB database", ", lmdb",
                         "[put(\"\", v) for k, v in lmdb.open(sys.argv[2], readonly=True, lock=False).begin().cursor() "
                         "if len(v) > 64]");
  if (format_of(head) == ImageFormat::kFilm)
    return OtherForm{"is a film", "save its pictures and give the folder: mkdir -p " + word(folder) + " && ffmpeg -i " +
                                      word(path) + " " + word(folder / "%06d.png")};
  return std::nullopt;
}

/// By what is in it and what it is called, where no mark tells.
std::optional<OtherForm> form_by_name(const FormFiles& files, const std::string& head) {
  const fs::path& path = files[0];
  const std::string name = lowercase(path.filename().native()), ending = lowercase(path.extension().native());
  const bool is_pickle = head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  if (is_pickle && (name.starts_with("data_batch") || name.starts_with("test_batch")))
    return cifar_pickles_form(files, false);
  if (is_pickle && (name == "train" || name == "test")) return cifar_pickles_form(files, true);
  if (is_pickle)
    return arrays_form(path, "is a pickle of Python", ", pickle",
                       "o = pickle.load(open(sys.argv[1], \"rb\"), encoding=\"latin1\")");
  if (name.find("tfrecord") != std::string::npos)
    return pictures_form(
        files, "is a TFRecord file", ", tensorflow",
        "[put(next((str(v.int64_list.value[0]) for k, v in e.items() if \"label\" in k and v.int64_list.value), \"\"), "
        "v.bytes_list.value[0]) for r in tensorflow.data.TFRecordDataset(sys.argv[2:]) "
        "for e in [dict(tensorflow.train.Example.FromString(r.numpy()).features.feature)] for v in e.values() "
        "if v.bytes_list.value and v.bytes_list.value[0][:2] in (b\"\\x89P\", b\"\\xff\\xd8\")]");
  constexpr uintmax_t kOfStl = 3 * 96 * 96, kOfCifar = 3 * 32 * 32;
  std::error_code ignored;
  const uintmax_t bytes = fs::file_size(path, ignored);
  if (name.ends_with("_x.bin") && !ignored && bytes > 0 && bytes % kOfStl == 0)
    return arrays_form(path, "is STL-10", ", os",
                       "p = sys.argv[1]; a = numpy.fromfile(p, \"u1\").reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1); "
                       "y = p[:-5] + \"y.bin\"; o = [a, numpy.fromfile(y, \"u1\") if os.path.exists(y) else []]");
  const bool has_size = !ignored && bytes > 0 && (bytes % (kOfCifar + 1) == 0 || bytes % (kOfCifar + 2) == 0);
  const bool has_name = name.find("batch") != std::string::npos || name == "train.bin" || name == "test.bin";
  if (ending == ".bin" && (has_size || has_name))
    return OtherForm{"is not a whole file of CIFAR: " + with_commas(static_cast<int64_t>(bytes)) +
                         " bytes are not a number of records of " + with_commas(static_cast<int64_t>(kOfCifar) + 1) +
                         " or " + with_commas(static_cast<int64_t>(kOfCifar) + 2) + " with labels in range",
                     "copy or download it again"};
  if (ending == ".csv") return text_table_form(path);
  return std::nullopt;
}

/// Data that others keep in archives: arrays, tables, other archives. Not of texts.
bool is_mark_of_data(const std::string& head) {
  constexpr std::string_view kMarks[] = {"\x93NUMPY", "PAR1",       "ARROW1",     "\x1f\x8b", "PK\3\4",
                                         "\x89HDF",   "MATLAB 5.0", "7z\xbc\xaf", "Rar!",     "BZh"};
  const bool is_idx =
      head.size() > 4 && head[0] == 0 && head[1] == 0 && head[2] >= 8 && head[2] <= 14 && head[3] > 0 && head[3] <= 4;
  const bool is_pickle = head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  return is_idx || is_pickle || is_tar(head) ||
         std::any_of(std::begin(kMarks), std::end(kMarks), [&](auto mark) { return head.starts_with(mark); });
}

/// An archive of files that must be unpacked before anything can be read of them.
std::optional<OtherForm> form_of_packed_data(const ZipFile& zip, const fs::path& path) {
  constexpr int kMostLookedAt = 200;
  int looked_at = 0;
  std::string first;
  for (const auto& entry : zip.entries()) {
    if (entry.is_folder || entry.is_link || has_litter(entry.name)) continue;
    if (is_named_picture(entry.name) || ++looked_at > kMostLookedAt) return std::nullopt;
    try {
      const std::string head = zip.read(entry, kHead);
      if (is_picture(head)) return std::nullopt;
      if (first.empty() && is_mark_of_data(head)) first = entry.name;
    } catch (const Error& error) {  // it is named when the archive is read
      rethrow_exhausted(error);
    }
  }
  if (first.empty()) return std::nullopt;
  return OtherForm{"holds no pictures, but files of data, as '" + printable(first) + "'",
                   archive_form(path, "", "unzip -q " + word(path) + " -d " + word(result_of(path))).way};
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
  if (all(".npy")) return arrays_form(path, "holds arrays of NumPy's", "", "o = numpy.load(sys.argv[1])");
  const bool has_code = std::any_of(zip.entries().begin(), zip.entries().end(),
                                    [](const auto& entry) { return entry.name.find("/code/") != std::string::npos; });
  if (has_code && any("/constants.pkl"))
    return OtherForm{"is TorchScript, a network and no pictures",
                     "`dcgan inspect " + word(path) + "` says which; a generator of ours draws pictures to train on: " +
                         "dcgan sample " + word(path) + " --out " + word(result_of(path, ".npy"))};
  if (any("/data.pkl") && any("/version"))
    return arrays_form(path, "is a file of torch.save", ", torch",
                       "o = torch.load(sys.argv[1], weights_only=True, map_location=\"cpu\")");
  return form_of_packed_data(zip, path);
}

std::optional<OtherForm> form_of_files(const FormFiles& files) {
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

/// How an array's sides are those of pictures; nothing for what is no sound array.
std::optional<NpyShape> shape_of_array(const fs::path& path) {
  try {
    const MappedFile file(path);
    const NpyDescription npy =
        describe_npy({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, "an array");
    file.check();
    return shape_of(npy.shape);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return std::nullopt;
  }
}

/// A file that is read as data, or is an array that leads to it; not the labels of one.
bool is_data_alone(const fs::path& path) {
  if (looks_like_npy(read_file(path, kHead))) {
    const auto shape = shape_of_array(path);
    return !shape || shape->kind != NpyShape::kUnknown;
  }
  return idx_shape(path).size() > 2 || !find_cifar(path).records.empty() ||
         (looks_like_zip(path) && !form_of_files({path}));
}

bool is_for_training(const fs::path& path) {
  return lowercase(path.filename().native()).find("train") != std::string::npos;
}

/// What lies in a folder, file by file.
struct Contents {
  bool has_pictures = false;
  int64_t looked_at = 0, told = 0, single_arrays = 0;
  std::vector<std::string> data;           // files that are read as data, each alone
  std::map<std::string, FormFiles> forms;  // what others are
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
        if (looks_like_npy(read_file(path, kHead)))
          if (const auto shape = shape_of_array(path); shape && shape->code.starts_with("[None]"))
            ++found.single_arrays;
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
  Contents found = contents_of(listing);
  // Where more lie than are looked at, most of these must be known.
  const bool is_known = found.looked_at == listing.count() || 2 * found.told > found.looked_at;
  if (found.has_pictures || !is_known) return std::nullopt;
  const auto data = static_cast<int64_t>(found.data.size());
  if (data > 1 && found.single_arrays == data) return single_arrays_form(listing.root);
  if (data > 0) {
    std::stable_partition(found.data.begin(), found.data.end(), is_for_training);
    return OtherForm{"is not a folder of pictures, but holds files of many",
                     "give one of them: " + cut_list(found.data)};
  }
  if (found.forms.empty()) return std::nullopt;
  auto& [what, files] = *std::max_element(found.forms.begin(), found.forms.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  // Parts of a set are not thrown together.
  const auto others = std::stable_partition(files.begin(), files.end(), is_for_training);
  const auto left_out = others == files.begin() ? 0 : files.end() - others;
  files.resize(files.size() - static_cast<size_t>(left_out));
  const auto more = static_cast<int64_t>(files.size()) - 1;
  return OtherForm{"holds no pictures: '" + shown(files[0].lexically_relative(listing.root)) + "' " + what +
                       (more > 0 ? ", and " + counted(more, "other is one", "others are") : "") +
                       (left_out > 0 ? " (" + counted(left_out, "file") + " not called train left out)" : ""),
                   form_of_files(files)->way};
}

std::optional<OtherForm> form_of(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? form_of_folder(list_folder(path)) : form_of_file(path);
}

}  // namespace dcgan
