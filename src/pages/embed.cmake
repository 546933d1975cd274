# cmake -DOUT=FILE.cpp -DFILES="NAME=PATH;..." -P embed.cmake: files as strings of the program,
# dcgan::embedded::NAME.
set(text "#include \"pages/report/embedded.hpp\"\n\nnamespace dcgan::embedded {\n")
foreach(one IN LISTS FILES)
  string(REGEX MATCH "^[^=]*" name "${one}")
  string(REGEX REPLACE "^[^=]*=" "" path "${one}")
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND text "static const unsigned char ${name}_bytes[] = {${bytes}};\n"
    "const std::string_view ${name}{reinterpret_cast<const char*>(${name}_bytes), sizeof ${name}_bytes};\n")
endforeach()
file(WRITE "${OUT}" "${text}}\n")
