/* Saved models from hostile bytes: refused, or an object that gets, scores and saves without harm, and whose bytes load again. */
#include "fuzz/fuzz.h"
#include "support/seal.h"

/* ---- mutation ---- */

static uint64_t header_length(const uint8_t *bytes)
{
    uint64_t n = 0;
    for (int i = 7; i >= 0; i--)
        n = n << 8 | bytes[i];
    return n;
}

/* The header as text, then its length mended; or the data, whose length stays. */
size_t fuzz_mutate_model(uint8_t *bytes, size_t n, size_t most, unsigned seed, size_t (*mutate)(uint8_t *, size_t, size_t))
{
    uint64_t header = n >= 8 ? header_length(bytes) : 0;
    if (n < 16 || most <= n || header > n - 8 || seed % 16 == 0)
        return mutate(bytes, n, most);
    size_t data = n - 8 - (size_t)header;
    if (seed % 4 && data) { /* a number of eight bytes, or any bytes */
        static const double odd[] = { 0, -1, 1e-300, 1e300, 0.5 };
        uint8_t *at = bytes + 8 + header + seed / 4 % data / 8 * 8;
        if (seed % 8 == 1 && at + 8 <= bytes + n)
            memcpy(at, &odd[seed / 64 % 5], 8);
        else if (seed % 8 == 2 && at + 8 <= bytes + n)
            memcpy(at, (const int64_t[]){ 0, 1, -1, INT64_MAX, INT64_MIN, 3 } + seed / 64 % 6, 8);
        else
            mutate(bytes + 8 + header, data, data);
        return n;
    }
    uint8_t *text = malloc(most);
    memcpy(text, bytes + 8, (size_t)header);
    size_t length = mutate(text, (size_t)header, (size_t)header + most - n);
    memmove(bytes + 8 + length, bytes + 8 + header, data);
    memcpy(bytes + 8, text, length);
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(length >> 8 * i);
    free(text);
    return 8 + length + data;
}

/* ---- use ---- */

static fuzz_file exactly(const uint8_t *bytes, size_t n)
{
    fuzz_file f = { malloc(n + !n), n };
    memcpy(f.at, bytes, n);
    seal(f.at, (int64_t)n); /* else nothing would come past the checksum */
    return f;
}

static lamella_view rows_of(float *x, int64_t rows, int64_t dim)
{
    for (int64_t i = 0; i < rows * dim; i++)
        x[i] = (float)(i % 7) - 3;
    return (lamella_view){ .data = x, .dtype = LAMELLA_F32, .rank = 2, .shape = { rows, dim } };
}

enum { MOST_NUMBERS = 4096 };

void fuzz_probe(const uint8_t *bytes, size_t n)
{
    lamella_probe_linear *probe, *again;
    lamella_view dims, offsets, image;
    fuzz_file f = exactly(bytes, n);
    lamella_view v = fuzz_view_of(f);
    lamella_status status = lamella_probe_linear_load(NULL, &v, &probe);
    free(f.at);
    MUST((probe != NULL) == (status >= 0));
    if (!probe)
        return;
    MUST(!lamella_probe_linear_get(probe, "dims", &dims) && !lamella_probe_linear_get(probe, "output_offsets", &offsets));
    for (int64_t l = 0; l < dims.shape[0] && l < 4; l++) {
        static float x[MOST_NUMBERS], scores[MOST_NUMBERS];
        int64_t dim = ((const int64_t *)dims.data)[l], outputs = ((const int64_t *)offsets.data)[offsets.shape[0] - 1];
        if (dim > MOST_NUMBERS / 3 || outputs > MOST_NUMBERS / 3)
            continue;
        lamella_view rows = rows_of(x, 3, dim), out = { .data = scores, .dtype = LAMELLA_F32, .rank = 2, .shape = { 3, outputs } };
        lamella_probe_linear_score(NULL, probe, l, &rows, &out);
    }
    MUST(!lamella_probe_linear_bytes(probe, &image));
    MUST(lamella_probe_linear_load(NULL, &image, &again) == LAMELLA_OK);
    lamella_probe_linear_free(again);
    lamella_probe_linear_free(probe);
}

void fuzz_project(const uint8_t *bytes, size_t n)
{
    enum { LAYERS = 4 };
    static float x[LAYERS][MOST_NUMBERS], y[LAYERS][MOST_NUMBERS];
    lamella_relative_project *project, *again;
    lamella_view width, anchors, image, layer[LAYERS], out[LAYERS];
    fuzz_file f = exactly(bytes, n);
    lamella_view v = fuzz_view_of(f);
    lamella_status status = lamella_relative_project_load(NULL, &v, &project);
    free(f.at);
    MUST((project != NULL) == (status >= 0));
    if (!project)
        return;
    MUST(!lamella_relative_project_get(project, "width", &width));
    int64_t layers = width.shape[0], fits = layers <= LAYERS;
    for (int64_t l = 0; l < layers && fits; l++) {
        char name[16] = "anchors.0";
        name[8] = (char)('0' + l);
        MUST(!lamella_relative_project_get(project, name, &anchors));
        int64_t columns = ((const int64_t *)width.data)[l];
        fits = anchors.shape[1] <= MOST_NUMBERS / 2 && columns <= MOST_NUMBERS / 2;
        if (fits) {
            layer[l] = rows_of(x[l], 2, anchors.shape[1]);
            out[l] = (lamella_view){ .data = y[l], .dtype = LAMELLA_F32, .rank = 2, .shape = { 2, columns } };
        }
    }
    lamella_stack s = { .struct_size = sizeof s, .layer = layer, .n_layers = layers };
    if (fits)
        lamella_relative_project_apply(NULL, project, &s, out, NULL);
    MUST(!lamella_relative_project_bytes(project, &image));
    MUST(lamella_relative_project_load(NULL, &image, &again) == LAMELLA_OK);
    lamella_relative_project_free(again);
    lamella_relative_project_free(project);
}

void fuzz_gram(const uint8_t *bytes, size_t n)
{
    static float x[MOST_NUMBERS];
    lamella_moments_gram *gram, *again;
    lamella_view mean, cross, image, y;
    fuzz_file f = exactly(bytes, n);
    lamella_view v = fuzz_view_of(f);
    lamella_status status = lamella_moments_gram_load(NULL, &v, &gram);
    free(f.at);
    MUST((gram != NULL) == (status >= 0));
    if (!gram)
        return;
    MUST(!lamella_moments_gram_get(gram, "mean", &mean));
    int64_t dim = mean.shape[0], cross_dim = lamella_moments_gram_get(gram, "cross_mean", &cross) ? 0 : cross.shape[0];
    MUST(!lamella_moments_gram_bytes(gram, &image) && !lamella_moments_gram_load(NULL, &image, &again));
    if (dim + cross_dim <= MOST_NUMBERS / 4) {
        lamella_view rows = rows_of(x, 2, dim);
        y = rows_of(x + 2 * dim, 2, cross_dim);
        lamella_moments_gram_update(NULL, gram, &rows, WITH(lamella_moments_gram_update_options, .y = cross_dim ? &y : NULL));
    }
    lamella_moments_gram_merge(NULL, gram, again);
    lamella_moments_gram_free(again);
    lamella_moments_gram_free(gram);
}

void fuzz_index(const uint8_t *bytes, size_t n)
{
    enum { K = 3, QUERIES = 2 };
    static float x[MOST_NUMBERS];
    int64_t ids[QUERIES * K];
    double scores[QUERIES * K];
    lamella_matryoshka_index *index, *again;
    lamella_view rows, image;
    fuzz_file f = exactly(bytes, n);
    lamella_view v = fuzz_view_of(f);
    lamella_status status = lamella_matryoshka_index_load(NULL, &v, &index);
    free(f.at);
    MUST((index != NULL) == (status >= 0));
    if (!index)
        return;
    MUST(!lamella_matryoshka_index_get(index, "rows", &rows));
    if (rows.shape[1] <= MOST_NUMBERS / QUERIES) {
        lamella_view queries = rows_of(x, QUERIES, rows.shape[1]);
        lamella_view i = { .data = ids, .dtype = LAMELLA_I64, .rank = 2, .shape = { QUERIES, K } };
        lamella_view s = { .data = scores, .dtype = LAMELLA_F64, .rank = 2, .shape = { QUERIES, K } };
        lamella_matryoshka_index_search(NULL, index, &queries, K, &i, &s, NULL, NULL, NULL);
    }
    MUST(!lamella_matryoshka_index_bytes(index, &image));
    MUST(lamella_matryoshka_index_load(NULL, &image, &again) == LAMELLA_OK);
    lamella_matryoshka_index_free(again);
    lamella_matryoshka_index_free(index);
}
