// What a browser may ask for, from the words of its address. Neither httplib nor torch.
#pragma once

#include <functional>
#include <string>

namespace dcgan {

/// The value of a name in the address; "" where it is not there.
using Query = std::function<std::string(const std::string& name)>;

/// Throw UsageError naming what is wrong with it.
double number_in(const Query& query, const std::string& name, double low, double high, double otherwise);
int64_t whole_in(const Query& query, const std::string& name, int64_t low, int64_t high);

/// "localhost:8080" or "127.0.0.1:8080": a browser that came by another name may have been sent by another page.
bool is_own_host(const std::string& host, int port);
/// None, or of the page itself.
bool is_own_origin(const std::string& origin, int port);

}  // namespace dcgan
