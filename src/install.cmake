# `cmake --install BUILD --prefix PREFIX`: the program with its man page and what shells complete, the library for C++
# programs (find_package(dcgan)), models that ship. The program finds LibTorch where it was built with it.
include(GNUInstallDirs)
# Said outright: a LibTorch in .venv lies below the sources, and CMake takes such a path for one of the build alone.
get_filename_component(torch_lib "${DCGAN_TORCH_DIR}/../../../lib" ABSOLUTE)
# The same in the build: to exchange run paths when installing, CMake would fill up the shorter one with colons, and an
# empty entry is the current folder, whose libraries may be a stranger's.
set_target_properties(dcgan PROPERTIES INSTALL_RPATH "${torch_lib}" INSTALL_RPATH_USE_LINK_PATH ON BUILD_WITH_INSTALL_RPATH ON)
install(TARGETS dcgan RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT local)
install(CODE "
  foreach(pair IN ITEMS \"man=${CMAKE_INSTALL_MANDIR}/man1/dcgan.1\"
      \"completion;bash=${CMAKE_INSTALL_DATADIR}/bash-completion/completions/dcgan\"
      \"completion;zsh=${CMAKE_INSTALL_DATADIR}/zsh/site-functions/_dcgan\"
      \"completion;fish=${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d/dcgan.fish\")
    string(REGEX MATCH \"^[^=]*\" words \"\${pair}\")
    string(REGEX REPLACE \"^[^=]*=\" \"\" place \"\${pair}\")
    set(file \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/\${place}\")
    get_filename_component(folder \"\${file}\" DIRECTORY)
    file(MAKE_DIRECTORY \"\${folder}\")
    message(STATUS \"Writing: \${file}\")
    execute_process(COMMAND \"$<TARGET_FILE:dcgan>\" \${words} OUTPUT_FILE \"\${file}\" COMMAND_ERROR_IS_FATAL ANY)
  endforeach()" COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models DESTINATION ${CMAKE_INSTALL_DATADIR}/dcgan COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

# The library: the headers of include/dcgan and what they need, no more. The program's other rooms and dependencies are
# not in it; of the room `image` it takes what writes PNG files, compiled once more without the others. Its config finds
# the dependencies by the very files that the build used, for linking alone: no header of theirs is seen.
set(parts protobuf onnx torch png openssl zlib xxhash)
add_library(dcgan_library STATIC)
set_target_properties(dcgan_library PROPERTIES OUTPUT_NAME dcgan LINKER_LANGUAGE CXX)
foreach(room core core_platform_io core_io formats dist nn checkpoint exchange latent_syntax latent api)
  target_sources(dcgan_library PRIVATE $<TARGET_OBJECTS:dcgan_room_${room}>)
endforeach()
add_library(dcgan_png OBJECT image/png.cpp image/exif.cpp)
target_include_directories(dcgan_png PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(dcgan_png PRIVATE PNG::PNG)
target_sources(dcgan_library PRIVATE $<TARGET_OBJECTS:dcgan_png>)
target_link_libraries(dcgan_library PRIVATE dcgan::onnx PNG::PNG OpenSSL::Crypto ZLIB::ZLIB dcgan::xxhash Threads::Threads dcgan::torch)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/dcgan)
install(TARGETS dcgan_library ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/dcgan DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library
  FILES_MATCHING PATTERN "*.hpp")
foreach(part IN LISTS parts ITEMS torch_probe)
  install(FILES ${PROJECT_SOURCE_DIR}/third_party/${part}.cmake DESTINATION ${package}/third_party COMPONENT library)
endforeach()
get_target_property(DCGAN_LINKS dcgan_library INTERFACE_LINK_LIBRARIES)
list(JOIN parts " " DCGAN_PARTS)
file(RELATIVE_PATH DCGAN_UP /x/${package} /x)
configure_file(dcgan-config.cmake.in dcgan-config.cmake @ONLY)
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/dcgan-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dcgan-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/dcgan-config-version.cmake
  DESTINATION ${package} COMPONENT library)
