// A C++ program that draws from a model by dcgan's own library: the very images of `dcgan sample`.
//   embed MODEL OUT.png [COUNT]     MODEL: a run directory, a checkpoint or an exported generator
#include <cstdio>
#include <string>

#include "core/error.hpp"
#include "core/platform/io/file.hpp"
#include "image/sheet.hpp"
#include "latent/images.hpp"

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: embed MODEL OUT.png [COUNT]\n"), 2;
  try {
    const auto generator = dcgan::open_generator(argv[1]);
    const auto& info = generator->info();
    dcgan::ImageNames names;
    names.add(/*seed=*/0, /*first=*/0, /*last=*/(argc > 3 ? std::stoll(argv[3]) : 16) - 1);
    dcgan::Sheet::Layout layout;
    layout.count = names.size(), layout.columns = dcgan::square_columns(layout.count);
    layout.width = info.width, layout.height = info.height, layout.channels = info.channels;
    dcgan::Sheet sheet(layout);
    dcgan::generate(*generator, names, dcgan::ImageClasses(info.classes),
                    [&](int64_t i, const dcgan::Image& image) { sheet.put(i, image); });
    dcgan::write_file(argv[2], dcgan::encode_png(sheet.image()));
  } catch (const dcgan::Error& error) {
    return std::fprintf(stderr, "error: %s\n  hint: %s\n", error.what(), error.hint().c_str()), error.exit_code();
  }
}
