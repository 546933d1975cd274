// ONNX, the Open Neural Network Exchange format: a model as plain structs, to bytes and from bytes. ONNX, docs/IR.md
// and onnx/onnx.proto; IR version 7 and operator set 13, both of ONNX 1.8, which OpenCV's dnn of Debian 12 reads. No
// torch here, and nothing of onnx's own headers: they bring protobuf's, of which LibTorch has others. Nothing runs a
// model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/platform/io/file.hpp"

namespace dcgan {

inline constexpr int64_t kOnnxIrVersion = 7, kOnnxOperatorSet = 13;

/// An input or output: float32. A side is a number, or a name where it is free ("N").
struct OnnxValue {
  std::string name;
  std::vector<std::variant<int64_t, std::string>> sides;
};

struct OnnxAttribute {
  std::string name;
  std::variant<int64_t, float, std::string, std::vector<int64_t>> value;
};

/// One operation of ONNX's operator set, of one output. Inputs are names of values; "" is one that is left out.
struct OnnxNode {
  std::string type;
  std::vector<std::string> inputs;
  std::string output;
  std::vector<OnnxAttribute> attributes = {};
};

/// An initialiser: numbers that a file holds, row-major, little-endian.
struct OnnxTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::string bytes;
  bool is_int64 = false;  // float32 otherwise
};

struct OnnxModel {
  std::string name, explanation;
  std::vector<OnnxValue> inputs, outputs;
  std::vector<OnnxNode> nodes;  // each after those that make its inputs
  std::vector<OnnxTensor> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;  // metadata_props
};

/// SHA-256 over the name and the bytes of every tensor, in order: 64 hexadecimal digits.
std::string onnx_weights_digest(const OnnxModel& model);

/// The file. Throws Error when ONNX's own checker refuses it, or it would have 2 GiB or more, which protobuf cannot
/// read.
std::string write_onnx(const OnnxModel& model);

/// What a file holds, as far as can be told without running it. Names are as they stand there: print them with care.
struct OnnxDescription {
  struct Tensor {
    std::string name, type;  // "FLOAT", "INT64", ...: names of ONNX
    std::vector<int64_t> shape;
  };
  int64_t ir_version = 0, operator_set = 0;  // operator_set: of the domain "", 0 where it has none
  std::string producer, producer_version, name;
  std::vector<OnnxValue> inputs, outputs;  // inputs that are initialisers, as old files list them, are left out
  std::vector<std::string> operators;      // the kinds of its nodes, sorted, each once
  int64_t nodes = 0;
  std::vector<Tensor> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string weights_digest;  // see onnx_weights_digest; of numbers kept in other files, or not raw, it knows nothing
};

/// True if the file is called .onnx or begins like one: the format has no magic number.
bool looks_like_onnx(const fs::path& path);

/// Reads a whole file; opens no other that it may name. Throws Error naming `origin` when it is cut off, damaged, of
/// 2 GiB or more, of more than 16 MiB beside the numbers, of impossible shapes, or something else.
OnnxDescription read_onnx(std::string_view bytes, const std::string& origin);
/// The same of a file at `path`, which is not read if it is too long.
OnnxDescription read_onnx_file(const fs::path& path);

/// "[N, 100]"; "?" for a side that has no name.
std::string shape_text(const OnnxValue& value);

}  // namespace dcgan
