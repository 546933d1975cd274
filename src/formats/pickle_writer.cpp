#include <algorithm>
#include <iterator>

#include "formats/pickle.hpp"
#include "formats/pickle_stack.hpp"

namespace dcgan {
namespace {

/// Writes instructions; every value anew, so nothing is kept in a memo.
class PickleWriter {
 public:
  void raw(std::string_view bytes) { out_ += bytes; }
  void global(const char* module, const char* name) { out_ += std::string("c") + module + '\n' + name + '\n'; }
  void text(const std::string& value) { out_ += 'X', little(value.size(), 4), out_ += value; }
  void integer(int64_t value) { out_ += "\x8a\x08", little(static_cast<uint64_t>(value), 8); }
  void integers(const std::vector<int64_t>& values) {
    out_ += '(';
    for (const int64_t value : values) integer(value);
    out_ += 't';
  }
  void empty_ordered_dict() { global("collections", "OrderedDict"), out_ += ")R"; }
  std::string take() { return std::move(out_); }

 private:
  void little(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out_ += static_cast<char>(value >> 8 * i & 255);
  }
  std::string out_;
};

}  // namespace

std::string write_pickled_state(const std::vector<PickledTensor>& tensors) {
  PickleWriter to;
  to.raw("\x80\x02");  // PROTO 2
  to.empty_ordered_dict();
  to.raw("(");
  for (const auto& tensor : tensors) {
    const auto* storage = std::find_if(std::begin(kTorchStorages), std::end(kTorchStorages),
                                       [&](const auto& one) { return one.second == tensor.type; });
    to.text(tensor.name);
    to.global("torch._utils", "_rebuild_tensor_v2");
    to.raw("((");
    to.text("storage"), to.global("torch", storage->first), to.text(tensor.storage), to.text("cpu");
    to.integer(tensor.storage_elements);
    to.raw("tQ");  // the persistent id of the storage
    to.integer(tensor.offset), to.integers(tensor.shape), to.integers(tensor.strides);
    to.raw("\x89");  // requires_grad: False
    to.empty_ordered_dict();
    to.raw("tR");
  }
  to.raw("u.");
  return to.take();
}

}  // namespace dcgan
