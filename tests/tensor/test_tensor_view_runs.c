/* Runs of views along the last axis: where they start, in which steps, and rows that are written to them. */
#include "support/elements.h"
#include "support/test.h"
#include "tensor/tensor.h"

static lamella_status settles(call *c, const lamella_view *view, lamella_view *v)
{
    return view_check(c, v, view, ANY_DTYPE, "view");
}

static lamella_status settling(const lamella_view *view, lamella_view *v)
{
    CALL(NULL, settles(c, view, v));
}

/* Whatever a host writes there: a slice leaves the stride it had, NumPy sometimes the largest there is. */
TEST(the_stride_of_one_element_is_not_believed)
{
    static const int64_t strides[] = { 0, 1, 7, -40, INT64_MAX, INT64_MIN, INT64_MAX / 4 };
    float x[4 * 5 * 3];
    for (int axis = 0; axis < 4; axis++)
        for (int64_t i = 0; i < LENGTH(strides); i++) {
            lamella_view v, one = { .data = x, .dtype = LAMELLA_F32, .rank = 4, .flags = LAMELLA_BROADCAST };
            const int64_t extent[] = { 4, 5, 3 }, stride[] = { 15, 3, 1 };
            for (int a = 0; a < 4; a++) {
                one.shape[a] = a == axis ? 1 : extent[a - (a > axis)];
                one.stride[a] = a == axis ? strides[i] : stride[a - (a > axis)];
            }
            ok(settling(&one, &v));
            equal(run_step(&v), axis == 3 ? 1 : 3);
            equal(view_is_row_major(&v), 1);
            for (int64_t run = 0; run < view_runs(&v); run++)
                check(view_run(&v, run) == (char *)(x + run * (axis == 3 ? 1 : 3)));
            equal(run_stride(&v), 1);
        }
}

TEST(runs_at_one_step_are_known)
{
    float x[512];
    lamella_view v, given = view_of(LAMELLA_F32, x, 4, 1, 5, 3);
    given.stride[0] = 60, given.stride[1] = 17, given.stride[2] = 12, given.stride[3] = 2;
    ok(settling(&given, &v));
    equal(run_step(&v), 12);
    given.stride[0] = 61;
    ok(settling(&given, &v));
    equal(run_step(&v), 0);
    given.shape[2] = 1, given.stride[0] = -9;
    ok(settling(&given, &v));
    equal(run_step(&v), -9);
    given.flags = LAMELLA_BROADCAST, given.stride[0] = 0;
    ok(settling(&given, &v));
    equal(run_step(&v), 0);
    given.shape[2] = 5, given.stride[2] = 0, given.stride[0] = 24;
    ok(settling(&given, &v));
    equal(run_step(&v), 0);
    given.shape[0] = given.shape[2] = 1;
    ok(settling(&given, &v));
    check(view_run(&v, 0) == (char *)x && view_runs(&v) == 1);
    given = view_of(LAMELLA_F32, x, 7);
    ok(settling(&given, &v));
    equal(run_step(&v), 0);
}

/* By hand: the addresses of all runs, for every way to cut five axes out of larger ones. */
TEST(the_step_of_runs_is_what_their_addresses_say)
{
    enum { RANK = 4, CASES = 3 * 3 * 3 * 3 };
    static float x[5000];
    for (int code = 0; code < CASES * 16; code++) {
        lamella_view v, given = { .data = x, .dtype = LAMELLA_F32, .rank = RANK };
        int64_t step = 1;
        for (int32_t a = RANK - 1, rest = code % CASES, cut = code / CASES; a >= 0; a--, rest /= 3, cut /= 2) {
            given.shape[a] = rest % 3 + 1;
            given.stride[a] = step;
            step *= given.shape[a] + cut % 2;
        }
        ok(settling(&given, &v));
        int64_t n = view_runs(&v), first = n > 1 ? (float *)view_run(&v, 1) - (float *)view_run(&v, 0) : 0;
        int same = 1;
        for (int64_t run = 1; run < n; run++)
            same &= (float *)view_run(&v, run) - (float *)view_run(&v, run - 1) == first;
        if (n > 1)
            equal(run_step(&v), same ? first : 0);
    }
}

/* Whatever its stride and alignment, a run gets the row, and nothing beside it is written. */
TEST(rows_are_stored_in_runs_of_any_layout)
{
    enum { N = 5, RUNS = 3 };
    static const float row[N] = { 1, -2, 3, -4, 5 };
    for (int gap = 1; gap < 4; gap++)
        for (int shift = 0; shift < 5; shift += 2) {
            float memory[RUNS * N * 3 + 8];
            lamella_view v, given = view_of(LAMELLA_F32, (char *)memory + shift, RUNS, N);
            memset(memory, 0x77, sizeof memory);
            given.stride[0] = N * gap, given.stride[1] = gap;
            ok(settling(&given, &v));
            float *place = run_in_place_f32(&v, 1);
            check(place == (gap == 1 && shift % 4 == 0 ? (float *)((char *)memory + shift) + N : NULL));
            store_run_f32(&v, 1, row);
            const char *p = (const char *)memory;
            int64_t written = 0;
            for (int64_t i = 0; i < N; i++) {
                float got;
                memcpy(&got, p + shift + (N * gap + i * gap) * 4, sizeof got);
                check(got == row[i]);
            }
            for (size_t i = 0; i < sizeof memory; i++)
                written += p[i] != 0x77;
            check(written <= N * 4);
        }
}

TEST(copied_runs_lie_side_by_side)
{
    for (int64_t size = 1; size <= 8; size *= 2)
        for (int64_t stride = -3; stride <= 3; stride++) {
            enum { N = 7 };
            char from[8 * 3 * 2 * N], to[8 * N + 1];
            for (size_t i = 0; i < sizeof from; i++)
                from[i] = (char)(i * 37);
            const char *start = from + (stride < 0 ? -stride * (N - 1) * size : 0);
            memset(to, '#', sizeof to);
            check(copy_run(to, start, N, stride, size) == to + N * size);
            for (int64_t i = 0; i < N; i++)
                check(!memcmp(to + i * size, start + i * stride * size, (size_t)size));
            check(to[N * size] == '#');
        }
}
