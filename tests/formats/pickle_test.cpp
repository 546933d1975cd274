#include "formats/pickle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "core/text.hpp"
#include "formats/zip.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::pickles {
namespace {

const fs::path kForeign = fs::path(DCGAN_TEST_GOLDENS) / "foreign";

std::string pickle_of(const std::string& file) {
  const ZipFile zip(kForeign / file);
  for (const auto& entry : zip.entries())
    if (entry.name.ends_with("/data.pkl")) return zip.read(entry);
  ADD_FAILURE() << file << " has no data.pkl";
  return "";
}
PickledState state_of(const std::string& pickle) { return read_pickled_state(pickle, "the file"); }
Thrown refusal(const std::string& pickle) {
  return thrown_by([&] { state_of(pickle); });
}

std::string type_name(ElementType type) {
  constexpr const char* kNames[] = {"float64", "float32", "float16", "bfloat16", "int64",
                                    "int32",   "int16",   "int8",    "uint8",    "bool"};
  return kNames[static_cast<int>(type)];
}

/// A pickle of one entry "w" from these instructions.
std::string one_entry(const std::string& value) {
  return "\x80\x02}X" + std::string("\1\0\0\0", 4) + "w" + value + "s.";
}
std::string text(const std::string& value) {
  return "X" + std::string({static_cast<char>(value.size()), 0, 0, 0}) + value;
}
std::string storage(const std::string& type, char elements) {
  return "(" + text("storage") + "ctorch\n" + type + "\n" + text("0") + text("cpu") + "K" + elements + "tQ";
}
std::string tensor(const std::string& from, const std::string& offset, const std::string& shape,
                   const std::string& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + from + offset + shape + strides + "\x89}tR";
}
const std::string kSix = storage("FloatStorage", 6);
std::string number(char value) { return std::string("K") + value; }
std::string pair(const std::string& a, const std::string& b) { return a + b + "\x86"; }

TEST(Pickle, IsReadAsTorchSaveWritesIt) {
  const Json expected = parse_json(read_text(fs::path(DCGAN_TEST_GOLDENS) / "foreign.json"), "the golden");
  int files = 0;
  for (const auto& [file, tensors] : expected.items()) {
    if (!file.ends_with(".pth")) continue;
    const PickledState state = state_of(pickle_of(file));
    ++files;
    ASSERT_EQ(state.tensors.size(), tensors.size()) << file;
    EXPECT_TRUE(state.others.empty()) << file;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const auto& [found, golden] = std::pair(state.tensors[i], tensors[i]);
      EXPECT_EQ(found.name, golden["name"]) << file;
      EXPECT_EQ(type_name(found.type), golden["type"]) << file << ' ' << found.name;
      EXPECT_EQ(found.shape, golden["shape"].get<std::vector<int64_t>>()) << file << ' ' << found.name;
      EXPECT_EQ(found.strides, golden["strides"].get<std::vector<int64_t>>()) << file << ' ' << found.name;
      EXPECT_EQ(found.offset, golden["offset"]) << file << ' ' << found.name;
      EXPECT_EQ(found.storage_elements, golden["storage_elements"]) << file << ' ' << found.name;
    }
  }
  EXPECT_EQ(files, 5);
}

TEST(Pickle, OfAWholeTrainingNamesTensorsByTheirPath) {
  const PickledState state = state_of(pickle_of("checkpoint.pth"));
  const auto has = [&](const std::string& name) {
    return std::any_of(state.tensors.begin(), state.tensors.end(), [&](const auto& one) { return one.name == name; });
  };
  EXPECT_TRUE(has("netG.conv.weight"));
  EXPECT_TRUE(has("netG.norm.running_var"));
  EXPECT_TRUE(has("optimizer.state.0.exp_avg"));
  EXPECT_NE(std::find(state.others.begin(), state.others.end(), "epoch"), state.others.end());
}

TEST(Pickle, ThatIsNoStateDictIsRefused) {
  EXPECT_CONTAINS(refusal(pickle_of("tensor.pth")).what, "the file holds a tensor, not the dict of tensors");
  EXPECT_CONTAINS(refusal("\x80\x02}.").what, "the file holds no tensors");
  EXPECT_CONTAINS(refusal(one_entry("N")).what, "holds no tensors");
}

TEST(Pickle, OfAWholeModuleSaysItsClassAndNoneOfItsTensors) {
  const PickledState state = state_of(pickle_of("module.pth"));
  EXPECT_EQ(state.modules, std::vector<std::string>{"torch.nn.modules.container.Sequential"});
  EXPECT_TRUE(state.tensors.empty());
}

/// What is read of {"w": VALUE, "t": a tensor}.
PickledState beside_a_tensor(const std::string& value) {
  return state_of("\x80\x02}" + text("w") + value + "s" + text("t") +
                  tensor(kSix, number(0), pair(number(2), number(3)), pair(number(3), number(1))) + "s.");
}

TEST(Pickle, ThatNamesAnythingElseHasAStandInInItsPlaceAndTensorsBesideIt) {
  const std::string command = text("echo ran > /tmp/never");
  for (const auto& [pickle, name] : std::vector<std::pair<std::string, std::string>>{
           {"cos\nsystem\n" + command + "\x85R", "os.system"},
           {"cbuiltins\neval\n" + command + "\x85R", "builtins.eval"},
           {"\x8c\x05posix\x8c\x06system\x93" + command + "\x85R", "posix.system"},
           {"ctorch\nload\n)R", "torch.load"},
           {"cargparse\nNamespace\n)\x81}" + text("lr") + "G12345678sb", "argparse.Namespace"},
           {"ccollections\ndeque\n)R(K\1K\2e", "collections.deque"},
           {"cmine\nDict\n)\x81" + text("lr") + "Ns", "mine.Dict"},
           {"cmine\nThing\n)}\x92", "mine.Thing"},
           {std::string("c\n\x01\xff\n)R"), ".\x01\xff"}}) {
    const PickledState state = beside_a_tensor(pickle);
    ASSERT_EQ(state.tensors.size(), 1u) << name;
    EXPECT_EQ(state.tensors[0].name, "t") << name;
    EXPECT_EQ(state.others, std::vector<std::string>{"w (" + name + ")"});
    EXPECT_CONTAINS(refusal(one_entry(pickle)).what, "holds no tensors, only w (" + printable(name) + ")");
  }
  EXPECT_CONTAINS(refusal("\x80\x02"
                          "cos\nsystem\n" +
                          command + "\x85R.")
                      .what,
                  "holds no tensors");
  EXPECT_CONTAINS(refusal("\x80\x02"
                          "cos\nsystem\n.")
                      .what,
                  "the file holds a name");
  EXPECT_CONTAINS(refusal(one_entry("c" + std::string(1001, 'x') + "\ny\n")).what, "more than 1,000 bytes");
}

TEST(Pickle, OfValuesOfEveryKindPassesThemOverByName) {
  for (const std::string& value : {std::string("N"),
                                   std::string("\x88"),
                                   std::string("K\7"),
                                   std::string("G12345678"),
                                   text("some"),
                                   std::string("\x8a\x09") + "123456789",
                                   std::string("\x8b\2\0\0\0", 5) + "12",
                                   std::string("C\2ab"),
                                   std::string("B\2\0\0\0", 5) + "ab",
                                   std::string("\x8e\2\0\0\0\0\0\0\0", 9) + "ab",
                                   std::string("\x96\2\0\0\0\0\0\0\0", 9) + "ab",
                                   std::string("\x8d\2\0\0\0\0\0\0\0", 9) + "ab",
                                   std::string("U\2ab"),
                                   std::string("T\2\0\0\0", 5) + "ab",
                                   std::string("\x8f(K\1\x90"),
                                   std::string("(K\1\x91"),
                                   std::string("NN0"),
                                   std::string("N(NN1"),
                                   std::string("](K\1K\2e"),
                                   std::string("ctorch\nfloat32\n"),
                                   std::string(")"),
                                   std::string("}")}) {
    const PickledState state = beside_a_tensor(value);
    EXPECT_EQ(state.tensors.size(), 1u) << value;
    EXPECT_EQ(state.others, std::vector<std::string>{"w"}) << value;
  }
}

TEST(Pickle, FindsTensorsInListsTuplesAndObjects) {
  const std::string t = tensor(kSix, number(0), pair(number(2), number(3)), pair(number(3), number(1)));
  for (const auto& [value, name] : std::vector<std::pair<std::string, std::string>>{
           {"]" + t + "a", "w.0"},
           {"N" + t + "\x86", "w.1"},
           {"cmine\nDict\n)\x81" + text("g") + t + "s", "w.g"},
           {"ctypes\nSimpleNamespace\n)R}" + text("g") + t + "sb", "w.g"},
           {"ccollections\ndefaultdict\ncbuiltins\nint\n\x85R" + text("g") + t + "s", "w.g"},
           {"ctorch._utils\n_rebuild_parameter_with_state\n(" + t + "\x88}}tR", "w"},
           {"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\ncmine\nTensor\n(" + kSix +
                number(0) + pair(number(2), number(3)) + pair(number(3), number(1)) + "\x89}t}tR",
            "w"}}) {
    const PickledState state = state_of(one_entry(value));
    ASSERT_EQ(state.tensors.size(), 1u) << name;
    EXPECT_EQ(state.tensors[0].name, name);
    EXPECT_EQ(state.tensors[0].shape, (std::vector<int64_t>{2, 3})) << name;
  }
}

TEST(Pickle, OfATensorWhoseNumbersAreNotReadSaysWhy) {
  const std::string shape = pair(number(2), number(3)), complex = storage("ComplexFloatStorage", 6);
  const std::string strides = pair(number(3), number(1));
  for (const auto& [value, why] : std::vector<std::pair<std::string, std::string>>{
           {"ctorch._utils\n_rebuild_qtensor\n(" + storage("QInt8Storage", 6) + number(0) + shape + strides + "tR",
            "is quantised"},
           {"ctorch._utils\n_rebuild_sparse_tensor\n(NNtR", "is sparse"},
           {"ctorch._utils\n_rebuild_meta_tensor_no_storage\n(N" + shape + "tR", "device meta"},
           {"ctorch._utils\n_rebuild_tensor_v3\n(" + storage("UntypedStorage", 6) + number(0) + shape + strides +
                "\x89}ctorch\nfloat8_e5m2\ntR",
            "elements of type float8_e5m2"},
           {tensor(complex, number(0), shape, strides), "elements of type ComplexFloat"},
           {tensor(kSix, number(0), shape, pair(number(0), number(1))), "a stride of 0"}}) {
    const PickledState state = state_of(one_entry(value));
    ASSERT_EQ(state.tensors.size(), 1u) << why;
    EXPECT_CONTAINS(state.tensors[0].unusable, why);
  }
}

TEST(Pickle, WithAnInstructionThatAStateDictDoesNotNeedIsRefused) {
  // OBJ, INST, EXT1, DUP, PERSID, NEXT_BUFFER
  for (const char code : std::string("oi\x82"
                                     "2P\x97")) {
    const Thrown thrown = refusal(one_entry(std::string("ccollections\nOrderedDict\n)") + code));
    EXPECT_CONTAINS(thrown.what, "byte 35 of its pickle: the instruction 0x");
  }
  EXPECT_CONTAINS(refusal("\x80\x01}.").what, "protocol 1; 2 to 5");
  EXPECT_CONTAINS(refusal("\x80\x06}.").what, "protocol 6; 2 to 5");
}

TEST(Pickle, ThatCallsATensorsPartsWronglyIsRefused) {
  const std::string ordered_dict = "ccollections\nOrderedDict\n";
  for (const std::string& value :
       {ordered_dict + ordered_dict + "\x85R", std::string("(ttR"), std::string("ctorch\nSize\n)R"),
        std::string("ctorch._utils\n_rebuild_parameter\n)R"), std::string("ctorch._utils\n_rebuild_tensor_v2\n)R"),
        std::string("ctorch._utils\n_rebuild_parameter\n") + number(1) + number(1) + number(1) + "\x87R",
        text("0") + "Q", std::string("(tQ"),
        "(" + text("storage") + text("0") + text("0") + text("cpu") + number(1) + "tQ", std::string("R"),
        std::string("Q"), std::string("a"), std::string("t"), std::string("e"), std::string("u"), std::string("(Nu"),
        std::string("h\7"),

        std::string("Nb")})
    EXPECT_CONTAINS(refusal(one_entry(value)).what, " of its pickle: ");
}

TEST(Pickle, PlacesEveryElementOfATensorInItsStorage) {
  const std::string zero = number(0), row = pair(number(3), number(1)), two_rows = pair(number(2), number(3));
  EXPECT_EQ(state_of(one_entry(tensor(kSix, zero, two_rows, row))).tensors.size(), 1u);
  EXPECT_EQ(state_of(one_entry(tensor(kSix, number(6), pair(number(0), number(3)), row))).tensors.size(), 1u);  // empty
  const std::string minus_one = "J\xff\xff\xff\xff", huge = "\x8a\x08" + std::string("\0\0\0\0\0\0\0\x40", 8);
  for (const auto& [offset, shape, strides] : std::vector<std::array<std::string, 3>>{
           {number(1), two_rows, row},                                 // one too far
           {number(7), pair(number(0), number(3)), row},               // begins behind the end
           {minus_one, two_rows, row},                                 //
           {huge, two_rows, row},                                      //
           {zero, pair(minus_one, number(3)), row},                    //
           {zero, pair(huge, huge), row},                              // a product that overflows
           {zero, two_rows, pair(minus_one, number(1))},               //
           {zero, two_rows, pair(huge, number(1))},                    //
           {zero, pair(number(7), number(1)), pair(number(1), zero)},  // seven overlapping
           {zero, two_rows, number(1) + "\x85"},                       // fewer strides than sides
           {zero, pair(number(4), number(1)), pair(number(2), number(1))}})
    EXPECT_CONTAINS(refusal(one_entry(tensor(kSix, offset, shape, strides))).what, " of its pickle: ");
  const std::string nine_sides = "(" + std::string("K\1K\1K\1K\1K\1K\1K\1K\1K\1") + "t";
  EXPECT_CONTAINS(refusal(one_entry(tensor(kSix, zero, nine_sides, nine_sides))).what, "more than 8 parts");
}

TEST(Pickle, ThatGoesRoundInCirclesOrGrowsWithoutEndIsRefused) {
  const std::string key = text("k");
  EXPECT_CONTAINS(refusal("\x80\x02}q" + std::string(1, '\0') + key + "h" + std::string(1, '\0') + "s.").what,
                  "holds no tensors");  // a dict in itself is not looked through again
  std::string deep = "\x80\x02";
  for (int i = 0; i < 100'000; ++i) deep += "}" + key;
  EXPECT_CONTAINS(refusal(deep + "N" + std::string(100'000, 's') + ".").what, "more than 16 dicts deep");
  // Every dict holds the one before it ten times: 10^16 entries in a few hundred bytes.
  std::string laughs = "\x80\x02}" + key + "Nsq" + std::string(1, '\0');
  for (char level = 1; level < 16; ++level) {
    laughs += "0";
    laughs.back() = '}';
    for (char i = 0; i < 10; ++i)
      laughs += text(std::string(1, static_cast<char>('a' + i))) + "h" + static_cast<char>(level - 1) + "s";
    laughs += std::string("q") + level;
  }
  EXPECT_CONTAINS(refusal(laughs + ".").what, "more than 100,000 entries");
  EXPECT_CONTAINS(refusal("\x80\x02" + std::string(3'000'000, 'N')).what, "more than 2,000,000 values");
  // One list of a million numbers a thousand times, and one call with them: no work that grows with their product.
  const std::string million = "(" + std::string(1'000'000, 'N') + "tq" + std::string(1, '\0');
  std::string often = "\x80\x02" + million + "](", calls = "\x80\x02" + million;
  for (int i = 0; i < 1000; ++i) often += "h" + std::string(1, '\0');
  EXPECT_CONTAINS(refusal(often + "}" + key + "Ns" + "e.").what, "refers to the same values too often");
  for (int i = 0; i < 100'000; ++i) calls += "cmine\nThing\nh" + std::string(1, '\0') + "R0";
  EXPECT_CONTAINS(refusal(calls + ".").what, "the file holds");
}

TEST(Pickle, CutOffOrChangedAnywhereIsReadOrRefusedAndNothingElse) {
  const std::string whole = pickle_of("ordered.pth");
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_CONTAINS(refusal(whole.substr(0, length)).what, "the file");
  for (size_t at = 0; at < whole.size(); ++at)
    for (const int change : {1, 0x40, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      try {
        for (const auto& tensor : state_of(changed).tensors)
          EXPECT_TRUE(!tensor.unusable.empty() || element_count(tensor.shape) <= tensor.storage_elements);
      } catch (const Error&) {
      }
    }
}

TEST(Pickle, ThatWasWrittenIsReadAgain) {
  const auto tensors = state_of(pickle_of("ordered.pth")).tensors;
  const auto again = state_of(write_pickled_state(tensors)).tensors;
  ASSERT_EQ(again.size(), tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(again[i].name, tensors[i].name);
    EXPECT_EQ(again[i].storage, tensors[i].storage);
    EXPECT_EQ(again[i].type, tensors[i].type);
    EXPECT_EQ(again[i].shape, tensors[i].shape);
    EXPECT_EQ(again[i].strides, tensors[i].strides);
    EXPECT_EQ(again[i].storage_elements, tensors[i].storage_elements);
  }
}

}  // namespace
}  // namespace dcgan::test::pickles
