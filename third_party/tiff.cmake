# libtiff 4.5 and later (its options of an opened file, which bound memory): TIFF, whose alpha, depths and tiles OpenCV
# reads wrongly. It is there wherever OpenCV's imgcodecs are. Debian and Ubuntu: libtiff-dev. Used by src/image alone.
find_package(TIFF QUIET)
if(NOT TIFF_FOUND OR TIFF_VERSION_STRING VERSION_LESS 4.5)
  message(FATAL_ERROR "libtiff 4.5 or later is missing; run scripts/setup, or install libtiff-dev")
endif()
