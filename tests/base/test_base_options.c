/* Size-led structs between an older or newer host and this library: nothing behind a struct is read or written. */
#include "support/test.h"
#include "base/base.h"

#include <math.h>
#include <stddef.h>

typedef struct old_options { uint32_t struct_size; int32_t a; } old_options;
typedef struct our_options { uint32_t struct_size; int32_t a; double b; } our_options;
typedef struct new_options { uint32_t struct_size; int32_t a; double b; int64_t c; } new_options;

static lamella_status read_ours(call *c, our_options *o, const void *options)
{
    return read_sized(c, o, sizeof *o, 8, options, "options");
}

static lamella_status reading(our_options *o, const void *options)
{
    CALL(NULL, read_ours(c, o, options));
}

TEST(null_means_default)
{
    our_options o = { 1, 2, 3 };
    ok(reading(&o, NULL));
    equal(o.a, 0);
    check(o.b == 0);
}

TEST(an_older_host_is_read_as_zero_extended)
{
    struct { old_options options; double canary; } host = { { sizeof host.options, 7 }, 99 };
    our_options o;
    ok(reading(&o, &host.options));
    equal(o.a, 7);
    check(o.b == 0);
}

TEST(a_newer_host_may_set_nothing_that_is_unknown)
{
    new_options host = { sizeof host, 7, 1.5, 0 };
    our_options o;
    ok(reading(&o, &host));
    check(o.b == 1.5);
    host.c = 1;
    refused(reading(&o, &host), LAMELLA_ERR_ARGUMENT,
            "reading: options has byte 16 set, expected 0 beyond the 16 bytes that this version knows");
}

TEST(sizes_that_no_release_had_are_refused)
{
    our_options host = { 4, 0, 0 }, o;
    refused(reading(&o, &host), LAMELLA_ERR_ARGUMENT, "reading: options.struct_size is 4, expected its sizeof (8 to 4096)");
    host.struct_size = 4097;
    refused(reading(&o, &host), LAMELLA_ERR_ARGUMENT, "reading: options.struct_size is 4097, expected its sizeof (8 to 4096)");
}

TEST(a_result_fills_no_more_than_the_host_has)
{
    struct { old_options result; double canary; } host = { { sizeof host.result, -1 }, 99 };
    const our_options found = { 0, 5, 2.5 };
    write_sized(&host.result, &found, sizeof found);
    equal(host.result.struct_size, sizeof host.result);
    equal(host.result.a, 5);
    check(host.canary == 99);
}

TEST(a_result_zeroes_what_it_does_not_know)
{
    new_options host = { sizeof host, -1, -1, -1 };
    const our_options found = { 0, 5, 2.5 };
    write_sized(&host, &found, sizeof found);
    check(host.a == 5 && host.b == 2.5 && host.c == 0);
    write_sized(NULL, &found, sizeof found);
}

/* The same with a public function and the stack. */
TEST(stacks_of_both_ages_are_read)
{
    float x[] = { 1, 2 };
    int64_t n, dim;
    lamella_view layer = view_of(LAMELLA_F32, x, 1, 2);
    struct { lamella_stack stack; int64_t later; double canary; } host = { { .layer = &layer, .n_layers = 1 }, 0, 99 };
    host.stack.struct_size = offsetof(lamella_stack, depth); /* before depth, mask and all that follows */
    host.stack.mask = (const lamella_view *)8;               /* behind an older host's struct */
    ok(lamella_tensor_sizes(&host.stack, 0, &n, &dim));
    equal(dim, 2);
    host.stack.mask = NULL;
    host.stack.struct_size = sizeof host.stack + sizeof host.later;
    ok(lamella_tensor_sizes(&host.stack, 0, &n, &dim));
    host.later = 1;
    refused(lamella_tensor_sizes(&host.stack, 0, &n, &dim), LAMELLA_ERR_ARGUMENT,
            "lamella_tensor_sizes: stack has byte 80 set, expected 0 beyond the 80 bytes that this version knows");
    host.stack.struct_size = 16;
    returns(lamella_tensor_sizes(&host.stack, 0, &n, &dim), LAMELLA_ERR_ARGUMENT);
    check(host.canary == 99);
}

TEST(a_stack_that_the_library_fills_follows_the_rule_of_results)
{
    struct { unsigned char bytes[offsetof(lamella_stack, read)]; uint64_t canary; } older;
    lamella_tensor_block *block;
    uint32_t size = sizeof older.bytes;
    memset(&older, 0x5a, sizeof older);
    memcpy(older.bytes, &size, sizeof size);
    ok(lamella_tensor_block_create(NULL, LAMELLA_F32, 1, 2, 3, &block, (lamella_stack *)&older));
    check(older.canary == 0x5a5a5a5a5a5a5a5a);
    lamella_tensor_block_free(block);
}

typedef struct ruled { uint32_t struct_size; int32_t way; int64_t count; double share, rate; } ruled;

static const option_rule rules[] = {
    { "way", offsetof(ruled, way), OPTION_I32, 1, 2, 1, 3, "0 to 3" },
    { "count", offsetof(ruled, count), OPTION_I64, 1, 10, 1, INFINITY, "1 or more, or 0 for 10" },
    { "share", offsetof(ruled, share), OPTION_F64, 0, 0, 0, 0.75, "0 to 0.75" },
    { "rate", offsetof(ruled, rate), OPTION_F64, 1, 0.5, 5e-324, INFINITY, "over 0, or 0 for 0.5" },
};

static lamella_status obeying(ruled *o, const ruled *given)
{
    CALL(NULL, read_options(c, o, (int64_t)sizeof *o, given, "options", rules, LENGTH(rules)));
}

static void is_ruled(const ruled *o, int32_t way, int64_t count, double share, double rate)
{
    equal(o->way, way);
    equal(o->count, count);
    check(o->share == share && o->rate == rate);
}

TEST(what_is_not_given_is_the_default)
{
    ruled o, given = { .struct_size = sizeof given };
    const uint32_t only_way = 8;
    ok(obeying(&o, NULL));
    is_ruled(&o, 2, 10, 0, 0.5);
    ok(obeying(&o, &given));
    is_ruled(&o, 2, 10, 0, 0.5);
    ok(obeying(&o, &(ruled){ sizeof o, 3, 1, 0.75, 1e300 }));
    is_ruled(&o, 3, 1, 0.75, 1e300);
    ok(obeying(&o, &(ruled){ sizeof o, 1, INT64_MAX, 1e-300, 5e-324 }));
    is_ruled(&o, 1, INT64_MAX, 1e-300, 5e-324);
    memset(&given, 0x55, sizeof given);
    given.struct_size = only_way;
    given.way = 1;
    ok(obeying(&o, &given));
    is_ruled(&o, 1, 10, 0, 0.5);
}

#define REFUSED(status, text, ...) refused(obeying(&o, &(ruled){ .struct_size = sizeof o, __VA_ARGS__ }), status, "obeying: options." text)

TEST(what_is_out_of_range_is_refused_by_its_rule)
{
    ruled o;
    REFUSED(LAMELLA_ERR_ARGUMENT, "way is 4, expected 0 to 3", .way = 4);
    REFUSED(LAMELLA_ERR_ARGUMENT, "way is -2147483648, expected 0 to 3", .way = INT32_MIN);
    REFUSED(LAMELLA_ERR_ARGUMENT, "count is -9223372036854775807, expected 1 or more, or 0 for 10", .count = -INT64_MAX);
    REFUSED(LAMELLA_ERR_ARGUMENT, "share is -1e-300, expected 0 to 0.75", .share = -1e-300);
    REFUSED(LAMELLA_ERR_ARGUMENT, "share is 0.76, expected 0 to 0.75", .share = 0.76);
    REFUSED(LAMELLA_ERR_NONFINITE, "share is nan, expected 0 to 0.75", .share = NAN);
    REFUSED(LAMELLA_ERR_NONFINITE, "rate is inf, expected over 0, or 0 for 0.5", .rate = INFINITY);
    REFUSED(LAMELLA_ERR_ARGUMENT, "rate is -1, expected over 0, or 0 for 0.5", .rate = -1);
}

static lamella_status reserves(call *c, uint64_t value)
{
    return check_reserved(c, value, "options.reserved0");
}

static lamella_status reserving(uint64_t value)
{
    CALL(NULL, reserves(c, value));
}

TEST(what_is_reserved_is_zero)
{
    ok(reserving(0));
    refused(reserving(1), LAMELLA_ERR_ARGUMENT, "reserving: options.reserved0 is 1, expected 0");
    refused(reserving(UINT64_MAX), LAMELLA_ERR_ARGUMENT, "reserving: options.reserved0 is 18446744073709551615, expected 0");
}

static lamella_status initialising(void *options, uint32_t size)
{
    CALL(NULL, init_options(c, options, size, (int64_t)sizeof(ruled), rules, LENGTH(rules)));
}

TEST(defaults_fill_what_the_host_has_and_zero_the_rest)
{
    static unsigned char room[4100];
    for (uint32_t size = 0; size <= 4099; size += size < 40 ? 1 : size < 4090 ? 150 : 1) {
        ruled got = { 0 };
        memset(room, 0xaa, sizeof room);
        if (size < 8 || size > 4096) {
            char said[100];
            snprintf(said, sizeof said, "initialising: struct_size is %u, expected the struct's sizeof (8 to 4096)", (unsigned)size);
            refused(initialising(room, size), LAMELLA_ERR_ARGUMENT, said);
            check(room[0] == 0xaa);
            continue;
        }
        ok(initialising(room, size));
        memcpy(&got, room, size < sizeof got ? size : sizeof got);
        equal(got.struct_size, size);
        is_ruled(&got, 2, size < 16 ? 0 : 10, 0, size < 32 ? 0 : 0.5);
        int set = 0;
        for (uint32_t i = sizeof got; i < size; i++)
            set |= room[i];
        equal(set, 0);
        check(room[size] == 0xaa);
    }
    refused(initialising(NULL, 16), LAMELLA_ERR_ARGUMENT, "initialising: options is NULL, expected a struct to fill");
}

static char around[64];

static lamella_status checks_beside(call *c, int64_t at, int64_t n, int optional)
{
    TRY(call_reads(c, (lent){ .low = around + at, .high = around + at + n }, "x"));
    return check_sized(c, around + 16, "result", optional);
}

static lamella_status checking_beside(int64_t at, int64_t n, int optional)
{
    CALL(NULL, checks_beside(c, at, n, optional));
}

/* Its bytes, as many as the host says, lie apart from what is read. */
TEST(a_result_lies_apart_from_what_is_read)
{
    static const uint32_t size = 24;
    memcpy(around + 16, &size, sizeof size);
    for (int optional = 0; optional < 2; optional++)
        for (int64_t at = 0; at < 60; at++)
            for (int64_t n = 1; n <= 3; n++) {
                if (at + n <= 16 || at >= 16 + size)
                    ok(checking_beside(at, n, optional));
                else
                    refused(checking_beside(at, n, optional), LAMELLA_ERR_ARGUMENT,
                            "checking_beside: result shares memory with x, expected an output apart from the inputs");
            }
}
