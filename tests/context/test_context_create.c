/* What a context is made of, and what is refused. */
#include "linalg/blas.h" /* before Check, which has a macro fail */
#include "par/par.h"
#include "simd/simd.h"
#include "support/allocator.h"
#include "support/test.h"

#include <math.h>

static lamella_context *context_of(lamella_context_options o)
{
    lamella_context *ctx;
    o.struct_size = sizeof o;
    ok(lamella_context_create(&o, &ctx));
    return ctx;
}

static void refused_options(lamella_context_options o, lamella_status status, const char *message)
{
    lamella_context *ctx = (lamella_context *)1;
    o.struct_size = sizeof o;
    refused(lamella_context_create(&o, &ctx), status, message);
    check(ctx == NULL);
}

TEST(null_options_are_the_defaults_that_init_writes)
{
    lamella_context_options o;
    lamella_context *ctx;
    ok(lamella_context_options_init(&o, sizeof o));
    ok(lamella_context_create(NULL, &ctx));
    equal(o.struct_size, sizeof o);
    equal(ctx->threads, cpus_of_affinity_mask());
    equal(ctx->simd_level, simd_best());
    equal(ctx->own_blas, o.own_blas);
    equal(ctx->max_workspace_bytes, o.max_workspace_bytes);
    near(ctx->deadline_seconds, o.deadline_seconds, ABSOLUTE, 0);
    check(!o.allocate && !o.release && !o.parallel_for && !o.log && !o.progress && !o.user);
    lamella_context_free(ctx);
    lamella_context_free(context_of(o));
}

TEST(nothing_is_nothing_to_free)
{
    lamella_context_free(NULL);
}

TEST(nowhere_to_put_it_is_refused)
{
    refused(lamella_context_create(NULL, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_context_create: ctx is NULL, expected where to put the context");
    refused(lamella_context_options_init(NULL, 8), LAMELLA_ERR_ARGUMENT,
            "lamella_context_options_init: options is NULL, expected a struct to fill");
}

TEST(an_older_host_sets_fewer_options)
{
    struct { uint32_t struct_size; int32_t threads; unsigned char canary[sizeof(lamella_context_options)]; } old = { 8, 1, { 0 } };
    lamella_context *ctx;
    memset(old.canary, 0xee, sizeof old.canary);
    ok(lamella_context_create((const lamella_context_options *)&old, &ctx));
    equal(ctx->threads, 1);
    equal(ctx->own_blas, 0);
    lamella_context_free(ctx);

    ok(lamella_context_options_init((lamella_context_options *)&old, 8));
    equal(old.struct_size, 8);
    equal(old.threads, 0);
    for (size_t i = 0; i < sizeof old.canary; i++)
        equal(old.canary[i], 0xee);
}

TEST(a_newer_host_may_leave_what_we_do_not_know_zero)
{
    struct { lamella_context_options o; int64_t newer; } host = { { 0 }, 0 };
    lamella_context *ctx;
    host.o.struct_size = sizeof host;
    host.o.threads = 1;
    ok(lamella_context_create(&host.o, &ctx));
    lamella_context_free(ctx);
    host.newer = 1;
    returns(lamella_context_create(&host.o, &ctx), LAMELLA_ERR_ARGUMENT);
    check(ctx == NULL);
    memset(&host, 0xff, sizeof host);
    ok(lamella_context_options_init(&host.o, sizeof host));
    equal(host.o.struct_size, sizeof host);
    equal(host.newer, 0);
}

TEST(a_number_out_of_range_is_refused_by_name)
{
    const int64_t cpus = cpus_of_affinity_mask();
    check(cpus >= 1);
    refused_options((lamella_context_options){ .threads = 257 }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.threads is 257, expected 0 to 256");
    refused_options((lamella_context_options){ .threads = -1 }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.threads is -1, expected 0 to 256");
    refused_options((lamella_context_options){ .simd = 4 }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.simd is 4, expected 0 to 3");
    refused_options((lamella_context_options){ .own_blas = 2 }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.own_blas is 2, expected 0 or 1");
    refused_options((lamella_context_options){ .max_workspace_bytes = -5 }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.max_workspace_bytes is -5, expected 0 or more");
    refused_options((lamella_context_options){ .deadline_seconds = -0.5 }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.deadline_seconds is -0.5, expected 0 or more");
    refused_options((lamella_context_options){ .deadline_seconds = NAN }, LAMELLA_ERR_NONFINITE,
                    "lamella_context_create: options.deadline_seconds is nan, expected 0 or more");
}

TEST(one_of_two_memory_callbacks_is_refused)
{
    refused_options((lamella_context_options){ .allocate = test_allocate }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.release is NULL, expected a function, since options.allocate is set");
    refused_options((lamella_context_options){ .release = test_release }, LAMELLA_ERR_ARGUMENT,
                    "lamella_context_create: options.allocate is NULL, expected a function, since options.release is set");
}

TEST(each_level_that_is_present_can_be_asked_for)
{
    for (int32_t level = LAMELLA_SIMD_REFERENCE; level <= LAMELLA_SIMD_AVX512; level++)
        if (simd_present() >> level & 1) {
            lamella_context *ctx = context_of((lamella_context_options){ .simd = level, .threads = 1 });
            equal(ctx->simd_level, level);
            check(ctx->simd == simd_kernels(level));
            lamella_context_free(ctx);
        } else {
            char message[256];
            snprintf(message, sizeof message,
                     "lamella_context_create: options.simd is %d, a level this processor does not have, expected 0 to %d", (int)level,
                     (int)simd_best());
            refused_options((lamella_context_options){ .simd = level }, LAMELLA_ERR_UNSUPPORTED, message);
        }
}

TEST(threads_are_those_asked_for)
{
    lamella_context *one = context_of((lamella_context_options){ .threads = 1 });
    check(one->pool == NULL);
    lamella_context *five = context_of((lamella_context_options){ .threads = 5 });
    check(five->pool != NULL);
    equal(five->threads, 5);
    lamella_context_free(one);
    lamella_context_free(five);
}

TEST(own_blas_sets_one_thread_and_stays)
{
    int32_t before = blas_threads();
    lamella_context_free(context_of((lamella_context_options){ .threads = 2 }));
    equal(blas_threads(), before);
    lamella_context_free(context_of((lamella_context_options){ .own_blas = 1 }));
    equal(blas_threads(), 1);
}

TEST(every_byte_goes_back_to_the_hosts_allocator)
{
    test_allocator memory = { 0 };
    lamella_context *ctx =
        context_of((lamella_context_options){ .threads = 3, .allocate = test_allocate, .release = test_release, .user = &memory });
    check(memory.live > 0);
    lamella_context_free(ctx);
    equal(memory.live, 0);
    equal(memory.live_bytes, 0);
    equal(memory.mistakes, 0);
}

TEST(any_allocation_may_fail)
{
    test_allocator memory = { 0 };
    lamella_context_options o = { .struct_size = sizeof o, .threads = 2, .allocate = test_allocate, .release = test_release, .user = &memory };
    for (int onward = 0; onward <= 1; onward++) {
        int64_t k = 1;
        lamella_context *ctx = NULL;
        for (;; k++) {
            test_allocator_fail(&memory, k, onward);
            lamella_status status = lamella_context_create(&o, &ctx);
            if (status == LAMELLA_OK)
                break;
            equal(status, LAMELLA_ERR_MEMORY);
            check(ctx == NULL);
            equal(memory.live, 0);
        }
        check(k > 3);
        test_allocator_fail(&memory, 0, 0);
        lamella_context_free(ctx);
        equal(memory.live, 0);
        equal(memory.mistakes, 0);
    }
}
