// `dcgan arithmetic`: sums of latents, and the images of them.
#include <algorithm>
#include <cstdio>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "latent/arithmetic.hpp"

namespace dcgan {
namespace {

struct ArithmeticCommand {
  std::string out;
  std::string save_latents;
  double noise = 0.25;
  bool as_is = false;
  std::string classes;
  LatentOptions latent;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "a .png: a row for each term, its latents' images and their mean's, then the result's",
          any_text("FILE.png"));
    visit("save-latents", save_latents, "write the result's latent, float32 [1, LATENT]", any_text("FILE.npy"));
    visit("noise", noise, "added to the result for the images around it, uniformly in -NOISE .. NOISE", within(0, 10),
          "Radford et al. 2015, figure 7");
    visit("as-is", as_is, "leave sums of normal latents as long as they are instead of as long as latents are", {});
    visit("class", classes, "class of the result; without: that of the first latent's image", any_text("NAME"));
    latent.fields(visit);
    model.fields(visit);
  }
};

/// Everything on the sheet: latents, their classes, where they stand and what is written under them.
struct SumFigure {
  struct Cell {
    at::Tensor z;
    int64_t label;
    int64_t place;
    std::string caption;
  };
  std::vector<Cell> cells;
  int64_t columns = 0, rows = 0;
};

/// A row a term, then three rows of three around the result.
SumFigure figure_of(const std::vector<LatentTerm>& terms, const at::Tensor& result, int64_t label,
                    const ArithmeticCommand& command) {
  constexpr int64_t kSide = 3;
  SumFigure figure;
  figure.columns = kSide;
  for (const auto& term : terms)
    figure.columns = std::max(figure.columns, static_cast<int64_t>(term.points.size()) + 1);
  for (size_t t = 0; t < terms.size(); ++t) {
    const auto& term = terms[t];
    const int64_t left = static_cast<int64_t>(t) * figure.columns;
    for (size_t i = 0; i < term.points.size(); ++i)
      figure.cells.push_back(
          {term.points[i].z, term.points[i].label, left + static_cast<int64_t>(i), term.points[i].name});
    const std::string sign = term.is_minus ? "- " : t > 0 ? "+ " : "";
    figure.cells.push_back(
        {term.mean(), term.points[0].label, left + static_cast<int64_t>(term.points.size()), sign + "mean"});
  }
  const auto around = surroundings(result, command.noise, static_cast<uint64_t>(command.latent.seed));
  for (int64_t i = 0; i < kSide * kSide; ++i) {
    const int64_t row = static_cast<int64_t>(terms.size()) + i / kSide;
    figure.cells.push_back({around[i], label, row * figure.columns + i % kSide, i == 4 ? "= result" : "+ noise"});
  }
  figure.rows = static_cast<int64_t>(terms.size()) + kSide;
  return figure;
}

Sheet draw(const SumFigure& figure, Generator& generator, const std::string& out) {
  const auto& info = generator.info();
  std::vector<std::string> captions;
  for (const auto& cell : figure.cells) captions.push_back(cell.caption);
  Sheet sheet = make_sheet(
      sheet_layout(figure.columns * figure.rows, figure.columns, {info.width, info.height}, info.channels, captions),
      out);
  LatentRows rows{static_cast<int64_t>(figure.cells.size()),
                  [&](int64_t i) { return figure.cells[static_cast<size_t>(i)].z; },
                  [&](int64_t i) { return figure.cells[static_cast<size_t>(i)].label; }};
  generate(generator, rows, [&](int64_t i, const Image& image) {
    const auto& cell = figure.cells[static_cast<size_t>(i)];
    sheet.put(cell.place, image, cell.caption);
  });
  return sheet;
}

void arithmetic(const Invocation& invocation, ArithmeticCommand& command) {
  pictures_out(command.out, {PicturesOut::kSheet});
  check_place(command.save_latents, "--save-latents");
  const auto generator = open_generator(invocation.positional(0), command.model);
  settle_threads();
  const auto& info = generator->info();
  const std::string expression = invocation.positional(1);
  const auto terms = parse_expression(expression, command.latent, info);
  const auto result = sum_of(terms, info.has_uniform_latents, !command.as_is);
  const int64_t label = single_class(command.classes, terms[0].points[0].label, info);
  const SumFigure figure = figure_of(terms, result, label, command);
  const Sheet sheet = draw(figure, *generator, command.out);
  if (!command.save_latents.empty()) write_latent(command.save_latents, result);
  write_file(command.out, encode_png(sheet.image(), generated_text(generator->checksum(), expression)));
  std::printf("%s from %s in %s\n", printable(expression).c_str(), info.origin.c_str(), shown(command.out).c_str());
}

}  // namespace

Verb arithmetic_verb() {
  Verb verb;
  verb.name = "arithmetic";
  verb.group = "Draw";
  verb.examples = {"dcgan arithmetic runs/first \"3+5-8\" --out sum.png"};
  verb.help = "add and subtract what images have: 3+5-8";
  verb.details =
      "EXPRESSION: images' names (INDEX or SEED:INDEX) or rows (FILE.npy#ROW) with + and - between them; several with\n"
      "commas between them stand for their mean, which is steadier: \"3,17,40 - 5,6,7 + 8,9,10\".\n"
      "A file's name that holds a sign, a comma, a parenthesis or a blank stands in quotes: \"'my-z.npy#3' - 5\".\n"
      "The figure shows each term, its mean, and the result among eight with a little noise, as figure 7 of Radford "
      "et\n"
      "al. 2015 does. If the expression begins with a minus, put -- before it.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported model (.pt, .safetensors)"},
                      {"EXPRESSION", "the sum, like \"3+5-8\""}};
  set_options<ArithmeticCommand>(verb, arithmetic);
  return verb;
}

}  // namespace dcgan
