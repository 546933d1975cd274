# What `cpack` makes of a release build (scripts/package): a .deb for the Debian that it was built on, and a .tar.gz that
# runs from any folder, without root. Both bring LibTorch's CPU libraries; the .deb asks Debian for the others, the
# archive brings them too, all but the C and C++ runtimes. Version, name and description are project()'s.
#
# The program in them is linked once more, so that no path of this machine is in it: libraries are looked for beside it.
# DT_RPATH, not RUNPATH, since it also holds for what those libraries load in turn.
add_executable(dcgan_packaged EXCLUDE_FROM_ALL main.cpp)
target_link_libraries(dcgan_packaged PRIVATE dcgan_core)
target_link_options(dcgan_packaged PRIVATE LINKER:--disable-new-dtags)
set_target_properties(dcgan_packaged PROPERTIES OUTPUT_NAME dcgan RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/packaged
  INSTALL_RPATH "$ORIGIN/../lib/dcgan" BUILD_WITH_INSTALL_RPATH ON)
install(TARGETS dcgan_packaged RUNTIME DESTINATION bin COMPONENT packaged EXCLUDE_FROM_ALL)
foreach(part torch libraries)
  install(CODE "set(part ${part})\nset(program \"$<TARGET_FILE:dcgan>\")\nset(torch_lib \"${torch_lib}\")"
    COMPONENT ${part} EXCLUDE_FROM_ALL)
  install(SCRIPT bundle.cmake COMPONENT ${part} EXCLUDE_FROM_ALL)
endforeach()

if(DCGAN_TORCH_CUDA)
  return()  # a package of that would be several GB, and want a driver: packages are of CPU builds
endif()
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_VENDOR "the dcgan developers")
set(CPACK_PACKAGE_CONTACT "the dcgan developers <dcgan@localhost>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGE_FILE_NAME dcgan-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${torch_lib})
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/package-parts.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/package-dates.cmake)
include(CPack)
