#include "core/digest.hpp"

#include <gtest/gtest.h>

namespace dcgan::test::digests {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, GivesTheKnownAnswers) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, DoesNotDependOnHowTheDataIsCut) {
  const std::string data(100'000, 'x');
  for (const size_t step : {1000, 64, 63, 99'999}) {
    Sha256 digest;
    for (size_t at = 0; at < data.size(); at += step) digest.add(std::string_view(data).substr(at, step));
    EXPECT_EQ(digest.hex(), sha256_hex(data));
  }
}

}  // namespace
}  // namespace dcgan::test::digests
