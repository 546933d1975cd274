# libpng: reads PNG of every depth and transparency, and writes text into them, which OpenCV does not. It is there wherever
# OpenCV's imgcodecs are.
# Debian and Ubuntu: libpng-dev. Used by src/image alone.
find_package(PNG QUIET)
if(NOT PNG_FOUND)
  message(FATAL_ERROR "libpng is missing; run scripts/setup, or install libpng-dev")
endif()
