// Other names of choices: what people and other programs call ours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dcgan {

/// The choice that someone means who says `word`: by another name of it ("gpu", "grey"), or nearly; "" for none.
std::string choice_meant(const std::vector<std::string>& choices, std::string_view word);

}  // namespace dcgan
