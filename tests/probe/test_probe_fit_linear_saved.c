/* Bytes that are nearly those of a probe: each array by its name, dtype and shape, each number that scores lean on. */
#include "probe/probes.h"
#include "support/seal.h"

enum { N = 36, DIM = 3, LAYERS = 2, TASKS = 2, PENALTIES = 2, FITS = 4, OUTPUTS = 4 };

/* Two layers, a task of two classes and one of three, two penalties, three folds. */
static lamella_probe_linear *small_probe(void)
{
    static float x[LAYERS * N * DIM];
    static int32_t y[TASKS * N];
    double penalty[] = { 1, 5 };
    lamella_view layer[LAYERS], labels = view_of(LAMELLA_I32, y, TASKS, N), penalties = view_of(LAMELLA_F64, penalty, PENALTIES);
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = LAYERS };
    lamella_probe_linear_options o = { .struct_size = sizeof o, .kind = LAMELLA_PROBE_RIDGE, .n_folds = 3, .nested = 1, .n_bootstrap = 5 };
    lamella_probe_linear *p;
    for (int i = 0; i < LAYERS * N * DIM; i++)
        x[i] = (float)((i * 2654435761u >> 8) % 1000) / 500;
    for (int i = 0; i < N; i++) {
        y[i] = i % 2;
        y[N + i] = i % 3;
        x[i * DIM] += (float)(i % 2);
    }
    for (int l = 0; l < LAYERS; l++)
        layer[l] = view_of(LAMELLA_F32, x + l * N * DIM, N, DIM);
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, (o.penalties = penalties.data, o.n_penalties = penalties.shape[0], &o), &p, NULL));
    return p;
}

typedef struct saved_bytes {
    lamella_probe_linear *of;
    lamella_view          bytes;
    char                 *copy;
} saved_bytes;

static saved_bytes save_small(void)
{
    saved_bytes s = { .of = small_probe() };
    ok(lamella_probe_linear_bytes(s.of, &s.bytes));
    s.copy = malloc((size_t)s.bytes.shape[0]);
    memcpy(s.copy, s.bytes.data, (size_t)s.bytes.shape[0]);
    return s;
}

/* Loads the copy, which becomes the saved bytes again. */
static lamella_status load_copy(saved_bytes *s)
{
    lamella_view v = view_of(LAMELLA_U8, s->copy, s->bytes.shape[0]);
    lamella_probe_linear *p;
    seal(s->copy, s->bytes.shape[0]);
    lamella_status status = lamella_probe_linear_load(NULL, &v, &p);
    check((status < 0) == (p == NULL));
    lamella_probe_linear_free(p);
    memcpy(s->copy, s->bytes.data, (size_t)s->bytes.shape[0]);
    return status;
}

static void forget(saved_bytes *s)
{
    free(s->copy);
    lamella_probe_linear_free(s->of);
}

/* Where an array's element lies in the copy. */
static char *element_of(const saved_bytes *s, const char *name, int64_t i)
{
    lamella_view v = array_of(s->of, name);
    return s->copy + ((char *)v.data - (char *)s->bytes.data) + i * element_bytes(v.dtype);
}

static void set_integer(const saved_bytes *s, const char *name, int64_t i, int64_t value)
{
    memcpy(element_of(s, name, i), &value, sizeof value);
}

static void set_number(const saved_bytes *s, const char *name, int64_t i, double value)
{
    memcpy(element_of(s, name, i), &value, sizeof value);
}

static const char *const names[] = {
    "accuracy", "f1", "auc", "accuracy_mean", "f1_mean", "auc_mean", "accuracy_pooled", "f1_pooled", "auc_pooled", "accuracy_low", "f1_low", "auc_low",
    "accuracy_high", "f1_high", "auc_high", "accuracy_nested", "f1_nested", "auc_nested", "n_scored_folds", "best_penalty", "edge",
    "objective", "gradient_norm", "iterations", "flags", "weights.0", "weights.1", "intercepts", "depths", "dims", "penalties", "classes",
    "class_offsets", "output_offsets", "rows", "groups", "fold", "correct" };

static void refused_without(saved_bytes *s, const char *name)
{
    char text[80];
    snprintf(text, sizeof text, "\"%s\"", name);
    lamella_status status = load_copy(s);
    if (status != LAMELLA_ERR_FORMAT || !strstr(lamella_last_error(), text))
        ck_abort_msg("without %s: %d, %s", name, (int)status, lamella_last_error());
    memcpy(s->copy, s->bytes.data, (size_t)s->bytes.shape[0]);
}

TEST(every_array_has_its_name_dtype_and_shape)
{
    saved_bytes s = save_small();
    ok(load_copy(&s));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char quoted[40];
        snprintf(quoted, sizeof quoted, "\"%s\":{", names[i]);
        char *at = strstr(s.copy + 8, quoted);
        check(at != NULL);
        at[1] = 'Z';
        refused_without(&s, names[i]);
        char *dtype = strstr(at, "\"dtype\":\"") + 9; /* another one of the same size */
        dtype[0] = dtype[0] == 'F' ? 'I' : dtype[0] == 'I' && dtype[1] == '6' ? 'F' : 'U';
        if (strncmp(dtype, "U8", 2))
            refused_without(&s, names[i]);
        else
            memcpy(s.copy, s.bytes.data, (size_t)s.bytes.shape[0]);
    }
    forget(&s);
}

/* Weights can be mapped as they lie: the arrays begin at a multiple of 64 bytes, and no more is filled up than that takes. */
TEST(arrays_begin_at_64_bytes)
{
    saved_bytes s = save_small();
    uint64_t header = 0;
    for (int i = 0; i < 8; i++)
        header |= (uint64_t)(unsigned char)s.copy[i] << 8 * i;
    equal((8 + header) % 64, 0);
    equal(s.copy[8], '{');
    int64_t filled = 0;
    while (s.copy[8 + (int64_t)header - 1 - filled] == ' ')
        filled++;
    check(filled < 64 && s.copy[8 + (int64_t)header - 1 - filled] == '}');
    check((char *)array_of(s.of, "weights.0").data - (char *)s.bytes.data == (int64_t)(8 + header));
    forget(&s);
}

/* Two extents exchanged, where the array keeps its size. */
TEST(extents_in_another_order_are_no_probe)
{
    saved_bytes s = save_small();
    int n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char quoted[40];
        snprintf(quoted, sizeof quoted, "\"%s\":{", names[i]);
        char *from = strstr(strstr(s.copy + 8, quoted), "\"shape\":[") + 9;
        int64_t extents = (int64_t)(strchr(from, ']') - from + 1) / 2;
        for (int64_t a = 0; a < extents; a++)
            for (int64_t b = a + 1; b < extents; b++) { /* digits, all of them: what has a longer extent is left */
                if (from[2 * a] == from[2 * b] || from[2 * extents - 1] != ']' || from[2 * a + 1] == ']' || (extents > 1 && from[1] != ','))
                    continue;
                char moved = from[2 * a];
                from[2 * a] = from[2 * b];
                from[2 * b] = moved;
                check(load_copy(&s) == LAMELLA_ERR_FORMAT);
                n++;
            }
    }
    check(n > 30);
    forget(&s);
}

TEST(offsets_that_are_off_by_one_are_no_probe)
{
    saved_bytes s = save_small();
    for (int64_t t = 0; t <= TASKS; t++)
        for (int64_t by = -1; by <= 1; by += 2) {
            set_integer(&s, "class_offsets", t, (int64_t[]){ 0, 2, 5 }[t] + by);
            check(load_copy(&s) == LAMELLA_ERR_FORMAT);
            set_integer(&s, "output_offsets", t, (int64_t[]){ 0, 1, 4 }[t] + by);
            check(load_copy(&s) == LAMELLA_ERR_FORMAT);
        }
    set_integer(&s, "output_offsets", 1, 0);
    refused(load_copy(&s), LAMELLA_ERR_FORMAT, "lamella_probe_linear_load: output_offsets does not rise from 0");
    set_integer(&s, "output_offsets", 1, 2);
    refused(load_copy(&s), LAMELLA_ERR_FORMAT, "lamella_probe_linear_load: class_offsets does not agree with output_offsets");
    memcpy(s.copy, s.bytes.data, (size_t)s.bytes.shape[0]);
    set_integer(&s, "class_offsets", 1, 1); /* one class, then four: outputs 1 and 4, which are one too many */
    set_integer(&s, "output_offsets", 2, 5);
    refused(load_copy(&s), LAMELLA_ERR_FORMAT, "lamella_probe_linear_load: output_offsets ends at 5, expected 4");
    forget(&s);
}

TEST(dims_that_no_array_has_are_no_probe)
{
    static const int64_t wrong[] = { -1, 0, DIM + 1, INT64_C(1) << 40, INT64_MAX, INT64_MIN };
    saved_bytes s = save_small();
    for (int64_t l = 0; l < LAYERS; l++)
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            set_integer(&s, "dims", l, wrong[k]);
            returns(load_copy(&s), LAMELLA_ERR_FORMAT);
        }
    forget(&s);
}

TEST(choices_penalties_and_labels_are_what_a_fit_makes)
{
    saved_bytes s = save_small();
    static const double no_penalty[] = { 0, -1, NAN, INFINITY };
    for (int64_t i = 0; i < LAYERS * TASKS; i++)
        for (int64_t value = -1; value <= PENALTIES; value++) {
            set_integer(&s, "best_penalty", i, value);
            check((load_copy(&s) == LAMELLA_OK) == (value >= 0 && value < PENALTIES));
        }
    for (int64_t q = 0; q < PENALTIES; q++)
        for (int k = 0; k < 4; k++) {
            set_number(&s, "penalties", q, no_penalty[k]);
            check(load_copy(&s) == LAMELLA_ERR_FORMAT);
        }
    for (int64_t k = 0; k < 5; k++) { /* classes 0 1, 0 1 2 */
        static const int64_t rising[] = { 0, 1, 0, 1, 2 };
        if (k != 0 && k != 2) {
            set_integer(&s, "classes", k, rising[k] - 1); /* as the one before */
            check(load_copy(&s) == LAMELLA_ERR_FORMAT);
        }
        if (k != 1 && k != 4) {
            set_integer(&s, "classes", k, rising[k] + 1); /* as the next */
            check(load_copy(&s) == LAMELLA_ERR_FORMAT);
        }
    }
    forget(&s);
}

/* Each weight and intercept is finite, or -infinite where a class had no row, unless its cell is flagged. */
TEST(a_number_that_is_not_finite_is_found_wherever_it_lies)
{
    saved_bytes s = save_small();
    for (int64_t cell = 0; cell < PENALTIES * FITS * OUTPUTS; cell++) {
        int64_t k = cell % OUTPUTS, fit = cell / OUTPUTS % FITS, q = cell / OUTPUTS / FITS, task = k > 0;
        set_number(&s, "weights.1", cell * DIM + cell % DIM, k % 2 ? NAN : INFINITY);
        char text[200];
        snprintf(text, sizeof text, "lamella_probe_linear_load: \"weights.1\" or \"intercepts\" has a number that is not finite at penalty %d, fit %d, output %d",
                 (int)q, (int)fit, (int)k);
        check(load_copy(&s) == LAMELLA_ERR_FORMAT);
        equal_text(lamella_last_error(), text);
        set_number(&s, "intercepts", PENALTIES * FITS * OUTPUTS + cell, NAN);
        check(load_copy(&s) == LAMELLA_ERR_FORMAT);
        set_number(&s, "intercepts", PENALTIES * FITS * OUTPUTS + cell, INFINITY);
        check(load_copy(&s) == LAMELLA_ERR_FORMAT);
        set_number(&s, "intercepts", PENALTIES * FITS * OUTPUTS + cell, -INFINITY);
        ok(load_copy(&s));
        const int32_t flag = LAMELLA_CELL_IMPOSSIBLE; /* of the cell's own place only */
        for (int64_t flagged = 0; flagged < TASKS * PENALTIES * FITS; flagged++) {
            set_number(&s, "intercepts", PENALTIES * FITS * OUTPUTS + cell, NAN);
            memcpy(element_of(&s, "flags", TASKS * PENALTIES * FITS + flagged), &flag, sizeof flag);
            check((load_copy(&s) == LAMELLA_OK) == (flagged == (task * PENALTIES + q) * FITS + fit));
        }
    }
    forget(&s);
}
