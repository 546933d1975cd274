# ONNX 1.12 and later: the model format's messages (protobuf) and its checker; what `dcgan export --format onnx` writes.
# Debian 12: 1.12, Ubuntu 24.04: 1.14; libonnx-dev libprotobuf-dev. Their ONNXConfig.cmake asks for definitions that
# LibTorch's headers must not see, so libraries are looked for and src/formats/onnx.cpp, the one unit that
# includes the headers, makes the definitions itself. LibTorch brings headers of another protobuf: that unit, in a part
# without torch, never sees them. After protobuf.cmake. Gives the target dcgan::onnx.
find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h)
find_library(ONNX_LIBRARY onnx)
find_library(ONNX_PROTO_LIBRARY onnx_proto)
if(NOT ONNX_INCLUDE_DIR OR NOT ONNX_LIBRARY OR NOT ONNX_PROTO_LIBRARY)
  message(FATAL_ERROR "ONNX is missing; run scripts/setup, or install libonnx-dev")
endif()
add_library(dcgan_onnx INTERFACE)
add_library(dcgan::onnx ALIAS dcgan_onnx)
target_link_libraries(dcgan_onnx INTERFACE ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} dcgan::protobuf)
