/* Prints a hash of what the exact operations and the sums in fixed order give, at every SIMD level, on real data.
 * usage: bits DATA    the folder examples/data */
#include <lamella.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_WIDTHS = 3, MOST_LAYERS = 7, DIM = 384 };

static const int64_t widths[N_WIDTHS] = { 1, 50, DIM };

static void need(lamella_status status)
{
    if (status == LAMELLA_OK)
        return;
    fprintf(stderr, "%s: %s\n", lamella_status_name(status), lamella_last_error());
    exit(1);
}

static uint64_t hash(uint64_t seed, const void *bytes, int64_t n)
{
    const unsigned char *b = bytes;
    for (int64_t i = 0; i < n; i++)
        seed = (seed ^ b[i]) * 1099511628211u;
    return seed;
}

static lamella_view new_view(int32_t dtype, int32_t rank, int64_t rows, int64_t columns)
{
    lamella_view v;
    const int64_t shape[] = { rows, columns };
    void *memory = calloc((size_t)(rows * columns), 8);
    need(lamella_tensor_view_mutable(memory, dtype, rank, shape, NULL, &v));
    return v;
}

static uint64_t hash_view(uint64_t seed, lamella_view *v)
{
    int64_t n = v->shape[0] * (v->rank > 1 ? v->shape[1] : 1) * (v->dtype == LAMELLA_F32 ? 4 : 8);
    seed = hash(seed, v->data, n);
    free(v->data);
    return seed;
}

static uint64_t truncated(lamella_context *ctx, const lamella_stack *stack)
{
    lamella_view out[MOST_LAYERS * N_WIDTHS];
    uint64_t h = 14695981039346656037u;
    for (int64_t i = 0; i < stack->n_layers * N_WIDTHS; i++)
        out[i] = new_view(LAMELLA_F32, 2, stack->layer[0].shape[0], widths[i % N_WIDTHS]);
    need(lamella_matryoshka_truncate(ctx, stack, widths, N_WIDTHS, out, NULL, NULL));
    for (int64_t i = 0; i < stack->n_layers * N_WIDTHS; i++)
        h = hash_view(h, &out[i]);
    return h;
}

static uint64_t pooled(lamella_context *ctx, const lamella_stack *stack, int64_t n_samples, int32_t readout)
{
    lamella_fusion_pool_options options = { .struct_size = sizeof options, .readout = readout };
    lamella_view out[MOST_LAYERS];
    uint64_t h = 14695981039346656037u;
    for (int64_t l = 0; l < stack->n_layers; l++)
        out[l] = new_view(LAMELLA_F32, 2, n_samples, DIM);
    need(lamella_fusion_pool(ctx, stack, out, &options, NULL));
    for (int64_t l = 0; l < stack->n_layers; l++)
        h = hash_view(h, &out[l]);
    return h;
}

static uint64_t moments(lamella_context *ctx, const lamella_stack *stack)
{
    int64_t n = stack->n_layers;
    lamella_view norms = new_view(LAMELLA_F64, 2, n, 3), counts = new_view(LAMELLA_I64, 2, n, 8), shares = new_view(LAMELLA_F64, 2, n, 3);
    lamella_view cosine = new_view(LAMELLA_F64, 1, n, 1), columns[2 * MOST_LAYERS];
    for (int64_t i = 0; i < 2 * n; i++)
        columns[i] = new_view(LAMELLA_F64, 1, DIM, 1);
    const lamella_moments_layers_outputs outputs = { .struct_size = sizeof outputs, .norms = &norms, .counts = &counts, .shares = &shares,
                                                    .cosine = &cosine, .mean = columns, .variance = columns + n };
    need(lamella_moments_layers(ctx, stack, NULL, &outputs));
    uint64_t h = hash_view(hash_view(hash_view(hash_view(14695981039346656037u, &norms), &counts), &shares), &cosine);
    for (int64_t i = 0; i < 2 * n; i++)
        h = hash_view(h, &columns[i]);
    return h;
}

static void print_level(int32_t level, const char *folder)
{
    lamella_context_options options = { .struct_size = sizeof options, .simd = level, .threads = 2 };
    lamella_context *ctx;
    need(lamella_context_create(&options, &ctx));
    static const char *const names[] = { "states", "tokens" };
    for (int i = 0; i < 2; i++) {
        char path[4096];
        lamella_io_file *file;
        lamella_stack stack = { .struct_size = sizeof stack };
        int64_t n_samples, dim;
        snprintf(path, sizeof path, "%s/%s.safetensors", folder, names[i]);
        need(lamella_io_stack_open(ctx, path, NULL, &file, &stack, NULL, NULL));
        need(lamella_tensor_sizes(&stack, 0, &n_samples, &dim));
        printf("simd %d %s truncate %016llx moments %016llx", (int)level, names[i], (unsigned long long)truncated(ctx, &stack),
               (unsigned long long)moments(ctx, &stack));
        for (int32_t readout = LAMELLA_READOUT_MEAN; stack.offsets && readout <= LAMELLA_READOUT_FIRST_MEAN; readout++)
            if (readout != LAMELLA_READOUT_WEIGHTED)
                printf(" pool %d %016llx", (int)readout, (unsigned long long)pooled(ctx, &stack, n_samples, readout));
        printf("\n");
        lamella_io_file_free(file);
    }
    lamella_context_free(ctx);
}

int main(int argc, char **argv)
{
    lamella_build build = { .struct_size = sizeof build };
    if (argc != 2)
        return 2;
    need(lamella_build_info(NULL, &build));
    for (int32_t level = LAMELLA_SIMD_REFERENCE; level <= LAMELLA_SIMD_AVX512; level++)
        if (build.simd_present >> level & 1)
            print_level(level, argv[1]);
    return 0;
}
