#include "latent/syntax/expression.hpp"

#include <cstdlib>
#include <string>

#include "fuzz/target.hpp"

namespace {

/// What was read is read again from all names in quotes, where a name holds not both kinds of these.
void read_twice(std::string_view text, const char*) {
  const auto terms = dcgan::parse_terms(text);
  std::string again;
  for (const auto& term : terms) {
    if (term.is_minus || !again.empty()) again += term.is_minus ? "-" : "+";
    std::string comma;
    for (const auto& name : term.names) {
      const char quote = name.find('\'') == std::string::npos ? '\'' : '"';
      if (name.find(quote) != std::string::npos) return;
      again += comma + quote + name + quote;
      comma = ",";
    }
  }
  if (dcgan::parse_terms(again) != terms) std::abort();
}

}  // namespace

DCGAN_FUZZ_TARGET(read_twice)
