// Names as strangers put them into files, to see where they lead.
#pragma once

#include <string>
#include <vector>

namespace dcgan::test {

/// Ways out of a folder, other systems' ways, devices, names that are not seen, that are too long, that are options.
inline std::vector<std::string> hostile_names() {
  std::vector<std::string> names = {"..",
                                    ".",
                                    "",
                                    "/",
                                    "../evil",
                                    "../../evil",
                                    "a/../../evil",
                                    "/evil",
                                    "//evil",
                                    "evil/",
                                    "./evil",
                                    "a/b/c",
                                    "..\\evil",
                                    "C:\\evil",
                                    "C:evil",
                                    "\\\\host\\share",
                                    "a\\..\\..\\evil",
                                    "....//evil",
                                    "..;/evil",
                                    "%2e%2e%2fevil",
                                    "~",
                                    "~root",
                                    "-rf",
                                    "--out",
                                    "-",
                                    " evil",
                                    "evil ",
                                    "evil.",
                                    "evil. .",
                                    ".hidden",
                                    ".git",
                                    ".dcgan-begun-x.pack",
                                    "Thumbs.db",
                                    "desktop.ini",
                                    "__MACOSX",
                                    "CON",
                                    "nul",
                                    "NUL.png",
                                    "aux.",
                                    "com1",
                                    "COM\u00b9",
                                    "LPT9.txt",
                                    "prn ",
                                    "CLOCK$",
                                    "evil\nname",
                                    "evil\r",
                                    "\x1b[2Jevil",
                                    "\x07",
                                    "evil\x7f",
                                    "\u202egnp.evil",
                                    "\u200bevil",
                                    "\ufeff",
                                    "\u2028",
                                    "\xff\xfe",
                                    "\xc0\xae\xc0\xae/evil",
                                    "\xed\xa0\x80",
                                    "a:stream",
                                    "a*",
                                    "a?",
                                    "a|b",
                                    "<a>",
                                    "\"a\"",
                                    "000000.png",
                                    "000001.PNG",
                                    "manifest.csv",
                                    "dataset.json"};
  names.emplace_back("evil\0.png", 9);
  names.emplace_back(300, 'x');
  names.emplace_back(5000, '/');
  std::string characters;
  for (int i = 0; i < 100; ++i) characters += "\uac00";
  names.push_back(characters);
  return names;
}

}  // namespace dcgan::test
