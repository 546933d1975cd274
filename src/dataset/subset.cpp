#include "dataset/subset.hpp"

#include "core/io/digest.hpp"
#include "core/json.hpp"

namespace dcgan {

Subset::Subset(std::shared_ptr<const Pixels> whole, std::vector<uint32_t> indices, const std::string& part)
    : whole_(std::move(whole)), indices_(std::move(indices)) {
  info_ = whole_->info();
  info_.count = static_cast<int64_t>(indices_.size());
  info_.identity = sha256_hex(compact({{"of", info_.identity}, {"part", part}}));
}

}  // namespace dcgan
