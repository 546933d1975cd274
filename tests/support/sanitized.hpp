// Whether a test runs under a sanitizer, which takes memory and time, and signals, for itself.
#pragma once

namespace dcgan::test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace dcgan::test
