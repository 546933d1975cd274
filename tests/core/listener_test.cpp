#include "core/platform/io/listener.hpp"

#include <gtest/gtest.h>

#include "support/tcp.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

using namespace std::chrono_literals;

TEST(Listener, TakesTheNextPortWhereTheOneAskedForIsInUse) {
  const Listener first("127.0.0.1", 0, 0), second("127.0.0.1", first.port(), 50);
  EXPECT_GT(second.port(), first.port());
  EXPECT_CONTAINS(thrown_by([&] { Listener("127.0.0.1", first.port(), 0); }).what, "it may be in use");
  EXPECT_FALSE(first.accept(0ms).has_value());
  const TcpClient client(second.port());
  EXPECT_TRUE(second.accept(10s).has_value());
}

TEST(Listener, RefusesWhatIsNoAddressOfThisMachine) {
  for (const char* address : {"", "localhost", "127.0.0", "999.1.1.1", "a\x1b[31m"})
    EXPECT_CONTAINS(thrown_by([&] { Listener(address, 0, 0); }).what, "not an address in numbers") << address;
  EXPECT_CONTAINS(thrown_by([&] { Listener("192.0.2.7", 0, 5); }).what, "cannot be listened to");
}

TEST(Addresses, AreToldApart) {
  for (const char* one : {"127.0.0.1", "127.9.9.9", "::1"}) EXPECT_TRUE(is_address(one) && is_loopback(one)) << one;
  for (const char* one : {"0.0.0.0", "::"}) EXPECT_TRUE(is_any_address(one) && !is_loopback(one)) << one;
  for (const char* one : {"10.0.0.1", "fe80::1"}) EXPECT_FALSE(is_any_address(one) || is_loopback(one)) << one;
  for (const char* one : {"evil.com", "127.0.0.1.evil.com", "localhost", "1.2.3", ""})
    EXPECT_FALSE(is_address(one)) << one;
}

}  // namespace
}  // namespace dcgan::test
