# Message catalogues: po/<language>.po -> share/locale/<language>.mo in the build folder, and the same built into the i18n layer.
find_program(MSGFMT msgfmt REQUIRED)
file(GLOB po_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/po/*.po)
set(catalogue_files "")
foreach(po ${po_files})
  get_filename_component(language ${po} NAME_WE)
  set(mo ${CMAKE_BINARY_DIR}/share/locale/${language}.mo)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/locale)
  add_custom_command(
    OUTPUT ${mo}
    COMMAND ${MSGFMT} --check-format --output-file=${mo} ${po}
    DEPENDS ${po}
    COMMENT "Compiling the messages of ${language}")
  list(APPEND catalogue_files ${mo})
endforeach()
set(catalogues_c ${CMAKE_BINARY_DIR}/generated/catalogues.c)
string(REPLACE ";" "|" catalogue_list "${catalogue_files}")
add_custom_command(
  OUTPUT ${catalogues_c}
  COMMAND ${CMAKE_COMMAND} "-DFILES=${catalogue_list}" -DOUTPUT=${catalogues_c}
          -P ${CMAKE_SOURCE_DIR}/cmake/embed_catalogues.cmake
  DEPENDS ${catalogue_files} ${CMAKE_SOURCE_DIR}/cmake/embed_catalogues.cmake
  VERBATIM
  COMMENT "Embedding the messages")
target_sources(motcua_i18n PRIVATE ${catalogues_c})
install(FILES ${catalogue_files} DESTINATION share/motcua/locale)
