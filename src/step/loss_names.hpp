// Which losses there are, for those who know no torch: the names of the table in step/losses.
#pragma once

#include <string>
#include <vector>

namespace dcgan {

/// The words of --loss, in the order of the table.
std::vector<std::string> loss_names();

}  // namespace dcgan
