#include "checkpoint/archive.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>

#include "core/io/digest.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

constexpr size_t kHeadStart = 8 + 4 + 4 + 8 + 64;  // magic, version, 0, length, SHA-256

/// One of everything that a checkpoint may hold.
NamedTensors many_tensors() {
  return {{"contiguous", noise({5, 3, 4, 4}, 1)},
          {"channels_last", noise({5, 3, 4, 4}, 2).contiguous(at::MemoryFormat::ChannelsLast)},
          {"transposed", noise({7, 2}, 3).t()},
          {"single", at::tensor(3.5f)},
          {"counter", at::tensor(int64_t{1} << 60)},
          {"numbers", at::arange(9, at::kLong)},
          {"half", noise({33}, 4).to(at::kBFloat16)},
          {"empty", at::empty({0, 4})},
          {"double", noise({6}, 5).to(at::kDouble) / 3}};
}

void expect_same_tensors(const NamedTensors& got, const NamedTensors& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].first, expected[i].first);
    EXPECT_TRUE(same_bits(got[i].second, expected[i].second)) << got[i].first;
  }
}

std::string said_by(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class ArchiveTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  const fs::path path_ = folder_ / "state.ckpt";
  const Json meta_ = {{"images", 64}, {"name", "caf\u00e9"}};

  std::string written() {
    write_archive(path_, meta_, many_tensors());
    return read_text(path_);
  }
  /// Reads everything there is in the file.
  NamedTensors read_whole() const {
    const ArchiveReader archive(path_);
    EXPECT_EQ(archive.meta(), meta_);
    return archive.read_all("");
  }
  /// Where the table says that a tensor's bytes begin.
  static size_t place_of(const std::string& bytes, const std::string& name) {
    uint64_t head = 0;
    std::memcpy(&head, bytes.data() + 16, 8);
    const Json json = parse_json(std::string_view(bytes).substr(kHeadStart, head), "head");
    for (const auto& one : json["tensors"])
      if (one["name"] == name) return (kHeadStart + head + 63) / 64 * 64 + one["offset"].get<size_t>();
    throw std::runtime_error("no " + name);
  }
  /// A file with this head and a right checksum over it.
  void write_with_head(const std::string& head, uint32_t version = 1) {
    const uint32_t numbers[] = {version, 0};
    const uint64_t length = head.size();
    std::string bytes = "DCGANCKP";
    bytes.append(reinterpret_cast<const char*>(numbers), 8).append(reinterpret_cast<const char*>(&length), 8);
    write_text(path_, bytes + sha256_hex(head) + head + std::string(256, '\0'));
  }
};

TEST_F(ArchiveTest, GivesBackEveryTensorBitForBit) {
  written();
  expect_same_tensors(read_whole(), many_tensors());
}

TEST_F(ArchiveTest, KeepsStrides) {
  written();
  const ArchiveReader archive(path_);
  for (const auto& [name, tensor] : many_tensors()) EXPECT_EQ(archive.read(name).strides(), tensor.strides()) << name;
  EXPECT_TRUE(archive.read("channels_last").is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_F(ArchiveTest, TakesTensorsWithGapsInMemory) {
  const auto wide = noise({4, 10});
  write_archive(path_, {}, {{"columns", wide.slice(1, 0, 10, 3)}, {"spread", at::tensor(2.0f).expand({3})}});
  const ArchiveReader archive(path_);
  EXPECT_TRUE(same_bits(archive.read("columns"), wide.slice(1, 0, 10, 3)));
  EXPECT_TRUE(same_bits(archive.read("spread"), at::full({3}, 2.0f)));
}

TEST_F(ArchiveTest, IsTheSameFileForTheSameContent) {
  const std::string once = written(), twice = written();
  EXPECT_EQ(once, twice);
}

TEST_F(ArchiveTest, ListsNamesAndShapesInTheOrderWritten) {
  written();
  const auto list = ArchiveReader(path_).list();
  const auto tensors = many_tensors();
  ASSERT_EQ(list.size(), tensors.size());
  for (size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(list[i].first, tensors[i].first);
    EXPECT_EQ(list[i].second, tensors[i].second.sizes().vec());
  }
}

TEST_F(ArchiveTest, ReadsAllUnderAPrefixWithoutIt) {
  write_archive(path_, {}, {{"g.w", noise({2}, 1)}, {"d.w", noise({2}, 2)}, {"g.b", noise({3}, 3)}});
  expect_same_tensors(ArchiveReader(path_).read_all("g."), {{"w", noise({2}, 1)}, {"b", noise({3}, 3)}});
}

TEST_F(ArchiveTest, PutsEveryTensorOnAMultipleOf64) {
  const std::string bytes = written();
  for (const auto& [name, tensor] : many_tensors()) EXPECT_EQ(place_of(bytes, name) % 64, 0u) << name;
}

TEST_F(ArchiveTest, RefusesWhatIsNotFiniteBeforeAGoodFileIsReplaced) {
  const std::string good = written();
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const float bad : {nan, infinity, -infinity})
    for (const auto type : {at::kFloat, at::kDouble, at::kBFloat16}) {
      auto tensor = at::zeros({100}, type);
      tensor[77] = bad;
      try {
        write_archive(path_, meta_, {{"sound", at::ones({3})}, {"spoilt", tensor}});
        ADD_FAILURE() << bad << " was written";
      } catch (const NotFinite& error) {
        EXPECT_TRUE(says(error.what(), "'spoilt'")) << error.what();
      }
    }
  auto opposed = at::zeros({2});
  opposed[0] = infinity, opposed[1] = -infinity;
  EXPECT_THROW(write_archive(path_, meta_, {{"opposed", opposed}}), NotFinite);
  EXPECT_EQ(read_text(path_), good);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1) << "something was left beside the file";
}

TEST_F(ArchiveTest, TakesTheLargestFiniteNumbers) {
  const auto large = at::full({1000}, std::numeric_limits<float>::max());
  const auto larger = at::full({4}, std::numeric_limits<double>::max(), at::kDouble);
  write_archive(path_, meta_, {{"large", large}, {"larger", larger}});
  EXPECT_TRUE(same_bits(ArchiveReader(path_).read("large"), large));
}

TEST_F(ArchiveTest, RefusesATypeItDoesNotHoldNamingTheTensor) {
  EXPECT_TRUE(says(said_by([&] { write_archive(path_, {}, {{"mask", at::ones({2}, at::kBool)}}); }), "'mask'"));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ArchiveTest, CutOffAnywhereIsAnError) {
  const std::string bytes = written();
  const size_t end_of_data = place_of(bytes, "double") + 6 * sizeof(double);  // the last that has any bytes
  for (size_t cut = 0; cut < bytes.size(); cut += cut < kHeadStart + 2 ? 1 : 13) {
    write_text(path_, bytes.substr(0, cut));
    if (cut < end_of_data)
      EXPECT_NE(said_by([&] { read_whole(); }), "no error") << "cut at " << cut << " of " << bytes.size();
    else  // only padding and the end mark are missing: all is there, and must be right
      expect_same_tensors(read_whole(), many_tensors());
  }
}

TEST_F(ArchiveTest, CutInTheMiddleOfTheLastTensorSaysSo) {
  const std::string bytes = written();
  write_text(path_, bytes.substr(0, place_of(bytes, "double") + 1));
  EXPECT_TRUE(says(said_by([&] { ArchiveReader archive(path_); }), "cut off"));
}

TEST_F(ArchiveTest, WithAByteChangedNeverGivesWrongData) {
  const std::string bytes = written();
  const size_t first_tensor = place_of(bytes, "contiguous");
  for (size_t at = 0; at < bytes.size(); at += at < first_tensor ? 3 : 17) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    write_text(path_, damaged);
    try {
      expect_same_tensors(read_whole(), many_tensors());  // between tensors a byte means nothing
    } catch (const Error&) {
    }
  }
}

TEST_F(ArchiveTest, WithAByteChangedInATensorNamesIt) {
  std::string bytes = written();
  const size_t at = place_of(bytes, "channels_last") + 5;
  bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
  write_text(path_, bytes);
  const auto said = said_by([&] { read_whole(); });
  EXPECT_TRUE(says(said, "damaged") && says(said, "'channels_last'")) << said;
}

TEST_F(ArchiveTest, ReadsOneTensorWhenAnotherIsDamaged) {
  std::string bytes = written();
  bytes[place_of(bytes, "channels_last")] ^= 1;
  write_text(path_, bytes);
  const ArchiveReader archive(path_);
  EXPECT_THROW(archive.read("channels_last"), Error);
  EXPECT_TRUE(same_bits(archive.read("contiguous"), noise({5, 3, 4, 4}, 1)));
  EXPECT_TRUE(same_bits(archive.read("numbers"), at::arange(9, at::kLong)));
}

TEST_F(ArchiveTest, RefusesAForeignFile) {
  for (const std::string content : {"", "DCGAN", "PK\x03\x04 and so on", "{\"format\": \"dcgan-run\"}"}) {
    write_text(path_, content);
    EXPECT_FALSE(looks_like_archive(path_)) << content;
    EXPECT_TRUE(says(said_by([&] { ArchiveReader archive(path_); }), "is not a checkpoint of dcgan")) << content;
  }
  EXPECT_FALSE(looks_like_archive(folder_.path()));
  EXPECT_FALSE(looks_like_archive(folder_ / "absent"));
  EXPECT_THROW(ArchiveReader(folder_ / "absent"), Error);
}

TEST_F(ArchiveTest, RefusesANewerVersionNamingBoth) {
  write_with_head("{\"whatever\": \"a newer version keeps there\"}", 2);
  EXPECT_TRUE(looks_like_archive(path_));
  EXPECT_TRUE(says(said_by([&] { ArchiveReader archive(path_); }), "format version 2; this program reads version 1"));
}

TEST_F(ArchiveTest, RefusesAHugeHeadWithoutMakingRoomForIt) {
  std::string bytes = written();
  for (const uint64_t length : {uint64_t{1} << 40, uint64_t{1} << 62, ~uint64_t{0}}) {
    std::memcpy(bytes.data() + 16, &length, 8);
    write_text(path_, bytes);
    EXPECT_TRUE(says(said_by([&] { ArchiveReader archive(path_); }), "cut off")) << length;
  }
}

// Checksums keep accidents out, not intent: a head may claim anything.
TEST_F(ArchiveTest, RefusesATableThatClaimsTheImpossible) {
  const auto claim = [&](const char* key, const Json& value) {
    Json one = {{"name", "w"},
                {"dtype", "float32"},
                {"shape", {2}},
                {"strides", {1}},
                {"offset", 0},
                {"bytes", 8},
                {"sha256", sha256_hex(std::string(8, '\0'))}};
    one[key] = value;
    write_with_head(compact({{"meta", Json::object()}, {"tensors", Json::array({one})}}));
    return said_by([&] { ArchiveReader(path_).read_all(""); });
  };
  EXPECT_EQ(claim("name", "w"), "no error");  // so that what follows fails for its own reason
  const Json huge = {int64_t{1} << 45}, negative = {-2};
  for (const auto& [key, value] :
       std::vector<std::pair<const char*, Json>>{{"shape", huge},
                                                 {"shape", negative},
                                                 {"shape", {2, 2}},
                                                 {"shape", {int64_t{1} << 32, int64_t{1} << 32}},
                                                 {"shape", "two"},
                                                 {"shape", {0}},
                                                 {"shape", {0, -1}},
                                                 {"strides", huge},
                                                 {"strides", {0}},
                                                 {"strides", {-1}},
                                                 {"strides", Json::array()},
                                                 {"strides", {1, 1}},
                                                 {"offset", int64_t{1} << 60},
                                                 {"bytes", int64_t{1} << 60},
                                                 {"bytes", 4},
                                                 {"dtype", "float16"},
                                                 {"sha256", "0"}})
    EXPECT_NE(claim(key, value), "no error") << key << " " << compact(value);
  for (const char* head :
       {"", "{", "[]", "null", "{\"meta\":{}}", "{\"meta\":{},\"tensors\":3}", "{\"meta\":{},\"tensors\":[1]}"}) {
    write_with_head(head);
    EXPECT_NE(said_by([&] { ArchiveReader(path_).read_all(""); }), "no error") << head;
  }
}

TEST_F(ArchiveTest, NamesWhatItDoesNotHold) {
  written();
  EXPECT_TRUE(says(said_by([&] { ArchiveReader(path_).read("absent"); }), "has no 'absent'"));
}

}  // namespace
}  // namespace dcgan::test
