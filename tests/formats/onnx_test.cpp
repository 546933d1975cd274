#include "formats/onnx.hpp"

#include <gtest/gtest.h>

#include "core/io/digest.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::onnx_messages {
namespace {

std::string floats(std::vector<float> values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

/// image = tanh(z x w)
OnnxModel small_model() {
  OnnxModel model;
  model.name = "small";
  model.inputs = {{"z", {"N", int64_t{2}}}};
  model.outputs = {{"image", {"N", int64_t{3}}}};
  model.nodes = {{"MatMul", {"z", "w"}, "x"}, {"Tanh", {"x"}, "image"}};
  model.tensors = {{"w", {2, 3}, floats({1, 2, 3, 4, 5, 6})}};
  model.metadata = {{"format", "of a test"}, {"made by", "nobody"}};
  return model;
}
Thrown refusal(const std::string& bytes) {
  return thrown_by([&] { read_onnx(bytes, "the file"); });
}

/// A field of a protobuf message: its number, its bytes.
std::string field(int number, const std::string& bytes) {
  std::string head = {static_cast<char>(number << 3 | 2)};
  for (size_t left = bytes.size(); left > 0 || head.size() == 1; left >>= 7)
    head += static_cast<char>((left & 127) | (left > 127 ? 128 : 0));
  return head + bytes;
}
std::string number_field(int number, char value) { return {static_cast<char>(number << 3), value}; }
/// A model of one initialiser.
std::string model_of(const std::string& tensor) {
  return number_field(1, 7) + field(7, field(5, tensor)) + field(8, number_field(2, 13));
}

TEST(Onnx, ThatWasWrittenIsReadAgain) {
  const OnnxModel model = small_model();
  const OnnxDescription read = read_onnx(write_onnx(model), "the file");
  EXPECT_EQ(read.ir_version, 7);
  EXPECT_EQ(read.operator_set, 13);
  EXPECT_EQ(read.producer, "dcgan");
  EXPECT_EQ(read.name, "small");
  ASSERT_EQ(read.inputs.size(), 1u);
  EXPECT_EQ(read.inputs[0].name + shape_text(read.inputs[0]), "z[N, 2]");
  ASSERT_EQ(read.outputs.size(), 1u);
  EXPECT_EQ(read.outputs[0].name + shape_text(read.outputs[0]), "image[N, 3]");
  EXPECT_EQ(read.operators, (std::vector<std::string>{"MatMul", "Tanh"}));
  EXPECT_EQ(read.nodes, 2);
  ASSERT_EQ(read.tensors.size(), 1u);
  EXPECT_EQ(read.tensors[0].name + read.tensors[0].type, "wFLOAT");
  EXPECT_EQ(read.tensors[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(read.metadata, model.metadata);
  EXPECT_EQ(read.weights_digest, sha256_hex("w" + model.tensors[0].bytes));
  EXPECT_EQ(read.weights_digest, onnx_weights_digest(model));
}

TEST(Onnx, OfAnotherProgramIsDescribedAsThatProgramMeantIt) {  // goldens/foreign_onnx.py
  const OnnxDescription read = read_onnx_file(fs::path(DCGAN_TEST_GOLDENS) / "foreign" / "linear.onnx");
  EXPECT_EQ(read.operator_set, 11);
  ASSERT_EQ(read.inputs.size(), 1u) << "a weight that is listed among them is none";
  EXPECT_EQ(read.inputs[0].name + shape_text(read.inputs[0]), "input[?, 2]");
  EXPECT_EQ(read.outputs[0].name + shape_text(read.outputs[0]), "output[batch, 3]");
  EXPECT_EQ(read.operators, (std::vector<std::string>{"Add", "Cast", "MatMul"}));
  ASSERT_EQ(read.tensors.size(), 2u);
  EXPECT_EQ(read.tensors[1].name + read.tensors[1].type, "biasFLOAT16");
  EXPECT_EQ(read.metadata, (std::vector<std::pair<std::string, std::string>>{{"author", "nobody"}}));
}

TEST(Onnx, ThatOnnxsCheckerRefusesIsNotWritten) {
  OnnxModel model = small_model();
  model.nodes[1].type = "Surprise";
  EXPECT_CONTAINS(thrown_by([&] { write_onnx(model); }).what, "ONNX's checker refuses the model");
  model = small_model();
  std::swap(model.nodes[0], model.nodes[1]);  // an input that nothing has made yet
  EXPECT_CONTAINS(thrown_by([&] { write_onnx(model); }).what, "ONNX's checker refuses the model");
}

TEST(Onnx, CutOffBeforeItsOperatorSetIsRefused) {
  const std::string bytes = write_onnx(small_model());
  const size_t set = bytes.find(field(8, number_field(2, 13)));  // the domain "" is not written
  ASSERT_NE(set, std::string::npos);
  for (size_t length = 0; length < set; ++length)
    EXPECT_CONTAINS(refusal(bytes.substr(0, length)).what, "the file is not an ONNX model, or is cut off");
}

TEST(Onnx, OfAnotherKindIsRefused) {
  for (const std::string& bytes : {std::string("PK\x03\x04"), std::string("{\"a\": 1}"), std::string(4096, '\0'),
                                   std::string(4096, '\xff'), number_field(1, 7)})
    EXPECT_CONTAINS(refusal(bytes).what, "the file is not an ONNX model");
}

TEST(Onnx, OfMessagesWithinMessagesWithoutEndIsRefused) {
  const auto nested = [](int depth) {
    std::string graph;
    for (int i = 0; i < depth; ++i) graph = field(1, field(5, field(6, graph)));  // node > attribute > graph
    return number_field(1, 7) + field(7, graph) + field(8, number_field(2, 13));
  };
  EXPECT_EQ(read_onnx(nested(10), "the file").nodes, 1);
  EXPECT_CONTAINS(refusal(nested(10'000)).what, "not an ONNX model");
}

TEST(Onnx, WithTensorsOfImpossibleShapesIsRefusedByTheirName) {
  const std::string name = field(8, "w"), is_float = number_field(2, 1), four = field(9, "1234");
  EXPECT_EQ(read_onnx(model_of(number_field(1, 1) + is_float + name + four), "the file").tensors[0].shape,
            (std::vector<int64_t>{1}));
  EXPECT_CONTAINS(refusal(model_of(number_field(1, 2) + is_float + name + four)).what,
                  "tensor 'w' has 4 bytes; its shape needs 8");
  const std::string minus_one = std::string("\x08") + std::string(9, '\xff') + "\x01";
  EXPECT_CONTAINS(refusal(model_of(minus_one + is_float + name + four)).what, "tensor 'w' has an impossible shape");
  const std::string huge = std::string("\x08") + std::string(8, '\xff') + "\x7f";  // 2^63 - 1
  EXPECT_CONTAINS(refusal(model_of(huge + huge + is_float + name)).what, "tensor 'w' has an impossible shape");
  EXPECT_CONTAINS(refusal(model_of(number_field(1, 1) + number_field(2, 99) + name)).what, "of unknown type 99");
}

TEST(Onnx, OfTwoGibibytesIsRefusedUnread) {
  const TemporaryFolder folder;
  write_text(folder / "long.onnx", "\x08\x07");
  fs::resize_file(folder / "long.onnx", uint64_t{1} << 31);  // a hole: it takes no space
  EXPECT_CONTAINS(thrown_by([&] { read_onnx_file(folder / "long.onnx"); }).what, "must have less than 2 GiB");
}

TEST(Onnx, OfMillionsOfEmptyNodesIsRefusedBeforeTheyAreMade) {
  std::string nodes;
  for (int i = 0; i < 9'000'000; ++i) nodes += std::string_view("\x0a\x00", 2);
  EXPECT_CONTAINS(refusal(number_field(1, 7) + field(7, nodes) + field(8, number_field(2, 13))).what,
                  "besides its tensors' numbers");
}

TEST(Onnx, OfManyNumbersIsReadHoweverTheyAreKept) {
  const std::string many(20 << 20, '\0'), sides = std::string("\x08\x80\x80\xc0\x02");  // 5 x 2^20
  const std::string head = sides + number_field(2, 1) + field(8, "w");
  EXPECT_EQ(read_onnx(model_of(head + field(9, many)), "the file").tensors[0].shape[0], 5 << 20);
  EXPECT_EQ(read_onnx(model_of(head + field(4, many)), "the file").tensors[0].shape[0], 5 << 20);
  const std::string constant = field(1, field(5, field(5, head + field(9, many))));
  EXPECT_EQ(read_onnx(number_field(1, 7) + field(7, constant) + field(8, number_field(2, 13)), "the file").nodes, 1);
}

TEST(Onnx, IsKnownByItsNameOrItsFirstBytes) {
  const TemporaryFolder folder;
  write_text(folder / "model.bin", write_onnx(small_model()));
  write_text(folder / "empty.ONNX", "");
  write_text(folder / "text.txt", "no model");
  EXPECT_TRUE(looks_like_onnx(folder / "model.bin"));
  EXPECT_TRUE(looks_like_onnx(folder / "empty.ONNX"));
  EXPECT_FALSE(looks_like_onnx(folder / "text.txt"));
  EXPECT_FALSE(looks_like_onnx(folder.path()));
  EXPECT_FALSE(looks_like_onnx(folder / "absent.onnx"));
}

}  // namespace
}  // namespace dcgan::test::onnx_messages
