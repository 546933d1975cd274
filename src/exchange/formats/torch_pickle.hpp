// The instructions of a pickle that PyTorch wrote, run over pickle_stack's values without calling anything: tensors
// become descriptions of where their numbers lie. What may be named and built is for each reader to say: state dicts
// (pickle.cpp), modules of a program (program.cpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exchange/formats/pickle.hpp"
#include "exchange/formats/pickle_stack.hpp"

namespace dcgan {

class TorchPickle : protected PickleStack {
 protected:
  /// `purpose`: what is read, for errors ("a state dict"); `hint`: what to do with a file that holds something else.
  TorchPickle(std::string_view bytes, std::string origin, std::string purpose, std::string hint)
      : PickleStack(bytes, std::move(origin)), purpose_(std::move(purpose)), hint_(std::move(hint)) {}
  virtual ~TorchPickle() = default;

  /// Runs all instructions; gives the value that is left. Throws Error naming the byte of what is not on the list.
  Number run();

  /// May the file name this, to call it?
  virtual bool knows(const std::string& name) const = 0;
  /// What calling it gives, of those that all know: tensors, parameters, sizes, an empty OrderedDict. A reader of its
  /// own first.
  virtual void call(const std::string& name, const PickledValue& arguments);
  /// NEWOBJ: an object of a class that knows() took. Refused here.
  virtual void build_object(const std::string& name, const PickledValue& arguments);
  /// BUILD: what an object on the stack is made of. Dropped here, for a dict alone.
  virtual void fill_object(Number state);

  const PickledTensor& tensor(Number number) const { return tensors_[static_cast<size_t>(values_[number].integer)]; }

 private:
  bool run_instruction();  // false after the last
  bool run_value(uint8_t code);
  void global(const std::string& module, const std::string& name);
  void reduce();
  void storage();
  Number tensor_of(const std::vector<Number>& arguments);
  std::vector<int64_t> sides(Number number, const char* what) const;

  std::string purpose_, hint_;
  std::vector<PickledTensor> tensors_;
};

}  // namespace dcgan
