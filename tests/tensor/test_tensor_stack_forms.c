/* Stacks of every form: their measures, whose vector is whose, arrays over their leading axes. */
#include "support/allocator.h"
#include "support/elements.h"
#include "support/guarded.h"
#include "support/test.h"
#include "tensor/tensor.h"

static float numbers[64];

static lamella_status check_measures(call *c, const lamella_stack *theirs, const stack *expected, int64_t widest)
{
    stack s;
    int64_t shape[LAMELLA_MAX_RANK];
    TRY(stack_check(c, &s, theirs, FLOATS, "stack"));
    check(s.n_rows == expected->n_rows && s.per_row == expected->per_row && s.n_vectors == expected->n_vectors && s.n_samples == expected->n_samples);
    equal(stack_has_tokens(&s), expected->by_direction);
    equal(stack_widest(&s), widest);
    int32_t rank = stack_lead_shape(&s, 77, shape);
    equal(rank, s.layer[0].rank);
    for (int a = 0; a < rank; a++)
        equal(shape[a], a < rank - 1 ? s.layer[0].shape[a] : 77);
    for (int64_t l = 0; l < s.n_layers; l++) {
        equal(stack_dim(&s, l), theirs->layer[l].shape[rank - 1]);
        equal(stack_depth(&s, l), theirs->depth ? theirs->depth[l] : l);
    }
    return LAMELLA_OK;
}

static lamella_status checking_measures(lamella_context *ctx, const lamella_stack *theirs, const stack *expected, int64_t widest)
{
    CALL(ctx, check_measures(c, theirs, expected, widest));
}

/* One layer and several, in memory that held something else before, out of arrays that end behind the last. */
TEST(every_form_has_its_measures)
{
    test_allocator memory = { 0 };
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .allocate = test_allocate, .release = test_release, .user = &memory };
    ok(lamella_context_create(&options, &ctx));
    static const int64_t ends[] = { 0, 1, 1, 4, 4 };
    static const struct { int32_t rank; int64_t lead[3]; int ragged; stack of; } forms[] = {
        { 2, { 4 }, 0, { .n_rows = 4, .per_row = 1, .n_vectors = 4, .n_samples = 4 } },
        { 2, { 4 }, 1, { .n_rows = 4, .per_row = 1, .n_vectors = 4, .n_samples = 4, .by_direction = 1 } },
        { 3, { 2, 3 }, 0, { .n_rows = 2, .per_row = 3, .n_vectors = 6, .n_samples = 2, .by_direction = 1 } },
        { 4, { 2, 3, 5 }, 0, { .n_rows = 2, .per_row = 15, .n_vectors = 30, .n_samples = 2, .by_direction = 1 } },
    };
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
        for (int n = 1; n <= 3; n++) {
            lamella_view given[3], offsets = view_of(LAMELLA_I64, (int64_t *)(uintptr_t)ends, 5);
            static const int64_t dims[] = { 1, 2, 1 }, depths[] = { 0, 3, 9 };
            for (int l = 0; l < n; l++) {
                int64_t shape[4];
                memcpy(shape, forms[f].lead, sizeof forms[f].lead);
                shape[forms[f].rank - 1] = dims[l];
                given[l] = view_make(LAMELLA_F32, numbers, shape, forms[f].rank);
            }
            lamella_stack s = { .struct_size = sizeof s, .layer = guarded(given, (size_t)n * sizeof *given), .n_layers = n,
                                .depth = n == 3 ? guarded(depths, sizeof depths) : NULL, .offsets = forms[f].ragged ? &offsets : NULL };
            ok(checking_measures(ctx, &s, &forms[f].of, n > 1 ? 2 : 1));
        }
    lamella_context_free(ctx);
    equal(memory.live, 0);
}

TEST(a_vector_belongs_to_the_sample_between_whose_ends_it_lies)
{
    for (int code = 0; code < 3 * 3 * 3 * 3; code++) { /* four samples of 0 to 2 vectors */
        int64_t ends[5] = { 0 };
        for (int i = 0, rest = code; i < 4; i++, rest /= 3)
            ends[i + 1] = ends[i] + rest % 3;
        stack s = { .n_samples = 4, .offsets = ends };
        for (int64_t i = 0; i < 4; i++)
            for (int64_t v = ends[i]; v < ends[i + 1]; v++)
                equal(vector_sample(&s, v), i);
    }
}

TEST(vectors_under_the_mask_are_counted)
{
    static const unsigned char valid[] = { 0, 1, 3, 0, 0, 1, 0 };
    stack s = { .n_vectors = 7, .valid = guarded(valid, sizeof valid) };
    equal(stack_masked(&s), 4);
    s.n_vectors = 6;
    equal(stack_masked(&s), 3);
    s.valid = NULL;
    equal(stack_masked(&s), 0);
}

/* In place where it is an array already, else copied; of every layout and size of elements. */
TEST(leading_axes_become_one_array)
{
    static const int32_t types[] = { LAMELLA_U8, LAMELLA_F32, LAMELLA_F64 };
    for (int t = 0; t < 3; t++)
        for (int shift = 0; shift < 2; shift++)
            for (int gap = 1; gap < 3; gap++) {
                char x[8 * 2 * 2 * 3 * 4 + 1];
                int64_t size = element_bytes(types[t]);
                call c;
                lamella_view v, given = view_of(types[t], x + shift, 2, 3, 4);
                const void *flat;
                for (size_t i = 0; i < sizeof x; i++)
                    x[i] = (char)(i * 11);
                given.stride[0] = 12 * gap, given.stride[1] = 4, given.stride[2] = 1;
                call_open(&c, NULL, __func__);
                ok(view_check(&c, &v, &given, ANY_DTYPE, "v"));
                ok(view_flatten(&c, &v, &flat));
                check((flat == x + shift) == (gap == 1 && (shift == 0 || size == 1)));
                check((uintptr_t)flat % (uintptr_t)size == 0);
                for (int64_t i = 0; i < 24; i++)
                    check(!memcmp((const char *)flat + i * size, x + shift + (i / 12 * 12 * gap + i % 12) * size, (size_t)size));
                call_close(&c, LAMELLA_OK);
            }
}
