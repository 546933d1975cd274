#include "cli/field_text.hpp"

namespace dcgan {
namespace {

void list_below(const std::vector<Verb>& verbs, const std::string& before, std::vector<ListedVerb>& all) {
  for (const Verb& verb : verbs) {
    all.push_back({before + verb.name, &verb});
    list_below(verb.children, before + verb.name + " ", all);
  }
}

}  // namespace

std::string type_text(const Field& field) {
  if (field.is_flag()) return "";
  if (std::holds_alternative<std::string*>(field.target)) return field.limit.text();
  if (std::holds_alternative<Size*>(field.target)) return "SIDE|WxH";
  if (std::holds_alternative<double*>(field.target) || std::holds_alternative<PerNetwork<double>*>(field.target) ||
      std::holds_alternative<std::optional<double>*>(field.target))
    return "NUMBER";
  return field.limit.automatic ? "auto|N" : "N";
}

std::string help_text(const Field& field) {
  std::string text = field.help;
  const bool is_text = std::holds_alternative<std::string*>(field.target);
  if (const std::string range = field.limit.text(); !is_text && !range.empty()) text += "; " + range;
  if (!field.is_flag() && !field.is_shorthand() && !field.text().empty()) text += "; default " + field.text();
  if (!field.only_with.empty()) text += "; needs " + field.only_with;
  if (!field.condition.empty()) text += "; with " + field.condition;
  if (!field.source.empty()) text += " [" + field.source + "]";
  return text;
}

std::string option_name(const Field& field) {
  return (field.is_flag() && field.text() == "true" ? "--no-" : "--") + field.name;
}

std::string usage_text(const ListedVerb& one) {
  std::string text = "dcgan " + one.words;
  for (const auto& positional : one.verb->positionals)
    text += (positional.required ? " " + positional.name : " [" + positional.name + "]") +
            (positional.repeated ? "..." : "");
  if (!one.verb->children.empty()) text += " VERB";
  return text + " [options]";
}

std::vector<ListedVerb> listed(const std::vector<Verb>& verbs) {
  std::vector<ListedVerb> all;
  list_below(verbs, "", all);
  return all;
}

}  // namespace dcgan
