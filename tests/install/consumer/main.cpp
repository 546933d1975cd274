// A program of somebody else's, which knows <dcgan/...> and nothing else of dcgan. It ends with 0 where all that it
// asks for holds; else it says what does not.
//   consumer draw MODEL FOLDER SEED FIRST COUNT TRUNCATE [CLASS...]    TRUNCATE 0: not at all
//   consumer apply MODEL | threads MODEL OTHER | wrong MODEL
#include <cstdio>
#include <dcgan/dcgan.hpp>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Words = std::vector<std::string>;

void expect(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

void draw(const Words& words) {
  dcgan::Model model(words.at(0));
  dcgan::DrawOptions options;
  options.seed = std::stoull(words.at(2)), options.first = std::stoll(words.at(3)),
  options.count = std::stoll(words.at(4));
  if (const double most = std::stod(words.at(5)); most > 0) options.truncate = most;
  for (size_t i = 6; i < words.size(); ++i) options.classes.push_back(std::stoll(words[i]));
  std::filesystem::create_directories(words.at(1));
  const auto pictures = model.draw(options);
  expect(static_cast<int64_t>(pictures.size()) == options.count, "count");
  for (size_t i = 0; i < pictures.size(); ++i)
    dcgan::save_png(pictures[i], std::filesystem::path(words[1]) / (std::to_string(i) + ".png"));
}

/// Pixels alone: what is applied has no name.
bool same_pixels(const std::vector<dcgan::Picture>& a, const std::vector<dcgan::Picture>& b) {
  bool same = a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i) same = a[i].pixels == b[i].pixels;
  return same;
}

void apply(const Words& words) {
  dcgan::Model model(words.at(0));
  dcgan::DrawOptions options;
  options.seed = 5, options.count = 20;
  const auto& info = model.info();
  const std::vector<float> latents = model.latents(options);
  expect(latents.size() == static_cast<size_t>(options.count * info.input_size()), "latents");
  std::vector<int64_t> classes;
  for (int64_t i = 0; i < options.count && !info.classes.empty(); ++i)
    classes.push_back(i % static_cast<int64_t>(info.classes.size()));
  const auto applied = model.apply(latents, classes);
  expect(same_pixels(applied, model.draw(options)), "apply(latents()) is not draw()");
  expect(applied[0].width == info.width && applied[0].height == info.height && applied[0].channels == info.channels,
         "sizes");
}

void threads(const Words& words) {
  dcgan::Model model(words.at(0)), other(words.at(1));
  expect(model.info().checksum == other.info().checksum, "two files of one model");
  dcgan::DrawOptions options;
  options.count = 40;
  const auto alone = model.draw(options);
  const size_t kThreads = 4;
  std::vector<std::vector<dcgan::Picture>> drawn(2 * kThreads);
  std::vector<std::thread> all;
  for (size_t i = 0; i < drawn.size(); ++i)
    all.emplace_back([&, i] { drawn[i] = (i % 2 == 0 ? model : other).draw(options); });
  for (auto& thread : all) thread.join();
  for (const auto& one : drawn) expect(one == alone, "a picture depends on who draws besides");
}

struct Mine {};

/// `act` must throw a UsageError with a hint.
void refused(const std::string& what, const std::function<void()>& act) {
  try {
    act();
  } catch (const dcgan::UsageError& error) {
    return expect(!error.hint().empty() && error.exit_code() == dcgan::kUsedWrongly, what + ": no hint");
  }
  expect(false, what + " was taken");
}

void wrong(const Words& words) {
  dcgan::Model model(words.at(0));
  const auto draws = [&](const std::string& what, const std::function<void(dcgan::DrawOptions&)>& change) {
    dcgan::DrawOptions options;
    change(options);
    refused(what, [&] { model.draw(options); });
    refused(what + " (latents)", [&] { model.latents(options); });
  };
  const int64_t least = std::numeric_limits<int64_t>::min(), most = std::numeric_limits<int64_t>::max();
  for (const int64_t count : {int64_t{0}, int64_t{-1}, int64_t{100'000'001}, least, most})
    draws("count " + std::to_string(count), [&](auto& o) { o.count = count; });
  for (const int64_t first : {int64_t{-1}, least, most})
    draws("first " + std::to_string(first), [&](auto& o) { o.first = first; });
  for (const double c :
       {0.0, -1.0, 10.5, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    draws("truncate " + std::to_string(c), [&](auto& o) { o.truncate = c; });
  const auto all = static_cast<int64_t>(model.info().classes.size());
  for (const int64_t one : {int64_t{-1}, all, least, most})
    draws("class " + std::to_string(one), [&](auto& o) { o.classes = {one}; });

  const std::vector<float> zeros(static_cast<size_t>(model.info().input_size()));
  const std::vector<int64_t> classes(all > 0 ? 1 : 0), more(classes.size() + 1);
  expect(model.apply(zeros, classes).size() == 1, "one input");
  refused("no input", [&] { model.apply({}, {}); });
  refused("half an input", [&] { model.apply(std::span(zeros).first(zeros.size() - 1), classes); });
  refused("classes too many", [&] { model.apply(zeros, more); });
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    std::vector<float> input = zeros;
    input.back() = bad;
    refused("not finite", [&] { model.apply(input, classes); });
  }
  refused("no pixels", [] { dcgan::encode_png({}); });
  refused("pixels missing", [] { dcgan::encode_png({2, 2, 3, std::vector<uint8_t>(11), {}}); });
  refused("two channels", [] { dcgan::encode_png({2, 2, 2, std::vector<uint8_t>(8), {}}); });

  for (const bool is_standard : {false, true}) try {
      model.draw({}, [&](int64_t, const dcgan::Picture&) {
        if (is_standard) throw std::out_of_range("mine");
        throw Mine();
      });
      expect(false, "what a caller throws is lost");
    } catch (const Mine&) {
    } catch (const std::out_of_range&) {
    }
  dcgan::Model moved = std::move(model);
  expect(moved.draw().size() == 1, "moved");
}

}  // namespace

int main(int argc, char** argv) {
  const Words words(argv + 1, argv + argc);
  try {
    const std::string act = words.at(0);
    const Words rest(words.begin() + 1, words.end());
    act == "draw" ? draw(rest) : act == "apply" ? apply(rest) : act == "threads" ? threads(rest) : wrong(rest);
    return std::printf("all holds, by dcgan %s\n", dcgan::library_version()), 0;
  } catch (const dcgan::Error& error) {
    std::printf("dcgan::Error: %s\nhint: %s\n", error.what(), error.hint().c_str());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::printf("does not hold: %s\n", error.what());
    return 3;
  }
}
