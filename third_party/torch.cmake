# LibTorch: networks, gradients, kernels. Chosen by torch_probe.cmake. Gives the target dcgan::torch, and
# DCGAN_TORCH_WITH_CUDA.
#
# A build for CUDA is linked by a target of our own. Torch's package would stop where any part of the CUDA toolkit is
# missing; this program needs the runtime's headers and library only (the libraries behind LibTorch's own come with it
# and are found by it). Where these are missing too, LibTorch's CPU half is linked alone.
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
set(DCGAN_TORCH_WITH_CUDA OFF)
set(DCGAN_TORCH_NOTE "" CACHE INTERNAL "for scripts/setup to print")
if(NOT DCGAN_TORCH_CUDA)
  find_package(Torch REQUIRED PATHS "${DCGAN_TORCH_DIR}" NO_DEFAULT_PATH)
  target_link_libraries(dcgan_torch INTERFACE ${TORCH_LIBRARIES})
  return()
endif()

# The runtime of the toolkit: nvcc's, CUDA_HOME's or the usual place's; its library also beside LibTorch.
find_program(DCGAN_NVCC nvcc HINTS $ENV{CUDA_HOME}/bin /usr/local/cuda/bin)
set(cuda_roots $ENV{CUDA_HOME} /usr/local/cuda)
if(DCGAN_NVCC)
  get_filename_component(nvcc "${DCGAN_NVCC}" REALPATH)
  get_filename_component(nvcc_root "${nvcc}/../.." ABSOLUTE)
  list(PREPEND cuda_roots ${nvcc_root})
endif()
list(TRANSFORM cuda_roots APPEND /include OUTPUT_VARIABLE cuda_includes)
find_path(DCGAN_CUDA_INCLUDE crt/host_defines.h HINTS ${cuda_includes} NO_CACHE)
file(GLOB cudart_beside_torch ${torch_root}/lib/libcudart*.so* ${torch_root}/../nvidia/*/lib/libcudart.so*)
find_library(DCGAN_CUDART cudart HINTS ${cuda_roots} PATH_SUFFIXES lib64 lib NO_CACHE)
if(cudart_beside_torch)
  list(GET cudart_beside_torch 0 DCGAN_CUDART)  # the version that LibTorch was built for
endif()
if(DCGAN_CUDA_INCLUDE AND DCGAN_CUDART)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_INCLUDES ${DCGAN_CUDA_INCLUDE})
  check_cxx_source_compiles("#include <cuda_runtime_api.h>\nint main() { return CUDART_VERSION < 11000; }" DCGAN_HAS_CUDA_RUNTIME)
  unset(CMAKE_REQUIRED_INCLUDES)
endif()

set(parts torch_cpu c10)
if(DCGAN_HAS_CUDA_RUNTIME)
  set(DCGAN_TORCH_WITH_CUDA ON)
  list(APPEND parts torch_cuda c10_cuda)
  message(STATUS "CUDA runtime: ${DCGAN_CUDART}, headers in ${DCGAN_CUDA_INCLUDE}")
else()
  set(DCGAN_TORCH_NOTE "this LibTorch was built for CUDA, but no CUDA toolkit was found (nvcc, CUDA_HOME, /usr/local/cuda): it is linked for CPU use only"
    CACHE INTERNAL "")
  message(STATUS "${DCGAN_TORCH_NOTE}")
endif()
foreach(name IN LISTS parts)
  add_library(dcgan_${name} SHARED IMPORTED)
  set_target_properties(dcgan_${name} PROPERTIES IMPORTED_LOCATION "${torch_root}/lib/lib${name}.so"
    INTERFACE_INCLUDE_DIRECTORIES "${torch_root}/include;${torch_root}/include/torch/csrc/api/include")
  target_link_libraries(dcgan_torch INTERFACE dcgan_${name})
endforeach()
if(DCGAN_TORCH_WITH_CUDA)
  target_include_directories(dcgan_torch SYSTEM INTERFACE ${DCGAN_CUDA_INCLUDE})
  target_link_libraries(dcgan_torch INTERFACE ${DCGAN_CUDART})
  # LibTorch finds its own libraries when it is loaded; the linker need not.
  target_link_options(dcgan_torch INTERFACE "LINKER:--unresolved-symbols=ignore-in-shared-libs")
endif()
