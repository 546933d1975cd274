# protobuf 3.12 and later, library and compiler: TensorBoard's event files, and under ONNX. Debian and Ubuntu:
# libprotobuf-dev protobuf-compiler. Before torch.cmake: LibTorch brings headers of another protobuf. Gives the target
# dcgan::protobuf; used by src/telemetry and, with ONNX's headers, by src/formats.
find_package(Protobuf 3.12 QUIET)
if(NOT Protobuf_FOUND OR NOT Protobuf_PROTOC_EXECUTABLE)
  message(FATAL_ERROR "protobuf or its compiler is missing; run scripts/setup, or install libprotobuf-dev protobuf-compiler")
endif()
add_library(dcgan_protobuf INTERFACE)
add_library(dcgan::protobuf ALIAS dcgan_protobuf)
target_include_directories(dcgan_protobuf SYSTEM INTERFACE ${Protobuf_INCLUDE_DIRS})
target_link_libraries(dcgan_protobuf INTERFACE ${Protobuf_LIBRARIES})
