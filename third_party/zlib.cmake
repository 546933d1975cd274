# zlib: gzipped IDX files, ZIP archives. Debian and Ubuntu: zlib1g-dev. Used by src/dataset alone.
find_package(ZLIB QUIET)
if(NOT ZLIB_FOUND)
  message(FATAL_ERROR "zlib is missing; run scripts/setup, or install zlib1g-dev")
endif()
