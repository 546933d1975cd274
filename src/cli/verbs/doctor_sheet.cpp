#include "cli/verbs/doctor_sheet.hpp"

#include <algorithm>

#include "cli/picture_files.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/first_pictures.hpp"
#include "dataset/walk.hpp"
#include "image/png.hpp"
#include "image/sheet.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostClasses = 16, kMostEach = 8, kMostWithoutClasses = 64;
constexpr int64_t kLeastSide = 64;           // smaller pictures are enlarged to it
constexpr int64_t kLongestCaption = 116;     // pixels: some sixteen letters
constexpr int64_t kMostPixels = 64'000'000;  // of a sheet, as those of `sample`

/// Each pixel `times` times in both directions: no other colour comes into being.
Image enlarged(const Image& image, int64_t times) {
  Image out(image.width * times, image.height * times, image.channels);
  for (int64_t y = 0; y < out.height; ++y)
    for (int64_t x = 0; x < out.width; ++x) std::copy_n(image.at(x / times, y / times), image.channels, out.at(x, y));
  return out;
}

/// A name without the folders that it lies in.
std::string own_name(const std::string& name) { return name.substr(name.find_last_of('/') + 1); }

/// How many classes, and pictures of each, a sheet has room for.
struct Room {
  int64_t classes = kMostClasses, each = kMostEach;
};
Room room_for(Size size) {
  Room room;
  const int64_t side = std::max(kLongestCaption, size.width) + 2, height = size.height + 30;
  while (room.each > 1 && room.classes * room.each * side * height > kMostPixels) --room.each;
  while (room.classes > 1 && room.classes * room.each * side * height > kMostPixels) --room.classes;
  return room;
}

Image sheet_of(const FirstPictures& found, int64_t most_columns) {
  const bool has_classes = found.classes.size() > 1 || !found.classes[0].name.empty();
  const int64_t least = std::min(found.size.width, found.size.height);
  const int64_t times = std::max<int64_t>(1, (kLeastSide + least - 1) / least);
  const int64_t pictures = static_cast<int64_t>(found.classes[0].pictures.size());
  int64_t columns = std::min(most_columns, square_columns(pictures));
  std::vector<std::string> captions;
  size_t most_of_a_class = 1;
  for (const auto& one : found.classes) {
    captions.push_back(one.name.empty() ? "(no class)" : one.name);
    most_of_a_class = std::max(most_of_a_class, one.pictures.size());
    for (const auto& [name, image] : one.pictures) captions.push_back(own_name(name));
  }
  if (has_classes) columns = static_cast<int64_t>(most_of_a_class);
  const int64_t count = has_classes ? columns * static_cast<int64_t>(found.classes.size()) : pictures;
  Sheet::Layout layout =
      sheet_layout(count, columns, {found.size.width * times, found.size.height * times}, found.channels, captions);
  layout.gap = 4, layout.caption_lines = has_classes ? 2 : 1;
  const int64_t width = std::max(layout.width, std::min(layout.caption_width, kLongestCaption));
  layout.caption_width = width;
  Sheet sheet(without_ribbon(layout));
  for (size_t row = 0; row < found.classes.size(); ++row) {
    const auto& one = found.classes[row];
    const std::string heading =
        has_classes ? Sheet::fitting(one.name.empty() ? "(no class)" : one.name, width) + "\n" : "";
    for (size_t i = 0; i < one.pictures.size(); ++i)
      sheet.put(static_cast<int64_t>(row) * columns + static_cast<int64_t>(i), enlarged(one.pictures[i].second, times),
                heading + Sheet::fitting(own_name(one.pictures[i].first), width));
  }
  return sheet.image();
}

/// What is on a sheet and what is not, in words.
std::string said_of(const FirstPictures& found, int64_t usable, const std::string& out) {
  int64_t shown_count = 0;
  for (const auto& one : found.classes) shown_count += static_cast<int64_t>(one.pictures.size());
  const auto classes = static_cast<int64_t>(found.classes.size());
  const bool has_classes = classes > 1 || !found.classes[0].name.empty();
  std::string text = "'" + shown(out) + "' shows " + counted(shown_count, "picture") + " as the network gets them";
  if (has_classes) text += ", of " + counted(classes, "class", "classes");
  if (usable > shown_count) text += "; " + with_commas(usable - shown_count) + " more are not on it";
  if (found.more_classes > 0) text += ", nor any of " + counted(found.more_classes, "more class", "more classes");
  if (!found.skipped.empty())
    text += "; " + counted(static_cast<int64_t>(found.skipped.size()), "file") + " that cannot be used passed over";
  return text;
}

}  // namespace

void check_show(const std::string& out, const fs::path& data) {
  if (out.empty()) return;
  if (lowercase(fs::path(out).extension().native()) != ".png")
    throw UsageError("--show '" + shown(out) + "' is not a PNG file, which a sheet is",
                     "add --show " + shell_word(fs::path(out).stem().native() + ".png"));
  check_place(out, "--show");
  if (lies_within(out, data))
    throw UsageError("--show '" + shown(out) + "' lies in the folder of the pictures, and would be one of them",
                     "name a file outside of it");
}

std::string write_doctor_sheet(const fs::path& data, const DataOptions& pixels, int64_t usable, int64_t threads,
                               const std::string& out) {
  Room room = room_for(pixels.size);
  FirstPictures found = first_pictures(data, pixels, room.classes, room.each, threads);
  if (found.size != pixels.size) {  // a pack has a size of its own
    room = room_for(found.size);
    found = first_pictures(data, pixels, room.classes, room.each, threads);
  }
  if (found.classes.size() == 1 && found.classes[0].name.empty() && room.each == kMostEach)
    found = first_pictures(data, pixels, 1, kMostWithoutClasses, threads);
  write_file(out, encode_png(sheet_of(found, room.each)));
  return said_of(found, usable, out);
}

}  // namespace dcgan
