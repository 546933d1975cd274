// Who may come in: the token, where it is kept, and what somebody is answered who has not shown it, or just now has.
// Neither httplib nor torch.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "pages/http/http.hpp"
#include "pages/http/requests.hpp"

namespace dcgan {

/// The word that the address must hold.
struct Token {
  std::string word;         // "": none is wanted
  bool is_chosen = false;   // by a person: it may be guessed
  bool is_kept = false;     // in a file of the user's
  std::string remark = {};  // why it is not kept
};

/// Of this user: the one that is kept, or a new one, which is kept from now on. Where it cannot be kept, one for this
/// time.
Token users_token();
/// Given by --token. Throws UsageError for what an address cannot hold as it is.
Token chosen_token(const std::string& word);

/// Any thread may call.
class Entry {
 public:
  Entry(Token token, std::string host, int port);

  /// The address to open, the token in it.
  std::string address() const;
  const Token& token() const { return token_; }
  /// What is answered instead of what was asked for; none: it may be answered. Holds a wrong word for a moment, few of
  /// them at once, so that one that a person chose is not found by trying.
  std::optional<HttpAnswer> instead_of(const Visitor& visitor);

 private:
  const Token token_;
  const Door door_;
  std::atomic<int> wrong_ = 0;  // words that are held now
};

}  // namespace dcgan
