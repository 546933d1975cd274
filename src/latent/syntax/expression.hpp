// Sums of latents as they are written: "3,17 - 5:6 + z.npy#2". Only their signs and the names in them: what a name
// means is for latent/arithmetic. From text alone, without torch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dcgan {

/// One term of a sum.
struct WrittenTerm {
  bool is_minus = false;
  std::vector<std::string> names;  // at least one, none of them ""
  bool operator==(const WrittenTerm&) const = default;
};

/// SUM = [-] TERM {(+|-) TERM}; TERM = NAMES | ( NAMES ); NAMES = NAME {, NAME}. Blanks do not count. A name ends
/// before the next of these signs or blanks; if it begins with ' or ", what stands up to the second of them may hold
/// all of these: 'my z.npy'#3. Throws UsageError that names the place, and what looks like a file's name without its
/// quotes.
std::vector<WrittenTerm> parse_terms(std::string_view text);

}  // namespace dcgan
