// `dcgan invert`: the latent of a picture, and the hidden part of one.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>

#include <ATen/ATen.h>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/discriminator.hpp"
#include "image/blend.hpp"
#include "image/decode.hpp"
#include "image/transform.hpp"
#include "latent/inversion.hpp"
#include "latent/rows.hpp"

namespace dcgan {
namespace {

struct InvertCommand {
  std::string out;
  std::string mask;
  std::string save_latents;
  std::string classes;
  int64_t seed = 0;
  InversionOptions search;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "a .png: the picture, where the search began, and the image that was found",
          any_text("FILE.png"));
    visit("mask", mask, "complete what is hidden: white (above 127) in this picture, of the same shape",
          any_text("M.png"));
    visit("save-latents", save_latents, "write the latent that was found, float32 [1, LATENT]", any_text("FILE.npy"));
    visit("class", classes, "class of the picture, for a model with classes; without: the nearest of all",
          any_text("NAME"));
    visit("seed", seed, "of the latents that the search begins from", within(0, 9e18));
    search.fields(visit);
    model.fields(visit);
  }
};

Image read_picture(const fs::path& path) {
  constexpr int64_t kMostMegapixels = 64;
  constexpr char kGive[] = "give one picture: PNG, JPEG, WebP, BMP, TIFF or PNM";
  check_named_is_there(path);
  const std::string bytes = read_small_file(path, kMostMegapixels * 16'000'000);
  const Probe probe = probe_image(bytes);
  try {
    if (!probe.problem.empty() && probe.converter == Converter::kNone) throw Error(probe.problem, kGive);
    return decode_image(bytes, probe, kMostMegapixels);
  } catch (const UsageError&) {
    throw;
  } catch (const NotRead& error) {
    throw Error("cannot read the picture '" + shown(path) + "': " + error.at(path.native()).what(), kGive);
  } catch (const Error& error) {
    throw Error("cannot read the picture '" + shown(path) + "': " + error.what(), error.hint());
  }
}

/// As the model's own pictures were made to fit.
Image as_trained(const Image& picture, const GeneratorInfo& info) {
  return fitted(with_channels(picture, info.channels), {info.width, info.height}, fit_from(info.fit),
                crop_at_from(info.crop_at));
}

std::vector<bool> hidden_part(const fs::path& path, const Image& picture, const GeneratorInfo& info) {
  const Image mask = read_picture(path);
  if (mask.width != picture.width || mask.height != picture.height)
    throw UsageError("--mask '" + shown(path) + "' is of " + to_text(Size{mask.width, mask.height}) +
                         " pixels, and the picture of " + to_text(Size{picture.width, picture.height}),
                     "make it of the picture's shape");
  const auto white_in = [](const Image& grey) {
    constexpr int kMiddle = 127;
    std::vector<bool> white(grey.pixels.size());
    for (size_t i = 0; i < white.size(); ++i) white[i] = grey.pixels[i] > kMiddle;
    return white;
  };
  const auto all_are = [](const std::vector<bool>& white, bool value) {
    return std::count(white.begin(), white.end(), value) == static_cast<int64_t>(white.size());
  };
  const Image grey = with_channels(mask, 1);
  std::vector<bool> hidden =
      white_in(fitted(grey, {info.width, info.height}, fit_from(info.fit), crop_at_from(info.crop_at)));
  const bool hides_nothing = all_are(hidden, false);
  if (!hides_nothing && !all_are(hidden, true)) return hidden;
  const std::string hides = "--mask '" + shown(path) + "' hides " + (hides_nothing ? "nothing" : "everything");
  if (all_are(white_in(grey), !hides_nothing))
    throw UsageError(hides, "paint what is to be completed white, and all else black");
  throw UsageError(hides + " of what is left when the picture is cut and scaled to the model's shape, " +
                       to_text(Size{info.width, info.height}) + " pixels",
                   "cut the picture and the mask to that shape first");
}

/// Bytes to [C, H, W] in [-1, 1].
at::Tensor as_tensor(const Image& image) {
  auto bytes = at::empty({image.height, image.width, image.channels}, at::kByte);
  std::memcpy(bytes.mutable_data_ptr<uint8_t>(), image.pixels.data(), image.pixels.size());
  return bytes.permute({2, 0, 1}).to(at::kFloat).div(127.5).sub(1).contiguous();
}

/// The class that was asked for, or the one whose image comes nearest.
std::pair<Inversion, int64_t> search(const InvertCommand& command, const LoadedNetwork& loaded,
                                     const DiscriminatorNet& discriminator, InversionTarget target) {
  const int64_t first = single_class(command.classes, 0, loaded.info);
  const int64_t count = command.classes.empty() ? std::max<int64_t>(1, loaded.info.classes) : 1;
  ProgressLine line;
  std::optional<Inversion> best;
  int64_t label = first;
  for (int64_t i = 0; i < count; ++i) {
    target.label = first + i;
    Inversion found = invert(
        loaded.net, discriminator, target, command.search, static_cast<uint64_t>(command.seed), [&](int64_t steps) {
          line.progress()("search: steps", i * command.search.steps + steps, count * command.search.steps);
        });
    if (!best || found.distance < best->distance) best = std::move(found), label = target.label;
  }
  return {*best, label};
}

Image with_hole(const Image& picture, const std::vector<bool>& hidden) {
  Image out = picture;
  for (size_t i = 0; i < hidden.size(); ++i)
    if (hidden[i]) std::fill_n(out.pixels.begin() + static_cast<int64_t>(i) * out.channels, out.channels, 128);
  return out;
}

void write_strip(const std::vector<std::pair<Image, std::string>>& pictures, const std::string& out,
                 const TextPairs& text) {
  std::vector<std::string> captions;
  for (const auto& [image, caption] : pictures) captions.push_back(caption);
  const Image& first = pictures[0].first;
  const auto count = static_cast<int64_t>(pictures.size());
  Sheet sheet = make_sheet(sheet_layout(count, count, {first.width, first.height}, first.channels, captions), out);
  for (size_t i = 0; i < pictures.size(); ++i)
    sheet.put(static_cast<int64_t>(i), pictures[i].first, pictures[i].second);
  write_file(out, encode_png(sheet.image(), text));
}

void invert_picture(const Invocation& invocation, InvertCommand& command) {
  pictures_out(command.out, {PicturesOut::kSheet});
  check_place(command.save_latents, "--save-latents");
  const fs::path model = invocation.positional(0), path = invocation.positional(1);
  const auto loaded = load_network(model, command.model);
  settle_threads_of_long_work();
  for (auto& parameter : loaded.net->parameters()) parameter.requires_grad_(false);
  DiscriminatorNet discriminator = find_discriminator(model, loaded, command.model.at);
  if (!discriminator.is_empty())
    for (auto& parameter : discriminator->parameters()) parameter.requires_grad_(false);
  const Image whole = read_picture(path);
  const Image picture = as_trained(whole, loaded.info);
  InversionTarget target{as_tensor(picture), {}, 0};
  std::vector<bool> hidden;
  if (!command.mask.empty()) {
    hidden = hidden_part(command.mask, whole, loaded.info);
    target.hidden = at::empty({picture.height, picture.width}, at::kBool);
    for (size_t i = 0; i < hidden.size(); ++i) target.hidden.mutable_data_ptr<bool>()[i] = hidden[i];
  }
  const auto [found, label] = search(command, loaded, discriminator, target);
  const auto generator = make_generator(loaded.net, loaded.info);
  std::vector<Image> images;
  const LatentRows rows{2, [&, &z = found](int64_t i) { return i == 0 ? z.first : z.latent; },
                        [of = label](int64_t) { return of; }};
  generate(*generator, rows, [&](int64_t, const Image& image) { images.push_back(image); });
  std::vector<std::pair<Image, std::string>> strip = {{picture, "picture"}};
  if (!hidden.empty()) strip.emplace_back(with_hole(picture, hidden), "hidden");
  strip.emplace_back(images[0], "start"), strip.emplace_back(images[1], "found");
  if (!hidden.empty()) strip.emplace_back(blended(picture, images[1], hidden), "completed");
  if (!command.save_latents.empty()) write_latent(command.save_latents, found.latent);
  write_strip(strip, command.out, generated_text(generator->checksum(), "nearest to a picture"));
  const auto [least, most] = std::minmax_element(found.distances.begin(), found.distances.end());
  std::printf("%s: distance %s, of %s between %s and %s%s; in %s\n", shown(path).c_str(),
              fixed_text(found.distance, 4).c_str(),
              counted(static_cast<int64_t>(found.distances.size()), "start").c_str(), fixed_text(*least, 4).c_str(),
              fixed_text(*most, 4).c_str(),
              loaded.info.classes > 0 ? (", as " + loaded.info.class_names[static_cast<size_t>(label)]).c_str() : "",
              shown(command.out).c_str());
}

}  // namespace

Verb invert_verb() {
  Verb verb;
  verb.name = "invert";
  verb.group = "Draw";
  verb.examples = {"dcgan invert runs/first photo.png --out found.png"};
  verb.help = "the latent whose image is nearest to a picture; with --mask, what is hidden of one";
  verb.details =
      "The picture is cut as the model's own were. A strip shows it, the image that the search began with, and the "
      "one\n"
      "that it found; with --mask also the picture with its hidden part filled in, without a seam.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported model (.pt, .safetensors)"},
                      {"PICTURE", "the picture"}};
  set_options<InvertCommand>(verb, invert_picture);
  return verb;
}

}  // namespace dcgan
