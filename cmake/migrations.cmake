# Embeds migrations/NNNN_name.sql into the db layer.
file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/[0-9][0-9][0-9][0-9]_*.sql)
set(migrations_c ${CMAKE_BINARY_DIR}/generated/migrations.c)
# A file that only changes its name is no newer than before: the list of names is a dependency, too.
set(migration_names ${CMAKE_BINARY_DIR}/generated/migrations.txt)
file(CONFIGURE OUTPUT ${migration_names} CONTENT "${migrations}\n" @ONLY)
add_custom_command(
  OUTPUT ${migrations_c}
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_SOURCE_DIR}/migrations -DOUTPUT=${migrations_c}
          -P ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake
  DEPENDS ${migrations} ${migration_names} ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake
  COMMENT "Embedding the migrations")
target_sources(motcua_db PRIVATE ${migrations_c})
