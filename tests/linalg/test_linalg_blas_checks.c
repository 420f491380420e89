/* Sizes that BLAS and LAPACK are asked with: every bound from both sides, under the names of the matrices. */
#include "linalg/linalg.h"
#include "support/test.h"

enum { LEAST_TOO_MANY_SQUARED = 46341 }; /* 46341^2 is the first square beyond 32 bits */

static const int64_t most = INT32_MAX;

static lamella_status check_of(call *c, const blas_product *p, int f32)
{
    if (!f32)
        return blas_product_check(c, p);
    return blas_product_check_f32(c, &(blas_product_f32){ p->m, p->n, p->k, 1, 0, NULL, NULL, NULL, p->a_stride, p->b_stride, p->c_stride, p->a_transposed,
                                                          p->b_transposed });
}

static lamella_status checking(const blas_product *p, int f32)
{
    CALL(NULL, check_of(c, p, f32));
}

static blas_product of_sizes(int64_t m, int64_t n, int64_t k, int shape)
{
    blas_product p = { .m = m, .n = n, .k = k, .a_transposed = shape & 1, .b_transposed = shape >> 1 };
    p.a_stride = p.a_transposed ? m : k, p.b_stride = p.b_transposed ? k : n, p.c_stride = n;
    return p;
}

TEST(extents_of_products_are_counted_in_32_bits)
{
    static const int64_t e = LEAST_TOO_MANY_SQUARED;
    const struct { int64_t m, n, k; int fits; } cases[] = {
        { most, 1, 1, 1 }, { 1, most, 1, 1 }, { 1, 1, most, 1 }, { most + 1, 1, 1, 0 }, { 1, most + 1, 1, 0 }, { 1, 1, most + 1, 0 }, { most + 1, 0, 0, 0 },
        { 0, most + 1, 0, 0 }, { 0, 0, most + 1, 0 }, { e, e - 1, 1, 1 }, { e, e, 1, 0 }, { e, 1, e - 1, 1 }, { e, 1, e, 0 }, { 1, e, e - 1, 1 }, { 1, e, e, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int f32 = 0; f32 < 2; f32++) {
            blas_product p = of_sizes(cases[i].m, cases[i].n, cases[i].k, 0);
            char said[160];
            snprintf(said, sizeof said, "checking: a product is %lld x %lld x %lld, expected at most 2147483647 elements in each of its matrices",
                     (long long)p.m, (long long)p.k, (long long)p.n);
            if (cases[i].fits)
                ok(checking(&p, f32));
            else
                refused(checking(&p, f32), LAMELLA_ERR_LIMIT, said);
        }
    for (int i = 0; i < 3; i++) {
        int64_t extent[] = { 4, 5, 6 };
        char said[160];
        extent[i] = -1 - i;
        blas_product p = of_sizes(extent[0], extent[1], extent[2], 0);
        snprintf(said, sizeof said, "checking: a product is %lld x %lld x %lld, expected no negative extent", (long long)p.m, (long long)p.k, (long long)p.n);
        refused(checking(&p, 0), LAMELLA_ERR_SHAPE, said);
    }
}

TEST(rows_are_as_far_apart_as_they_are_long)
{
    for (int shape = 0; shape < 4; shape++)
        for (int f32 = 0; f32 < 2; f32++)
            for (int i = 0; i < 3; i++) {
                blas_product p = of_sizes(3, 5, 7, shape);
                int64_t *strides[] = { &p.a_stride, &p.b_stride, &p.c_stride }, columns = *strides[i];
                char said[128];
                ok(checking(&p, f32));
                *strides[i] = most;
                ok(checking(&p, f32));
                *strides[i] = columns - 1;
                snprintf(said, sizeof said, "checking: the row stride of %c is %d, expected at least its %d columns", "ABC"[i], (int)columns - 1, (int)columns);
                refused(checking(&p, f32), LAMELLA_ERR_SHAPE, said);
                *strides[i] = most + 1;
                snprintf(said, sizeof said, "checking: the row stride of %c is 2147483648, expected at most 2147483647", "ABC"[i]);
                refused(checking(&p, f32), LAMELLA_ERR_LIMIT, said);
            }
}

static lamella_status check_matrix(int64_t rows, int64_t columns, int64_t stride)
{
    CALL(NULL, blas_matrix_check(c, "a table", rows, columns, stride));
}

TEST(matrices_are_counted_in_32_bits)
{
    static const int64_t e = LEAST_TOO_MANY_SQUARED;
    ok(check_matrix(0, 0, 0));
    ok(check_matrix(3, 5, 5));
    ok(check_matrix(most, 1, 1));
    ok(check_matrix(1, most, most));
    ok(check_matrix(e, e - 1, e));
    refused(check_matrix(e, e, e), LAMELLA_ERR_LIMIT, "check_matrix: a table is 46341 x 46341, expected at most 2147483647 elements");
    refused(check_matrix(most + 1, 0, 0), LAMELLA_ERR_LIMIT, "check_matrix: a table is 2147483648 x 0, expected at most 2147483647 elements");
    refused(check_matrix(0, most + 1, most + 1), LAMELLA_ERR_LIMIT, "check_matrix: a table is 0 x 2147483648, expected at most 2147483647 elements");
    refused(check_matrix(-1, 2, 2), LAMELLA_ERR_SHAPE, "check_matrix: a table is -1 x 2, expected no negative extent");
    refused(check_matrix(2, -1, 2), LAMELLA_ERR_SHAPE, "check_matrix: a table is 2 x -1, expected no negative extent");
    refused(check_matrix(2, 3, 2), LAMELLA_ERR_SHAPE, "check_matrix: the row stride of a table is 2, expected at least its 3 columns");
}

/* ---- rooms ---- */

static lamella_status eigen_room(lamella_context *ctx, int64_t n)
{
    CALL(ctx, blas_eigen(c, NULL, n, n, 1, NULL));
}

static lamella_status svd_room(lamella_context *ctx, int64_t m, int64_t n)
{
    CALL(ctx, blas_svd(c, NULL, m, n, NULL, NULL, NULL));
}

/* Sizes that count come to the memory for them, which a context of 1 MB has not. */
static void counts(lamella_status status)
{
    returns(status, LAMELLA_ERR_LIMIT);
    check(strstr(lamella_last_error(), "max_workspace_bytes is 1048576, expected at least ") != NULL);
}

/* What would count is asked for, and is not there: the matrix is not looked at. */
TEST(rooms_are_counted_in_32_bits_before_anything_is_read)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .max_workspace_bytes = 1 << 20 };
    ok(lamella_context_create(&options, &ctx));
    counts(eigen_room(ctx, 32766));
    refused(eigen_room(ctx, 32767), LAMELLA_ERR_LIMIT,
            "eigen_room: an eigendecomposition needs 2147549181 elements of workspace, expected at most 2147483647");
    counts(svd_room(ctx, 23160, 23160));
    refused(svd_room(ctx, 23162, 23162), LAMELLA_ERR_LIMIT,
            "svd_room: a singular value decomposition needs 2147557478 elements of workspace, expected at most 2147483647");
    refused(svd_room(ctx, 1, 33554432), LAMELLA_ERR_LIMIT,
            "svd_room: a singular value decomposition needs 2147483659 elements of workspace, expected at most 2147483647");
    refused(svd_room(ctx, 33554432, 1), LAMELLA_ERR_LIMIT,
            "svd_room: a singular value decomposition needs 2147483659 elements of workspace, expected at most 2147483647");
    lamella_context_free(ctx);
}

static lamella_status product_of(lamella_context *ctx, int64_t k)
{
    double c_ = 1;
    CALL(ctx, product_f64(c, &(blas_product){ .m = 1, .n = 1, .k = k, .beta = 1, .c = &c_, .a_stride = k, .b_stride = 1, .c_stride = 1 }));
}

TEST(a_tile_filled_up_is_counted_too)
{
    lamella_context *ctx;
    lamella_context_options options = { .struct_size = sizeof options, .threads = 1, .max_workspace_bytes = 1 << 20 };
    ok(lamella_context_create(&options, &ctx));
    counts(product_of(ctx, 8388607));
    refused(product_of(ctx, 8388608), LAMELLA_ERR_LIMIT,
            "product_of: a product is 256 x 8388608 x 1, expected at most 2147483647 elements in each of its matrices");
    lamella_context_free(ctx);
}
