# The network that was trained on photographs, as a file beside the program: made by the program, from the weights that
# third_party/efficientnet.cmake finds.
add_custom_target(dcgan_features ALL)
if(DCGAN_EFFICIENTNET)
  set(features ${CMAKE_BINARY_DIR}/share/dcgan/efficientnet-lite1.safetensors)
  add_custom_command(OUTPUT ${features}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/share/dcgan
    COMMAND dcgan import "${DCGAN_EFFICIENTNET}" --out ${features}
    DEPENDS "${DCGAN_EFFICIENTNET}" VERBATIM)
  add_custom_target(dcgan_features_file DEPENDS ${features})
  add_dependencies(dcgan_features dcgan_features_file)
  install(FILES ${features} DESTINATION ${CMAKE_INSTALL_DATADIR}/dcgan COMPONENT program)
endif()
