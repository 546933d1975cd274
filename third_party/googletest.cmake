# GoogleTest 1.12 and later, for tests only. Debian and Ubuntu: libgtest-dev.
find_package(GTest 1.12 QUIET)
if(NOT GTest_FOUND)
  message(FATAL_ERROR "GoogleTest is missing; run scripts/setup, or install libgtest-dev; or configure with -DBUILD_TESTING=OFF")
endif()
