/* Every list and array of an operation ends where its memory ends: nothing is read or written past it. */
#define _DEFAULT_SOURCE
#include "matryoshka/ridges.h"
#include "support/guarded.h"

enum { N = 70, D = 9, PAIRS = 11, WIDTHS = 3, TASKS = 2, PENALTIES = 2, K = 3 };

#define ENDING(array) guarded(array, sizeof array)
#define ROOM(type, n) guarded(NULL, sizeof(type) * (n))

typedef struct ending {
    lamella_view  layer[2], mask, labels, pairs, gold;
    lamella_stack stack;
    int64_t      *widths;
    double       *penalties;
} ending;

static ending *inputs(void)
{
    static ending e;
    float x[2][N * D];
    unsigned char valid[N];
    int64_t label[TASKS * N], pair[2 * PAIRS], widths[WIDTHS] = { D, 1, 4 };
    double gold[PAIRS], penalties[PENALTIES] = { 1, 10 };
    uint32_t state = 4;
    for (int i = 0; i < 2 * N * D; i++)
        x[i % 2][i / 2] = noise(&state);
    for (int i = 0; i < TASKS * N; i++) {
        valid[i % N] = i % N != 3;
        label[i] = i * i % 3 == 1;
    }
    for (int i = 0; i < PAIRS; i++) {
        pair[2 * i] = N - 1 - i, pair[2 * i + 1] = 2 * i;
        gold[i] = i * 5 % 7;
    }
    e = (ending){ .widths = ENDING(widths), .penalties = ENDING(penalties) };
    for (int l = 0; l < 2; l++)
        e.layer[l] = view_of(LAMELLA_F32, ENDING(x[l]), N, D);
    e.mask = view_of(LAMELLA_U8, ENDING(valid), N);
    e.labels = view_of(LAMELLA_I64, ENDING(label), TASKS, N);
    e.pairs = view_of(LAMELLA_I64, ENDING(pair), PAIRS, 2);
    e.gold = view_of(LAMELLA_F64, ENDING(gold), PAIRS);
    e.stack = stack_of(e.layer, 2);
    e.stack.mask = &e.mask;
    return &e;
}

TEST(grids_end_where_their_arrays_end)
{
    ending *e = inputs();
    const int64_t cells = 2 * WIDTHS * TASKS;
    lamella_view error = view_of(LAMELLA_F64, ROOM(double, cells * PENALTIES), 2, WIDTHS, PENALTIES, TASKS), accuracy = error;
    accuracy.data = ROOM(double, cells * PENALTIES);
    const lamella_view best = view_of(LAMELLA_I64, ROOM(int64_t, cells), 2, WIDTHS, TASKS), flags = view_of(LAMELLA_I32, ROOM(int32_t, cells), 2,
            WIDTHS, TASKS),
                       cosine = view_of(LAMELLA_F64, ROOM(double, 2 * WIDTHS * PAIRS), 2, WIDTHS, PAIRS),
                       dot = view_of(LAMELLA_F64, ROOM(double, 2 * WIDTHS * PAIRS), 2, WIDTHS, PAIRS), rho = view_of(LAMELLA_F64,
                               ROOM(double, 2 * WIDTHS), 2, WIDTHS);
    ok(lamella_matryoshka_ridge(NULL, &e->stack, &e->labels, e->penalties, PENALTIES, e->widths, WIDTHS, NULL,
                                WITH(lamella_matryoshka_ridge_outputs, .error = &error, .accuracy = &accuracy, .best = &best,
                                     .flags = &flags), NULL));
    ok(lamella_matryoshka_grid_cosine(NULL, &e->stack, &e->pairs, e->widths, WIDTHS, &cosine, NULL,
                                      WITH(lamella_matryoshka_grid_outputs, .dot = &dot), NULL));
    ok(lamella_matryoshka_grid_spearman(NULL, &e->stack, &e->pairs, &e->gold, e->widths, WIDTHS, &rho,
                                        WITH(lamella_matryoshka_grid_options, .second = &e->stack), NULL));
}

TEST(cuts_and_searches_end_where_their_arrays_end)
{
    ending *e = inputs();
    lamella_view out[2 * WIDTHS];
    int64_t number[N];
    for (int i = 0; i < N; i++)
        number[i] = 5 * i;
    for (int i = 0; i < 2 * WIDTHS; i++)
        out[i] = view_of(LAMELLA_F32, ROOM(float, N * e->widths[i % WIDTHS]), N, e->widths[i % WIDTHS]);
    const lamella_view own = view_of(LAMELLA_I64, ENDING(number), N), ids = view_of(LAMELLA_I64, ROOM(int64_t, N * K), N, K),
                       scores = view_of(LAMELLA_F64, ROOM(double, N * K), N, K), found = view_of(LAMELLA_I64, ROOM(int64_t, N), N),
                       merged_ids = view_of(LAMELLA_I64, ROOM(int64_t, 2 * N * K), N, 2 * K), merged = view_of(LAMELLA_F64, ROOM(double, 2 * N * K),
                               N, 2 * K);
    lamella_matryoshka_index *index;
    ok(lamella_matryoshka_truncate(NULL, &e->stack, e->widths, WIDTHS, out, NULL, NULL));
    ok(lamella_matryoshka_search(NULL, &e->layer[0], &e->layer[1], K, &ids, &scores,
                                 WITH(lamella_matryoshka_search_options, .base_ids = &own, .query_ids = &own), WITH(lamella_matryoshka_search_outputs,
                                         .found = &found), NULL));
    ok(lamella_matryoshka_search_merge(NULL, &ids, &scores, &ids, &scores, 2 * K,
                                       WITH(lamella_matryoshka_search_merge_outputs, .ids = &merged_ids, .scores = &merged)));
    ok(lamella_matryoshka_index_create(NULL, &e->layer[0], WITH(lamella_matryoshka_index_options, .base_ids = &own), &index));
    ok(lamella_matryoshka_index_search(NULL, index, &e->layer[1], K, &ids, &scores, WITH(lamella_matryoshka_search_options, .query_ids = &own),
                                       WITH(lamella_matryoshka_search_outputs, .found = &found), NULL));
    lamella_matryoshka_index_free(index);
}

/* ---- what is read ---- */

static float   rows_of[900 * 8];
static int64_t rows_read[2];

static int64_t deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    int64_t n = n_rows < 100 ? n_rows : 100;
    (void)depth;
    memcpy(into->data, rows_of + first_row * 8, (size_t)(n * 8) * sizeof *rows_of);
    *(int64_t *)user += n;
    return n;
}

/* Blocks of 256 rows: pairs within the first are had from one pass that ends with the shorter stack; one that lies apart takes another,
 * to the end of both. */
TEST(the_longer_of_two_stacks_is_read_no_further_than_pairs_need)
{
    static const int64_t width = 8;
    const lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .max_workspace_bytes = 60000 };
    lamella_context *ctx;
    double cosine_of[2];
    int64_t pair[] = { 0, 1, 2, 3 };
    ok(lamella_context_create(&options, &ctx));
    for (int i = 0; i < 900 * 8; i++)
        rows_of[i] = (float)(i % 13) - 6;
    for (int longer = 0; longer < 2; longer++)
        for (int apart = 0; apart < 2; apart++) {
            const int64_t n[] = { longer ? 300 : 900, longer ? 900 : 300 };
            lamella_view a = view_of(LAMELLA_F32, rows_of, n[0], 8), b = view_of(LAMELLA_F32, rows_of, n[1], 8), pairs = view_of(LAMELLA_I64, pair, 2,
                    2);
            const lamella_view cosine = view_of(LAMELLA_F64, cosine_of, 1, 1, 2);
            lamella_stack first = stack_of(&a, 1), second = stack_of(&b, 1);
            a.data = b.data = NULL;
            first.read = second.read = deliver;
            first.user = &rows_read[0], second.user = &rows_read[1];
            memset(rows_read, 0, sizeof rows_read);
            pair[1 - longer] = apart ? 299 : 1;
            pair[longer] = 0;
            ok(lamella_matryoshka_grid_cosine(ctx, &first, &pairs, &width, 1, &cosine, WITH(lamella_matryoshka_grid_options, .second = &second), NULL,
                                              NULL));
            equal(rows_read[1 - longer], 300 * (1 + apart));
            check(rows_read[longer] <= 3 * 256 + 900 * apart);
            check(rows_read[longer] >= 512 + 900 * apart);
        }
    lamella_context_free(ctx);
}
