/* What this library is built of and what it chose. */
#include "base/base.h"
#include "linalg/blas.h"
#include "simd/simd.h"

#include <stdio.h>

#ifdef __clang__
#define BUILD_COMPILER "clang " __clang_version__
#else
#define BUILD_COMPILER "gcc " __VERSION__
#endif

static lamella_status describe_build(call *c, lamella_build *build)
{
    lamella_build b = { 0 };
    TRY(RESULT(c, build));
    b.simd_present = simd_present();
    b.simd_chosen = c->ctx ? c->ctx->simd_level : simd_best();
    b.threads = c->ctx ? c->ctx->threads : 1;
    b.blas_threads = blas_threads();
    snprintf(b.version, sizeof b.version, "%s", lamella_version());
    snprintf(b.compiler, sizeof b.compiler, "%s", BUILD_COMPILER);
    snprintf(b.blas, sizeof b.blas, "%s", blas_config());
    snprintf(b.blas_core, sizeof b.blas_core, "%s", blas_core());
    write_sized(build, &b, sizeof b);
    return LAMELLA_OK;
}

lamella_status lamella_build_info(lamella_context *ctx, lamella_build *build)
{
    CALL(ctx, describe_build(c, build));
}
