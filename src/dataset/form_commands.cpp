#include "dataset/form_commands.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

/// Python: every array in `o`, whatever holds it, is in `s`; the largest becomes `a`, and `y` are those with a number
/// for each of its pictures.
constexpr char kArrays[] =
    "f = lambda o: [numpy.asarray(o)] if hasattr(o, \"shape\") or type(o) is list and o and type(o[0]) in (int, float) "
    "else [numpy.stack(o)] if type(o) is list and len(o) > 1 and len({getattr(x, \"shape\", None) for x in o}) == 1 "
    "and hasattr(o[0], \"shape\") else [x for v in (o.values() if hasattr(o, \"values\") else o "
    "if type(o) in (list, tuple) else []) for x in f(v)]; s = f(o); a = max(s, key=lambda x: x.nbytes); "
    "a = a.transpose(3, 0, 1, 2) if a.ndim == 4 and a.shape[2] in (1, 3) and a.shape[3] > 4 else a; "
    "y = [v for v in s if v.size == len(a) and v.dtype.kind in \"biuf\"]; "
    "y and numpy.save(sys.argv[2], y[0].ravel()); numpy.save(sys.argv[3], numpy.ascontiguousarray(a))";

/// Python: put(class, bytes) writes an encoded picture.
constexpr char kPut[] =
    "n = []; put = lambda c, b: (n.append(0), (p := pathlib.Path(sys.argv[1], c)).mkdir(parents=True, exist_ok=True), "
    "(p / (\"%07d\" % len(n))).write_bytes(b)); ";

std::string typed(const fs::path& path) { return shell_word(path.native()); }

}  // namespace

fs::path result_of(const fs::path& path, const std::string& ending) {
  std::string name = path.filename().native();
  name = name.substr(0, std::max<size_t>(1, name.find('.', 1)));
  std::error_code ignored;  // what is there already is no place to unpack into, nor a file to write over
  if (!ending.empty()) {
    fs::path file = parent_of(path) / (name + ending);
    for (int i = 2; fs::exists(file, ignored); ++i) file = parent_of(path) / (name + "-" + std::to_string(i) + ending);
    return file;
  }
  const bool is_taken = name == path.filename() || fs::exists(parent_of(path) / name, ignored);
  return parent_of(path) / (is_taken ? name + "-unpacked" : name);
}

std::string words_of(const FormFiles& files) {
  constexpr size_t kMostNamed = 10;
  if (files.size() > kMostNamed) return typed(parent_of(files[0])) + "/*" + typed(files[0].extension());
  std::string out;
  for (const auto& file : files) out += (out.empty() ? "" : " ") + typed(file);
  return out;
}

OtherForm archive_form(const fs::path& path, const std::string& kind, const std::string& command) {
  return {"is a " + kind + " archive",
          "unpack it and give the folder: mkdir -p " + typed(result_of(path)) + " && " + command};
}

OtherForm tar_form(const FormFiles& files) {
  const std::string to = " -C " + typed(result_of(files[0]));
  return archive_form(files[0], "tar",
                      files.size() == 1 ? "tar -xf " + typed(files[0]) + to
                                        : "for f in " + words_of(files) + "; do tar -xf \"$f\"" + to + "; done");
}

OtherForm packed_form(const FormFiles& files, const std::string& kind, const std::string& command) {
  const std::string name = lowercase(files[0].filename().native());
  if (name.find(".tar.") != std::string::npos || lowercase(files[0].extension().native()).starts_with(".t"))
    return tar_form(files);
  return {"is packed by " + kind, "unpack it and give what comes out: " + command + " " + words_of(files)};
}

OtherForm arrays_form(const fs::path& path, const std::string& what, const std::string& imports,
                      const std::string& code) {
  const std::vector<std::string> files = {path.native(), result_of(path, "-labels.npy").native(),
                                          result_of(path, ".npy").native()};
  return {what, "save its pictures as one array, and give that: " +
                    python_command("import numpy, sys" + imports + "; " + code + "; " + kArrays, files)};
}

OtherForm pictures_form(const FormFiles& files, const std::string& what, const std::string& imports,
                        const std::string& code) {
  return {what, "write its pictures into a folder, and give that: " +
                    python_command("import pathlib, sys" + imports + "; " + kPut + code, {}) + " " +
                    typed(result_of(files[0], "-pictures")) + " " + words_of(files)};
}

OtherForm data_frame_form(const FormFiles& files, const std::string& what, const std::string& imports,
                          const std::string& read) {
  return pictures_form(
      files, what, imports,
      "t = pandas.concat([" + read +
          " for f in sys.argv[2:]]); b = [[x.get(\"bytes\") if isinstance(x, dict) else x for x in t[c]] for c in t]; "
          "b = next((v for v in b if v and isinstance(v[0], bytes)), None) or sys.exit(\"no column holds pictures\"); "
          "l = [c for w in (\"fine\", \"label\", \"class\", \"target\", \"category\") for c in t if w in c.lower()]; "
          "[put(str(y).replace(\"/\", \"_\"), x) for x, y in zip(b, t[l[0]] if l else [\"\"] * len(t)) if x]");
}

OtherForm cifar_pickles_form(const FormFiles& files, bool is_of_hundred) {
  const std::string columns = is_of_hundred ? "d[\"coarse_labels\"], d[\"fine_labels\"]" : "d[\"labels\"]";
  return {is_of_hundred ? "is CIFAR-100 for Python" : "is of CIFAR-10 for Python",
          "make the binary version of it, and give the folder or a file of that: " +
              python_command("import numpy, pickle, sys; [numpy.column_stack([" + columns +
                                 ", d[\"data\"]]).astype(\"uint8\").tofile(f + \".bin\") for f in sys.argv[1:] "
                                 "for d in [pickle.load(open(f, \"rb\"), encoding=\"latin1\")]]",
                             {}) +
              " " + words_of(files)};
}

OtherForm single_arrays_form(const fs::path& folder) {
  const fs::path from = without_slash(folder);
  const fs::path out = parent_of(from) / (from.filename().native() + ".npy"),
                 labels = parent_of(from) / (from.filename().native() + "-labels.npy");
  return {"holds arrays of one picture each",
          "put them into one, and give that: " +
              python_command("import numpy, pathlib, sys; p = sorted(pathlib.Path(sys.argv[1]).rglob(\"*.npy\")); "
                             "c = sorted({f.parent for f in p}); len(c) > 1 and numpy.save(sys.argv[2], "
                             "[c.index(f.parent) for f in p]); numpy.save(sys.argv[3], "
                             "numpy.stack([numpy.load(f) for f in p]))",
                             {from.native(), labels.native(), out.native()})};
}

}  // namespace dcgan
