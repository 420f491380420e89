/* Probes of stacks with tokens: pooled inside is pooled first, then probed as rows, bit for bit. */
#include "probe/probes.h"

enum { N = 60, TOKENS = 5, DIM = 4, MOST = N * TOKENS };

/* A stack with tokens in any of its forms, and the labels of its samples. */
typedef struct tokens {
    float         x[2 * MOST * DIM];
    unsigned char mask[MOST], has_row[N];
    int64_t       offsets[N + 1];
    int32_t       y[N];
    lamella_view  layer[2], mask_view, offsets_view, labels, rows_mask;
    lamella_stack stack;
    int64_t       n_empty;
} tokens;

/* Numbers under the mask are no numbers: nothing may read them. Masks have holes between valid tokens; samples 7, 30 and 59 are empty. */
static void mask_tokens(tokens *t, int64_t i, int64_t first, int64_t end)
{
    int empty = i == 7 || i == 30 || i == N - 1;
    for (int64_t v = first; v < end; v++)
        if (!(t->mask[v] = !empty && (v == first + i % (end - first) || (v * 7 + i) % 3 != 0)))
            for (int j = 0; j < DIM; j++)
                t->x[v * DIM + j] = t->x[(MOST + v) * DIM + j] = NAN;
}

static tokens *tokens_of(int ragged, int masked)
{
    static tokens t;
    t = (tokens){ .stack = { .struct_size = sizeof t.stack, .layer = t.layer, .n_layers = 2 } };
    for (int64_t i = 0; i < 2 * MOST * DIM; i++)
        t.x[i] = (float)((uint32_t)(i * 2654435761u) >> 12) / (1 << 20) - 0.5f;
    for (int64_t i = 0; i < N; i++) {
        t.y[i] = (i * i) % 7 > 2;
        int64_t length = !ragged ? TOKENS : !masked && (i == 7 || i == 30 || i == N - 1) ? 0 : 1 + i * 3 % TOKENS;
        t.offsets[i + 1] = t.offsets[i] + length;
        for (int64_t v = t.offsets[i]; v < t.offsets[i + 1]; v++)
            t.x[v * DIM] += t.y[i] ? 0.2f : -0.2f;
        if (masked)
            mask_tokens(&t, i, t.offsets[i], t.offsets[i + 1]);
    }
    for (int l = 0; l < 2; l++)
        t.layer[l] = ragged ? view_of(LAMELLA_F32, t.x + l * MOST * DIM, t.offsets[N], DIM) : view_of(LAMELLA_F32, t.x + l * MOST * DIM, N, TOKENS,
                DIM);
    t.mask_view = ragged ? view_of(LAMELLA_U8, t.mask, t.offsets[N]) : view_of(LAMELLA_U8, t.mask, N, TOKENS);
    t.offsets_view = view_of(LAMELLA_I64, t.offsets, N + 1);
    t.labels = view_of(LAMELLA_I32, t.y, N);
    t.rows_mask = view_of(LAMELLA_U8, t.has_row, N);
    t.stack.mask = masked ? &t.mask_view : NULL;
    t.stack.offsets = ragged ? &t.offsets_view : NULL;
    t.n_empty = ragged || masked ? 3 : 0;
    memset(t.has_row, 1, N);
    if (t.n_empty)
        t.has_row[7] = t.has_row[30] = t.has_row[N - 1] = 0;
    return &t;
}

static lamella_status fit_tokens(const lamella_stack *stack, const tokens *t, int32_t kind, int32_t readout, lamella_probe_linear **probe,
                                 lamella_probe_linear_result *result)
{
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = kind, .readout = readout, .n_bootstrap = 20, .n_folds = 4, .seed = 3,
                                      .standardise = 1 };
    result->struct_size = sizeof *result;
    return lamella_probe_linear_fit(NULL, stack, &t->labels, &o, probe, result);
}

static const char *const forms[] = { "dense", "ragged", "dense masked", "ragged masked" };

TEST(pooled_inside_is_pooled_first_to_the_bit)
{
    static const int32_t readouts[] = { LAMELLA_READOUT_CLS, LAMELLA_READOUT_LAST, LAMELLA_READOUT_MEAN, LAMELLA_READOUT_MAX,
                                       LAMELLA_READOUT_FIRST_MEAN };
    for (int i = 0; i < 4 * 2 * 5; i++) {
        int form = i / 10, kind = 1 + i / 5 % 2;
        tokens *t = tokens_of(form & 1, form >> 1);
        static float pooled[2 * N * DIM];
        lamella_view layer[2] = { view_of(LAMELLA_F32, pooled, N, DIM), view_of(LAMELLA_F32, pooled + N * DIM, N, DIM) }, inside, first;
        lamella_stack rows = { .struct_size = sizeof rows, .layer = layer, .n_layers = 2, .mask = t->n_empty ? &t->rows_mask : NULL };
        lamella_fusion_pool_options po = { .struct_size = sizeof po, .readout = readouts[i % 5] };
        lamella_fusion_pool_result pr = { .struct_size = sizeof pr };
        lamella_probe_linear *p[2];
        lamella_probe_linear_result r[2];
        returns(lamella_fusion_pool(NULL, &t->stack, layer, &po, &pr), t->n_empty ? LAMELLA_NOTE : LAMELLA_OK);
        equal(pr.n_empty_samples, t->n_empty);
        returns(fit_tokens(&t->stack, t, kind, readouts[i % 5], &p[0], &r[0]), t->n_empty ? LAMELLA_NOTE : LAMELLA_OK);
        returns(fit_tokens(&rows, t, kind, readouts[i % 5], &p[1], &r[1]), LAMELLA_OK);
        equal(r[0].n_scored, N - t->n_empty);
        equal(r[0].n_empty_samples, t->n_empty);
        equal(r[1].n_empty_samples, 0);
        ok(lamella_probe_linear_bytes(p[0], &inside));
        ok(lamella_probe_linear_bytes(p[1], &first));
        equal(inside.shape[0], first.shape[0]);
        if (memcmp(inside.data, first.data, (size_t)first.shape[0]))
            ck_abort_msg("%s, kind %d, readout %d: not the bits of pooled rows", forms[form], kind, (int)readouts[i % 5]);
        lamella_probe_linear_free(p[0]);
        lamella_probe_linear_free(p[1]);
    }
}

/* More samples than tokens: nothing that is by token is read by sample. */
TEST(fewer_tokens_than_samples)
{
    tokens *t = tokens_of(1, 0);
    lamella_probe_linear *p;
    lamella_probe_linear_result r;
    for (int i = 0; i <= N; i++)
        t->offsets[i] = i < 20 ? 0 : i - 20; /* 40 tokens of 60 samples */
    t->mask_view = view_of(LAMELLA_U8, t->mask, N - 20);
    memset(t->mask, 1, MOST);
    t->mask[3] = 0;
    t->layer[0].shape[0] = t->layer[1].shape[0] = N - 20;
    t->stack.mask = &t->mask_view;
    for (int kind = 1; kind <= 2; kind++) {
        returns(fit_tokens(&t->stack, t, kind, 0, &p, &r), LAMELLA_NOTE);
        equal(r.n_scored, N - 21);
        equal(r.n_empty_samples, 21);
        lamella_probe_linear_free(p);
    }
    memset(t->mask, 0, MOST);
    refused(fit_tokens(&t->stack, t, 1, 0, &p, &r), LAMELLA_ERR_EMPTY,
            "lamella_probe_linear_fit: none of 60 samples takes part, expected at least 1");
}
