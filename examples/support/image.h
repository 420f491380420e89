/* image: pixels as a PNG inside a page. */
#ifndef SUPPORT_IMAGE_H
#define SUPPORT_IMAGE_H

#include <stdint.h>
#include <stdio.h>

/* "data:image/png;base64,..." of rows of 3 (RGB) or 4 (RGBA) bytes a pixel. The bytes are stored, not compressed. */
void image_write_uri(FILE *out, const uint8_t *pixels, int64_t width, int64_t height, int channels);

#endif
