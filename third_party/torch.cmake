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
# Whether Torch's package is content with the CUDA toolkit, if there is one, only that package knows (a compiler
# without its headers is a toolkit to others); so it is asked in a project of its own.
set(with_cuda OFF)
set(DCGAN_TORCH_NOTE "" CACHE INTERNAL "for scripts/setup to print")
if(DCGAN_TORCH_CUDA)
  set(probe ${CMAKE_BINARY_DIR}/torch-probe)
  file(WRITE ${probe}/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)\nproject(probe LANGUAGES CXX)\n"
    "find_package(Torch REQUIRED PATHS \"${DCGAN_TORCH_DIR}\" NO_DEFAULT_PATH)\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -G ${CMAKE_GENERATOR} -S ${probe} -B ${probe}/build
    OUTPUT_FILE ${probe}/log ERROR_FILE ${probe}/log RESULT_VARIABLE problem)
  if(problem)
    set(DCGAN_TORCH_NOTE "this LibTorch was built for CUDA, but no CUDA toolkit that serves it is here: it is linked for CPU use only (${probe}/log says why)"
      CACHE INTERNAL "")
    message(STATUS "${DCGAN_TORCH_NOTE}")
  else()
    set(with_cuda ON)
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
