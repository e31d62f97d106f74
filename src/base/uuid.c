/* UUIDv7: 48 bits of milliseconds, version, 12 random bits, variant, 62 random bits. */
#include "motcua/base/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct uuid uuid_create(instant now)
{
    unsigned char bytes[16];
    if (getrandom(bytes + 6, 10, 0) != 10)
        abort(); /* cannot happen once the kernel is up; guessable identifiers would be worse */
    uint64_t milliseconds = (uint64_t)(now / 1000);
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)(milliseconds >> (40 - 8 * i));
    bytes[6] = (unsigned char)(0x70 | (bytes[6] & 0x0F));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F));
    struct uuid uuid;
    snprintf(uuid.text, sizeof uuid.text,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", bytes[0], bytes[1],
             bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9], bytes[10],
             bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
    return uuid;
}

bool uuid_valid(struct str text)
{
    if (text.length != UUID_TEXT_SIZE - 1) return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}
