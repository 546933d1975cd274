#include "formats/program_archive.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "core/platform/io/file.hpp"
#include "formats/program.hpp"
#include "support/program_archives.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::program_archives {
namespace {

std::string golden(const std::string& name = "dcgan.pt") {
  return read_file(fs::path(DCGAN_TEST_GOLDENS) / "exports" / name);
}

using Change = std::function<void(ArchiveParts&)>;

std::string changed(const Change& change) {
  ArchiveParts parts = ArchiveParts::of(golden());
  change(parts);
  return parts.text();
}

TEST(ProgramArchives, AsPyTorchWritesThemAreRead) {
  const std::string bytes = golden();
  const ProgramArchive archive(bytes, "'it'");
  EXPECT_EQ(archive.folder(), "archive");
  EXPECT_EQ(archive.read("version"), "3\n");
  EXPECT_EQ(archive.read("byteorder"), "little");
  EXPECT_TRUE(archive.find("code/__torch__.py")->is_deflated);
  EXPECT_TRUE(archive.read("code/__torch__.py").starts_with("class DcganGenerator(Module):"));
  EXPECT_EQ(archive.find("CODE/__torch__.py"), nullptr);
}

TEST(ProgramArchives, ThatLibTorchMightReadOtherwiseAreRefused) {
  const std::string other = golden("upsample.pt");
  const std::vector<std::pair<const char*, Change>> changes = {
      {"a name in another case", [](ArchiveParts& p) { p.record("data.pkl").rename("archive/DATA.pkl"); }},
      {"a folder in another case",
       [](ArchiveParts& p) { p.record("__torch__.py").rename("archive/Code/__torch__.py"); }},
      {"a class in another case",
       [](ArchiveParts& p) { p.record("__torch__.py").rename("archive/code/__Torch__.py"); }},
      {"two of a name", [](ArchiveParts& p) { p.records.push_back(p.record("data.pkl")); }},
      {"two but for case",
       [](ArchiveParts& p) {
         p.records.push_back(p.record("data/0")), p.records.back().rename("archive/x/A"),
             p.records.push_back(p.records.back()), p.records.back().rename("archive/x/a");
       }},
      {"another folder", [](ArchiveParts& p) { p.records.back().rename("other/version"); }},
      {"no folder", [](ArchiveParts& p) { p.records.back().rename("version2"); }},
      {"up", [](ArchiveParts& p) { p.records.back().rename("archive/../x"); }},
      {"a backslash", [](ArchiveParts& p) { p.records.back().rename("archive/a\\b"); }},
      {"a control character", [](ArchiveParts& p) { p.records.back().rename("archive/a\nb"); }},
      {"NUL", [](ArchiveParts& p) { p.records.back().rename(std::string("archive/a\0b", 11)); }},
      {"a folder alone", [](ArchiveParts& p) { p.records.back().rename("archive/a/"); }},
      {"two names of one", [](ArchiveParts& p) { p.record("data.pkl").own.name = "archive/data.pkk"; }},
      {"two sums of one", [](ArchiveParts& p) { p.record("data.pkl").own.crc ^= 1; }},
      {"two methods of one", [](ArchiveParts& p) { p.record("data.pkl").own.method = 8; }},
      {"packed numbers", [](ArchiveParts& p) { p.record("data/0").set(p.record("data/0").data, true); }},
      {"a wrong sum", [](ArchiveParts& p) { p.record("data/0").data[0] ^= 1; }},
      {"an encrypted record",
       [](ArchiveParts& p) { p.record("data/0").own.flags = p.record("data/0").listed.flags = 0x0809; }},
      {"what miniz takes for a folder",
       [](ArchiveParts& p) { p.record("data/0").listed.attributes = uint64_t{0x10} << 32; }},
      {"bytes before", [](ArchiveParts& p) { p.before = "x"; }},
      {"bytes between", [](ArchiveParts& p) { p.records[2].after = "x"; }},
      {"bytes behind", [](ArchiveParts& p) { p.after = "x"; }},
      {"a comment", [](ArchiveParts& p) { p.comment = "x"; }},
      {"another archive in a comment", [&](ArchiveParts& p) { p.comment = other; }},
      {"another archive behind", [&](ArchiveParts& p) { p.after = other; }},
      {"another archive before", [&](ArchiveParts& p) { p.before = other; }},
      {"a record that the directory hides", [](ArchiveParts& p) { p.records[2].moved = 7; }},
      {"another ZIP64 directory", [](ArchiveParts& p) { p.zip64_moved = -46; }},
      {"another directory", [](ArchiveParts& p) { p.directory_moved = 46; }},
      {"a locator that points elsewhere", [](ArchiveParts& p) { p.locator_moved = -1; }},
      {"a count too many", [](ArchiveParts& p) { p.count_off = 1; }},
      {"a count too few", [](ArchiveParts& p) { p.count_off = -1; }},
      {"a ZIP64 field", [](ArchiveParts& p) { p.records[2].listed.extra = std::string("\1\0\0\0", 4); }},
      {"a field in a header", [](ArchiveParts& p) { p.records[2].own.extra = std::string("\1\0\0\0", 4); }},
      {"a hidden filler", [](ArchiveParts& p) { p.records[2].own.extra = std::string("FB\2\0xy", 6); }},
      {"a remark on a record", [](ArchiveParts& p) { p.records[2].listed.comment = "x"; }},
      {"packed data with more behind",
       [](ArchiveParts& p) {
         auto& one = p.record("__torch__.py");
         one.data += "x", one.own.packed = one.listed.packed = one.own.packed + 1;
       }},
      {"a bomb", [](ArchiveParts& p) { p.record("__torch__.py").set(std::string(65 << 20, ' '), true); }}};
  for (const auto& [name, change] : changes) {
    const std::string bytes = changed(change);
    const Thrown thrown = thrown_by([&] { ProgramArchive(bytes, "'it'"); });
    EXPECT_TRUE(thrown.what.starts_with("'it'")) << name << ": " << thrown.what;
    EXPECT_FALSE(thrown.hint.empty()) << name;
  }
}

TEST(ProgramArchives, CutOffAnywhereAreRefused) {
  const std::string bytes = golden();
  for (size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 300)
    EXPECT_NE(thrown_by([&] { ProgramArchive(std::string_view(bytes).substr(0, cut), "'it'"); }).exit_code, 0) << cut;
}

ProgramModule module_with(const std::string& pickle) {
  const std::string bytes = changed([&](ArchiveParts& p) { p.record("data.pkl").set(pickle, false); });
  return read_program_module(ProgramArchive(bytes, "'it'"), "'it'");
}

TEST(ProgramModules, AreReadAsData) {
  const std::string bytes = golden();
  const ProgramModule module = read_program_module(ProgramArchive(bytes, "'it'"), "'it'");
  EXPECT_EQ(module.class_name, "DcganGenerator");
  EXPECT_EQ(module.source, "code/__torch__.py");
  EXPECT_EQ(module.tensors.front().name, "conv0_weight");
  EXPECT_EQ(module.tensors.front().storage, "data/0");
  EXPECT_EQ(module.numbers.at("latent"), 4);
  EXPECT_EQ(module.numbers.at("training"), 0);
}

TEST(ProgramModules, ThatWantAnythingCalledAreRefusedByName) {
  const std::string begin = "\x80\2", object = begin + "c__torch__\nM\n)\x81", name("X\1\0\0\0a", 6);
  const std::vector<std::pair<std::string, std::string>> pickles = {
      {begin + "cos\nsystem\n)R.", "'os.system'"},
      {begin + "cposix\nsystem\n.", "'posix.system'"},
      {begin + "ctorch.jit._pickle\nbuild_intlist\n.", "build_intlist"},
      {object + "K\1b.", "would run while it is loaded"},
      {object + "}(" + name + "K\1ub}b.", "fills an object twice"},
      {begin + "c__torch__\nM\n)R.", "it calls '__torch__ M'"},
      {begin + "}.", "is a dict, not an object"},
      {object, "cut off"}};
  for (const auto& [pickle, said] : pickles)
    EXPECT_CONTAINS(thrown_by([&, &pickle = pickle] { module_with(pickle); }).what, said);
}

TEST(ProgramModules, WhoseNumbersAreMissingOrTooFewAreRefused) {
  const auto thrown_after = [](const Change& change) {
    const std::string bytes = changed(change);
    return thrown_by([&] { read_program_module(ProgramArchive(bytes, "'it'"), "'it'"); }).what;
  };
  EXPECT_CONTAINS(thrown_after([](ArchiveParts& p) { p.record("data/0").rename("archive/data/77"); }), "are missing");
  EXPECT_CONTAINS(thrown_after([](ArchiveParts& p) { p.record("data/0").set("1234", false); }),
                  "not as many as it says");
  EXPECT_CONTAINS(thrown_after([](ArchiveParts& p) { p.record("byteorder").set("big", false); }), "big-endian");
  EXPECT_CONTAINS(thrown_after([](ArchiveParts& p) { p.record("constants.pkl").set("\x80\2K\1.", false); }),
                  "not a tuple");
}

}  // namespace
}  // namespace dcgan::test::program_archives
