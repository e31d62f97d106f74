# Writes the C file that holds the migrations: cmake -DFOLDER=migrations -DOUTPUT=x.c -P embed_migrations.cmake
# The bytes come in by .incbin, so that the checksum is that of the file.
file(GLOB files ${FOLDER}/[0-9][0-9][0-9][0-9]_*.sql)
list(SORT files)
set(texts "")
set(rows "")
foreach(file ${files})
  get_filename_component(stem ${file} NAME_WE)
  string(SUBSTRING ${stem} 0 4 digits)
  string(REGEX REPLACE "^0+" "" number ${digits})
  string(APPEND texts
    "EMBED(${digits}, \"${file}\")\n")
  string(APPEND rows
    "    {${number}, \"${stem}\", migration_${digits}, 0},\n")
  string(APPEND ends
    "    migration_${digits}_end,\n")
endforeach()
file(WRITE ${OUTPUT} "/* Generated from migrations/: do not edit. */
#include \"motcua/db/migrate.h\"

#define EMBED(digits, path)                                                                              \\
    __asm__(\".section .rodata\\n.balign 16\\nmigration_\" #digits \":\\n.incbin \\\"\" path                       \\
            \"\\\"\\nmigration_\" #digits \"_end:\\n.byte 0\\n.text\\n\");                                           \\
    extern const char migration_##digits[], migration_##digits##_end[];
${texts}
static struct db_migration table[] = {
${rows}    {0, NULL, NULL, 0},
};
static const char *const ends[] = {
${ends}    NULL,
};

const struct db_migration *db_migrations(size_t *count)
{
    size_t rows = sizeof table / sizeof table[0] - 1;
    for (size_t i = 0; i < rows; i++)
        table[i].length = (size_t)(ends[i] - table[i].sql);
    *count = rows;
    return table;
}
")
