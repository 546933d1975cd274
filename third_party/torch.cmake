# LibTorch: networks, gradients, kernels. Chosen by torch_probe.cmake. Gives the target dcgan::torch.
#
# A CUDA build of torch makes find_package(Torch) stop where there is no CUDA toolkit. Such a build is linked
# here by a target of our own, for CPU use: libtorch_cpu and libc10 are enough.
include(${CMAKE_CURRENT_LIST_DIR}/torch_probe.cmake)

if(DCGAN_ONLY_TORCHLESS)
  return()
endif()

dcgan_choose_torch()
if(DCGAN_TORCH_PROBLEM)
  message(FATAL_ERROR "${DCGAN_TORCH_PROBLEM}")
endif()
message(STATUS "LibTorch ${DCGAN_TORCH_VERSION} (${DCGAN_TORCH_FROM}): ${DCGAN_TORCH_DIR}")
get_filename_component(torch_root "${DCGAN_TORCH_DIR}/../../.." ABSOLUTE)

add_library(dcgan_torch INTERFACE)
add_library(dcgan::torch ALIAS dcgan_torch)
set(with_cuda OFF)
if(DCGAN_TORCH_CUDA)
  find_package(CUDAToolkit QUIET)
  set(with_cuda ${CUDAToolkit_FOUND})
  if(NOT with_cuda)
    message(STATUS "this LibTorch was built for CUDA, but no CUDA toolkit is here: it is linked for CPU use only")
  endif()
endif()
if(with_cuda OR NOT DCGAN_TORCH_CUDA)
  find_package(Torch REQUIRED PATHS "${DCGAN_TORCH_DIR}" NO_DEFAULT_PATH)
  target_link_libraries(dcgan_torch INTERFACE ${TORCH_LIBRARIES})
else()
  foreach(name torch_cpu c10)
    add_library(dcgan_${name} SHARED IMPORTED)
    set_target_properties(dcgan_${name} PROPERTIES IMPORTED_LOCATION "${torch_root}/lib/lib${name}.so"
      INTERFACE_INCLUDE_DIRECTORIES "${torch_root}/include;${torch_root}/include/torch/csrc/api/include")
  endforeach()
  target_link_libraries(dcgan_torch INTERFACE dcgan_torch_cpu dcgan_c10)
endif()
