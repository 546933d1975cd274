# libwebp and libwebpdemux: WebP, whose orientation and animations OpenCV does not read. It is there wherever OpenCV's
# imgcodecs are. Debian and Ubuntu: libwebp-dev. Used by src/image alone.
find_path(DCGAN_WEBP_INCLUDE webp/demux.h)
find_library(DCGAN_WEBP webp)
find_library(DCGAN_WEBPDEMUX webpdemux)
if(NOT DCGAN_WEBP_INCLUDE OR NOT DCGAN_WEBP OR NOT DCGAN_WEBPDEMUX)
  message(FATAL_ERROR "libwebp is missing; run scripts/setup, or install libwebp-dev")
endif()
add_library(dcgan_webp INTERFACE)
add_library(dcgan::webp ALIAS dcgan_webp)
target_include_directories(dcgan_webp SYSTEM INTERFACE ${DCGAN_WEBP_INCLUDE})
target_link_libraries(dcgan_webp INTERFACE ${DCGAN_WEBPDEMUX} ${DCGAN_WEBP})
