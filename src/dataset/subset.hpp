// Some pictures of a set, as a set of their own: nothing is copied but their numbers.
#pragma once

#include "dataset/pixels.hpp"

namespace dcgan {

class Subset : public Pixels {
 public:
  /// Pictures `indices` of `whole`, in that order. Classes keep their names and numbers even where no picture of theirs
  /// is left. `part` says which part this is: it goes into the identity.
  Subset(std::shared_ptr<const Pixels> whole, std::vector<uint32_t> indices, const std::string& part);
  void copy(int64_t index, uint8_t* out) const override { whole_->copy(in_whole(index), out); }
  int32_t label(int64_t index) const override { return whole_->label(in_whole(index)); }
  uint64_t content(int64_t index) const override { return whole_->content(in_whole(index)); }
  bool decodes() const override { return whole_->decodes(); }

 private:
  int64_t in_whole(int64_t index) const { return indices_[static_cast<size_t>(index)]; }

  std::shared_ptr<const Pixels> whole_;
  std::vector<uint32_t> indices_;
};

}  // namespace dcgan
