#include "dataset/npy_pictures.hpp"

#include "core/error.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"
#include "dataset/npy_scale.hpp"
#include "dataset/npy_shape.hpp"
#include "formats/npy.hpp"

namespace dcgan {
namespace {

const std::string kWanted = "save uint8 [N, height, width, channels], of 1, 3 or 4 channels, or [N, height, width]";

/// The command that saves what Python's `expression` makes of the array `a`, which `load` gives of sys.argv[1].
std::string saved(const fs::path& path, const std::string& expression,
                  const std::string& load = "numpy.load(sys.argv[1])") {
  const fs::path out = parent_of(path) / (path.stem().native() + "-uint8.npy");
  return "make another of it, and give that: " +
         python_command("import numpy, sys; a = " + load + "; numpy.save(sys.argv[2], numpy.ascontiguousarray(" +
                            expression + "))",
                        {path.native(), out.native()});
}

/// The first of an array of another kind is an array, and of that the command says more.
std::string saved_as_array(const fs::path& path, const std::string& load) {
  const fs::path out = parent_of(path) / (path.stem().native() + "-array.npy");
  return "make an array of numbers of it, and give that: " +
         python_command("import numpy, sys; a = " + load + "; numpy.save(sys.argv[2], numpy.ascontiguousarray(a))",
                        {path.native(), out.native()});
}

[[noreturn]] void refuse_elements(const fs::path& path, const NpyDescription& npy, const std::string& place) {
  const std::string plain = "numpy.load(sys.argv[1])";
  if (npy.type == "[")
    throw Error(place + " holds records of several values",
                saved_as_array(path, plain + "; a = a[max(a.dtype.names, key=lambda k: a[k].size * a[k].itemsize)]"));
  if (npy.type == "|O")
    throw Error(place + " holds Python objects, which are never run",
                "if you trust it, " + saved_as_array(path,
                                                     "numpy.load(sys.argv[1], allow_pickle=True).ravel(); "
                                                     "a = numpy.stack([numpy.asarray(x) for x in a])"));
  const std::string what = place + " holds elements of type '" + printable(npy.type) + "', which are not pixels";
  if (npy.type.size() == 4 && npy.type.ends_with("f16"))
    throw Error(what, saved_as_array(path, plain + ".astype(\"f8\")"));
  throw Error(what, kWanted);
}

std::string behind(const std::string& words) { return words.empty() ? "" : ": taken for " + words; }

/// Says what is in the file instead of pictures, with the one command that makes pictures of it.
void check_pictures(const fs::path& path, const NpyDescription& npy, const std::string& place) {
  const auto numbers = npy_numbers(npy.type);
  if (!numbers) refuse_elements(path, npy, place);
  const NpyShape shape = shape_of(npy.shape);
  const bool is_bytes = numbers->kind == 'u' && numbers->bytes == 1;
  if (is_bytes && shape.kind == NpyShape::kPictures && !npy.columns_first) return;
  if (shape.kind == NpyShape::kUnknown)
    throw Error(place + " holds no pictures: its shape is " + shape_text(npy.shape), kWanted);
  const std::string what = shape.kind == NpyShape::kOther ? " holds no list of pictures: its shape is " +
                                                                shape_text(npy.shape) + behind(shape.words)
                           : is_bytes ? " is stored columns first"
                                      : " holds numbers that are not bytes";
  const NpyScale scale = scale_of(*numbers, npy.data);
  if (scale.code.empty()) throw Error(place + what + ", and none is finite", kWanted);
  const std::string lost =
      scale.not_finite == 0 ? "" : "; " + counted(scale.not_finite, "number is", "numbers are") + " not finite";
  const std::string range = scale.words.empty() ? "" : " (" + scale.words + ")";
  throw Error(place + what + range + lost, saved(path, is_bytes ? "a" + shape.code
                                                                : "numpy.clip(numpy.rint(" + scale.code +
                                                                      "), 0, 255).astype(\"uint8\")" + shape.code));
}

}  // namespace

bool is_shape_of_pictures(const std::vector<int64_t>& shape) {
  return shape.size() == 3 || (shape.size() == 4 && (shape[3] == 1 || shape[3] == 3 || shape[3] == 4));
}

PictureArray array_of(const std::vector<int64_t>& shape) {
  PictureArray array;
  array.count = shape[0], array.height = shape[1], array.width = shape[2];
  array.channels = shape.size() == 4 ? shape[3] : 1;
  if (array.width == 0 || array.height == 0) array.count = 0;
  return array;
}

PictureArray read_npy_pictures(const fs::path& path) {
  const std::string place = "'" + shown(path) + "'";
  const MappedFile file(path);
  const NpyDescription npy =
      describe_npy({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, place);
  check_pictures(path, npy, place);
  PictureArray array = array_of(npy.shape);
  check_array(array, file.bytes().size(), place);
  array.values.assign(npy.data.begin(), npy.data.end());
  file.check();
  return array;
}

}  // namespace dcgan
