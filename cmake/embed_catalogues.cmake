# Writes the catalogues FILES (with | between them) as a C file OUTPUT that defines catalogue_embedded().
string(REPLACE "|" ";" FILES "${FILES}")
set(arrays "")
set(branches "")
foreach(file ${FILES})
  get_filename_component(language ${file} NAME_WE)
  string(MAKE_C_IDENTIFIER ${language} name)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n    " bytes "${bytes}")
  string(APPEND arrays "static const unsigned char catalogue_${name}[] = {\n    ${bytes}\n};\n\n")
  string(APPEND branches
    "    if (strcmp(language, \"${language}\") == 0)\n        return str_make((const char *)catalogue_${name}, sizeof catalogue_${name});\n")
endforeach()
file(WRITE ${OUTPUT}.new
  "/* Made by cmake/embed_catalogues.cmake out of po/. */\n#include \"motcua/i18n/catalogue.h\"\n\n${arrays}"
  "struct str catalogue_embedded(const char *language)\n{\n${branches}    (void)language;\n    return STR_NULL;\n}\n")
file(RENAME ${OUTPUT}.new ${OUTPUT})
