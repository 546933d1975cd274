// As onnx's libraries were built; their headers do not say it.
#define ONNX_NAMESPACE onnx
#define ONNX_ML 1
#include "formats/onnx.hpp"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "core/element.hpp"
#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr uint64_t kMostOthers = 16 << 20;
constexpr char kNoModel[] = " is not an ONNX model, or is cut off or damaged";
constexpr char kNoModelHint[] = "copy it again, or export it again";
constexpr uint64_t kMostBytes = std::numeric_limits<int32_t>::max();  // protobuf's limit of a message

void fill(onnx::ValueInfoProto& out, const OnnxValue& value) {
  out.set_name(value.name);
  auto& tensor = *out.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  for (const auto& side : value.sides) {
    auto& dim = *tensor.mutable_shape()->add_dim();
    if (const auto* number = std::get_if<int64_t>(&side))
      dim.set_dim_value(*number);
    else
      dim.set_dim_param(std::get<std::string>(side));
  }
}

struct AttributeFiller {
  onnx::AttributeProto& out;
  void operator()(int64_t value) const { out.set_type(onnx::AttributeProto::INT), out.set_i(value); }
  void operator()(float value) const { out.set_type(onnx::AttributeProto::FLOAT), out.set_f(value); }
  void operator()(const std::string& value) const { out.set_type(onnx::AttributeProto::STRING), out.set_s(value); }
  void operator()(const std::vector<int64_t>& values) const {
    out.set_type(onnx::AttributeProto::INTS);
    for (const int64_t value : values) out.add_ints(value);
  }
};

void fill(onnx::NodeProto& out, const OnnxNode& node) {
  out.set_name(node.output);
  out.set_op_type(node.type);
  for (const auto& input : node.inputs) out.add_input(input);
  out.add_output(node.output);
  for (const auto& [name, value] : node.attributes) {
    auto& attribute = *out.add_attribute();
    attribute.set_name(name);
    std::visit(AttributeFiller{attribute}, value);
  }
}

void fill(onnx::TensorProto& out, const OnnxTensor& tensor) {
  out.set_name(tensor.name);
  out.set_data_type(tensor.is_int64 ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
  for (const int64_t side : tensor.shape) out.add_dims(side);
  out.set_raw_data(tensor.bytes);
}

onnx::ModelProto message_of(const OnnxModel& model) {
  onnx::ModelProto out;
  out.set_ir_version(kOnnxIrVersion);
  out.set_producer_name("dcgan");
  out.set_producer_version(DCGAN_VERSION);
  out.set_doc_string(model.explanation);
  out.add_opset_import()->set_version(kOnnxOperatorSet);
  auto& graph = *out.mutable_graph();
  graph.set_name(model.name);
  for (const auto& value : model.inputs) fill(*graph.add_input(), value);
  for (const auto& value : model.outputs) fill(*graph.add_output(), value);
  for (const auto& node : model.nodes) fill(*graph.add_node(), node);
  for (const auto& tensor : model.tensors) fill(*graph.add_initializer(), tensor);
  for (const auto& [key, value] : model.metadata) {
    auto& pair = *out.add_metadata_props();
    pair.set_key(key), pair.set_value(value);
  }
  return out;
}

OnnxValue value_from(const onnx::ValueInfoProto& value) {
  OnnxValue out;
  out.name = value.name();
  for (const auto& dim : value.type().tensor_type().shape().dim()) {
    if (dim.has_dim_value())
      out.sides.emplace_back(dim.dim_value());
    else
      out.sides.emplace_back(dim.dim_param());
  }
  return out;
}

OnnxDescription::Tensor tensor_from(const onnx::TensorProto& tensor, const std::string& origin) {
  OnnxDescription::Tensor out;
  const std::string place = origin + ": tensor '" + printable(tensor.name()) + "'";
  if (!onnx::TensorProto::DataType_IsValid(tensor.data_type()) || tensor.data_type() == 0)
    throw Error(place + " has elements of unknown type " + std::to_string(tensor.data_type()));
  out.name = tensor.name();
  out.type = onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(tensor.data_type()));
  out.shape.assign(tensor.dims().begin(), tensor.dims().end());
  const auto count = element_count(out.shape);
  if (!count) throw Error(place + " has an impossible shape");
  const bool is_float = tensor.data_type() == onnx::TensorProto::FLOAT;
  if (is_float && tensor.has_raw_data() && tensor.raw_data().size() != static_cast<uint64_t>(*count) * sizeof(float))
    throw Error(place + " has " + with_commas(static_cast<int64_t>(tensor.raw_data().size())) +
                " bytes; its shape needs " + with_commas(*count * static_cast<int64_t>(sizeof(float))));
  return out;
}

std::optional<uint64_t> take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
  return std::nullopt;
}

enum class Part { kModel, kGraph, kNode, kAttribute, kTensor };

/// What stands in a part under this number of a field (onnx.proto), of what may hold a tensor's numbers.
std::optional<Part> part_in(Part whole, uint64_t field) {
  if (whole == Part::kModel && field == 7) return Part::kGraph;
  if (whole == Part::kGraph && field == 1) return Part::kNode;
  if (whole == Part::kGraph && field == 5) return Part::kTensor;
  if (whole == Part::kNode && field == 5) return Part::kAttribute;
  if (whole == Part::kAttribute && field == 5) return Part::kTensor;
  return std::nullopt;
}

/// How many bytes of a message are a tensor's numbers: raw_data, float_data, double_data. Nothing when it is no message
/// of protobuf (Protocol Buffers, "Encoding"), or has groups, which ONNX has not.
std::optional<uint64_t> number_bytes(std::string_view message, Part part) {
  uint64_t sum = 0;
  while (!message.empty()) {
    const auto tag = take_varint(message);
    if (!tag) return std::nullopt;
    const uint64_t field = *tag >> 3, type = *tag & 7;
    std::optional<uint64_t> length = 0;
    if (type == 0 && !take_varint(message)) return std::nullopt;
    if (type == 1) length = 8;
    if (type == 5) length = 4;
    if (type == 2) length = take_varint(message);
    if (type == 3 || type == 4 || type > 5 || !length || *length > message.size()) return std::nullopt;
    if (type == 2 && part == Part::kTensor && (field == 9 || field == 4 || field == 10)) sum += *length;
    if (const auto inner = part_in(part, field); inner && type == 2) {
      const auto within = number_bytes(message.substr(0, *length), *inner);
      if (!within) return std::nullopt;
      sum += *within;
    }
    message.remove_prefix(*length);
  }
  return sum;
}

/// A message of two bytes becomes an object of hundreds: what is no number is bounded before protobuf makes any.
void check_bytes(std::string_view bytes, const std::string& origin) {
  const auto numbers = number_bytes(bytes, Part::kModel);
  if (!numbers) throw Error(origin + kNoModel, kNoModelHint);
  if (const uint64_t others = bytes.size() - *numbers; others > kMostOthers)
    throw Error(origin + " has " + bytes_text(static_cast<double>(others)) +
                " besides its tensors' numbers, more than any model that is read here: " +
                bytes_text(static_cast<double>(kMostOthers)));
}

[[noreturn]] void refuse_size(const std::string& origin, uint64_t bytes) {
  throw Error(origin + " has " + bytes_text(static_cast<double>(bytes)) +
              ", and an ONNX file must have less than 2 GiB");
}

}  // namespace

std::string onnx_weights_digest(const OnnxModel& model) {
  Sha256 digest;
  for (const auto& tensor : model.tensors) digest.add(tensor.name), digest.add(tensor.bytes);
  return digest.hex();
}

std::string write_onnx(const OnnxModel& model) {
  const onnx::ModelProto message = message_of(model);
  if (message.ByteSizeLong() > kMostBytes) refuse_size("the model", message.ByteSizeLong());
  try {
    onnx::checker::check_model(message);
  } catch (const std::exception& error) {
    throw Error("ONNX's checker refuses the model; nothing was written: " + printable(error.what()));
  }
  return message.SerializeAsString();
}

bool looks_like_onnx(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  if (lowercase(path.extension().native()) == ".onnx") return true;
  // Field 1, the IR version, which is below 32; then one of the texts that name the producer and so on, or the graph.
  const std::string head = read_file(path, 3);
  return head.size() == 3 && head[0] == 0x08 && head[1] > 0 && head[1] < 32 &&
         std::string_view("\x12\x1a\x22\x28\x32\x3a").find(head[2]) != std::string_view::npos;
}

OnnxDescription read_onnx(std::string_view bytes, const std::string& origin) {
  if (bytes.size() > kMostBytes) refuse_size(origin, bytes.size());
  check_bytes(bytes, origin);
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || model.ir_version() <= 0 ||
      !model.has_graph() || model.opset_import().empty())
    throw Error(origin + kNoModel, kNoModelHint);
  OnnxDescription out;
  out.ir_version = model.ir_version();
  for (const auto& set : model.opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx") out.operator_set = set.version();
  out.producer = model.producer_name(), out.producer_version = model.producer_version();
  const auto& graph = model.graph();
  out.name = graph.name();
  out.nodes = graph.node_size();
  std::set<std::string> operators, initialised;
  for (const auto& node : graph.node()) operators.insert(node.op_type());
  out.operators.assign(operators.begin(), operators.end());
  Sha256 digest;
  for (const auto& tensor : graph.initializer()) {
    out.tensors.push_back(tensor_from(tensor, origin));
    initialised.insert(tensor.name());
    digest.add(tensor.name()), digest.add(tensor.raw_data());
  }
  out.weights_digest = digest.hex();
  for (const auto& value : graph.input())
    if (!initialised.contains(value.name())) out.inputs.push_back(value_from(value));
  for (const auto& value : graph.output()) out.outputs.push_back(value_from(value));
  for (const auto& pair : model.metadata_props()) out.metadata.emplace_back(pair.key(), pair.value());
  return out;
}

OnnxDescription read_onnx_file(const fs::path& path) {
  const std::string origin = "'" + shown(path) + "'";
  if (const uint64_t bytes = stamp_of(path).bytes; bytes > kMostBytes) refuse_size(origin, bytes);
  return read_onnx(read_file(path), origin);
}

std::string shape_text(const OnnxValue& value) {
  std::vector<std::string> sides;
  for (const auto& side : value.sides) {
    const auto* number = std::get_if<int64_t>(&side);
    const std::string name = number ? std::to_string(*number) : printable(std::get<std::string>(side));
    sides.push_back(name.empty() ? "?" : name);
  }
  return "[" + joined(sides, ", ") + "]";
}

}  // namespace dcgan
