// `dcgan interpolate`: ways through latent space, as a strip, a square or an animation.
#include <algorithm>
#include <cstdio>
#include <numbers>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "image/animation.hpp"
#include "image/transform.hpp"
#include "latent/curves.hpp"
#include "latent/rows.hpp"

namespace dcgan {
namespace {

struct InterpolateCommand {
  std::string out;
  std::string from, to, corners;
  bool walk = false;
  std::string curve = "spherical";
  int64_t steps = 9;
  int64_t frames = 120;
  double fps = 24;
  double pace = 1;
  bool open = false;
  std::string classes;
  LatentOptions latent;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "a .png for a strip or square, a .gif or .mp4, anything else for a folder of frames",
          any_text("PATH"));
    visit("from", from, "the latent at one end: INDEX, SEED:INDEX or FILE.npy#ROW", any_text("LATENT"));
    visit("to", to, "the latent at the other", any_text("LATENT"));
    visit("corners", corners, "four latents instead, for a square: upper left, upper right, lower left, lower right",
          any_text("A,B,C,D"));
    visit("walk", walk, "a smooth way past image after image of the seed instead, without an end", {});
    visit("curve", curve, "along the sphere that normal latents lie near, or straight", one_of({"spherical", "linear"}),
          "White 2016, section 2.1");
    visit("steps", steps, "images of a strip, or of each side of a square, ends included", within(2, 1000, "images"));
    visit("frames", frames, "of an animation or folder", within(2, 1e8, "frames"));
    visit("fps", fps, "frames a second", within(0.1, 100, "frames"));
    visit("pace", pace, "of --walk: images passed a second", above(0, 100, "images"));
    visit("open", open, "end where the last frame is; without, the last frame goes on with the first", {});
    visit("class", classes, "class of all images; without: that of the first latent's image", any_text("NAME"));
    latent.fields(visit);
    model.fields(visit);
  }
};

/// A way as latents by place.
struct Way {
  LatentRows rows;
  std::string name;  // for the files
  int64_t columns = 0;
};

Way line(const InterpolateCommand& command, const GeneratorInfo& info, Curve curve, bool is_strip) {
  if (command.from.empty() || command.to.empty())
    throw UsageError("the two ends of the way are missing", "give --from A --to B, or --corners A,B,C,D, or --walk");
  const auto a = parse_point(command.from, "--from", command.latent, info);
  const auto b = parse_point(command.to, "--to", command.latent, info);
  const int64_t count = is_strip ? command.steps : command.frames;
  const bool is_closed = !is_strip && !command.open;
  Way way;
  way.name = a.name + " to " + b.name;
  way.columns = count;
  // A closed way goes there and back, at rest where it turns.
  way.rows = {count, [=](int64_t i) {
                const double share = is_closed ? static_cast<double>(i) / static_cast<double>(count)
                                               : static_cast<double>(i) / static_cast<double>(count - 1);
                return between(a.z, b.z, is_closed ? 0.5 - 0.5 * std::cos(2 * std::numbers::pi * share) : share, curve);
              }};
  way.rows.label = [label = single_class(command.classes, a.label, info)](int64_t) { return label; };
  return way;
}

Way square(const InterpolateCommand& command, const GeneratorInfo& info, Curve curve, bool is_sheet) {
  if (!is_sheet) throw UsageError("--corners makes a square, which is one picture", "name a .png by --out");
  std::vector<LatentPoint> points;
  std::string rest = command.corners;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    points.push_back(parse_point(rest.substr(0, comma), "--corners", command.latent, info));
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  if (points.size() != 4)
    throw UsageError("--corners names " + counted(static_cast<int64_t>(points.size()), "latent") + ", not four",
                     "write --corners A,B,C,D");
  const std::array<at::Tensor, 4> corners = {points[0].z, points[1].z, points[2].z, points[3].z};
  const int64_t side = command.steps;
  Way way;
  way.name = "between " + command.corners;
  way.columns = side;
  way.rows = {side * side, [=](int64_t i) {
                const auto last = static_cast<double>(side - 1);
                return within_corners(corners, static_cast<double>(i % side) / last,
                                      static_cast<double>(i / side) / last, curve);
              }};
  way.rows.label = [label = single_class(command.classes, points[0].label, info)](int64_t) { return label; };
  return way;
}

Way endless(const InterpolateCommand& command, const GeneratorInfo& info, bool is_strip) {
  const int64_t count = is_strip ? command.steps : command.frames;
  const auto seed = static_cast<uint64_t>(command.latent.seed);
  // A closed walk passes a whole number of images; the pace is what comes nearest.
  constexpr int64_t kFewest = 4;
  const double passed =
      is_strip ? static_cast<double>(count) / 4 : static_cast<double>(count) / command.fps * command.pace;
  const int64_t loop = command.open ? 0 : std::max(kFewest, static_cast<int64_t>(std::llround(passed)));
  const double unit =
      command.open ? passed / static_cast<double>(count) : static_cast<double>(loop) / static_cast<double>(count);
  const double most = command.latent.most();
  Way way;
  way.name = "walk of seed " + std::to_string(seed);
  way.columns = count;
  way.rows = {count, [=, space = info.latent_space()](int64_t i) {
                return truncated(walk(seed, unit * static_cast<double>(i), loop, space), most, space.is_uniform);
              }};
  way.rows.label = [label = single_class(command.classes, 0, info)](int64_t) { return label; };
  return way;
}

Way way_of(const Invocation& invocation, const InterpolateCommand& command, const GeneratorInfo& info, bool is_sheet) {
  const bool is_line = !command.from.empty() || !command.to.empty();
  if (static_cast<int>(is_line) + static_cast<int>(!command.corners.empty()) + static_cast<int>(command.walk) > 1)
    throw UsageError("--from and --to, --corners, and --walk conflict", "give one of them");
  if (is_sheet ? invocation.is_given("frames") : invocation.is_given("steps"))
    throw UsageError(is_sheet ? "--frames is for an animation or a folder, and --out names a picture"
                              : "--steps is for a picture, and --out names none",
                     is_sheet ? "use --steps, or name a .gif" : "use --frames, or name a .png");
  const Curve curve = command.curve == "linear" ? Curve::kLinear : Curve::kSpherical;
  if (command.walk) return endless(command, info, is_sheet);
  return command.corners.empty() ? line(command, info, curve, is_sheet) : square(command, info, curve, is_sheet);
}

void write_sheet_of(const Way& way, Generator& generator, const std::string& out) {
  const auto& info = generator.info();
  Sheet sheet = make_sheet(sheet_layout(way.rows.count, way.columns, {info.width, info.height}, info.channels), out);
  generate(generator, way.rows, [&](int64_t i, const Image& image) { sheet.put(i, image); });
  write_file(out, encode_png(sheet.image(), generated_text(generator.checksum(), way.name)));
}

void interpolate(const Invocation& invocation, InterpolateCommand& command) {
  const PicturesOut kind =
      pictures_out(command.out, {PicturesOut::kSheet, PicturesOut::kAnimation, PicturesOut::kFolder});
  const auto generator = open_generator(invocation.positional(0), command.model);
  settle_threads();
  const auto& info = generator->info();
  const Way way = way_of(invocation, command, info, kind == PicturesOut::kSheet);
  if (kind == PicturesOut::kSheet) {
    write_sheet_of(way, *generator, command.out);
  } else if (kind == PicturesOut::kAnimation) {
    const int64_t channels = std::min<int64_t>(info.channels, 3);  // animations have no alpha: laid over white
    const auto animation = open_animation(command.out, {info.width, info.height, channels, command.fps});
    generate(*generator, way.rows,
             [&](int64_t, const Image& image) { animation->put(with_channels(image, channels)); });
    animation->finish();
  } else {
    PictureFolder folder(command.out);
    const std::string checksum = generator->checksum();
    generate(*generator, way.rows, [&](int64_t i, const Image& image) {
      folder.put(zero_padded(i, 6), image, generated_text(checksum, way.name + ", frame " + std::to_string(i)));
    });
  }
  std::printf("%s, %s, from %s in %s\n", way.name.c_str(), counted(way.rows.count, "image").c_str(),
              info.origin.c_str(), shown(command.out).c_str());
}

}  // namespace

Verb interpolate_verb() {
  Verb verb;
  verb.name = "interpolate";
  verb.group = "Draw";
  verb.examples = {"dcgan interpolate runs/first --from 3 --to 8 --out way.gif"};
  verb.help = "the way from one image to another: a strip, a square, an animation";
  verb.details =
      "dcgan interpolate MODEL --from 3 --to 7:12 --out strip.png       nine images from one to the other\n"
      "dcgan interpolate MODEL --corners 1,2,3,4 --out square.png       between four\n"
      "dcgan interpolate MODEL --from 3 --to 5 --out loop.gif           there and back, without a jump\n"
      "dcgan interpolate MODEL --walk --frames 1000 --out walk.mp4      past image after image\n"
      "Memory does not grow with the frames.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported model (.pt, .safetensors)"}};
  set_options<InterpolateCommand>(verb, interpolate);
  return verb;
}

}  // namespace dcgan
