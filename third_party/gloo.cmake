# gloo's headers, which those of PyTorch's collectives (c10d) include; gloo itself is in LibTorch. Debian 12 and Ubuntu
# 24.04: libgloo-dev. Its version need not be LibTorch's: nothing of these headers is called or laid out here. Sets
# GLOO_INCLUDE_DIR; without it training on several processes says that this build cannot.
find_path(GLOO_INCLUDE_DIR gloo/algorithm.h)
