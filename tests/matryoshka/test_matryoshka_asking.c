/* Long lists of pairs, labels, ids and found rows ask the host whether to stop, and stop where it says so. */
#include "matryoshka/ridges.h"

enum { LONG = 300000 };

static int64_t asked, stop_at;

static int32_t ask(double fraction, const char *stage, void *user)
{
    (void)fraction, (void)stage, (void)user;
    return ++asked == stop_at ? LAMELLA_STOP : 0;
}

static float   x[LONG];
static double  of_pairs[LONG], gold[LONG], scores[2][LONG];
static int64_t number[2 * LONG], ids[2][LONG];

static lamella_status run(lamella_context *ctx, int which)
{
    static const int64_t width = 1;
    static grid g;
    const lamella_view few = view_of(LAMELLA_F32, x, 4, 1), many = view_of(LAMELLA_F32, x, LONG, 1), one = view_of(LAMELLA_F32, x, 1, 1),
                       pairs = view_of(LAMELLA_I64, number, LONG, 2),
                       golds = view_of(LAMELLA_F64, gold, LONG), cosine = view_of(LAMELLA_F64, of_pairs, 1, 1, LONG),
                       rho = view_of(LAMELLA_F64, scores[1], 1, 1), labels = view_of(LAMELLA_I64, number, LONG), base_ids = view_of(LAMELLA_I64, number, LONG),
                       first = view_of(LAMELLA_I64, ids[0], LONG, 1), of_first = view_of(LAMELLA_F64, scores[0], LONG, 1),
                       second = view_of(LAMELLA_I64, ids[1], LONG, 1), of_second = view_of(LAMELLA_F64, scores[1], LONG, 1),
                       id = view_of(LAMELLA_I64, ids[0], 1, 1), score = view_of(LAMELLA_F64, scores[0], 1, 1);
    const lamella_stack stack = stack_of(&few, 1), long_stack = stack_of(&many, 1);
    static const double penalty = 1;
    switch (which) {
    case 0: return lamella_matryoshka_grid_cosine(ctx, &stack, NULL, &pairs, &width, 1, &cosine, NULL, NULL);
    case 1: return lamella_matryoshka_grid_spearman(ctx, &stack, NULL, &pairs, &golds, &width, 1, &rho, NULL);
    case 2: return probe(ctx, &long_stack, &labels, &penalty, 1, &width, 1, &g);
    case 3: return lamella_matryoshka_search(ctx, &many, &one, 1, &base_ids, NULL, NULL, &id, &score, NULL, NULL);
    default: return lamella_matryoshka_search_merge(ctx, &first, &of_first, &first, &of_first, 1, &second, &of_second);
    }
}

TEST(M14_long_lists_ask_whether_to_stop)
{
    /* 1 a pass over 300,000 pairs, labels, ids or rows, 2 where it looks at both of a pair; sorts of 15 merges; rows and tiles ask besides */
    static const int64_t least[] = { 2 + 2, 2 + 2 + 1 + 15, 2, 1 + 1 + 2, 1 + 1 + 1 };
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .progress = ask };
    lamella_context *ctx;
    ok(lamella_context_create(&options, &ctx));
    for (int64_t i = 0; i < LONG; i++) {
        x[i] = (float)(i * 7 % 13) - 5.5f;
        gold[i] = (double)(i * 7919 % LONG);
        ids[0][i] = i;
        scores[0][i] = 0;
        number[2 * i] = i % 2;
        number[2 * i + 1] = (i / 2 + 1) % 2;
    }
    for (int which = 0; which < 5; which++) {
        asked = stop_at = 0;
        check(run(ctx, which) >= LAMELLA_OK);
        int64_t n = asked;
        ck_assert_int_ge(n, least[which]);
        for (stop_at = 1; stop_at <= n; stop_at += n / 4 + 1) {
            asked = 0;
            returns(run(ctx, which), LAMELLA_STOPPED);
            equal(asked, stop_at);
        }
    }
    lamella_context_free(ctx);
}
