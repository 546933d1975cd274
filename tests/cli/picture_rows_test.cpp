// What `score`, `features` and `probe` say of pictures stands beside the right names and classes.
#include <cmath>
#include <map>
#include <set>

#include "latent/rows.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"

namespace dcgan::test::picture_rows {
namespace {

namespace fs = std::filesystem;

/// RFC 4180, without line breaks in fields.
std::vector<std::vector<std::string>> csv_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& field = rows.back().back();
    if (c == '"' && is_quoted && text[i + 1] == '"')
      field += c, ++i;
    else if (c == '"')
      is_quoted = !is_quoted;
    else if (c == ',' && !is_quoted)
      rows.back().emplace_back();
    else if (c == '\n')
      rows.push_back({""});
    else
      field += c;
  }
  rows.pop_back();
  return rows;
}

class PictureRows : public testing::Test {
 protected:
  static constexpr int kPictures = 70;  // more than are computed together
  static constexpr int kDamaged = 31;

  /// What is known of a picture, whatever it is called.
  struct Row {
    std::string class_name;
    std::vector<float> numbers;
    bool operator==(const Row&) const = default;
  };
  using Rows = std::map<int, Row>;

  PictureRows() {
    const std::string foreign = std::string(DCGAN_TEST_GOLDENS) + "/foreign/";
    EXPECT_EQ(call({"import", foreign + "netG.pth", foreign + "netD.pth", "--out", at("m.ckpt")}), 0);
  }
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  int call(const std::vector<std::string>& words) const { return dcgan_.call(words); }

  /// Names of classes are no plain words, and in the other order of the files they come the other way round.
  static std::string class_of(int picture) { return picture % 3 == 0 ? "b, \"c\"" : "a"; }
  /// Pictures are called by `number`, a number of theirs; one of them is damaged.
  template <class Number>
  void write_pictures(const std::string& folder, int first, int count, Number number) const {
    for (int i = first; i < first + count; ++i)
      write_text(fs::path(at(folder)) / class_of(i) / (std::to_string(number(i)) + ".png"),
                 i == kDamaged ? "damaged" : encode_png(made_picture(64, 3, i)));
  }
  static int number_in(const std::string& name) { return std::stoi(name.substr(name.rfind('/') + 1)); }

  template <class Number>
  Rows scores_of(const std::string& folder, Number picture_of) const {
    EXPECT_EQ(call({"score", at("m.ckpt"), "--data", at(folder), "--threads", "1", "--out", at("s.csv")}), 0);
    const auto lines = csv_of(read_text(at("s.csv")));
    EXPECT_EQ(lines[0], (std::vector<std::string>{"name", "class", "logit", "probability"}));
    Rows rows;
    for (size_t i = 1; i < lines.size(); ++i) {
      const double logit = std::stod(lines[i][2]);
      EXPECT_NEAR(std::stod(lines[i][3]), 1 / (1 + std::exp(-logit)), 2e-6);
      rows[picture_of(number_in(lines[i][0]))] = {lines[i][1], {static_cast<float>(logit)}};
    }
    return rows;
  }
  template <class Number>
  Rows features_of(const std::string& folder, Number picture_of) const {
    EXPECT_EQ(call({"features", at("m.ckpt"), "--data", at(folder), "--threads", "1", "--out", at("f.npy")}), 0);
    const auto lines = csv_of(read_text(at("f.csv")));
    EXPECT_EQ(lines[0], (std::vector<std::string>{"index", "name", "class"}));
    const LatentFile numbers(at("f.npy"), 16 * (3 + 6 + 12 + 24));  // rows of float32, as latents are
    EXPECT_EQ(numbers.count(), static_cast<int64_t>(lines.size()) - 1);
    Rows rows;
    for (size_t i = 1; i < lines.size(); ++i) {
      EXPECT_EQ(lines[i][0], std::to_string(i - 1));
      const auto row = numbers.row(static_cast<int64_t>(i) - 1);
      const float* first = row.const_data_ptr<float>();
      rows[picture_of(number_in(lines[i][1]))] = {lines[i][2], {first, first + row.numel()}};
    }
    return rows;
  }

  /// Of all pictures, of the same under other names, and of some alone.
  template <class RowsOf>
  void expect_rows_to_be_their_pictures(RowsOf rows_of) const {
    const auto same = [](int i) { return 100 + i; };
    const auto turned = [](int i) { return 900 - i; };
    write_pictures("set", 0, kPictures, same);
    write_pictures("turned", 0, kPictures, turned);
    const Rows rows = rows_of("set", [](int name) { return name - 100; });
    EXPECT_EQ(rows.size(), kPictures - 1u);
    EXPECT_FALSE(rows.contains(kDamaged));
    std::set<std::vector<float>> different;
    for (const auto& [picture, row] : rows) {
      EXPECT_EQ(row.class_name, class_of(picture)) << picture;
      different.insert(row.numbers);
    }
    EXPECT_EQ(different.size(), rows.size()) << "rows that are alike cannot tell";
    EXPECT_EQ(rows_of("turned", [](int name) { return 900 - name; }), rows);
    for (const int picture : {0, 30, 32, 63, 69}) {
      const std::string folder = "alone " + std::to_string(picture);
      write_pictures(folder, picture, 1, same);
      const Rows alone = rows_of(folder, [](int name) { return name - 100; });
      ASSERT_EQ(alone.size(), 1u);
      EXPECT_EQ(*alone.begin(), *rows.find(picture)) << picture;
    }
  }

  Program dcgan_;
};

TEST_F(PictureRows, ScoresAreThoseOfThePictureThatIsNamedAlongWithItsClass) {
  expect_rows_to_be_their_pictures(
      [&](const std::string& folder, auto picture_of) { return scores_of(folder, picture_of); });
}

TEST_F(PictureRows, FeaturesAreThoseOfThePictureThatIsNamedAlongWithItsClass) {
  expect_rows_to_be_their_pictures(
      [&](const std::string& folder, auto picture_of) { return features_of(folder, picture_of); });
}

/// Noise, a class a little lighter than the other: not always told apart.
void write_noise(const fs::path& folder, const std::string& name, int count, uint64_t seed, int lighter) {
  for (int i = 0; i < count; ++i) {
    const Draw draw(seed, Purpose::kFlip, static_cast<uint64_t>(i));
    const int own = static_cast<int>(draw.word(0) % 40);  // a lightness of its own, which misleads
    uint32_t word = 1;
    const Image image = drawn(64, 64, 3, [&](int64_t, int64_t, int64_t) {
      return 80 + own + lighter + static_cast<int>(draw.word(word++) % 60);
    });
    write_text(folder / name / (std::to_string(i) + ".png"), encode_png(image));
  }
}

TEST_F(PictureRows, TheConfusionPictureHasACellForEveryPairAndItsDiagonalIsTheAccuracy) {
  write_noise(at("told"), "dark", 12, 1, 0), write_noise(at("told"), "lighter", 12, 2, 12);
  write_noise(at("test"), "dark", 10, 3, 0), write_noise(at("test"), "lighter", 25, 4, 12);
  const Finished done = dcgan_({"probe", at("m.ckpt"), "--data", at("told"), "--test", at("test"), "--labels", "16",
                                "--draws", "3", "--threads", "1", "--json", "--out", at("c.png")});
  ASSERT_EXIT_CODE(done, 0);
  const double accuracy = Json::parse(done.out)["features"]["discriminator"]["accuracy"].get<double>();
  ASSERT_GT(accuracy, 0.5) << "pictures that can be told apart, but not all of them";
  ASSERT_LT(accuracy, 0.98);

  const Image picture = decoded(read_text(at("c.png")));
  constexpr int64_t kLeft = 8 * 7 + 40, kTop = 32, kCell = 40;  // the longer name has seven letters
  EXPECT_EQ(picture.width, kLeft + 2 * kCell + 4);
  EXPECT_EQ(picture.height, kTop + 2 * kCell + 4);
  // A cell is the darker the larger its share of its row; the diagonal is green, all else red.
  const auto share = [&](int64_t row, int64_t column) {
    const uint8_t* rgb = picture.at(kLeft + column * kCell + 1, kTop + row * kCell + 1);
    EXPECT_EQ(row == column ? rgb[0] : rgb[1], rgb[2]);
    return 1 - rgb[2] / 255.0;
  };
  constexpr double kLevel = 1 / 255.0;
  for (const int64_t row : {0, 1}) EXPECT_NEAR(share(row, 0) + share(row, 1), 1, 2 * kLevel);
  EXPECT_NEAR((10 * share(0, 0) + 25 * share(1, 1)) / 35, accuracy, kLevel);
  const uint8_t* mistaken = picture.at(kLeft + kCell + 1, kTop + 1);
  EXPECT_EQ(mistaken[0], 255);
  EXPECT_GT(share(0, 0), share(0, 1)) << "most of the dark ones are read as such";
}

}  // namespace
}  // namespace dcgan::test::picture_rows
