/* Long lists of pairs, labels, ids and found rows ask the host whether to stop, and stop where it says so. */
#include "matryoshka/ridges.h"

enum { LONG = 1 << 18 /* rows between questions */, CALLS = 6 };

static int64_t asked, stop_at;

static int32_t ask(double fraction, const char *stage, void *user)
{
    (void)fraction, (void)stage, (void)user;
    return ++asked == stop_at ? LAMELLA_STOP : 0;
}

static float   x[LONG];
static double  of_pairs[LONG], gold[LONG], scores[2][LONG];
static int64_t number[2 * LONG], ids[2][LONG];

/* Of lists as long as LONG, or one shorter. */
static lamella_status run(lamella_context *ctx, int which, int64_t n)
{
    static const int64_t widths[] = { 1, 1 };
    static grid g;
    const lamella_view few = view_of(LAMELLA_F32, x, 4, 1), many = view_of(LAMELLA_F32, x, n, 1), two = view_of(LAMELLA_F32, x, 2, 1),
                       pairs = view_of(LAMELLA_I64, number, n, 2),
                       golds = view_of(LAMELLA_F64, gold, n), cosine = view_of(LAMELLA_F64, of_pairs, 1, 1, n), labels = view_of(LAMELLA_I64, number,
                               n),
                       first = view_of(LAMELLA_I64, ids[0], n, 1), of_first = view_of(LAMELLA_F64, scores[0], n, 1),
                       second = view_of(LAMELLA_I64, ids[1], n, 1), of_second = view_of(LAMELLA_F64, scores[1], n, 1);
    const lamella_stack stack = stack_of(&few, 1), long_stack = stack_of(&many, 1);
    static const double penalty = 1;
    const int64_t n_widths = which == 2 ? 2 : 1;
    const lamella_view rho = view_of(LAMELLA_F64, scores[1], 1, n_widths);
    switch (which) {
    case 0: return lamella_matryoshka_grid_cosine(ctx, &stack, &pairs, widths, 1, &cosine, NULL, NULL, NULL);
    case 1:
    case 2: return lamella_matryoshka_grid_spearman(ctx, &stack, &pairs, &golds, widths, n_widths, &rho, NULL, NULL);
    case 3: return probe(ctx, &long_stack, &labels, &penalty, 1, widths, 1, &g);
    case 4: return lamella_matryoshka_search(ctx, &two, &many, 1, &second, &of_second, WITH(lamella_matryoshka_search_options, .query_ids = &labels),
                                             NULL, NULL);
    default: return lamella_matryoshka_search_merge(ctx, &first, &of_first, &first, &of_first, 1,
                                                    WITH(lamella_matryoshka_search_merge_outputs, .ids = &second, .scores = &of_second));
    }
}

TEST(M14_long_lists_ask_whether_to_stop)
{
    /* one row more: both numbers of a pair, pairs counted and placed; gold besides; labels found and placed; ids of queries; two lists and what becomes of them */
    static const int64_t more[CALLS] = { 1 + 2, 1 + 2 + 1, 1 + 2 + 1, 1 + 1, 1, 1 + 1 + 1 };
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = ask };
    lamella_context *ctx;
    int64_t n[CALLS];
    ok(lamella_context_create(&options, &ctx));
    for (int64_t i = 0; i < LONG; i++) {
        x[i] = (float)(i * 7 % 13) - 5.5f;
        gold[i] = (double)(i * 7919 % LONG);
        ids[0][i] = i;
        scores[0][i] = 0;
        number[2 * i] = i % 2;
        number[2 * i + 1] = (i / 2 + 1) % 2;
    }
    for (int which = 0; which < CALLS; which++) {
        asked = stop_at = 0;
        check(run(ctx, which, LONG - 1) >= LAMELLA_OK);
        const int64_t one_less = asked;
        asked = 0;
        check(run(ctx, which, LONG) >= LAMELLA_OK);
        n[which] = asked;
        equal(n[which] - one_less, more[which]);
        for (stop_at = 1; stop_at <= n[which]; stop_at += n[which] / 3 + 1) {
            asked = 0;
            returns(run(ctx, which, LONG), LAMELLA_STOPPED);
            equal(asked, stop_at);
        }
    }
    equal(n[2] - n[1], 1); /* a width more is ranked */
    lamella_context_free(ctx);
}
