/* The checksum of a model whose bytes a test changed, a bit at a time: the oracle of src/io/checksum.c. */
#ifndef SUPPORT_SEAL_H
#define SUPPORT_SEAL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline uint32_t crc32_by_bits(const unsigned char *bytes, int64_t n)
{
    uint32_t r = UINT32_MAX;
    for (int64_t i = 0; i < n; i++) {
        r ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            r = r & 1 ? r >> 1 ^ 0xedb88320u : r >> 1;
    }
    return ~r;
}

/* The 8 digits behind `"lamella.crc32":"` become those of the bytes; nothing where there are none. */
static inline void seal(void *bytes, int64_t n)
{
    static const char key[] = "\"lamella.crc32\":\"";
    const int64_t length = sizeof key - 1;
    unsigned char *b = bytes;
    char digits[9];
    for (int64_t at = 0; at + length + 8 < n; at++)
        if (!memcmp(b + at, key, (size_t)length)) {
            memset(b + at + length, '0', 8);
            snprintf(digits, sizeof digits, "%08x", (unsigned)crc32_by_bits(b, n));
            memcpy(b + at + length, digits, 8);
            return;
        }
}

static inline void seal_file(const char *path)
{
    FILE *f = fopen(path, "r+b");
    fseek(f, 0, SEEK_END);
    int64_t n = ftell(f);
    char *bytes = malloc((size_t)n);
    rewind(f);
    if (fread(bytes, 1, (size_t)n, f) == (size_t)n) {
        seal(bytes, n);
        rewind(f);
        fwrite(bytes, 1, (size_t)n, f);
    }
    free(bytes);
    fclose(f);
}

#endif
