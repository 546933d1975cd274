#include "formats/pack_header.hpp"

#include "core/error.hpp"

namespace dcgan {
namespace {

constexpr int64_t kLargestSide = 1 << 16;  // pixels; networks end at 7,168

void check_sizes(const PackText& text, const std::string& shown_path) {
  const auto is_side = [](int64_t side) { return side >= 1 && side <= kLargestSide; };
  if (!is_side(text.size.width) || !is_side(text.size.height) ||
      (text.channels != 1 && text.channels != 3 && text.channels != 4))
    throw Error("'" + shown_path + "': no pictures have " + to_text(text.size) + " pixels of " +
                counted(text.channels, "channel"));
}

void check_options(const Json& options, const std::string& shown_path) {
  if (!options.is_object()) throw Error("'" + shown_path + "': \"options\" are none");
  for (const char* key : {"fit", "crop_at"})
    if (options.contains(key) && !options[key].is_string())
      throw Error("'" + shown_path + "': the option \"" + key + "\" is not a word");
}

Shard read_shard(const Json& json, const std::string& shown_path) {
  const auto number = [&](const char* key) { return required<int64_t>(json, key, shown_path); };
  const Shard found{number("slots_of_all"), number("number"), number("of")};
  if (found.of < 2 || found.of > kMostShards || found.number < 1 || found.number > found.of || found.slots < 0 ||
      found.slots >= int64_t{1} << 40 || found.first() != number("first_slot"))
    throw Error("'" + shown_path + "': \"shard\" says what cannot be");
  return found;
}

}  // namespace

std::string pack_json(const PackText& text) {
  Json skipped = Json::array();
  for (const auto& [name, reason] : text.skipped) skipped.push_back({{"name", name}, {"reason", reason}});
  Json json = {{"width", text.size.width}, {"height", text.size.height}, {"channels", text.channels},
               {"classes", text.classes},  {"identity", text.identity},  {"skipped", skipped},
               {"data", text.origin.data}, {"stamp", text.origin.stamp}, {"options", text.origin.options}};
  if (const Shard& shard = text.shard; shard.of > 1)
    json["shard"] = {
        {"number", shard.number}, {"of", shard.of}, {"first_slot", shard.first()}, {"slots_of_all", shard.slots}};
  return compact(json);
}

PackText read_pack_json(std::string_view bytes, const std::string& shown_path) {
  const Json json = parse_json(bytes, shown_path);
  const auto take = [&](const char* key, auto& value) {
    value = required<std::decay_t<decltype(value)>>(json, key, shown_path);
  };
  PackText text;
  take("width", text.size.width), take("height", text.size.height), take("channels", text.channels);
  take("classes", text.classes), take("identity", text.identity);
  take("data", text.origin.data), take("stamp", text.origin.stamp), take("options", text.origin.options);
  check_sizes(text, shown_path);
  check_options(text.origin.options, shown_path);
  for (auto& name : text.classes) name = printable(name);  // a stranger may have written it
  for (const auto& entry : required<Json>(json, "skipped", shown_path))
    text.skipped.emplace_back(printable(required<std::string>(entry, "name", shown_path)),
                              printable(required<std::string>(entry, "reason", shown_path)));
  if (json.contains("shard")) text.shard = read_shard(json["shard"], shown_path);
  return text;
}

}  // namespace dcgan
