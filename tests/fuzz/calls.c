/* Sequences of calls on random views and one stack: extents of 1 with any stride, broadcast, reversed, padded and transposed axes, memory of
 * exactly the bytes that a view touches, masks, ragged tokens. Every call is made twice, on the views and on row-major copies of them: same
 * status, same bits. In the end the stack is as it was. */
#include "fuzz/fuzz.h"

#include <math.h>

enum { PIECES = 256, MOST_LAYERS = 3 };

typedef struct world {
    const struct world *first; /* NULL, or whose numbers this one has as row-major copies */
    lamella_view numbers[16];
    lamella_view layer[MOST_LAYERS], mask, offsets;
    lamella_stack stack;
    void        *piece[PIECES];
    size_t       bytes[PIECES];   /* of each */
    int          n_pieces;
    lamella_view made[8];         /* outputs */
    int          n_made;
} world;

/* What the bytes chose, the same for both worlds. */
typedef struct plan {
    int     n_layers, rank, dtype, ragged, masked;
    int64_t shape[5], dim[MOST_LAYERS];
    int64_t n_samples;
    unsigned seed, odd;
} plan;

static int64_t size_of(int32_t dtype)
{
    static const int sizes[] = { 0, 4, 8, 2, 2, 1, 1, 4, 8, 1 };
    return sizes[dtype];
}

static void *piece(world *w, size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    MUST(p && w->n_pieces < PIECES);
    w->bytes[w->n_pieces] = bytes;
    return w->piece[w->n_pieces++] = p;
}

static unsigned mixed_bits(unsigned x)
{
    x = (x ^ x >> 16) * 0x45d9f3bu;
    x = (x ^ x >> 16) * 0x45d9f3bu;
    return x ^ x >> 16;
}

/* Element i of an array: small numbers, many equal, whole ones below `bound`; of an odd plan now and then what is hard. */
static void store_number(const plan *p, int32_t dtype, char *to, unsigned array, int64_t i, int64_t bound)
{
    static const double hard[] = { 1e30, -1e30, 1e-40, 1e300, 0, 1e-300, 3e38, -0.0 };
    unsigned bits = mixed_bits(p->seed + array * 7919u + (unsigned)i * 31u);
    double value = (double)(bits % 9) / 4 - 1;
    if (p->odd && bits % 61 == 3)
        value = p->odd == 1 ? (double)NAN : hard[bits / 61 % 8];
    float f = (float)value;
    uint32_t u;
    memcpy(&u, &f, 4);
    uint16_t bf = (uint16_t)(u >> 16), half = (uint16_t)(bits % 3 == 0 ? 0x3c00 : bits % 3 == 1 ? 0xb800 : 0);
    int64_t i64 = (int64_t)bits % bound;
    int32_t i32 = (int32_t)i64;
    uint8_t u8 = bits % 4 != 0;
    const void *from[] = { NULL, &f, &value, &half, &bf, &u8, &u8, &i32, &i64, &u8 };
    memcpy(to, from[dtype], (size_t)size_of(dtype));
}

/* ---- views ---- */

static void row_major(const lamella_view *v, int64_t *stride)
{
    int64_t step = 1;
    for (int a = v->rank - 1; a >= 0; a--) {
        stride[a] = step;
        step *= v->shape[a] > 1 ? v->shape[a] : 1;
    }
}

static int64_t elements_of(const lamella_view *v)
{
    int64_t n = 1;
    for (int a = 0; a < v->rank; a++)
        n *= v->shape[a];
    return n;
}

/* Strides as the bytes choose; broadcasting only where it is allowed, for inputs. */
static void choose_strides(choices *c, lamella_view *v, int broadcast)
{
    static const int64_t any[] = { 0, 1, -1, 7, -3, INT64_MAX, INT64_MIN, INT64_C(1) << 40 };
    int64_t step = 1;
    unsigned transposed = choose(c, 4) == 0;
    for (int i = 0; i < v->rank; i++) {
        int a = transposed ? i : v->rank - 1 - i;
        unsigned kind = choose(c, 8);
        v->stride[a] = step;
        if (v->shape[a] == 1) {
            v->stride[a] = any[choose(c, 8)];
        } else if (kind == 1 && broadcast) {
            v->stride[a] = 0;
            v->flags |= LAMELLA_BROADCAST;
        } else {
            v->stride[a] = kind == 2 ? 2 * step : kind == 3 ? -step : step;
            step *= (kind == 2 ? 2 : 1) * (v->shape[a] ? v->shape[a] : 1);
            if (kind == 4 && i == 0)
                step += 3;
        }
    }
}

static char *element(const lamella_view *v, const int64_t *stride, int64_t i)
{
    int64_t at = 0;
    for (int a = v->rank - 1; a >= 0; a--) {
        if (v->shape[a] > 1)
            at += i % v->shape[a] * stride[a];
        i /= v->shape[a];
    }
    return (char *)v->data + at * size_of(v->dtype);
}

/* Memory of exactly the bytes from the view's first to its last. */
static void give_memory(world *w, choices *c, lamella_view *v)
{
    int64_t low = 0, high = 0, size = size_of(v->dtype), n = elements_of(v);
    int unaligned = w->first ? 0 : choose(c, 8) == 7;
    for (int a = 0; a < v->rank; a++)
        if (v->shape[a] > 1)
            *(v->stride[a] < 0 ? &low : &high) += (v->shape[a] - 1) * v->stride[a];
    char *memory = piece(w, (size_t)(n ? (high - low + 1) * size + unaligned : 0));
    memset(memory, 0xa5, (size_t)(n ? (high - low + 1) * size + unaligned : 0));
    v->data = memory + unaligned - low * size;
}

static lamella_view view_shaped(world *w, choices *c, int32_t dtype, int rank, const int64_t *shape, int broadcast)
{
    lamella_view v = { .dtype = dtype, .rank = rank };
    memcpy(v.shape, shape, (size_t)rank * sizeof *shape);
    if (w->first)
        row_major(&v, v.stride);
    else
        choose_strides(c, &v, broadcast);
    give_memory(w, c, &v);
    return v;
}

/* From the last element to the first: where an axis is broadcast, the first that was stored there stands, in the copies too. */
static lamella_view input(world *w, choices *c, const plan *p, unsigned array, int32_t dtype, int64_t bound, int rank, const int64_t *shape)
{
    lamella_view v = view_shaped(w, c, dtype, rank, shape, 1);
    for (int64_t i = elements_of(&v) - 1; i >= 0; i--) {
        char *to = element(&v, v.stride, i);
        if (w->first)
            memcpy(to, element(&w->first->numbers[array], w->first->numbers[array].stride, i), (size_t)size_of(dtype));
        else
            store_number(p, dtype, to, array, i, bound);
    }
    v.flags |= LAMELLA_READONLY;
    return w->numbers[array] = v;
}

/* An output, remembered: its elements are compared after the call. */
static lamella_view output_of(world *w, choices *c, int32_t dtype, int rank, const int64_t *shape)
{
    lamella_view v = view_shaped(w, c, dtype, rank, shape, 0);
    MUST(w->n_made < 8);
    return w->made[w->n_made++] = v;
}

#define SHAPE(...) (int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[]){ __VA_ARGS__ }
#define OUT(dtype, ...) output_of(w, c, dtype, SHAPE(__VA_ARGS__))
#define IN_BELOW(bound, array, dtype, ...) input(w, c, p, array, dtype, bound, SHAPE(__VA_ARGS__))
#define IN(array, dtype, ...) IN_BELOW(5, array, dtype, __VA_ARGS__)

/* ---- the stack ---- */

static void plan_stack(choices *c, plan *p)
{
    static const int dtypes[] = { LAMELLA_F32, LAMELLA_F64, LAMELLA_F16, LAMELLA_BF16, LAMELLA_F32, LAMELLA_I32 };
    static const int ranks[] = { 2, 3, 2, 4 }, extents[] = { 1, 3, 1, 2, 5, 0, 4, 9 }, rows[] = { 1, 3, 12, 2, 5, 0, 17, 9 };
    memset(p, 0, sizeof *p);
    p->dtype = dtypes[choose(c, 6)];
    p->n_layers = 1 + (int)choose(c, MOST_LAYERS);
    p->rank = ranks[choose(c, 4)];
    for (int a = 0; a < p->rank - 1; a++)
        p->shape[a] = (a ? extents : rows)[choose(c, 8)];
    int64_t dim = extents[choose(c, 8)];
    for (int l = 0; l < p->n_layers; l++)
        p->dim[l] = choose(c, 8) == 7 ? extents[choose(c, 8)] : dim;
    p->ragged = p->rank == 2 && choose(c, 3) == 2;
    p->masked = choose(c, 3) == 2;
    p->odd = choose(c, 16) > 13 ? 1 + choose(c, 2) : 0;
    p->seed = choose(c, 256);
    p->n_samples = p->ragged ? 3 : p->shape[0];
}

static void make_stack(world *w, choices *c, const plan *p)
{
    int64_t shape[5];
    memcpy(shape, p->shape, sizeof shape);
    for (int l = 0; l < p->n_layers; l++) {
        shape[p->rank - 1] = p->dim[l];
        w->layer[l] = input(w, c, p, (unsigned)l, p->dtype, 5, p->rank, shape);
    }
    w->stack = (lamella_stack){ .struct_size = sizeof w->stack, .layer = w->layer, .n_layers = p->n_layers };
    if (p->masked) {
        w->mask = input(w, c, p, 3, p->seed % 2 ? LAMELLA_U8 : LAMELLA_BOOL, 2, p->rank - 1, shape);
        w->stack.mask = &w->mask;
    }
    if (p->ragged) {
        int64_t n = p->shape[0], offsets[] = { 0, n / 2, n / 2, n };
        w->offsets = view_shaped(w, c, LAMELLA_I64, 1, (const int64_t[]){ 4 }, 0);
        for (int64_t i = 0; i < 4; i++)
            memcpy(element(&w->offsets, w->offsets.stride, i), &offsets[i], 8);
        w->stack.offsets = &w->offsets;
    }
}

/* ---- calls ---- */

typedef lamella_status call_body(world *w, choices *c, const plan *p, unsigned how);

static int64_t narrowest(const plan *p)
{
    int64_t least = p->dim[0];
    for (int l = 1; l < p->n_layers; l++)
        least = p->dim[l] < least ? p->dim[l] : least;
    return least;
}

/* Shaped like the leading axes of the stack, then `last`. */
static lamella_view out_of_lead(world *w, choices *c, const plan *p, int64_t last)
{
    int64_t shape[5];
    memcpy(shape, p->shape, sizeof shape);
    shape[p->rank - 1] = last;
    return output_of(w, c, LAMELLA_F32, p->rank, shape);
}

static lamella_status call_truncate(world *w, choices *c, const plan *p, unsigned how)
{
    int64_t widths[] = { 1 + how % 3, narrowest(p) };
    lamella_matryoshka_truncate_options o = { .struct_size = sizeof o, .normalise = (int32_t)(how / 3 % 3) };
    lamella_view out[MOST_LAYERS * 2];
    for (int i = 0; i < p->n_layers * 2; i++)
        out[i] = out_of_lead(w, c, p, widths[i % 2]);
    return lamella_matryoshka_truncate(NULL, &w->stack, widths, 2, out, &o, NULL);
}

static lamella_status call_pool(world *w, choices *c, const plan *p, unsigned how)
{
    lamella_fusion_pool_options o = { .struct_size = sizeof o, .readout = (int32_t)(how % 6) };
    lamella_view out[MOST_LAYERS];
    for (int l = 0; l < p->n_layers; l++)
        out[l] = OUT(LAMELLA_F32, p->n_samples, p->dim[l]);
    return lamella_fusion_pool(NULL, &w->stack, out, &o, NULL);
}

static lamella_status call_over(world *w, choices *c, const plan *p, unsigned how)
{
    int64_t lead[] = { 2, 1 + how % 3, how / 3 % 2 + 1, 1 + how / 6 % 3 };
    lamella_view colours = IN(4, p->dtype, lead[0], lead[1], lead[2], lead[3]), alpha = IN(5, LAMELLA_F32, lead[0], lead[1], lead[2]);
    lamella_view depth = IN(6, LAMELLA_F64, lead[0], lead[1], lead[2]), background = IN(7, p->dtype, lead[1], lead[2], lead[3]);
    lamella_view out = OUT(LAMELLA_F32, lead[1], lead[2], lead[3]), seen = OUT(LAMELLA_F32, lead[1], lead[2]);
    lamella_fusion_over_options o = { .struct_size = sizeof o, .clamp = 1, .opacity = (int32_t)(how / 18 % 3) };
    return lamella_fusion_over(NULL, &colours, &alpha, &out, (o.depth = how & 64 ? &depth : NULL, o.background = how & 128 ? &background : NULL, &o),
                               WITH(lamella_fusion_over_outputs, .transmittance = &seen), NULL);
}

static lamella_status call_mix(world *w, choices *c, const plan *p, unsigned how)
{
    lamella_fusion_mix_options o = { .struct_size = sizeof o, .weighting = (int32_t)(how % 3), .rows = (int32_t)(how / 3 % 4) };
    lamella_view weights = IN(4, LAMELLA_F64, p->n_layers), out = out_of_lead(w, c, p, p->dim[0]);
    return lamella_fusion_mix(NULL, &w->stack, &out, (o.weights = how & 32 ? &weights : NULL, &o), NULL);
}

static lamella_status call_layers(world *w, choices *c, const plan *p, unsigned how)
{
    lamella_view mean[MOST_LAYERS], n = OUT(LAMELLA_F64, p->n_layers, 3), counts = OUT(LAMELLA_I64, p->n_layers, 8);
    lamella_view shares = OUT(LAMELLA_F64, p->n_layers, 3), cosine = OUT(LAMELLA_F64, p->n_layers);
    for (int l = 0; l < p->n_layers; l++)
        mean[l] = OUT(LAMELLA_F64, p->dim[l]);
    return lamella_moments_layers(NULL, &w->stack, NULL, WITH(lamella_moments_layers_outputs, .norms = &n, .counts = &counts, .shares = &shares,
                                                              .cosine = &cosine, .mean = how % 2 ? mean : NULL));
}

static lamella_status call_gram(world *w, choices *c, const plan *p, unsigned how)
{
    int64_t n = 1 + how % 4, dim = 1 + how / 4 % 3, cross = how / 12 % 3;
    lamella_view x = IN(4, p->dtype, n, dim), y = IN(5, LAMELLA_F32, n, cross), weights = IN(6, LAMELLA_F64, n), mean = OUT(LAMELLA_F64, dim), got;
    lamella_moments_gram *gram;
    lamella_status status = lamella_moments_gram_create(NULL, dim, cross, &gram);
    if (!status)
        status = lamella_moments_gram_update(NULL, gram, &x, WITH(lamella_moments_gram_update_options, .y = cross ? &y : NULL,
                                                                  .weights = how & 128 ? &weights : NULL));
    if (!status)
        status = lamella_moments_gram_get(gram, "mean", &got);
    if (!status)
        status = lamella_tensor_cast(NULL, &got, &mean);
    lamella_moments_gram_free(gram);
    return status;
}

static lamella_status call_search(world *w, choices *c, const plan *p, unsigned how)
{
    int64_t rows = how % 5, dim = 1 + how / 5 % 4, k = 1 + how / 20 % 4;
    lamella_matryoshka_search_options o = { .struct_size = sizeof o, .similarity = (int32_t)(how & 1), .width = how & 2 ? 1 : 0 };
    lamella_view base = IN(4, p->dtype, rows, dim), queries = IN(5, LAMELLA_F32, 2, dim), base_ids = IN(6, LAMELLA_I32, rows);
    lamella_view ids = OUT(LAMELLA_I64, 2, k), scores = OUT(LAMELLA_F64, 2, k), found = OUT(LAMELLA_I64, 2);
    return lamella_matryoshka_search(NULL, &base, &queries, k, &ids, &scores, (o.base_ids = how & 64 ? &base_ids : NULL, &o),
                                     WITH(lamella_matryoshka_search_outputs, .found = &found), NULL);
}

static lamella_status call_grid(world *w, choices *c, const plan *p, unsigned how)
{
    int64_t widths[] = { narrowest(p), 1 };
    int64_t bound = p->n_samples + (how / 4 % 8 == 7); /* now and then one behind the last */
    lamella_view pairs = IN_BELOW(bound > 0 ? bound : 1, 4, how % 2 ? LAMELLA_I64 : LAMELLA_I32, 3, 2);
    lamella_view cosine = OUT(LAMELLA_F64, p->n_layers, 2, 3), dot = OUT(LAMELLA_F64, p->n_layers, 2, 3);
    return lamella_matryoshka_grid_cosine(NULL, &w->stack, &pairs, widths, 2, &cosine, NULL,
                                          WITH(lamella_matryoshka_grid_outputs, .dot = how & 2 ? &dot : NULL), NULL);
}

static lamella_status call_anchors(world *w, choices *c, const plan *p, unsigned how)
{
    int64_t n = 1 + how % 3;
    lamella_view given = IN(4, LAMELLA_I32, n), anchors = OUT(LAMELLA_I64, n), condition = OUT(LAMELLA_F64, p->n_layers);
    lamella_view rank = OUT(LAMELLA_I64, p->n_layers), twice = OUT(LAMELLA_I64, p->n_layers);
    lamella_relative_anchors_options o = { .struct_size = sizeof o, .method = (int32_t)(how / 3 % 3), .farthest = (int32_t)(how / 9 % 3) };
    return lamella_relative_anchors(NULL, &w->stack, n, &anchors, (o.given = how & 64 ? &given : NULL, &o),
                                    WITH(lamella_relative_anchors_outputs, .condition = &condition, .rank = &rank, .duplicates = &twice), NULL);
}

static lamella_status call_project(world *w, choices *c, const plan *p, unsigned how)
{
    lamella_view anchors = IN(4, LAMELLA_I64, 2), out[MOST_LAYERS];
    lamella_relative_project_options o = { .struct_size = sizeof o, .transform = (int32_t)(how % 5), .similarity = (int32_t)(how / 5 % 9) };
    int32_t similarity = o.similarity;
    lamella_relative_project *project;
    for (int l = 0; l < p->n_layers; l++)
        out[l] = out_of_lead(w, c, p, similarity == LAMELLA_RELATIVE_ABSOLUTE ? p->dim[l] : similarity == LAMELLA_RELATIVE_PRODUCT ? 8 : 2);
    lamella_status status = lamella_relative_project_fit(NULL, &w->stack, (o.anchors = &anchors, &o), &project, NULL);
    if (status >= 0)
        status = lamella_relative_project_apply(NULL, project, &w->stack, out, NULL);
    lamella_relative_project_free(project);
    return status;
}

static lamella_status call_ranks(world *w, choices *c, const plan *p, unsigned how)
{
    lamella_view x = IN(4, p->dtype, 1 + how % 2, how / 2 % 4, 1 + how / 8 % 4), ranks = OUT(LAMELLA_F64, x.shape[0], x.shape[1], x.shape[2]);
    return lamella_measure_ranks(NULL, &x, &ranks);
}

static lamella_status call_measures(world *w, choices *c, const plan *p, unsigned how)
{
    int64_t n = how % 7, classes = 1 + how / 7 % 3;
    lamella_view scores = IN(4, p->dtype, n, classes), labels = IN(5, LAMELLA_I32, n), mask = IN(6, LAMELLA_U8, n);
    lamella_view x = IN(7, LAMELLA_F64, n), y = IN(8, p->dtype, n), folds = OUT(LAMELLA_I32, n);
    lamella_measure_classification_result of_classes = { .struct_size = sizeof of_classes };
    lamella_measure_correlation_result correlated = { .struct_size = sizeof correlated };
    lamella_measure_regression_result fitted = { .struct_size = sizeof fitted };
    lamella_measure_folds_options o = { .struct_size = sizeof o, .n_folds = 2 };
    switch (how / 21 % 4) {
    case 0: return lamella_measure_classification(NULL, &scores, &labels, WITH(lamella_measure_classification_options, .mask = &mask), &of_classes);
    case 1: return lamella_measure_correlation(NULL, &x, &y, WITH(lamella_measure_correlation_options, .mask = &mask), &correlated);
    case 2: return lamella_measure_regression(NULL, &x, &y, NULL, &fitted);
    default: return lamella_measure_folds(NULL, n, &folds, (o.groups = &labels, &o), NULL);
    }
}

static lamella_status call_probe(world *w, choices *c, const plan *p, unsigned how)
{
    lamella_view labels = IN_BELOW(2 + how / 64 % 2, 4, LAMELLA_I32, p->n_samples), weights = IN(5, LAMELLA_F32, p->n_samples), scores, x, got;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = (int32_t)(how % 3), .standardise = how / 3 % 2, .balanced = how / 6 % 2,
        .classes = (int32_t)(how / 12 % 3), .n_folds = 2, .max_iterations = 3, .n_bootstrap = -1, .readout = (int32_t)(how / 36 % 5) };
    lamella_probe_linear *probe;
    int64_t outputs = 0;
    lamella_status status = lamella_probe_linear_fit(NULL, &w->stack, &labels, (o.sample_weights = how & 128 ? &weights : NULL, &o), &probe, NULL);
    if (probe && !lamella_probe_linear_get(probe, "output_offsets", &got))
        outputs = ((const int64_t *)got.data)[1];
    x = IN(6, p->dtype, 2, p->dim[0]);
    scores = OUT(LAMELLA_F32, 2, outputs);
    if (probe)
        status = lamella_probe_linear_score(NULL, probe, 0, &x, &scores);
    lamella_probe_linear_free(probe);
    return status;
}

static lamella_status call_tensor(world *w, choices *c, const plan *p, unsigned how)
{
    lamella_view x = IN(4, p->dtype, 1 + how % 3, 1 + how / 3 % 2, how / 6 % 4), part, out;
    lamella_tensor_finite_result finite = { .struct_size = sizeof finite };
    lamella_tensor_block *block;
    lamella_stack s = { .struct_size = sizeof s };
    lamella_status status = lamella_tensor_slice(&x, (int32_t)(how % 3), 0, x.shape[how % 3], 1 + how / 16 % 2, &part);
    out = OUT(how & 32 ? LAMELLA_F32 : LAMELLA_F64, part.shape[0], part.shape[1], part.shape[2]);
    if (!status)
        status = lamella_tensor_cast(NULL, &part, &out);
    if (!status && how & 64)
        status = lamella_tensor_finite(NULL, &x, &finite);
    if (!status && how & 128) {
        status = lamella_tensor_block_load(NULL, &x, &block, &s);
        lamella_tensor_block_free(block);
    }
    return status;
}

#define CALL_BODIES(X) \
    X(truncate) X(pool) X(over) X(mix) X(layers) X(gram) X(search) X(grid) X(anchors) X(project) X(ranks) X(measures) X(probe) X(tensor)

#define BODY_OF(name) call_##name,
#define COUNT_OF(name) { #name, 0, 0 },

static call_body *const bodies[] = { CALL_BODIES(BODY_OF) };
static fuzz_count       counts[] = { CALL_BODIES(COUNT_OF) { NULL, 0, 0 } };

const fuzz_count *fuzz_calls_counts(void)
{
    return counts;
}

/* ---- both worlds ---- */

/* Gives back what came after the first n pieces. */
static void world_cut(world *w, int n)
{
    while (w->n_pieces > n)
        free(w->piece[--w->n_pieces]);
    w->n_made = 0;
}

static uint64_t world_hash(const world *w, int n)
{
    uint64_t hash = 0;
    for (int i = 0; i < n; i++)
        for (size_t k = 0; k < w->bytes[i]; k++)
            hash = (hash ^ ((const uint8_t *)w->piece[i])[k]) * 0x100000001b3u;
    return hash;
}

static void same_outputs(const world *a, const world *b)
{
    MUST(a->n_made == b->n_made);
    for (int i = 0; i < a->n_made; i++) {
        const lamella_view *x = &a->made[i], *y = &b->made[i];
        for (int64_t e = elements_of(x) - 1; e >= 0; e--)
            MUST(!memcmp(element(x, x->stride, e), element(y, y->stride, e), (size_t)size_of(x->dtype)));
    }
}

void fuzz_calls(const uint8_t *bytes, size_t n)
{
    choices c = { bytes, bytes + n }, none = { NULL, NULL };
    world strange = { .first = NULL }, plain = { .first = &strange };
    plan p;
    plan_stack(&c, &p);
    make_stack(&strange, &c, &p);
    make_stack(&plain, &none, &p);
    int of_stack = strange.n_pieces;
    uint64_t before = world_hash(&strange, of_stack), copied = world_hash(&plain, of_stack);
    do {
        unsigned which = choose(&c, sizeof bodies / sizeof *bodies), how = choose(&c, 256);
        lamella_status status = bodies[which](&strange, &c, &p, how);
        MUST(bodies[which](&plain, &none, &p, how) == status);
        counts[which].made++;
        counts[which].done += status >= 0;
        if (status >= 0)
            same_outputs(&strange, &plain);
        world_cut(&strange, of_stack);
        world_cut(&plain, of_stack);
    } while (c.at < c.end && n < 200);
    MUST(world_hash(&strange, of_stack) == before && world_hash(&plain, of_stack) == copied);
    world_cut(&strange, 0);
    world_cut(&plain, 0);
}
