/* Canvases for tests: the matrix's view as layers of pixels, and layers made of the photograph. */
#ifndef TESTS_FUSION_SHELLS_H
#define TESTS_FUSION_SHELLS_H

#include "support/golden.h"
#include "support/matrix.h"
#include <math.h>

/* An output shaped like a canvas of the matrix's view [layer, pixel.., channel]. */
static inline const lamella_view *canvas_out(matrix *m, const char *name, int layers, int channels)
{
    const int64_t *s = m->view->shape;
    int32_t rank = m->view->rank;
    if (layers)
        return channels ? matrix_out(m, name, LAMELLA_F32, LAYER_LEAD, LAYER_DIM) : matrix_out(m, name, LAMELLA_F32, LAYER_LEAD);
    if (rank == 2)
        return channels ? matrix_out(m, name, LAMELLA_F32, s[1]) : matrix_outputs(m, name, LAMELLA_F32, 1, NULL, 1, NULL, 0);
    if (rank == 3)
        return channels ? matrix_out(m, name, LAMELLA_F32, s[1], s[2]) : matrix_out(m, name, LAMELLA_F32, s[1]);
    return channels ? matrix_out(m, name, LAMELLA_F32, s[1], s[2], s[3]) : matrix_out(m, name, LAMELLA_F32, s[1], s[2]);
}

/* Takes axis 0 away. */
static inline lamella_view layer_of_view(const lamella_view *x, int64_t layer)
{
    lamella_view v;
    ok(lamella_tensor_slice(x, 0, layer, layer + 1, 1, &v));
    v.rank--;
    memmove(v.shape, v.shape + 1, (LAMELLA_MAX_RANK - 1) * sizeof *v.shape);
    memmove(v.stride, v.stride + 1, (LAMELLA_MAX_RANK - 1) * sizeof *v.stride);
    v.flags |= LAMELLA_BROADCAST; /* strides as they stand, were they 0 */
    return v;
}

/* Shells of the whole photograph: channels turned round, rows and columns shifted, brightness as alpha, its ends exactly 0 and 1. */
enum { SHELLS = 8, SHELL_PIXELS = 400 * 600 };
typedef struct photo_shells {
    float *colours, *alpha;
} photo_shells;

static inline photo_shells shells_of_photo(void)
{
    FILE *file = fopen(EXAMPLE_DATA "/coffee.npy", "rb");
    unsigned char *photo = malloc(SHELL_PIXELS * 3);
    photo_shells s = { malloc(sizeof(float) * SHELLS * SHELL_PIXELS * 3), malloc(sizeof(float) * SHELLS * SHELL_PIXELS) };
    check(file && fseek(file, -SHELL_PIXELS * 3, SEEK_END) == 0 && fread(photo, 3, SHELL_PIXELS, file) == SHELL_PIXELS);
    fclose(file);
    for (int k = 0; k < SHELLS; k++)
        for (int i = 0; i < SHELL_PIXELS; i++) {
            int y = (i / 600 + 37 * k) % 400, x = (i % 600 + 53 * k) % 600;
            const unsigned char *pixel = photo + (y * 600 + x) * 3;
            float *colour = s.colours + (k * SHELL_PIXELS + i) * 3;
            for (int j = 0; j < 3; j++)
                colour[j] = (float)pixel[(j + k) % 3] / 255;
            double luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
            s.alpha[k * SHELL_PIXELS + i] = (float)fmin(1, fmax(0, (luma - 0.1) / 0.6));
        }
    free(photo);
    return s;
}

static inline void shells_free(photo_shells *s)
{
    free(s->colours);
    free(s->alpha);
}

#endif
