/* Samples of every kind of stack, and what is given of them: what takes no part is never read. */
#include "samples/samples.h" /* before Check, which has a macro fail */
#include "lamella/fusion/pool.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { N = 6, T = 4, DIM = 3 };

static float x[2][N * T][DIM];

static void fill_tokens(lamella_view *layer, int ragged)
{
    for (int i = 0; i < 2 * N * T * DIM; i++)
        (&x[0][0][0])[i] = (float)((i * 37) % 101) - 50;
    for (int l = 0; l < 2; l++)
        layer[l] = ragged ? view_of(LAMELLA_F32, x[l], N * T, DIM) : view_of(LAMELLA_F32, x[l], N, T, DIM);
}

/* Sample 2 is empty, sample 4 has its middle tokens only. */
static void fill_mask(unsigned char *mask)
{
    for (int i = 0; i < N * T; i++)
        mask[i] = i / T != 2 && !(i / T == 4 && (i % T == 0 || i % T == 3));
}

static void keep_rows(const panel *p, void *room, void *data)
{
    (void)room;
    for (int64_t i = 0; i < p->n; i++)
        memcpy((float *)data + (p->first + i) * DIM, (const float *)p->data + i * p->stride, DIM * sizeof(float));
}

TEST(rows_of_tokens_are_those_of_the_pool)
{
    static const float zeros[DIM];
    float found[N * DIM];
    static const int32_t readouts[] = { LAMELLA_READOUT_MEAN, LAMELLA_READOUT_CLS, LAMELLA_READOUT_LAST, LAMELLA_READOUT_MAX,
                                       LAMELLA_READOUT_FIRST_MEAN };
    static const int32_t ends[] = { 0, 4, 8, 12, 16, 20, 24 };
    unsigned char bytes[N * T];
    float pooled[2][N * DIM];
    lamella_view layer[2], mask[2] = { view_of(LAMELLA_U8, bytes, N, T), view_of(LAMELLA_U8, bytes, N * T) },
                 offsets = view_of(LAMELLA_I32, (int32_t *)(uintptr_t)ends, N + 1),
                 out[2] = { view_of(LAMELLA_F32, pooled[0], N, DIM), view_of(LAMELLA_F32, pooled[1], N, DIM) };
    fill_mask(bytes);
    for (int form = 0; form < 4; form++)
        for (int r = 0; r < 5; r++) {
            int ragged = form / 2, masked = form % 2;
            call c;
            stack given;
            samples s;
            lamella_fusion_pool_options o = { .struct_size = sizeof o, .readout = readouts[r] };
            fill_tokens(layer, ragged);
            lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = 2, .mask = masked ? &mask[ragged] : NULL,
                                     .offsets = ragged ? &offsets : NULL };
            equal(lamella_fusion_pool(NULL, &theirs, out, &o, NULL), masked ? LAMELLA_NOTE : LAMELLA_OK);
            call_open(&c, NULL, __func__);
            ok(stack_check(&c, &given, &theirs, FLOATS, "stack"));
            ok(samples_of_stack(&c, &given, readouts[r], &s));
            equal(s.n, N);
            equal(s.n_empty, masked);
            equal(s.n_valid, N - masked);
            for (int i = 0; i < s.n_valid; i++)
                equal(sample_at(&s, i), masked && i >= 2 ? i + 1 : i);
            check(s.rows.valid == s.valid && !s.valid == !masked && !s.listed == !masked);
            check(!stack_has_tokens(&s.rows) && !s.rows.offsets && !s.rows.host.mask && !s.rows.host.offsets && !s.rows.host.read);
            equal(s.rows.n_vectors, N);
            equal(s.rows.n_rows, N);
            equal(s.rows.per_row, 1);
            check(stack_streams(&s.rows));
            for (int l = 0; l < 2; l++) {
                ok(each_panel(&c, &s.rows, l, LAMELLA_F32, 0, keep_rows, found));
                for (int i = 0; i < N; i++)
                    equal_bits(found + i * DIM, s.valid && !s.valid[i] ? zeros : pooled[l] + i * DIM, DIM * sizeof(float));
            }
            call_close(&c, LAMELLA_OK);
        }
}

TEST(rows_without_tokens_are_read_as_they_are)
{
    call c;
    stack given;
    samples s;
    unsigned char valid[] = { 1, 0, 1 };
    lamella_view layer = view_of(LAMELLA_F32, x, 3, 2), mask = view_of(LAMELLA_U8, valid, 3);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = &layer, .n_layers = 1, .mask = &mask };
    call_open(&c, NULL, __func__);
    ok(stack_check(&c, &given, &theirs, FLOATS, "stack"));
    ok(samples_of_stack(&c, &given, LAMELLA_READOUT_MEAN, &s));
    check(s.rows.layer == given.layer && s.rows.valid == given.valid && s.rows.layer[0].data == x);
    check(s.n == 3 && s.n_valid == 2 && s.n_empty == 0 && sample_at(&s, 1) == 2);
    call_close(&c, LAMELLA_OK);
}

/* ---- what is refused ---- */

static lamella_status pools(call *c, const lamella_stack *theirs)
{
    stack given;
    samples s;
    TRY(stack_check(c, &given, theirs, FLOATS, "stack"));
    rows r;
    TRY(samples_of_stack(c, &given, LAMELLA_READOUT_MEAN, &s));
    return rows_open(c, &s.rows, 0, 1, LAMELLA_F32, &r);
}

static lamella_status pooling(const lamella_stack *theirs)
{
    CALL(NULL, pools(c, theirs));
}

static int64_t no_rows(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    (void)depth, (void)first_row, (void)n_rows, (void)into, (void)user;
    return 0;
}

TEST(rows_that_no_memory_holds_are_refused)
{
    static int64_t ends[65537];
    const int64_t shape[] = { 1, (int64_t)1 << 48 };
    lamella_view layer = lamella_tensor_view_shape(LAMELLA_F32, 2, shape), offsets = view_of(LAMELLA_I64, ends, 65537);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = &layer, .n_layers = 1, .offsets = &offsets, .read = no_rows };
    ends[65536] = 1;
    refused(pooling(&theirs), LAMELLA_ERR_MEMORY, "pooling: out of memory for 289356276058554368 bytes");
}

TEST(of_samples_that_all_take_no_part_nothing_can_be_said)
{
    unsigned char none[N * T] = { 0 };
    lamella_view layer[2], mask = view_of(LAMELLA_U8, none, N, T), empty = view_of(LAMELLA_F32, x, 0, DIM);
    lamella_stack theirs = { .struct_size = sizeof theirs, .layer = layer, .n_layers = 2, .mask = &mask };
    fill_tokens(layer, 0);
    refused(pooling(&theirs), LAMELLA_ERR_EMPTY, "pooling: none of 6 samples takes part, expected at least 1");
    theirs = (lamella_stack){ .struct_size = sizeof theirs, .layer = &empty, .n_layers = 1 };
    refused(pooling(&theirs), LAMELLA_ERR_EMPTY, "pooling: none of 0 samples takes part, expected at least 1");
}

/* ---- what is given by sample ---- */

typedef struct given {
    const lamella_view *mask, *integers, *numbers, *weights, *groups, *labels, *label_mask, *classes;
    const int64_t      *named;
    int64_t             n_named;
} given;

typedef struct taken {
    int64_t        integers[N], groups[N], n_groups, offset[4], classes[8], n_tasks, n_classes, n_present;
    double         numbers[2 * N], weights[N];
    int32_t        class_of[2 * N], of[N];
    int            is_weighed, is_grouped;
} taken;

static lamella_status takes(call *c, const given *in, taken *out)
{
    samples s;
    sample_groups g;
    sample_labels l;
    sample_classes k;
    int64_t *integers;
    double *numbers;
    TRY(samples_of_rows(c, N, in->mask, &s));
    if (in->integers) {
        TRY(samples_integers(c, &s, in->integers, "integers", &integers));
        memcpy(out->integers, integers, sizeof out->integers);
    }
    if (in->numbers) {
        lamella_view v;
        TRY(view_check(c, &v, in->numbers, FLOATS, "numbers"));
        TRY(samples_numbers(c, &s, &v, "numbers", &numbers));
        memcpy(out->numbers, numbers, sizeof *numbers * (size_t)(v.rank == 2 ? N * v.shape[1] : N));
    }
    TRY(samples_weigh(c, &s, in->weights, "weights"));
    out->is_weighed = s.weight != NULL;
    if (s.weight)
        memcpy(out->weights, s.weight, sizeof out->weights);
    TRY(samples_groups(c, &s, in->groups, "groups", &g));
    out->n_groups = g.n;
    out->is_grouped = g.of != NULL;
    if (g.of)
        memcpy(out->groups, g.of, sizeof out->groups);
    if (in->labels) {
        TRY(samples_labels(c, &s, in->labels, in->label_mask, &l));
        out->n_tasks = l.n_tasks;
        memcpy(out->offset, l.offset, sizeof *l.offset * (size_t)(l.n_tasks + 1));
        memcpy(out->classes, l.classes, sizeof *l.classes * (size_t)l.offset[l.n_tasks]);
        memcpy(out->class_of, l.class_of, sizeof *l.class_of * (size_t)(l.n_tasks * N));
    }
    if (in->classes) {
        TRY(samples_classes(c, &s, in->classes, "classes", in->named, in->n_named, &k));
        out->n_classes = k.n;
        out->n_present = k.n_present;
        memcpy(out->of, k.of, sizeof out->of);
    }
    return LAMELLA_OK;
}

static lamella_status taking(const given *in, taken *out)
{
    CALL(NULL, takes(c, in, out));
}

static unsigned char part_bytes[N] = { 1, 0, 1, 1, 2, 0 }; /* 1 and 5 take no part */

TEST(what_takes_no_part_is_never_read)
{
    int64_t integers[] = { 7, INT64_MIN, -3, 7, 9, INT64_MAX };
    float numbers[] = { 1, 2, NAN, NAN, 5, 6, 7, 8, 9, 10, INFINITY, 0 };
    double weights[] = { 1, -1, 0, 2, 3, NAN };
    lamella_view mask = view_of(LAMELLA_U8, part_bytes, N), i = view_of(LAMELLA_I64, integers, N), x2 = view_of(LAMELLA_F32, numbers, N, 2),
                 w = view_of(LAMELLA_F64, weights, N);
    taken t;
    ok(taking(&(given){ .mask = &mask, .integers = &i, .numbers = &x2, .weights = &w, .groups = &i }, &t));
    equal_bits(t.integers, ((const int64_t[]){ 7, 0, -3, 7, 9, 0 }), sizeof t.integers);
    equal_bits(t.numbers, ((const double[]){ 1, 2, 0, 0, 5, 6, 7, 8, 9, 10, 0, 0 }), sizeof t.numbers);
    equal_bits(t.weights, ((const double[]){ 1, 0, 0, 2, 3, 0 }), sizeof t.weights);
    equal(t.n_groups, 3);
    equal_bits(t.groups, ((const int64_t[]){ 1, 0, 0, 1, 2, 0 }), sizeof t.groups);
}

TEST(without_groups_each_that_takes_part_is_one)
{
    lamella_view mask = view_of(LAMELLA_U8, part_bytes, N);
    taken t;
    ok(taking(&(given){ .mask = NULL }, &t));
    check(!t.is_grouped && t.n_groups == N && !t.is_weighed);
    ok(taking(&(given){ .mask = &mask }, &t));
    check(t.is_grouped && t.n_groups == 4);
    equal_bits(t.groups, ((const int64_t[]){ 0, 0, 1, 2, 3, 0 }), sizeof t.groups);
}

TEST(bad_numbers_are_named)
{
    double bad[N] = { 0, 1, NAN, 3, 4, 5 }, negative[N] = { 0, 1, 2, 3, -0.5, -1 };
    int64_t few[N] = { 0 };
    lamella_view x1 = view_of(LAMELLA_F64, bad, N), w = view_of(LAMELLA_F64, negative, N), i = view_of(LAMELLA_I64, few,
            N - 1), x0 = view_of(LAMELLA_F64, bad, 5);
    taken t;
    refused(taking(&(given){ .numbers = &x1 }, &t), LAMELLA_ERR_NONFINITE, "taking: numbers is nan at row 2, column 0, expected a finite number");
    refused(taking(&(given){ .weights = &w }, &t), LAMELLA_ERR_ARGUMENT, "taking: weights is -0.5 at row 4, expected 0 or more");
    refused(taking(&(given){ .weights = &x0 }, &t), LAMELLA_ERR_SHAPE, "taking: weights.shape[0] is 5, expected 6");
    refused(taking(&(given){ .integers = &i }, &t), LAMELLA_ERR_SHAPE, "taking: integers.shape[0] is 5, expected 6");
    refused(taking(&(given){ .groups = &i }, &t), LAMELLA_ERR_SHAPE, "taking: groups.shape[0] is 5, expected 6");
    refused(taking(&(given){ .mask = &i }, &t), LAMELLA_ERR_DTYPE, "taking: options.mask.dtype is 8 (i64), expected u8|bool");
}

/* ---- labels ---- */

TEST(labels_become_the_classes_of_each_task)
{
    int64_t labels[2][N] = { { 40, 3, -7, 40, 3, 8 }, { 5, 5, 5, 5, 6, 5 } };
    unsigned char has[2][N] = { { 1, 1, 1, 1, 1, 1 }, { 1, 1, 0, 1, 1, 1 } };
    lamella_view mask = view_of(LAMELLA_U8, part_bytes, N), two = view_of(LAMELLA_I64, labels, 2, N), one = view_of(LAMELLA_I64, labels[0], N),
                 m = view_of(LAMELLA_U8, has, 2, N);
    taken t;
    ok(taking(&(given){ .labels = &two, .label_mask = &m, .mask = &mask }, &t));
    equal(t.n_tasks, 2);
    equal_bits(t.offset, ((const int64_t[]){ 0, 3, 5 }), 3 * 8);
    equal_bits(t.classes, ((const int64_t[]){ -7, 3, 40, 5, 6 }), 5 * 8);
    equal_bits(t.class_of, ((const int32_t[]){ 2, -1, 0, 2, 1, -1, 0, -1, -1, 0, 1, -1 }), 2 * N * 4);
    ok(taking(&(given){ .labels = &one }, &t));
    equal(t.n_tasks, 1);
    equal_bits(t.class_of, ((const int32_t[]){ 3, 1, 0, 3, 1, 2 }), N * 4);
    lamella_view none = view_of(LAMELLA_I64, labels, 0, N), short_ = view_of(LAMELLA_I64, labels, 2, N - 1), flat = view_make(LAMELLA_I64, labels,
            NULL, 0),
                 short_mask = view_of(LAMELLA_U8, has, 1, N);
    refused(taking(&(given){ .labels = &none }, &t), LAMELLA_ERR_EMPTY, "taking: labels has no task, expected at least 1");
    refused(taking(&(given){ .labels = &short_ }, &t), LAMELLA_ERR_SHAPE, "taking: labels.shape[1] is 5, expected 6 (= samples of stack)");
    refused(taking(&(given){ .labels = &flat }, &t), LAMELLA_ERR_SHAPE, "taking: labels.rank is 0, expected 2: task, sample, or 1: sample");
    refused(taking(&(given){ .labels = &two, .label_mask = &short_mask }, &t), LAMELLA_ERR_SHAPE,
            "taking: options.label_mask.shape[0] is 1, expected 2");
}

TEST(classes_are_those_named_or_those_that_occur)
{
    int64_t labels[N] = { 9, 4, 9, -2, 4, 7 };
    const int64_t named[] = { 9, -2, 4, 100 }, twice[] = { 4, 9, 4 };
    lamella_view mask = view_of(LAMELLA_U8, part_bytes, N), v = view_of(LAMELLA_I64, labels, N);
    taken t;
    ok(taking(&(given){ .classes = &v, .mask = &mask }, &t));
    check(t.n_classes == 3 && t.n_present == 3);
    equal_bits(t.of, ((const int32_t[]){ 2, 0, 2, 0, 1, 0 }), sizeof t.of);
    ok(taking(&(given){ .classes = &v, .mask = &mask, .named = named, .n_named = 4 }, &t));
    check(t.n_classes == 4 && t.n_present == 3);
    equal_bits(t.of, ((const int32_t[]){ 0, 0, 0, 1, 2, 0 }), sizeof t.of);
    refused(taking(&(given){ .classes = &v, .named = named, .n_named = 4 }, &t), LAMELLA_ERR_ARGUMENT,
            "taking: classes[5] is 7, expected one of the 4 classes");
    refused(taking(&(given){ .classes = &v, .named = twice, .n_named = 3 }, &t), LAMELLA_ERR_ARGUMENT,
            "taking: options.classes[2] is 4, as options.classes[0] is, expected each label once");
    refused(taking(&(given){ .classes = &v, .named = named, .n_named = 1 }, &t), LAMELLA_ERR_ARGUMENT,
            "taking: options.n_classes is 1, expected at least 2");
    for (int i = 0; i < N; i++)
        labels[i] = 9;
    refused(taking(&(given){ .classes = &v }, &t), LAMELLA_ERR_ARGUMENT,
            "taking: classes holds one label only, 9, expected two and more, or options.classes to name them");
}

/* A few are found one by one, many by sorting: of whatever number, the same. */
TEST(classes_of_any_number_are_numbered_by_rising_label)
{
    enum { ROWS = 500 };
    for (int64_t n_classes = 1; n_classes <= 100; n_classes++) {
        static int64_t labels[2][ROWS];
        call c;
        samples s;
        sample_labels l;
        for (int64_t i = 0; i < ROWS; i++) {
            labels[0][i] = (i * 7919 % n_classes) * 3 - 40;
            labels[1][i] = i % 2;
        }
        lamella_view v = view_of(LAMELLA_I64, labels, 2, ROWS);
        call_open(&c, NULL, __func__);
        ok(samples_of_rows(&c, ROWS, NULL, &s));
        ok(samples_labels(&c, &s, &v, NULL, &l));
        check(l.offset[1] == n_classes && l.offset[2] == n_classes + 2);
        for (int64_t k = 0; k < n_classes; k++)
            equal(l.classes[k], 3 * k - 40);
        check(l.classes[n_classes] == 0 && l.classes[n_classes + 1] == 1);
        for (int64_t i = 0; i < ROWS; i++) {
            equal(l.class_of[i], i * 7919 % n_classes);
            equal(l.class_of[ROWS + i], i % 2);
        }
        call_close(&c, LAMELLA_OK);
    }
}
