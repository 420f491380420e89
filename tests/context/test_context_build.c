#include "linalg/blas.h" /* before Check, which has a macro fail */
#include "simd/simd.h"
#include "support/test.h"

TEST(the_build_is_told_without_a_context)
{
    lamella_build b;
    memset(&b, 0xff, sizeof b);
    b.struct_size = sizeof b;
    ok(lamella_build_info(NULL, &b));
    equal(b.struct_size, sizeof b);
    equal_text(b.version, lamella_version());
    equal(b.threads, 1);
    equal(b.simd_present, simd_present());
    equal(b.simd_chosen, simd_best());
    check(b.simd_present >> LAMELLA_SIMD_REFERENCE & 1);
    equal(b.blas_threads, blas_threads());
    equal(b.reserved0, 0);
    check(strncmp(b.blas, "OpenBLAS", 8) == 0);
    equal_text(b.blas_core, blas_core());
    check(strncmp(b.compiler, "gcc ", 4) == 0 || strncmp(b.compiler, "clang ", 6) == 0);
    check(strlen(b.compiler) > 6);
}

TEST(the_build_tells_what_a_context_chose)
{
    lamella_context_options o = { .struct_size = sizeof o, .threads = 3, .simd = LAMELLA_SIMD_REFERENCE, .own_blas = 1 };
    lamella_build b = { .struct_size = sizeof b };
    lamella_context *ctx;
    ok(lamella_context_create(&o, &ctx));
    ok(lamella_build_info(ctx, &b));
    equal(b.threads, 3);
    equal(b.simd_chosen, LAMELLA_SIMD_REFERENCE);
    equal(b.blas_threads, 1);
    lamella_context_free(ctx);
}

TEST(an_older_host_gets_what_it_has_room_for)
{
    struct { uint32_t struct_size; int32_t simd_present; unsigned char canary[sizeof(lamella_build)]; } old = { 8, 0, { 0 } };
    memset(old.canary, 0xee, sizeof old.canary);
    ok(lamella_build_info(NULL, (lamella_build *)&old));
    equal(old.struct_size, 8);
    equal(old.simd_present, simd_present());
    for (size_t i = 0; i < sizeof old.canary; i++)
        equal(old.canary[i], 0xee);
}

TEST(a_newer_host_gets_zeros_beyond)
{
    struct { lamella_build b; unsigned char newer[16], canary[16]; } host;
    memset(&host, 0xee, sizeof host);
    host.b.struct_size = sizeof host.b + sizeof host.newer;
    ok(lamella_build_info(NULL, &host.b));
    for (size_t i = 0; i < sizeof host.newer; i++) {
        equal(host.newer[i], 0);
        equal(host.canary[i], 0xee);
    }
}

TEST(no_struct_to_fill_is_refused)
{
    refused(lamella_build_info(NULL, NULL), LAMELLA_ERR_ARGUMENT, "lamella_build_info: build is NULL, expected a struct to fill");
}
