// Files that are no exports, or no longer whole.
#include <caffe2/serialize/inline_container.h>

#include "exchange/exported.hpp"

namespace dcgan::test {
namespace {

TEST_F(TorchScriptTest, FromElsewhereIsRefusedByName) {
  torch::jit::Module foreign("Stranger");
  foreign.register_parameter("w", at::ones({1}), false);
  foreign.define("def forward(self, z: Tensor) -> Tensor:\n    return z * self.w\n");
  foreign.save((folder_ / "foreign.pt").native());
  const auto said = thrown_by([&] { open_torchscript(folder_ / "foreign.pt"); }).what;
  EXPECT_TRUE(contains(said, "foreign.pt") && contains(said, "not a generator that dcgan exported")) << said;
  EXPECT_TRUE(looks_like_torchscript(folder_ / "foreign.pt"));
}

TEST_F(TorchScriptTest, OfANewerInterfaceIsRefused) {
  auto module = loaded();
  Json told = torchscript_metadata(file_);
  told["version"] = kExportVersion + 1;
  module.save((folder_ / "newer.pt").native(), {{"dcgan.json", compact(told)}});
  EXPECT_TRUE(contains(thrown_by([&] { open_torchscript(folder_ / "newer.pt"); }).what, "newer"));
}

TEST_F(TorchScriptTest, WithSpoiltMetadataIsAnError) {
  auto module = loaded();
  for (const char* told : {"{", "[]", "7", "{\"format\": 3}", "{\"format\": \"dcgan-generator\"}",
                           "{\"format\": \"dcgan-generator\", \"version\": \"one\"}"}) {
    module.save((folder_ / "spoilt.pt").native(), {{"dcgan.json", told}});
    EXPECT_NE(thrown_by([&] { open_torchscript(folder_ / "spoilt.pt"); }).exit_code, 0) << told;
  }
}

TEST_F(TorchScriptTest, WithANumberThatDoesNotFitIsAnErrorThatNamesIt) {
  auto module = loaded();
  for (const char* key : {"images_seen", "classes", "latent"}) {
    Json told = torchscript_metadata(file_);
    told[key] = UINT64_MAX;
    module.save((folder_ / "large.pt").native(), {{"dcgan.json", compact(told)}});
    EXPECT_CONTAINS(thrown_by([&] { open_torchscript(folder_ / "large.pt"); }).what, key);
  }
}

TEST_F(TorchScriptTest, WithATextThatIsNoneIsAnErrorThatNamesIt) {
  auto module = loaded();
  for (const char* key : {"fit", "crop_at", "latent_distribution"}) {
    Json told = torchscript_metadata(file_);
    told[key] = 3;
    module.save((folder_ / "other.pt").native(), {{"dcgan.json", compact(told)}});
    EXPECT_CONTAINS(thrown_by([&] { open_torchscript(folder_ / "other.pt"); }).what, key);
  }
}

/// A copy of the archive, its numbers packed.
void pack_records(const fs::path& from, const fs::path& to) {
  caffe2::serialize::PyTorchStreamReader reader(from.native());
  caffe2::serialize::PyTorchStreamWriter writer(to.native());
  for (const auto& name : reader.getAllRecords()) {
    if (name == "version" || name.starts_with(".data")) continue;  // the writer's own
    const auto [data, size] = reader.getRecord(name);
    writer.writeRecord(name, data.get(), size, /*compress=*/true);
  }
  writer.writeEndOfFile();
}

TEST_F(TorchScriptTest, ThatCouldUnpackToAnySizeIsRefused) {
  pack_records(file_, folder_ / "packed.pt");
  EXPECT_CONTAINS(thrown_by([&] { open_torchscript(folder_ / "packed.pt"); }).what, "is packed");
  EXPECT_CONTAINS(thrown_by([&] { torchscript_metadata(folder_ / "packed.pt"); }).what, "packed.pt");
}

TEST_F(TorchScriptTest, WhoseProgramRunsWhileItIsLoadedIsRefused) {
  auto module = loaded();
  module.define("def __getstate__(self):\n    return 1\n");
  module.define("def __setstate__(self, state: int) -> None:\n    print(state)\n");
  module.save((folder_ / "running.pt").native(), {{"dcgan.json", compact(torchscript_metadata(file_))}});
  EXPECT_CONTAINS(thrown_by([&] { torchscript_metadata(folder_ / "running.pt"); }).what,
                  "would run while it is loaded");
  EXPECT_CONTAINS(thrown_by([&] { open_torchscript(folder_ / "running.pt"); }).hint, "--run-code");
}

TEST_F(TorchScriptTest, CutOffAnywhereIsAnError) {
  const std::string bytes = read_text(file_);
  for (size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 40) {
    write_text(folder_ / "cut.pt", bytes.substr(0, cut));
    EXPECT_NE(thrown_by([&] { open_torchscript(folder_ / "cut.pt"); }).exit_code, 0) << cut << " of " << bytes.size();
  }
}

// LibTorch checks no checksum when it reads; ours cover every byte.
TEST_F(TorchScriptTest, WithAByteChangedIsAnErrorOrGivesTheSameImages) {
  const std::string bytes = read_text(file_);
  const auto z = line(3);
  const auto expected = (*open_torchscript(file_))(z);
  int errors = 0;
  for (size_t at = 1; at < bytes.size(); at += 1 + bytes.size() / 100) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write_text(folder_ / "damaged.pt", damaged);
    try {
      EXPECT_TRUE(at::equal((*open_torchscript(folder_ / "damaged.pt"))(z), expected)) << "byte " << at;
    } catch (const Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 20) << "most of the file is weights";
}

TEST_F(TorchScriptTest, ThatIsNoZipIsAnErrorThatNamesIt) {
  for (const std::string content : {"", "hello", "\x80\x02}q", "PK\x03\x04 but no more"}) {
    write_text(folder_ / "other.pt", content);
    EXPECT_TRUE(contains(thrown_by([&] { open_torchscript(folder_ / "other.pt"); }).what, "other.pt")) << content;
  }
  EXPECT_THROW(open_torchscript(folder_ / "absent.pt"), Error);
  EXPECT_FALSE(looks_like_torchscript(folder_ / "absent.pt"));
  EXPECT_FALSE(looks_like_torchscript(folder_.path()));
}

}  // namespace
}  // namespace dcgan::test
