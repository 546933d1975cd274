# nlohmann/json 3.10 and later, header-only. Debian and Ubuntu: nlohmann-json3-dev. Included by core/json.hpp alone.
# DCGAN_HEADERS: a folder that holds nlohmann/json.hpp, for machines without packages (scripts/gpu-check).
if(DCGAN_HEADERS)
  add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
  target_include_directories(nlohmann_json::nlohmann_json INTERFACE ${DCGAN_HEADERS})
  return()
endif()
find_package(nlohmann_json 3.10 QUIET)
if(NOT nlohmann_json_FOUND)
  message(FATAL_ERROR "nlohmann/json is missing; run scripts/setup, or install nlohmann-json3-dev")
endif()
