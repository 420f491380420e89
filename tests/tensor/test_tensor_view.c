/* Views: constructors, checks, text, slices. */
#include "support/test.h"
#include "tensor/tensor.h"

static lamella_status checks(call *c, const lamella_view *view)
{
    lamella_view v;
    return VIEW(c, v, view, ANY_DTYPE);
}

static lamella_status checking(const lamella_view *view)
{
    CALL(NULL, checks(c, view));
}

static lamella_status checks_out(call *c, const lamella_view *out)
{
    lamella_view v;
    return VIEW_OUT(c, v, out, F32, 2, 3);
}

static lamella_status checking_out(const lamella_view *out)
{
    CALL(NULL, checks_out(c, out));
}

TEST(a_view_is_128_bytes)
{
    equal(sizeof(lamella_view), 128);
}

TEST(zero_strides_are_row_major)
{
    float x[24] = { 0 };
    lamella_view v;
    const int64_t shape[] = { 2, 3, 4 };
    ok(lamella_tensor_view(x, LAMELLA_F32, 3, shape, NULL, &v));
    check(v.stride[0] == 12 && v.stride[1] == 4 && v.stride[2] == 1);
    equal(v.flags, LAMELLA_READONLY);
    ok(lamella_tensor_view_mutable(x, LAMELLA_F32, 3, shape, NULL, &v));
    equal(v.flags, 0);
}

TEST(rank_zero_is_one_element)
{
    double x = 5;
    lamella_view v;
    ok(lamella_tensor_view(&x, LAMELLA_F64, 0, NULL, NULL, &v));
    equal(view_elements(&v), 1);
    check(load_f64(v.dtype, view_at(&v, NULL)) == 5);
}

TEST(a_zero_stride_given_is_a_broadcast)
{
    float x[3] = { 0 };
    lamella_view v;
    ok(lamella_tensor_view(x, LAMELLA_F32, 2, (const int64_t[]){ 5, 3 }, (const int64_t[]){ 0, 1 }, &v));
    equal(v.flags, LAMELLA_READONLY | LAMELLA_BROADCAST);
    ok(checking(&v));
    v.flags = LAMELLA_READONLY;
    refused(checking(&v), LAMELLA_ERR_SHAPE,
            "checking: view.stride[0] is 0 over an extent of 5, expected a step, or the flag LAMELLA_BROADCAST");
}

TEST(what_no_view_can_be_is_refused)
{
    float x[6] = { 0 };
    const lamella_view good = view_of(LAMELLA_F32, x, 2, 3);
    lamella_view v = good;
    ok(checking(&v));
    refused(checking(NULL), LAMELLA_ERR_ARGUMENT, "checking: view is NULL, expected a view");
    v.rank = 7;
    refused(checking(&v), LAMELLA_ERR_SHAPE, "checking: view.rank is 7, expected 0 to 6");
    v = good, v.rank = -1;
    refused(checking(&v), LAMELLA_ERR_SHAPE, "checking: view.rank is -1, expected 0 to 6");
    v = good, v.dtype = 0;
    refused(checking(&v), LAMELLA_ERR_DTYPE, "checking: view.dtype is 0 (no dtype), expected f32|f64|f16|bf16|i8|u8|i32|i64|bool");
    v = good, v.shape[1] = -3;
    refused(checking(&v), LAMELLA_ERR_SHAPE, "checking: view.shape[1] is -3, expected 0 or more");
    v = good, v.flags = 64;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: view.flags is 0x40, expected only known bits (0x7)");
    v = good, v.reserved1 = 1;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: view.reserved is set, expected 0");
    v = good, v.data = NULL;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: view.data is NULL, expected 6 elements");
    v = good, v.shape[0] = INT64_MAX / 2;
    refused(checking(&v), LAMELLA_ERR_SHAPE, "checking: view.shape has more elements than 2^63 - 1");
    v = good, v.shape[0] = INT64_MAX / 4;
    refused(checking(&v), LAMELLA_ERR_SHAPE, "checking: view.shape has more bytes than 2^63 - 1");
    v = good, v.stride[0] = INT64_MAX / 2;
    refused(checking(&v), LAMELLA_ERR_SHAPE, "checking: view.stride reaches outside the address space");
    v = good, v.stride[0] = -(INT64_MAX / 8);
    refused(checking(&v), LAMELLA_ERR_SHAPE, "checking: view.stride reaches outside the address space");
    v = good, v.shape[0] = 0, v.data = NULL;
    ok(checking(&v));
}

TEST(an_output_is_writable_and_has_no_element_twice)
{
    float x[16] = { 0 };
    lamella_view v = view_of(LAMELLA_F32, x, 2, 3);
    ok(checking_out(&v));
    v.stride[0] = -3, v.data = x + 3;
    ok(checking_out(&v));
    v.stride[0] = 1, v.stride[1] = 2, v.data = x;
    ok(checking_out(&v));
    v.stride[0] = 2;
    refused(checking_out(&v), LAMELLA_ERR_SHAPE,
            "checking_out: out.stride puts two elements at one address, expected an output without overlap");
    v = view_of(LAMELLA_F32, x, 2, 3), v.flags = LAMELLA_READONLY;
    refused(checking_out(&v), LAMELLA_ERR_ARGUMENT, "checking_out: out.flags says READONLY, expected a writable view");
    v = view_of(LAMELLA_F32, x, 2, 4);
    refused(checking_out(&v), LAMELLA_ERR_SHAPE, "checking_out: out.shape[1] is 4, expected 3");
    v = view_of(LAMELLA_F32, x, 6);
    refused(checking_out(&v), LAMELLA_ERR_SHAPE, "checking_out: out.rank is 1, expected 2");
    v = view_of(LAMELLA_F64, x, 2, 3);
    refused(checking_out(&v), LAMELLA_ERR_DTYPE, "checking_out: out.dtype is 2 (f64), expected f32");
}

static lamella_status checks_out_of_none(call *c, const lamella_view *out)
{
    lamella_view v;
    return VIEW_OUT(c, v, out, F32, 0, 3);
}

static lamella_status checking_out_of_none(const lamella_view *out)
{
    CALL(NULL, checks_out_of_none(c, out));
}

TEST(an_output_of_no_element_has_none_twice)
{
    float x[3];
    lamella_view v = view_of(LAMELLA_F32, x, 0, 3);
    v.flags = LAMELLA_BROADCAST, v.stride[0] = v.stride[1] = 0; /* NumPy's strides where there is no element */
    ok(checking_out_of_none(&v));
}

TEST(views_are_described)
{
    float x[6] = { 0 };
    char text[64];
    lamella_view v;
    ok(lamella_tensor_view(x, LAMELLA_F32, 2, (const int64_t[]){ 2, 3 }, NULL, &v));
    ok(lamella_tensor_view_describe(&v, text, sizeof text));
    equal_text(text, "f32 [2, 3] stride [3, 1] readonly");
    ok(lamella_tensor_view_describe(&v, text, 8));
    equal_text(text, "f32 [2,");
    ok(lamella_tensor_view_describe(NULL, text, sizeof text));
    equal_text(text, "NULL");
    v.rank = 99, v.dtype = 77;
    ok(lamella_tensor_view_describe(&v, text, sizeof text));
    equal_text(text, "no dtype rank 99 readonly");
    returns(lamella_tensor_view_describe(&v, NULL, 8), LAMELLA_ERR_ARGUMENT);
    returns(lamella_tensor_view_describe(&v, text, 0), LAMELLA_ERR_ARGUMENT);
}

TEST(an_index_takes_its_axis_away)
{
    float x[2][3][4];
    for (int i = 0; i < 24; i++)
        (&x[0][0][0])[i] = (float)i;
    lamella_view whole = view_of(LAMELLA_F32, x, 2, 3, 4), v, one;
    ok(lamella_tensor_pick(&whole, 0, 1, &v));
    equal(v.rank, 2);
    check(v.shape[0] == 3 && v.shape[1] == 4 && v.data == x[1] && v.stride[0] == 4 && v.stride[1] == 1);
    ok(lamella_tensor_pick(&whole, 1, 2, &v));
    check(v.shape[0] == 2 && v.shape[1] == 4 && v.data == x[0][2] && v.stride[0] == 12 && v.stride[1] == 1);
    ok(lamella_tensor_pick(&v, 1, 3, &v)); /* over itself */
    check(v.rank == 1 && v.shape[0] == 2 && v.data == &x[0][2][3] && v.stride[0] == 12);
    ok(lamella_tensor_pick(&v, 0, 1, &one));
    check(one.rank == 0 && *(float *)one.data == x[1][2][3]);
    lamella_view nothing = view_of(LAMELLA_F32, NULL, 0, 3);
    ok(lamella_tensor_pick(&nothing, 1, 2, &v));
    check(v.rank == 1 && v.shape[0] == 0 && v.data == NULL);
    refused(lamella_tensor_pick(&whole, 3, 0, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_pick: axis is 3, expected 0 to 2 (= x.rank - 1)");
    refused(lamella_tensor_pick(&whole, -1, 0, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_pick: axis is -1, expected 0 to 2 (= x.rank - 1)");
    refused(lamella_tensor_pick(&whole, 1, 3, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_pick: i is 3, expected 0 to 2 (= x.shape[1] - 1)");
    refused(lamella_tensor_pick(&whole, 1, -1, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_pick: i is -1, expected 0 to 2 (= x.shape[1] - 1)");
    refused(lamella_tensor_pick(&whole, 1, 0, NULL), LAMELLA_ERR_ARGUMENT, "lamella_tensor_pick: out is NULL, expected a view to fill");
}

TEST(rows_and_shapes_are_views_made_in_place)
{
    const int64_t shape[] = { 5, 3 };
    float x[3] = { 0 };
    lamella_view given, row = lamella_tensor_row(x, LAMELLA_F32, 3);
    ok(lamella_tensor_view(x, LAMELLA_F32, 1, shape + 1, NULL, &given));
    check(row.data == x && row.dtype == LAMELLA_F32 && row.rank == 1 && row.shape[0] == 3 && row.flags == LAMELLA_READONLY);
    char a[80], b[80];
    ok(lamella_tensor_view_describe(&given, a, sizeof a));
    ok(lamella_tensor_view_describe(&row, b, sizeof b));
    equal_text(a, b);
    row = lamella_tensor_row_mutable(x, LAMELLA_F32, 3);
    equal(row.flags, 0);
    row = lamella_tensor_view_shape(LAMELLA_F16, 2, shape);
    check(!row.data && row.dtype == LAMELLA_F16 && row.rank == 2 && row.shape[0] == 5 && row.shape[1] == 3 && row.shape[2] == 0 && row.stride[0] == 0);
    equal(lamella_tensor_view_shape(LAMELLA_F16, 9, (const int64_t[9]){ 0 }).rank, 9); /* that it is too many is for the call to say */
}

TEST(slices_are_those_of_python)
{
    float x[5 * 4];
    lamella_view v, whole = view_of(LAMELLA_F32, x, 5, 4);
    for (int i = 0; i < 20; i++)
        x[i] = (float)i;
    ok(lamella_tensor_slice(&whole, 0, 1, 5, 3, &v));
    check(v.shape[0] == 2 && v.shape[1] == 4);
    check(load_f64(v.dtype, view_at(&v, (const int64_t[]){ 1, 2 })) == 18);
    ok(lamella_tensor_slice(&v, 1, 3, 4, 1, &v));
    check(v.shape[1] == 1 && load_f64(v.dtype, view_at(&v, (const int64_t[]){ 0, 0 })) == 7);
    ok(lamella_tensor_slice(&whole, 0, 5, 5, 1, &v));
    equal(view_elements(&v), 0);
    refused(lamella_tensor_slice(&whole, 2, 0, 1, 1, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: axis is 2, expected 0 to 1 (= x.rank - 1)");
    refused(lamella_tensor_slice(&whole, 0, 6, 6, 1, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: start is 6, expected 0 to 5 (= x.shape[0])");
    refused(lamella_tensor_slice(&whole, 0, 3, 2, 1, &v), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_slice: stop is 2, expected 3 (= start) to 5 (= x.shape[0])");
    refused(lamella_tensor_slice(&whole, 0, 0, 2, 0, &v), LAMELLA_ERR_ARGUMENT, "lamella_tensor_slice: step is 0, expected at least 1");
}

TEST(a_broadcast_view_slices)
{
    float x[3] = { 1, 2, 3 };
    lamella_view v, sliced;
    ok(lamella_tensor_view(x, LAMELLA_F32, 2, (const int64_t[]){ 5, 3 }, (const int64_t[]){ 0, 1 }, &v));
    ok(lamella_tensor_slice(&v, 0, 1, 4, 2, &sliced));
    check(sliced.shape[0] == 2);
    ok(checking(&sliced));
    check(load_f64(sliced.dtype, view_at(&sliced, (const int64_t[]){ 1, 2 })) == 3);
}

static lamella_status settles(call *c, const lamella_view *view, lamella_view *v)
{
    return view_check(c, v, view, ANY_DTYPE, "view");
}

static lamella_status settling(const lamella_view *view, lamella_view *v)
{
    CALL(NULL, settles(c, view, v));
}

/* Nothing is at the addresses of what is empty or read, so nothing is made of strides that no memory could have. */
TEST(strides_of_nothing_are_forgotten)
{
    lamella_view v, given = view_of(LAMELLA_F32, NULL, 4, 0, 3);
    given.stride[0] = INT64_MAX, given.stride[1] = INT64_MIN, given.stride[2] = INT64_MAX;
    ok(settling(&given, &v));
    check(v.stride[0] == 3 && v.stride[1] == 3 && v.stride[2] == 1);
}

TEST(a_view_reaches_no_further_than_addresses_do)
{
    char x[4];
    lamella_view v, given = view_of(LAMELLA_U8, x, 2, 2);
    given.stride[0] = INT64_MAX / 2 + 1, given.stride[1] = 1; /* twice that is no number */
    refused(settling(&given, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
    given.stride[0] = (INT64_MAX - (int64_t)(intptr_t)x) - 1; /* the last element ends past the last address */
    refused(settling(&given, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
}

/* Every axis counts by its own extent, and the last address of the space is one. */
TEST(a_view_may_reach_as_far_as_addresses_do)
{
    lamella_view v, given = { .dtype = LAMELLA_U8, .rank = 3 };
    const int64_t half = INT64_MAX / 2 + 1;
    for (int32_t a = 0; a < 3; a++) {
        static const int64_t shapes[3][3] = { { 4, 1, 2 }, { 1, 4, 2 }, { 2, 1, 4 } };
        memcpy(given.shape, shapes[a], sizeof shapes[a]);
        memset(given.stride, 0, sizeof given.stride);
        given.flags = LAMELLA_BROADCAST;
        given.stride[a] = half / 2; /* four times that is no number */
        given.data = (void *)8;
        refused(settling(&given, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
        given.stride[a] = half / 4;
        ok(settling(&given, &v));
    }
    lamella_view line = { .dtype = LAMELLA_F32, .rank = 1, .shape = { 2 } };
    line.data = (void *)(INTPTR_MAX - 8); /* two elements end at the last address */
    ok(settling(&line, &v));
    line.data = (void *)(INTPTR_MAX - 7);
    refused(settling(&line, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
    line.shape[0] = 3, line.stride[0] = -1, line.data = (void *)8; /* backwards to address 0 */
    ok(settling(&line, &v));
    line.data = (void *)7;
    refused(settling(&line, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
}

TEST(a_zero_stride_along_one_element_is_no_broadcast)
{
    float x[6];
    lamella_view v, given = view_of(LAMELLA_F32, x, 3, 1);
    given.stride[0] = 2, given.stride[1] = 0;
    given.flags = 0;
    ok(settling(&given, &v));
    check(v.stride[0] == 2 && v.stride[1] == 1);
    given.shape[1] = 2;
    refused(settling(&given, &v), LAMELLA_ERR_SHAPE,
            "settling: view.stride[1] is 0 over an extent of 2, expected a step, or the flag LAMELLA_BROADCAST");
}

TEST(axes_of_one_element_or_no_step_reach_nowhere)
{
    for (int axis = 0; axis < 2; axis++)
        for (int one = 0; one < 2; one++) {
            lamella_view v, line = { .dtype = LAMELLA_F32, .rank = 2, .flags = LAMELLA_BROADCAST };
            line.shape[axis] = 3, line.stride[axis] = 1;
            line.shape[1 - axis] = one ? 1 : 4;
            line.data = (void *)(INTPTR_MAX - 11);
            refused(settling(&line, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
            line.data = (void *)(INTPTR_MAX - 12);
            ok(settling(&line, &v));
            line.stride[axis] = -1, line.data = (void *)7;
            refused(settling(&line, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
            line.data = (void *)8;
            ok(settling(&line, &v));
            line.stride[axis] = 1, line.data = (void *)(uintptr_t)-64; /* no signed address */
            refused(settling(&line, &v), LAMELLA_ERR_SHAPE, "settling: view.stride reaches outside the address space");
        }
}

static lamella_status settles_read(call *c, const lamella_view *view, lamella_view *v)
{
    return view_check_type_and_shape(c, v, view, ANY_DTYPE, "view");
}

static lamella_status settling_read(const lamella_view *view, lamella_view *v)
{
    CALL(NULL, settles_read(c, view, v));
}

TEST(strides_are_forgotten_where_nothing_lies_and_where_rows_are_read)
{
    float x[4];
    for (int read = 0; read < 2; read++) {
        lamella_view v, given = lamella_tensor_view_shape(LAMELLA_F32, 3, (const int64_t[]){ 4, read ? 2 : 0, 3 });
        given.data = read ? NULL : x;
        given.stride[0] = INT64_MAX, given.stride[1] = INT64_MIN, given.stride[2] = INT64_MAX, given.flags = LAMELLA_BROADCAST | LAMELLA_FINITE;
        ok(settling_read(&given, &v));
        check(v.stride[0] == 3 * (read ? 2 : 1) && v.stride[1] == 3 && v.stride[2] == 1);
        equal(v.flags, LAMELLA_FINITE);
    }
}

TEST(the_first_of_six_strides_is_not_believed_either)
{
    static const int64_t strides[] = { INT64_MIN, -100000, 0, 100000, INT64_MAX };
    static float x[30];
    for (int i = 0; i < 5; i++) {
        lamella_view v, given = view_of(LAMELLA_F32, x, 1, 2, 1, 3, 1, 5);
        given.stride[0] = strides[i];
        ok(settling(&given, &v));
        check(v.stride[0] == 30 && v.stride[1] == 15 && v.stride[5] == 1);
        equal(view_elements(&v), 30);
        equal(view_is_row_major(&v), 1);
    }
}

TEST(reserved_fields_and_unknown_types_are_refused)
{
    float x[2] = { 0 };
    lamella_view v = view_of(LAMELLA_F32, x, 2);
    v.reserved0 = 1;
    refused(checking(&v), LAMELLA_ERR_ARGUMENT, "checking: view.reserved is set, expected 0");
    v.reserved0 = 0, v.dtype = 10;
    refused(checking(&v), LAMELLA_ERR_DTYPE, "checking: view.dtype is 10 (no dtype), expected f32|f64|f16|bf16|i8|u8|i32|i64|bool");
    v.dtype = -1;
    refused(checking(&v), LAMELLA_ERR_DTYPE, "checking: view.dtype is -1 (no dtype), expected f32|f64|f16|bf16|i8|u8|i32|i64|bool");
}

TEST(a_broadcast_is_no_output)
{
    float x[6];
    for (int axis = 0; axis < 2; axis++) {
        lamella_view v = view_of(LAMELLA_F32, x, 2, 3);
        v.flags = LAMELLA_BROADCAST, v.stride[axis] = 0;
        refused(checking_out(&v), LAMELLA_ERR_SHAPE,
                "checking_out: out.stride puts two elements at one address, expected an output without overlap");
    }
}
