// Names that people and other GAN programs have for our options and verbs, and what they are here. In small letters,
// with dashes for underscores.
#pragma once

#include <map>
#include <string>

namespace dcgan {

/// Options: what ours is called, or what to write instead.
const std::map<std::string, std::string>& foreign_flags();
/// Options that a verb had once, by both names ("synthesize study"), and what does their work.
const std::map<std::string, std::string>& gone_flags();
/// Verbs: which command does that.
const std::map<std::string, std::string>& foreign_verbs();

}  // namespace dcgan
