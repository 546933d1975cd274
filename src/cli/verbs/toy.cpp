// `dcgan toy`: how a GAN learns, in the plane, where all of it can be seen.
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>

#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "image/sheet.hpp"
#include "toy/toy.hpp"

namespace dcgan {
namespace {

constexpr int64_t kSide = 200;
constexpr double kDrawn = 1.5;  // as ToyState::d_map

struct ToyCommand {
  std::string out = "toy.png";
  int64_t looks = 5;
  ToyOptions toy;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the figure", any_text("FILE.png"));
    visit("looks", looks, "pictures on it, evenly over the steps, after the beginning, at most one a step",
          within(1, 50));
    toy.fields(visit);
  }
};

struct Colour {
  uint8_t red, green, blue;
};
constexpr Colour kReal{20, 20, 20}, kGenerated{0, 140, 60};

/// Blue where D is sure that a point is generated, white where it cannot tell, orange where it is sure that it is real.
Colour colour_of(float d) {
  const float sure = std::min(1.0F, std::abs(2 * d - 1));
  const auto fade = [&](int to) { return static_cast<uint8_t>(255 + sure * static_cast<float>(to - 255)); };
  return d > 0.5F ? Colour{fade(255), fade(150), fade(40)} : Colour{fade(60), fade(120), fade(230)};
}

void set(Image& image, int64_t x, int64_t y, Colour colour) {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return;
  uint8_t* pixel = image.at(x, y);
  pixel[0] = colour.red, pixel[1] = colour.green, pixel[2] = colour.blue;
}

void set_points(Image& image, const at::Tensor& points, Colour colour) {
  const auto at = ((points / kDrawn + 1) / 2 * kSide).to(at::kLong).contiguous();
  const int64_t* place = at.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < points.size(0); ++i)
    for (int64_t k = 0; k < 4; ++k) set(image, place[2 * i] + k % 2, kSide - 1 - place[2 * i + 1] + k / 2, colour);
}

Image picture_of(const ToyState& state, const at::Tensor& real) {
  Image image(kSide, kSide, 3);
  const auto map = state.d_map.to(at::kFloat).contiguous();
  for (int64_t y = 0; y < kSide; ++y)
    for (int64_t x = 0; x < kSide; ++x) set(image, x, y, colour_of(map.const_data_ptr<float>()[y * kSide + x]));
  set_points(image, real, kReal);
  set_points(image, state.generated, kGenerated);
  return image;
}

void toy(const Invocation&, ToyCommand& command) {
  pictures_out(command.out, {PicturesOut::kSheet});
  at::set_num_threads(1);  // products this small are no faster on several
  const auto states = train_toy(command.toy, command.looks, kSide);
  const auto real = toy_data(command.toy, 0, 256);
  const auto caption = [&](const ToyState& state) {
    return with_commas(state.step) + ": " + std::to_string(state.modes) + " of " + std::to_string(command.toy.modes);
  };
  std::vector<std::string> captions;
  for (const auto& state : states) captions.push_back(caption(state));
  Sheet sheet =
      make_sheet(sheet_layout(static_cast<int64_t>(states.size()), 0, {kSide, kSide}, 3, captions), command.out);
  std::printf("%10s %8s %10s %16s %8s %10s\n", "step", "D(x)", "D(G(z))", "G's gradient", "modes", "at modes");
  for (size_t i = 0; i < states.size(); ++i) {
    const ToyState& state = states[i];
    sheet.put(static_cast<int64_t>(i), picture_of(state, real), caption(state));
    std::printf("%10s %8.2f %10.2f %16.2g %8lld %9.0f%%\n", with_commas(state.step).c_str(), state.d_real, state.d_fake,
                state.grad_norm_g, static_cast<long long>(state.modes), 100 * state.at_modes);
  }
  write_file(command.out, encode_png(sheet.image()));
  std::printf(
      "in %s: black is data, green is generated; D(x) is orange where D believes in a point, blue where not, white "
      "at a half\n",
      shown(command.out).c_str());
}

}  // namespace

Verb toy_verb() {
  Verb verb;
  verb.name = "toy";
  verb.group = "Train";
  verb.examples = {"dcgan toy --out toy.png"};
  verb.help = "train the same losses in the plane, in seconds, and draw data, generated points and D(x)";
  verb.details =
      "To see D's optimum of a half: dcgan toy --r1 0.1 --r2 0.1 --steps 4000.  A gradient that vanishes: --loss "
      "minimax\n"
      "--lr-g 0, and beside it --loss bce --lr-g 0.  Modes that are lost: --lr-d 0.0001 --lr-g 0.003.\n"
      "docs/how-a-gan-learns.md goes through them.";
  set_options<ToyCommand>(verb, toy);
  return verb;
}

}  // namespace dcgan
