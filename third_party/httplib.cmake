# cpp-httplib 0.11 to 0.17: the server of the live page. Debian and Ubuntu: libcpp-httplib-dev, whose library was built
# with OpenSSL, zlib and brotli: its header must be told so, or its classes have another layout. Used by src/serve alone.
find_path(HTTPLIB_INCLUDE_DIR httplib.h)
find_library(HTTPLIB_LIBRARY cpp-httplib)
if(NOT HTTPLIB_INCLUDE_DIR OR NOT HTTPLIB_LIBRARY)
  message(FATAL_ERROR "cpp-httplib is missing; run scripts/setup, or install libcpp-httplib-dev")
endif()
file(STRINGS ${HTTPLIB_INCLUDE_DIR}/httplib.h line REGEX "#define CPPHTTPLIB_VERSION \"")
string(REGEX MATCH "[0-9.]+" version "${line}")
if(version VERSION_LESS 0.11 OR version VERSION_GREATER_EQUAL 0.18)  # src/serve/server.cpp derives from its server
  message(FATAL_ERROR "cpp-httplib ${version} was found; 0.11 to 0.17 are known")
endif()
add_library(dcgan::httplib INTERFACE IMPORTED)
target_include_directories(dcgan::httplib INTERFACE ${HTTPLIB_INCLUDE_DIR})
target_compile_definitions(dcgan::httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT CPPHTTPLIB_BROTLI_SUPPORT)
target_link_libraries(dcgan::httplib INTERFACE ${HTTPLIB_LIBRARY})
