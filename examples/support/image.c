#include "support/image.h"
#include "support/text.h"
#include <string.h>

/* A PNG is chunks: length, name, bytes, CRC. The one with the pixels holds a zlib stream, here of stored blocks. */
typedef struct bytes {
    uint8_t *at;
    int64_t  n;
} bytes;

static void put(bytes *b, const void *data, int64_t n)
{
    memcpy(b->at + b->n, data, (size_t)n);
    b->n += n;
}

static void put_big(bytes *b, uint32_t x)
{
    const uint8_t byte[] = { (uint8_t)(x >> 24), (uint8_t)(x >> 16), (uint8_t)(x >> 8), (uint8_t)x };
    put(b, byte, 4);
}

static uint32_t crc_of(const uint8_t *data, int64_t n)
{
    static uint32_t table[256];
    uint32_t crc = 0xffffffffu;
    for (uint32_t i = 0; i < 256 && !table[255]; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
        table[i] = c;
    }
    for (int64_t i = 0; i < n; i++)
        crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
    return ~crc;
}

static uint32_t adler_of(const uint8_t *data, int64_t n)
{
    uint32_t a = 1, b = 0;
    for (int64_t i = 0; i < n; i++) {
        a = (a + data[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void put_chunk(bytes *b, const char *name, const uint8_t *data, int64_t n)
{
    put_big(b, (uint32_t)n);
    int64_t start = b->n;
    put(b, name, 4);
    put(b, data, n);
    put_big(b, crc_of(b->at + start, n + 4));
}

/* Each row of pixels behind a byte that says "no filter". */
static bytes filtered(const uint8_t *pixels, int64_t row, int64_t height)
{
    bytes b = { take((row + 1) * height, 1), 0 };
    for (int64_t y = 0; y < height; y++) {
        put(&b, "", 1);
        put(&b, pixels + y * row, row);
    }
    return b;
}

#define MOST_STORED 65535

static bytes stored(const bytes *raw)
{
    bytes b = { take(raw->n + 5 * (raw->n / MOST_STORED + 1) + 6, 1), 0 };
    put(&b, "\x78\x01", 2);
    for (int64_t first = 0; first < raw->n; first += MOST_STORED) {
        int64_t n = raw->n - first < MOST_STORED ? raw->n - first : MOST_STORED;
        const uint8_t head[] = { first + n == raw->n, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n, (uint8_t)(~n >> 8) };
        put(&b, head, 5);
        put(&b, raw->at + first, n);
    }
    put_big(&b, adler_of(raw->at, raw->n));
    return b;
}

static void write_base64(FILE *out, const bytes *b)
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int64_t i = 0; i < b->n; i += 3) {
        uint32_t three = 0;
        for (int k = 0; k < 3; k++)
            three = three << 8 | (i + k < b->n ? b->at[i + k] : 0u);
        for (int k = 0; k < 4; k++)
            fputc(i + k <= b->n ? letter[three >> (18 - 6 * k) & 63] : '=', out);
    }
}

void image_write_uri(FILE *out, const uint8_t *pixels, int64_t width, int64_t height, int channels)
{
    bytes raw = filtered(pixels, width * channels, height), zlib = stored(&raw), head = { take(13, 1), 0 };
    bytes file = { take(zlib.n + 100, 1), 0 };
    put_big(&head, (uint32_t)width);
    put_big(&head, (uint32_t)height);
    put(&head, channels == 4 ? "\x08\x06\0\0" : "\x08\x02\0\0", 5); /* 8 bits, RGBA or RGB */
    put(&file, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(&file, "IHDR", head.at, head.n);
    put_chunk(&file, "IDAT", zlib.at, zlib.n);
    put_chunk(&file, "IEND", (const uint8_t *)"", 0);
    fputs("data:image/png;base64,", out);
    write_base64(out, &file);
}
