# CLI11 2.1 and later, header-only: splits the command line. Debian and Ubuntu: libcli11-dev. Included by
# src/cli/parser.cpp alone (10 seconds a unit).
find_package(CLI11 2.1 QUIET)
if(NOT CLI11_FOUND)
  message(FATAL_ERROR "CLI11 is missing; run scripts/setup, or install libcli11-dev")
endif()
