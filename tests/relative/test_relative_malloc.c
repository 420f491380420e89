/* A malloc that fails under BLAS on two threads: anchors and stitching say MEMORY or find what they always find; nobody ends the process. */
#include "relative/projections.h"
#include "support/malloc.h"

void openblas_set_num_threads(int num_threads);

enum { ROWS = 120, DIM = 40, ANCHORS = 50, TRAIN = 70 };

typedef struct found {
    double  accuracy[4], f1[4], condition[2];
    int64_t rank[2], anchors[ANCHORS];
} found;

static float   x[2][ROWS * DIM];
static int64_t labels_of[ROWS], number[ROWS];

static lamella_status find(int32_t head, found *f)
{
    const lamella_view layer[] = { view_of(LAMELLA_F32, x[0], ROWS, DIM), view_of(LAMELLA_F32, x[1], ROWS, DIM) },
                       labels = view_of(LAMELLA_I64, labels_of, ROWS), anchors = view_of(LAMELLA_I64, number, ANCHORS),
                       train = view_of(LAMELLA_I64, number + ANCHORS, TRAIN), test = view_of(LAMELLA_I64, number, ANCHORS),
                       accuracy = view_of(LAMELLA_F64, f->accuracy, 2, 2), f1 = view_of(LAMELLA_F64, f->f1, 2, 2),
                       chosen = view_of(LAMELLA_I64, f->anchors, ANCHORS), condition = view_of(LAMELLA_F64, f->condition, 2),
                       rank = view_of(LAMELLA_I64, f->rank, 2);
    const lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    const lamella_relative_project_options whitened = RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_BASIS);
    lamella_relative_stitch_options options = { .struct_size = sizeof options, .head = head, .tolerance = 1e-2 };
    lamella_status status = lamella_relative_anchors(NULL, &stack, ANCHORS, &chosen, NULL,
                                                     WITH(lamella_relative_anchors_outputs, .condition = &condition, .rank = &rank), NULL);
    return status == LAMELLA_OK ? lamella_relative_stitch(NULL, &stack, &labels, &anchors, &train, &test, (options.projection = &whitened, &options),
                                                          WITH(lamella_relative_stitch_outputs, .accuracy = &accuracy, .f1 = &f1), NULL)
                                : status;
}

TEST(M3_whichever_malloc_fails)
{
    uint32_t state = 1;
    for (int i = 0; i < 2 * ROWS * DIM; i++) {
        state = state * 1664525u + 1013904223u;
        x[i % 2][i / 2] = (float)(state >> 8) / (1 << 23) - 1;
    }
    for (int i = 0; i < ROWS; i++) {
        number[i] = i;
        labels_of[i] = i % 2;
    }
    openblas_set_num_threads(2);
    for (int32_t head = 1; head <= 2; head++) {
        found expected, again;
        malloc_fail(0, 0);
        returns(find(head, &expected), LAMELLA_NOTE); /* tests are anchors */
        int64_t calls = malloc_calls(), n_memory = 0;
        check(calls > 20 || !malloc_is_ours());
        for (int onward = 0; onward <= 1; onward++)
            for (int64_t k = 1; k <= calls; k++) {
                memset(&again, 0, sizeof again);
                malloc_fail(k, onward);
                lamella_status status = find(head, &again);
                malloc_fail(0, 0);
                n_memory += status == LAMELLA_ERR_MEMORY;
                if (status == LAMELLA_NOTE)
                    equal_bits(&again, &expected, sizeof again);
                else
                    equal(status, LAMELLA_ERR_MEMORY);
            }
        check(n_memory > calls || !malloc_is_ours());
    }
    openblas_set_num_threads(1);
}
