/* Reads the system's zone files. Invariant: an entry of the list never changes or goes away once it is linked
 * in. */
#include "motcua/base/zone.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define DIRECTORY          "/usr/share/zoneinfo/"
#define MAXIMUM_NAME       64
#define MAXIMUM_FILE       (64 * 1024)
#define MAXIMUM_REMEMBERED 700 /* there are some 600 zones */

struct remembered {
    struct remembered *next;
    char name[MAXIMUM_NAME + 1];
    size_t length;
    char data[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct remembered *zones;
static unsigned zone_count;

static bool valid_name(struct str name)
{
    if (name.length == 0 || name.length > MAXIMUM_NAME || !isalpha((unsigned char)name.data[0])) return false;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (!isalnum(c) && c != '/' && c != '_' && c != '-' && c != '+')
            return false; /* no dots: no way out */
    }
    return name.data[name.length - 1] != '/';
}

static struct remembered *find(struct str name)
{
    for (struct remembered *zone = zones; zone != NULL; zone = zone->next)
        if (str_equal_cstr(name, zone->name)) return zone;
    return NULL;
}

static struct remembered *read_file(struct str name)
{
    char path[sizeof DIRECTORY + MAXIMUM_NAME];
    struct remembered *zone = NULL;
    FILE *file;
    snprintf(path, sizeof path, DIRECTORY "%.*s", STR_ARG(name));
    file = fopen(path, "rbe");
    if (file == NULL) return NULL;
    zone = malloc(sizeof *zone + MAXIMUM_FILE);
    if (zone != NULL) {
        zone->length = fread(zone->data, 1, MAXIMUM_FILE, file);
        if (ferror(file) || zone->length < 44 || memcmp(zone->data, "TZif", 4) != 0) {
            free(zone);
            zone = NULL;
        } else {
            struct remembered *fitted = realloc(zone, sizeof *zone + zone->length);
            if (fitted != NULL) zone = fitted;
            memcpy(zone->name, name.data, name.length);
            zone->name[name.length] = '\0';
        }
    }
    fclose(file);
    return zone;
}

bool zone_load(void *unused, struct str name, struct str *tzif)
{
    struct remembered *zone;
    (void)unused;
    if (!valid_name(name)) return false;
    pthread_mutex_lock(&lock);
    zone = find(name);
    if (zone == NULL && zone_count < MAXIMUM_REMEMBERED) {
        zone = read_file(name);
        if (zone != NULL) {
            zone->next = zones;
            zones = zone;
            zone_count++;
        }
    }
    pthread_mutex_unlock(&lock);
    if (zone == NULL) return false;
    *tzif = str_make(zone->data, zone->length);
    return true;
}
