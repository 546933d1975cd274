# cpp-httplib 0.11 to 0.18: the server of the live page. Debian and Ubuntu: libcpp-httplib-dev, whose library was built
# with OpenSSL, zlib and brotli: its header must be told so, or its classes have another layout. Where there is the header
# alone, as upstream has it, nothing else is needed. Used by src/pages/http/http.cpp alone, which keeps to what these versions
# have in public (tests/pages/http/http_test.cpp is built with others of them, too).

# Sets VERSION, "" where the folder has no httplib.h, and PARTS: definitions that the library must be told.
function(dcgan_probe_httplib folder)
  set(VERSION "")
  if(EXISTS ${folder}/httplib.h)
    file(STRINGS ${folder}/httplib.h line REGEX "#define CPPHTTPLIB_VERSION \"")
    string(REGEX MATCH "[0-9.]+" VERSION "${line}")
  endif()
  set(PARTS CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT CPPHTTPLIB_BROTLI_SUPPORT)
  return(PROPAGATE VERSION PARTS)
endfunction()

find_path(HTTPLIB_INCLUDE_DIR httplib.h)
find_library(HTTPLIB_LIBRARY cpp-httplib)
if(NOT HTTPLIB_INCLUDE_DIR)
  message(FATAL_ERROR "cpp-httplib is missing; run scripts/setup, or install libcpp-httplib-dev")
endif()
dcgan_probe_httplib(${HTTPLIB_INCLUDE_DIR})
if(VERSION VERSION_LESS 0.11 OR VERSION VERSION_GREATER_EQUAL 0.19)
  message(FATAL_ERROR "cpp-httplib ${VERSION} was found; 0.11 to 0.18 are known")
endif()
add_library(dcgan::httplib INTERFACE IMPORTED)
target_include_directories(dcgan::httplib INTERFACE ${HTTPLIB_INCLUDE_DIR})
if(HTTPLIB_LIBRARY)
  target_compile_definitions(dcgan::httplib INTERFACE ${PARTS})
  target_link_libraries(dcgan::httplib INTERFACE ${HTTPLIB_LIBRARY})
endif()
