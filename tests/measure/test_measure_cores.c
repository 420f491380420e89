/* The cores over plain arrays: each sees its rows and no others, counts them, breaks off once told to, and says what it can of few numbers. */
#include "measure/evaluate.h"
#include "support/guarded.h"
#include <math.h>

enum { N = 70, CLASSES = 3 };

enum { ACCURACY, F1, AUC, AP, CLASS_ACCURACY, CLASS_F1, R2, PEARSON, SPEARMAN, RANKS, DRAWS, DRAWS_OF_GROUPS, MEAN, CORES };

/* Arrays that end where they end. */
typedef struct core_rows {
    double        *x, *y, *weight, *room, *ranks;
    unsigned char *gold;
    int32_t       *predicted, *label, *times, *drawn;
    int64_t       *order, *y_order, *group;
    keyed_row     *sorted;
} core_rows;

static core_rows make_core(int tied)
{
    core_rows r = { guarded(NULL, N * 8), guarded(NULL, N * 8), guarded(NULL, N * 8), guarded(NULL, 2 * N * 8), guarded(NULL, N * 8), guarded(NULL, N),
                    guarded(NULL, N * 4), guarded(NULL, N * 4), guarded(NULL, N * 4), guarded(NULL, N * 4), guarded(NULL, N * 8), guarded(NULL, N * 8),
                    guarded(NULL, N * 8), guarded(NULL, 2 * N * sizeof(keyed_row)) };
    for (int i = 0; i < N; i++) {
        r.x[i] = tied ? 5 : i * 37 % N;
        r.y[i] = tied ? 7 : i * 11 % N;
        r.weight[i] = 1 + i % 3;
        r.gold[i] = i % 3 == 0;
        r.predicted[i] = i % CLASSES;
        r.label[i] = i / 2 % CLASSES;
        r.times[i] = 1;
        r.group[i] = i % 7;
    }
    equal(order_rows(r.x, 1, NULL, N, r.order, r.sorted), N);
    order_rows(r.y, 1, NULL, N, r.y_order, r.sorted);
    return r;
}

static double value_of_core(int core, const core_rows *r, asking *asks)
{
    const scored_rows scored = { .n = N, .order = r->order, .score = r->x, .gold = r->gold, .weight = r->weight, .times = r->times, .asks = asks };
    const classed_rows classed = { .n = N, .predicted = r->predicted, .gold = r->label, .n_classes = CLASSES, .weight = r->weight, .times = r->times, .asks = asks };
    const paired_rows paired = { .n = N, .x = r->x, .y = r->y, .weight = r->weight, .times = r->times, .asks = asks };
    const bootstrap_plan rows = { .n_rows = N, .n_groups = N, .seed = 3 }, groups = { .n_rows = N, .n_groups = 7, .group = r->group, .seed = 3 };
    const evaluation mean = { .statistic = LAMELLA_MEASURE_STATISTIC_MEAN, .paired = paired };
    switch (core) {
    case ACCURACY: return binary_accuracy(&scored);
    case F1: return binary_f1(&scored);
    case AUC: return binary_auc(&scored);
    case AP: return binary_ap(&scored);
    case CLASS_ACCURACY: return class_accuracy(&classed);
    case CLASS_F1: return class_f1(&classed, r->room);
    case R2: return r2_of(&paired);
    case PEARSON: return pearson_of(&paired);
    case SPEARMAN: return spearman_of(&paired, r->order, r->y_order, r->room);
    case RANKS: average_ranks(r->x, r->order, N, r->times, r->ranks, asks); return 0;
    case DRAWS: bootstrap_times(&rows, 5, r->drawn, NULL, asks); return 0;
    case DRAWS_OF_GROUPS: bootstrap_times(&groups, 5, r->drawn, guarded(NULL, 7 * 4), asks); return 0;
    default: return evaluation_value(&mean, r->times, asks, NULL);
    }
}

/* Rows that a core has looked at: with ties and without, a walk over ties may count a row of each tie twice. */
TEST(every_row_that_is_looked_at_is_counted)
{
    static const struct { int64_t least, most; } seen[2][CORES] = {
        { { N, N }, { N, N }, { 2 * N, 2 * N }, { 2 * N, 3 * N }, { N, N }, { N, N }, { 5 * N, 5 * N }, { 4 * N, 4 * N }, { 6 * N, 6 * N }, { N, N }, { N, N },
          { 7, 8 }, { N, N } },
        { { N, N }, { N, N }, { N + 1, N + 1 }, { 2 * N + 1, 2 * N + 1 }, { N, N }, { N, N }, { 4 * N, 4 * N }, { 4 * N, 4 * N }, { 4 * N + 2, 4 * N + 2 }, { 1, 1 },
          { N, N }, { 7, 8 }, { N, N } },
    };
    for (int tied = 0; tied < 2; tied++) {
        core_rows r = make_core(tied);
        for (int core = 0; core < CORES; core++) {
            asking asks = { .rows = 0 };
            value_of_core(core, &r, &asks);
            if (asks.rows < seen[tied][core].least || asks.rows > seen[tied][core].most)
                ck_abort_msg("core %d, tied %d: %d rows", core, tied, (int)asks.rows);
        }
    }
}

/* A pass more than is under way is begun by none. */
TEST(who_was_told_to_stop_looks_no_further)
{
    core_rows r = make_core(0);
    for (int core = 0; core < CORES; core++) {
        asking asks = { .status = LAMELLA_STOPPED };
        double value = value_of_core(core, &r, &asks);
        check(asks.rows <= (core == MEAN ? N : 8));
        check(core >= RANKS || isnan(value) || value == 0);
    }
    asking asks = { .status = LAMELLA_STOPPED };
    int64_t order[N];
    memset(order, 77, sizeof order);
    order_listed(r.x, 1, r.order, N, order, r.sorted, &asks);
    equal(order[0], order[N - 1]);
}

/* Weighted and drawn rows, listed or all, give what the plain sums give. */
TEST(a_mean_of_rows_is_its_sums)
{
    core_rows r = make_core(0);
    int64_t listed[] = { 3, 8, 69 };
    double sum = 0, all = 0;
    for (int k = 0; k < 3; k++) {
        r.times[listed[k]] = k + 2;
        sum += r.weight[listed[k]] * (k + 2) * r.x[listed[k]];
        all += r.weight[listed[k]] * (k + 2);
    }
    near(mean_of_rows(r.x, listed, 3, r.weight, r.times), sum / all, RELATIVE, 1e-15);
    near(mean_of_rows(r.x, NULL, N, NULL, NULL), (N - 1) / 2.0, RELATIVE, 1e-15);
    memset(r.times, 0, N * sizeof *r.times);
    near(mean_of_rows(r.x, NULL, N, r.weight, r.times), NAN, ABSOLUTE, 0);
}

/* ---- intervals ---- */

TEST(intervals_of_few_numbers)
{
    keyed_row *room = guarded(NULL, 2 * sizeof *room);
    memset(room, 0xff, 2 * sizeof *room); /* keys of no number */
    bootstrap_figures f = bootstrap_interval((const double[]){ 3 }, NULL, 1, 1, 0.9, room);
    near(f.percentile.low, 3, ABSOLUTE, 0);
    near(f.percentile.high, 3, ABSOLUTE, 0);
    near(f.standard_error, NAN, ABSOLUTE, 0);
    equal(f.n_defined, 1);
    f = bootstrap_interval((const double[]){ NAN }, NULL, 1, 1, 0.9, room);
    near(f.percentile.low, NAN, ABSOLUTE, 0);
    near(f.percentile.high, NAN, ABSOLUTE, 0);
    equal(f.n_defined, 0);
    room = guarded(NULL, 6 * sizeof *room);
    f = bootstrap_interval((const double[]){ 4, 70, 1, 71, 2, 72 }, NULL, 2, 3, 0.5, room); /* 1 2 4 at shares 1/4 and 3/4 */
    near(f.percentile.low, 1.5, RELATIVE, 1e-15);
    near(f.percentile.high, 3, RELATIVE, 1e-15);
    near(f.standard_error, sqrt((25 / 9.0 + 16 / 9.0 + 1 / 9.0) / 2), RELATIVE, 1e-14);
    const double pairs[] = { 4, 1, NAN, 2, 9, 7 };
    f = bootstrap_interval(pairs, pairs + 1, 2, 3, 1 - 0x1p-53, room); /* 3 and 2; one is not defined */
    equal(f.n_defined, 2);
    near(f.percentile.low, 2, RELATIVE, 1e-15);
    near(f.percentile.high, 3, RELATIVE, 1e-15);
    near(f.standard_error, sqrt(0.5), RELATIVE, 1e-15);
}

/* Their mean cannot be held, and is off by half a step: what that leaves over is taken out. */
TEST(a_standard_error_is_of_what_the_mean_leaves)
{
    double x[100];
    keyed_row room[200];
    for (int i = 0; i < 100; i++)
        x[i] = 0x1p52 + i % 2;
    near(bootstrap_interval(x, NULL, 1, 100, 0.9, room).standard_error, sqrt(25.0 / 99), RELATIVE, 1e-12);
}

/* Fisher: atanh r, give or take the quantile over sqrt(n - 3); of three pairs anything. */
TEST(fishers_interval)
{
    for (int n = 4; n < 8; n++) {
        interval i = pearson_interval(0.3, n, 0.95);
        near(i.low, tanh(atanh(0.3) - 1.959963984540054 / sqrt(n - 3)), RELATIVE, 1e-13);
        near(i.high, tanh(atanh(0.3) + 1.959963984540054 / sqrt(n - 3)), RELATIVE, 1e-13);
    }
    near(pearson_interval(0.3, 3, 0.95).low, -1, ABSOLUTE, 0);
    near(pearson_interval(0.3, 3, 0.95).high, 1, ABSOLUTE, 0);
    near(pearson_interval(NAN, 30, 0.95).low, NAN, ABSOLUTE, 0);
}

/* ---- resamples side by side ---- */

typedef struct pieces_seen {
    int64_t room, misplaced, changed;
} pieces_seen;

static void fill_room(const int32_t *times, void *room, double *values, asking *asks, void *data)
{
    pieces_seen *seen = data;
    int32_t before[N];
    (void)asks;
    memcpy(before, times, sizeof before);
    memset(room, 0xff, (size_t)seen->room);
    seen->misplaced += (uintptr_t)room % 64 != 0;
    seen->changed += memcmp(before, times, sizeof before) != 0;
    values[0] = times[0];
    values[1] = times[N - 1];
}

static lamella_status run_resamples(lamella_context *ctx, const bootstrap_plan *p, pieces_seen *seen, double *values)
{
    CALL(ctx, bootstrap_run(c, p, 2, seen->room, fill_room, seen, values));
}

/* The room of a statistic is its own and aligned; what is drawn does not depend on batches. */
TEST(a_statistic_has_its_room_and_its_resample)
{
    enum { B = 150 };
    int64_t group[N];
    for (int i = 0; i < N; i++)
        group[i] = i % 9;
    for (int grouped = 0; grouped < 2; grouped++)
        for (int64_t room = 8; room <= 72; room += 64) {
            bootstrap_plan p = { .n_rows = N, .n_groups = grouped ? 9 : N, .group = grouped ? group : NULL, .n_resamples = B, .seed = 8 };
            pieces_seen seen = { .room = room };
            double values[2 * B];
            ok(run_resamples(NULL, &p, &seen, values));
            equal(seen.misplaced, 0);
            equal(seen.changed, 0);
            for (int b = 0; b < B; b++) {
                int32_t times[N], few[9];
                bootstrap_times(&p, b, times, few, NULL);
                near(values[2 * b], times[0], ABSOLUTE, 0);
                near(values[2 * b + 1], times[N - 1], ABSOLUTE, 0);
            }
        }
}
