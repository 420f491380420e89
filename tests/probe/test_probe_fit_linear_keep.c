/* Part of a probe as a probe of its own; f16 and bf16 rows scored without memory; files that are no probes. */
#include "probe/probes.h"
#include "support/allocator.h"
#include "support/seal.h"

enum { N = 500, DIM = 48, FOLDS = 4 };

static lamella_probe_linear *several(int32_t nested)
{
    static int32_t y[2 * N];
    static lamella_probe_linear *p;
    double penalty[] = { 3, 0.001, 40, 0.1 };
    lamella_view layer[3];
    const lamella_view *whole[3] = { example("states/layer.1"), example("states/layer.4"), example("states/layer.6") };
    lamella_view labels = view_of(LAMELLA_I32, y, 2, N), penalties = view_of(LAMELLA_F64, penalty, 4);
    static const int64_t depth[] = { 1, 4, 6 };
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 3, .depth = depth };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = 20, .nested = nested, .kind = LAMELLA_PROBE_RIDGE, .n_folds = FOLDS };
    for (int l = 0; l < 3; l++)
        ok(lamella_tensor_slice(whole[l], 1, 0, DIM, 1, &layer[l]));
    memcpy(y, example("states/label.person")->data, sizeof y / 2);
    for (int i = 0; i < N; i++)
        y[N + i] = ((const int32_t *)example("states/label.words")->data)[i] % 3;
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p, NULL));
    return p;
}

TEST(keeping_survives_every_allocation_that_fails)
{
    test_allocator a = { 0 };
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &a };
    lamella_context *ctx;
    lamella_probe_linear *p = several(0), *kept;
    lamella_status status = LAMELLA_ERR_MEMORY;
    ok(lamella_context_create(&co, &ctx));
    int64_t before = a.live;
    for (int64_t k = 1; status == LAMELLA_ERR_MEMORY; k++) {
        test_allocator_fail(&a, k, 0);
        status = lamella_probe_linear_keep(ctx, p, NULL, 0, &kept);
        check(status != LAMELLA_ERR_MEMORY || (kept == NULL && a.live == before));
        check(k < 200);
    }
    test_allocator_fail(&a, 0, 0);
    ok(status);
    lamella_probe_linear_free(kept);
    lamella_probe_linear_free(p);
    lamella_context_free(ctx);
    equal(a.live, 0);
}

/* Element [a, b, c, d] of an array; places beyond its rank are 0. */
static double at4(const lamella_probe_linear *p, const char *name, int64_t a, int64_t b, int64_t c, int64_t d)
{
    lamella_view v = array_of(p, name);
    const int64_t index[] = { a, b, c, d };
    int64_t at = 0;
    for (int32_t i = 0; i < v.rank; i++)
        at = at * v.shape[i] + index[i];
    return element(&v, at);
}

static void same_numbers(const lamella_probe_linear *kept, const lamella_probe_linear *p, const int64_t *layer, int64_t n_layers)
{
    static const char *const by_fit[] = { "objective", "gradient_norm", "iterations", "flags" };
    static const char *const scores[] = { "accuracy", "f1", "auc" };
    static const char *const ends[] = { "_mean", "_pooled", "_low", "_high", "_nested" };
    int64_t n_penalties = array_of(kept, "penalties").shape[0];
    int nested = 0;
    lamella_view none;
    nested = lamella_probe_linear_get(p, "nested_penalty", &none) == LAMELLA_OK;
    for (int64_t l = 0; l < n_layers; l++)
        for (int64_t t = 0; t < 2; t++) {
            int64_t best = (int64_t)at4(kept, "best_penalty", l, t, 0, 0), old_best = (int64_t)at4(p, "best_penalty", layer[l], t, 0, 0);
            near(at4(kept, "penalties", best, 0, 0, 0), at4(p, "penalties", old_best, 0, 0, 0), ABSOLUTE, 0);
            near(at4(kept, "edge", l, t, 0, 0), at4(p, "edge", layer[l], t, 0, 0), ABSOLUTE, 0);
            for (int64_t f = 0; nested && f < FOLDS; f++)
                near(at4(kept, "penalties", (int64_t)at4(kept, "nested_penalty", l, t, f, 0), 0, 0, 0),
                     at4(p, "penalties", (int64_t)at4(p, "nested_penalty", layer[l], t, f, 0), 0, 0, 0), ABSOLUTE, 0);
            for (int64_t q = 0; q < n_penalties; q++) {
                int64_t old = 0;
                while (at4(p, "penalties", old, 0, 0, 0) != at4(kept, "penalties", q, 0, 0, 0))
                    old++;
                for (int k = 0; k < 4; k++)
                    near(at4(kept, by_fit[k], l, t, q, 0), at4(p, by_fit[k], layer[l], t, old, FOLDS), ABSOLUTE, 0);
                near(at4(kept, "n_scored_folds", l, t, q, 0), FOLDS, ABSOLUTE, 0);
                for (int k = 0; k < 4; k++) /* an output of each kind */
                    near(at4(kept, "intercepts", l, q, 0, k), at4(p, "intercepts", layer[l], old, FOLDS, k), ABSOLUTE, 0);
                char weights[2][32];
                snprintf(weights[0], sizeof *weights, "weights.%d", (int)l);
                snprintf(weights[1], sizeof *weights, "weights.%d", (int)layer[l]);
                for (int j = 0; j < DIM; j += 7)
                    near(at4(kept, weights[0], q, 0, 1 + t, j), at4(p, weights[1], old, FOLDS, 1 + t, j), ABSOLUTE, 0);
                for (int s = 0; s < 3; s++) {
                    char name[32];
                    for (int f = 0; f < FOLDS; f++)
                        near(at4(kept, scores[s], l, t, q, f), at4(p, scores[s], layer[l], t, old, f), ABSOLUTE, 0);
                    for (int e = 0; e < 4 + nested; e++) {
                        snprintf(name, sizeof name, "%s%s", scores[s], ends[e]);
                        near(at4(kept, name, l, t, q, 0), at4(p, name, layer[l], t, e < 2 ? old : 0, 0), ABSOLUTE, 0);
                    }
                }
            }
        }
}

TEST(what_is_kept_is_a_probe_of_the_same_numbers)
{
    for (int nested = 0; nested < 2; nested++) {
        lamella_probe_linear *p = several(nested), *kept, *again;
        lamella_view bytes, all;
        const int64_t two[] = { 0, 2 }, each[] = { 0, 1, 2 };
        static float row[DIM], a[4], b[4];
        lamella_view x = view_of(LAMELLA_F32, row, DIM), scores[2] = { view_of(LAMELLA_F32, a, 4), view_of(LAMELLA_F32, b, 4) };
        for (int j = 0; j < DIM; j++)
            row[j] = (float)(j % 13) / 13;
        ok(lamella_probe_linear_keep(NULL, p, two, 2, &kept));
        same_numbers(kept, p, two, 2);
        equal(at4(kept, "depths", 0, 0, 0, 0), 1);
        equal(at4(kept, "depths", 1, 0, 0, 0), 6);
        equal(array_of(kept, "rows").shape[0], 0);
        equal(array_of(kept, "classes").shape[0], array_of(p, "classes").shape[0]);
        ok(lamella_probe_linear_bytes(kept, &bytes));
        ok(lamella_probe_linear_load(NULL, &bytes, &again));
        for (int64_t l = 0; l < 2; l++) {
            ok(lamella_probe_linear_score(NULL, p, two[l], &x, &scores[0]));
            ok(lamella_probe_linear_score(NULL, again, l, &x, &scores[1]));
            equal_bits(a, b, sizeof a);
        }
        ok(lamella_probe_linear_bytes(p, &all));
        check(bytes.shape[0] * 5 < all.shape[0]);
        lamella_probe_linear_free(again);
        ok(lamella_probe_linear_keep(NULL, kept, NULL, 0, &again)); /* of what was kept all is kept */
        lamella_view twice;
        ok(lamella_probe_linear_bytes(again, &twice));
        equal(twice.shape[0], bytes.shape[0]);
        equal_bits(twice.data, bytes.data, bytes.shape[0]);
        lamella_probe_linear_free(again);
        lamella_probe_linear_free(kept);
        ok(lamella_probe_linear_keep(NULL, p, NULL, 0, &kept));
        same_numbers(kept, p, each, 3);
        lamella_probe_linear_free(kept);
        lamella_probe_linear_free(p);
    }
}

/* One layer, one task: two kilobytes of weights and little else. */
TEST(a_kept_layer_is_small)
{
    lamella_stack stack = { .struct_size = sizeof stack, .layer = example("states/layer.3"), .n_layers = 1 };
    lamella_probe_linear *p, *kept;
    lamella_view bytes;
    const int64_t first = 0;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = -1, .kind = LAMELLA_PROBE_RIDGE };
    ok(lamella_probe_linear_fit(NULL, &stack, example("states/label.person"), &o, &p, NULL));
    ok(lamella_probe_linear_keep(NULL, p, &first, 1, &kept));
    ok(lamella_probe_linear_bytes(kept, &bytes));
    check(bytes.shape[0] < 384 * 8 + 6000);
    lamella_probe_linear_free(kept);
    lamella_probe_linear_free(p);
}

TEST(layers_that_are_not_there_are_named)
{
    lamella_probe_linear *p = several(0), *kept = p;
    const int64_t beyond[] = { 0, 3 }, falling[] = { 1, 1 }, before[] = { -1 };
    refused(lamella_probe_linear_keep(NULL, p, beyond, 2, &kept), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_keep: layers[1] is 3, expected rising places of 0 to 2");
    check(kept == NULL);
    refused(lamella_probe_linear_keep(NULL, p, falling, 2, &kept), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_keep: layers[1] is 1, expected rising places of 0 to 2");
    refused(lamella_probe_linear_keep(NULL, p, before, 1, &kept), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_keep: layers[0] is -1, expected rising places of 0 to 2");
    refused(lamella_probe_linear_keep(NULL, p, beyond, 0, &kept), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_keep: n_layers is 0, expected 1 to 3");
    refused(lamella_probe_linear_keep(NULL, p, beyond, 4, &kept), LAMELLA_ERR_ARGUMENT, "lamella_probe_linear_keep: n_layers is 4, expected 1 to 3");
    refused(lamella_probe_linear_keep(NULL, p, NULL, 2, &kept), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_keep: layers is NULL, expected 2 places (or n_layers 0, for all)");
    refused(lamella_probe_linear_keep(NULL, NULL, NULL, 0, &kept), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_keep: probe is NULL, expected a fitted probe");
    check(lamella_probe_linear_keep(NULL, p, NULL, 0, NULL) == LAMELLA_ERR_ARGUMENT);
    lamella_probe_linear_free(p);
}

/* ---- halves ---- */

TEST(a_row_of_halves_scores_without_memory_and_as_its_floats)
{
    test_allocator a = { 0 };
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &a };
    lamella_context *ctx;
    static uint16_t half[DIM];
    static float wide[DIM], expected[4], scores[4];
    lamella_probe_linear *p = several(0);
    lamella_view as_float = view_of(LAMELLA_F32, wide, DIM), out = view_of(LAMELLA_F32, scores, 4), gold = view_of(LAMELLA_F32, expected, 4);
    ok(lamella_context_create(&co, &ctx));
    for (int dtype = LAMELLA_F16; dtype <= LAMELLA_BF16; dtype++) {
        lamella_view x = view_of(dtype, half, DIM);
        for (int j = 0; j < DIM; j++)
            wide[j] = (float)((j * 37) % 101 - 50) / 7;
        ok(lamella_tensor_cast(NULL, &as_float, &x));
        ok(lamella_tensor_cast(NULL, &x, &as_float));
        for (int64_t layer = 0; layer < 3; layer++) {
            ok(lamella_probe_linear_score(ctx, p, layer, &as_float, &gold));
            int64_t calls = a.calls;
            ok(lamella_probe_linear_score(ctx, p, layer, &x, &out));
            equal(a.calls, calls);
            equal_bits(scores, expected, sizeof scores);
        }
        half[3] = 0x7fff; /* no number in either */
        refused(lamella_probe_linear_score(ctx, p, 0, &x, &out), LAMELLA_ERR_NONFINITE,
                "lamella_probe_linear_score: x is nan at row 0, column 3, expected a finite number");
    }
    lamella_probe_linear_free(p);
    lamella_context_free(ctx);
    equal(a.live, 0);
}

/* ---- no probes ---- */

/* Four gigabytes that are said to be a picture: refused by the header, within a workspace of one. */
TEST(a_foreign_file_is_refused_before_it_is_read)
{
    const char header[] = "{\"__metadata__\":{\"lamella.kind\":\"picture\"},\"x\":{\"dtype\":\"U8\",\"shape\":[4294967296],\"data_offsets\":[0,4294967296]}}";
    char path[64];
    snprintf(path, sizeof path, "%s/lamella-probe-XXXXXX", folder_of_files());
    uint64_t n = sizeof header - 1;
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "wb");
    check(f && fwrite(&n, 8, 1, f) == 1 && fwrite(header, n, 1, f) == 1);
    check(fseek(f, (long)(8 + n + 4294967295u), SEEK_SET) == 0 && fputc(0, f) == 0);
    fclose(f);
    lamella_context_options co = { .struct_size = sizeof co, .threads = 1, .max_workspace_bytes = 1 << 20 };
    lamella_context *ctx;
    lamella_probe_linear *p;
    char message[256];
    ok(lamella_context_create(&co, &ctx));
    snprintf(message, sizeof message, "lamella_probe_linear_open: %s: lamella.kind is \"picture\", expected \"probe_linear\"", path);
    refused(lamella_probe_linear_open(ctx, path, &p), LAMELLA_ERR_FORMAT, message);
    lamella_context_free(ctx);
    remove(path);
}

/* A probe whose arrays stand one byte off, and one whose class counts overflow when they are subtracted. */
TEST(bytes_that_cannot_be_a_probe_are_refused_before_they_are_read)
{
    lamella_probe_linear *p = several(0), *loaded;
    lamella_view bytes, offsets;
    ok(lamella_probe_linear_bytes(p, &bytes));
    char *copy = malloc((size_t)bytes.shape[0] + 1);
    uint64_t header;
    memcpy(&header, bytes.data, 8);
    memcpy(copy, bytes.data, 8 + header);
    memcpy(copy + 8 + header + 1, (char *)bytes.data + 8 + header, (size_t)bytes.shape[0] - 8 - header);
    copy[8 + header] = ' ';
    header++;
    memcpy(copy, &header, 8);
    char said[120];
    snprintf(said, sizeof said, "lamella_probe_linear_load: bytes: \"flags\" begins at byte %lld, expected a multiple of 4",
             (long long)((char *)array_of(p, "flags").data - (char *)bytes.data) + 1);
    lamella_view off = view_of(LAMELLA_U8, copy, bytes.shape[0] + 1);
    seal(copy, bytes.shape[0] + 1);
    refused(lamella_probe_linear_load(NULL, &off, &loaded), LAMELLA_ERR_FORMAT,
            said);
    ok(lamella_probe_linear_get(p, "class_offsets", &offsets));
    memcpy(copy, bytes.data, (size_t)bytes.shape[0]);
    const int64_t least = INT64_MIN, most = INT64_MAX;
    memcpy(copy + ((char *)offsets.data - (char *)bytes.data) + 8, &most, 8);
    memcpy(copy + ((char *)offsets.data - (char *)bytes.data) + 16, &least, 8);
    seal(copy, bytes.shape[0]);
    lamella_view wild = view_of(LAMELLA_U8, copy, bytes.shape[0]);
    refused(lamella_probe_linear_load(NULL, &wild, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_probe_linear_load: class_offsets does not rise from 0 to 5");
    ok(lamella_probe_linear_get(p, "output_offsets", &offsets));
    memcpy(copy, bytes.data, (size_t)bytes.shape[0]);
    memcpy(copy + ((char *)offsets.data - (char *)bytes.data) + 8, &most, 8);
    seal(copy, bytes.shape[0]);
    check(lamella_probe_linear_load(NULL, &wild, &loaded) == LAMELLA_ERR_FORMAT);
    free(copy);
    lamella_probe_linear_free(p);
}
