# NCCL's header, which those of PyTorch's collectives between GPUs include, as they do those of cuBLAS, cuSPARSE and
# cuSOLVER; the libraries are in LibTorch or beside it. PyPI's wheels bring nvidia/nccl/include; Debian and Ubuntu:
# NVIDIA's libnccl-dev. After torch.cmake; LibTorch 2.7 or later. Sets NCCL_INCLUDE_DIR; without it several processes
# with a GPU each are told that this build cannot.
set(NCCL_INCLUDE_DIR "")
if(DCGAN_TORCH_WITH_CUDA AND DCGAN_TORCH_VERSION VERSION_GREATER_EQUAL 2.7)
  find_path(nccl_header nccl.h HINTS "${torch_root}/../nvidia/nccl/include" ${DCGAN_CUDA_INCLUDE} NO_CACHE)
  if(nccl_header AND EXISTS ${DCGAN_CUDA_INCLUDE}/cublasLt.h AND EXISTS ${DCGAN_CUDA_INCLUDE}/cusparse.h
     AND EXISTS ${DCGAN_CUDA_INCLUDE}/cusolverDn.h)
    set(NCCL_INCLUDE_DIR ${nccl_header})
  endif()
endif()
