# nlohmann/json 3.10 and later, header-only. Debian and Ubuntu: nlohmann-json3-dev. Included by core/json.hpp alone.
find_package(nlohmann_json 3.10 QUIET)
if(NOT nlohmann_json_FOUND)
  message(FATAL_ERROR "nlohmann/json is missing; run scripts/setup, or install nlohmann-json3-dev")
endif()
