# OpenSSL's libcrypto 1.1.1 and later: SHA-256. Debian and Ubuntu: libssl-dev. Used by src/core/io/digest alone.
find_package(OpenSSL 1.1.1 QUIET)
if(NOT OPENSSL_FOUND)
  message(FATAL_ERROR "OpenSSL is missing; run scripts/setup, or install libssl-dev")
endif()
