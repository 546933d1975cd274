# libjpeg-turbo: its decoder's warnings tell a damaged JPEG, which OpenCV hides. Debian and Ubuntu: libjpeg-dev.
# Used by src/image alone.
find_package(JPEG QUIET)
if(NOT JPEG_FOUND)
  message(FATAL_ERROR "libjpeg is missing; run scripts/setup, or install libjpeg-dev")
endif()
