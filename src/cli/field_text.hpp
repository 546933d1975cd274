// What is said of verbs and their options wherever they are listed: help, the man page, the reference pages, the
// shells' completion. Neither CLI11 nor torch.
#pragma once

#include <string>
#include <vector>

#include "cli/verb.hpp"

namespace dcgan {

/// The word that stands for a field's value: "N", "auto|gray|rgb|rgba"; empty for flags.
std::string type_text(const Field& field);
/// Meaning, range and unit, default, source.
std::string help_text(const Field& field);
/// "--loss"; of a flag that is on by itself "--no-tensorboard": the one that changes something.
std::string option_name(const Field& field);

/// A verb and the words that call it: "data pack".
struct ListedVerb {
  std::string words;
  const Verb* verb;
};
/// "dcgan data pack DATA [MORE] [options]".
std::string usage_text(const ListedVerb& one);
/// All of them, children behind their parents; those live in `verbs`.
std::vector<ListedVerb> listed(const std::vector<Verb>& verbs);

}  // namespace dcgan
