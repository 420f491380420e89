/* CRC-32 as zip and zlib have it: the remainder by the polynomial 0x04c11db7, bits reversed, begun and ended with ones. Eight tables take
 * eight bytes a step. */
#include "io/fitted.h"

void checksum_begin(checksum *s)
{
    s->value = UINT32_MAX;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t r = i;
        for (int bit = 0; bit < 8; bit++)
            r = r & 1 ? r >> 1 ^ 0xedb88320u : r >> 1;
        s->table[0][i] = r;
    }
    for (int t = 1; t < 8; t++)
        for (int i = 0; i < 256; i++)
            s->table[t][i] = s->table[t - 1][i] >> 8 ^ s->table[0][s->table[t - 1][i] & 255];
}

void checksum_add(checksum *s, const void *bytes, int64_t n)
{
    const unsigned char *b = bytes;
    uint32_t r = s->value;
    for (; n >= 8; n -= 8, b += 8) {
        r ^= (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        r = s->table[7][r & 255] ^ s->table[6][r >> 8 & 255] ^ s->table[5][r >> 16 & 255] ^ s->table[4][r >> 24] ^ s->table[3][b[4]] ^
            s->table[2][b[5]] ^ s->table[1][b[6]] ^ s->table[0][b[7]];
    }
    for (; n > 0; n--, b++)
        r = r >> 8 ^ s->table[0][(r ^ *b) & 255];
    s->value = r;
}

uint32_t checksum_end(const checksum *s)
{
    return ~s->value;
}
