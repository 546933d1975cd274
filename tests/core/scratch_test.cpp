#include "core/platform/io/scratch.hpp"

#include <gtest/gtest.h>

#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

TEST(ScratchFolder, IsThereUntilItsObjectGoesAndThenNothingOfIt) {
  fs::path path;
  {
    const ScratchFolder folder;
    path = folder.path();
    write_text(folder / "below/file", "x");
    EXPECT_TRUE(fs::is_regular_file(path / "below/file"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(ScratchFolder, IsAnotherForEachObject) { EXPECT_NE(ScratchFolder().path(), ScratchFolder().path()); }

}  // namespace
}  // namespace dcgan::test
