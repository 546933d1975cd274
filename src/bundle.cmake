# Run when a package is made: copies LibTorch's libraries (part: torch), or the others that the program needs but for the
# C and C++ runtimes (part: libraries), with what their authors want to be said. In: part, program (as built here),
# torch_lib, CMAKE_INSTALL_PREFIX.
set(prefix "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
# LibTorch has a libgomp of its own; it is the one to take.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES "${program}" RESOLVED_DEPENDENCIES_VAR found
  UNRESOLVED_DEPENDENCIES_VAR missing CONFLICTING_DEPENDENCIES_PREFIX double
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv|util|anl|stdc\\+\\+|gcc_s)\\.so")
if(missing)
  message(FATAL_ERROR "the program needs libraries that are not found: ${missing}")
endif()
foreach(name IN LISTS double_FILENAMES)
  list(FILTER double_${name} INCLUDE REGEX "^${torch_lib}/")
  list(APPEND found ${double_${name}})
endforeach()
if(part STREQUAL "torch")
  list(FILTER found INCLUDE REGEX "^${torch_lib}/")
else()
  list(FILTER found EXCLUDE REGEX "^${torch_lib}/")
endif()

file(MAKE_DIRECTORY "${prefix}/lib/dcgan" "${prefix}/share/doc/dcgan/copyright")
if(part STREQUAL "torch")
  file(GLOB licences "${torch_lib}/../../torch-*.dist-info/licenses" "${torch_lib}/../LICENSE" "${torch_lib}/../NOTICE")
  if(NOT licences)
    message(FATAL_ERROR "LibTorch's licence is not found beside ${torch_lib}")
  endif()
  file(COPY ${licences} DESTINATION "${prefix}/share/doc/dcgan/copyright/libtorch")
endif()
set(unowned "")
foreach(file IN LISTS found)
  file(REAL_PATH "${file}" real)
  get_filename_component(name "${file}" NAME)
  file(COPY_FILE "${real}" "${prefix}/lib/dcgan/${name}")  # under the name by which it is asked for
  if(part STREQUAL "libraries")
    string(REGEX REPLACE "^/usr/lib/" "/lib/" other "${real}")  # the same folder; Debian has files under either name
    execute_process(COMMAND dpkg-query --search "${real}" "${other}" OUTPUT_VARIABLE owner ERROR_QUIET)
    string(REGEX REPLACE "[:,].*" "" owner "${owner}")
    if(owner AND EXISTS "/usr/share/doc/${owner}/copyright")
      file(COPY_FILE "/usr/share/doc/${owner}/copyright" "${prefix}/share/doc/dcgan/copyright/${owner}" ONLY_IF_DIFFERENT)
    else()
      list(APPEND unowned "${real}")
    endif()
  endif()
endforeach()
if(unowned)
  message(FATAL_ERROR "no copyright file of a Debian package is found for ${unowned}: the archive would hold them without their licences")
endif()
