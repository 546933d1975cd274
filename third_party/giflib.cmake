# giflib 5.1 and later: animated GIFs, which OpenCV's encoder does not write. Debian and Ubuntu: libgif-dev. Used by
# src/image alone.
find_package(GIF 5.1 QUIET)
if(NOT GIF_FOUND)
  message(FATAL_ERROR "giflib 5.1 or later is missing; run scripts/setup, or install libgif-dev")
endif()
