// A C++ program that draws from a model by dcgan's own library: the very files of `dcgan sample --out FOLDER`.
//   embed MODEL FOLDER [COUNT]     MODEL: a run directory, a checkpoint or an exported model
#include <cstdio>
#include <dcgan/dcgan.hpp>
#include <filesystem>
#include <string>

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: embed MODEL FOLDER [COUNT]\n"), 2;
  try {
    dcgan::Model model(argv[1]);
    const std::filesystem::path folder = argv[2];
    std::filesystem::create_directories(folder);
    dcgan::DrawOptions options;
    options.count = argc > 3 ? std::stoll(argv[3]) : 16;
    model.draw(options, [&](int64_t place, const dcgan::Picture& picture) {
      std::string name = std::to_string(options.first + place);
      name.insert(0, name.size() < 6 ? 6 - name.size() : 0, '0');
      dcgan::save_png(picture, folder / (name + ".png"));
    });
  } catch (const dcgan::Error& error) {
    return std::fprintf(stderr, "error: %s\n  hint: %s\n", error.what(), error.hint().c_str()), error.exit_code();
  }
}
