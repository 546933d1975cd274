# xxHash: XXH3, the checksum of every record in a pack; at memory speed, so that each read can be checked. Debian and
# Ubuntu: libxxhash-dev. Used by src/formats alone.
find_path(XXHASH_INCLUDE_DIR xxhash.h)
find_library(XXHASH_LIBRARY xxhash)
if(NOT XXHASH_INCLUDE_DIR OR NOT XXHASH_LIBRARY)
  message(FATAL_ERROR "xxHash is missing; run scripts/setup, or install libxxhash-dev")
endif()
add_library(dcgan::xxhash INTERFACE IMPORTED)
target_include_directories(dcgan::xxhash INTERFACE ${XXHASH_INCLUDE_DIR})
target_link_libraries(dcgan::xxhash INTERFACE ${XXHASH_LIBRARY})
