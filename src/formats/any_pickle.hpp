// A pickle of torch.save that may hold anything beside tensors: options, losses, states of random generators, objects
// of any class. Classes and functions that it names are never looked for, built or called: what they would give is a
// stand-in (kObject) that knows their name and what it was given, so that tensors within are found.
#pragma once

#include <string>
#include <vector>

#include "formats/torch_pickle.hpp"

namespace dcgan {

/// Of a stand-in, `items` are keys and values in turns; the key None stands before arguments and attributes.
class AnyPickle : protected TorchPickle {
 protected:
  using TorchPickle::TorchPickle;

 private:
  bool knows(const std::string&) const override { return true; }  // as names alone
  void call(const std::string& name, Number arguments) override;
  void build_object(const std::string& name, Number arguments) override;
  void fill_object(Number state) override;
  void add_items(PickledValue::Kind kind, const std::vector<Number>& items) override;
  void unknown_storage(const std::string& type) override;
  bool run_other(uint8_t code) override;

  void stand_in(const std::string& name, Number arguments);
  bool call_tensor(const std::string& name, Number arguments);
  /// Sides of a tensor that cannot be used, for messages; none where they are no shape.
  std::vector<int64_t> claimed_shape(const std::vector<Number>& arguments, size_t at) const;
};

}  // namespace dcgan
