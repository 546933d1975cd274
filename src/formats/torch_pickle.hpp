// The instructions of a pickle that PyTorch wrote, run over pickle_stack's values without calling anything: tensors
// become descriptions of where their numbers lie. What may be named and built is for each reader to say: modules of a
// program (program.cpp), files that may hold anything beside tensors (any_pickle).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/pickle.hpp"
#include "formats/pickle_stack.hpp"

namespace dcgan {

class TorchPickle : protected PickleStack {
 protected:
  static constexpr char kTensor[] = "torch._utils _rebuild_tensor_v2", kParameter[] = "torch._utils _rebuild_parameter",
                        kSize[] = "torch Size", kOrdered[] = "collections OrderedDict";

  /// `purpose`: what is read, for errors ("a state dict"); `hint`: what to do with a file that holds something else.
  TorchPickle(std::string_view bytes, std::string origin, std::string purpose, std::string hint)
      : PickleStack(bytes, std::move(origin)), purpose_(std::move(purpose)), hint_(std::move(hint)) {}
  virtual ~TorchPickle() = default;

  /// Runs all instructions; gives the value that is left. Throws Error naming the byte of what is not on the list.
  Number run();

  /// May the file name this, to call it?
  virtual bool knows(const std::string& name) const = 0;
  /// What calling it gives, of those that all know: tensors, parameters, sizes, an empty OrderedDict. A reader of its
  /// own first. `arguments`: a tuple.
  virtual void call(const std::string& name, Number arguments);
  /// NEWOBJ: an object of a class that knows() took. Refused here.
  virtual void build_object(const std::string& name, Number arguments);
  /// BUILD: what an object on the stack is made of. Dropped here, for a dict alone.
  virtual void fill_object(Number state);
  /// APPEND, SETITEM and their kin: items for the list or dict on the stack.
  virtual void add_items(PickledValue::Kind kind, const std::vector<Number>& items) { extend(kind, items); }
  /// A storage of a type that is not in kTorchStorages. Refused here.
  virtual void unknown_storage(const std::string& type);
  /// Another instruction; false where there is none. Here there is none.
  virtual bool run_other(uint8_t) { return false; }

  /// A tensor on the stack whose numbers cannot be had: see PickledTensor.
  Number unusable_tensor(const std::string& why, std::vector<int64_t> shape);
  const PickledTensor& tensor(Number number) const { return tensors_[static_cast<size_t>(values_[number].integer)]; }

 private:
  bool run_instruction();  // false after the last
  // Each: false where the instruction is none of its own.
  bool run_container(uint8_t code);
  bool run_memo(uint8_t code);
  bool run_object(uint8_t code);
  bool run_value(uint8_t code);
  void global(const std::string& module, const std::string& name);
  void reduce();
  void storage();
  Number tensor_of(const std::vector<Number>& arguments);
  std::vector<int64_t> sides(Number number, const char* what) const;
  Number keep(PickledTensor tensor);

  std::string purpose_, hint_;
  std::vector<PickledTensor> tensors_;
};

}  // namespace dcgan
