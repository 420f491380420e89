// The same as consumer.c from C++11 with the C headers only: files and contexts in unique_ptr, rows in std::vector, errors as exceptions.
#include <lamella.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

using File = std::unique_ptr<lamella_io_file, decltype(&lamella_io_file_free)>;
using Context = std::unique_ptr<lamella_context, decltype(&lamella_context_free)>;

static void check(lamella_status status)
{
    if (status < 0 || status == LAMELLA_STOPPED)
        throw std::runtime_error(lamella_last_error());
}

// One layer after the other, [n_layers, n_samples, dim], in memory of ours.
struct Layers {
    std::vector<float>        values;
    std::vector<lamella_view> views;
    lamella_stack             stack;

    Layers(int64_t n_layers, int64_t n_samples, int64_t dim) : values(n_layers * n_samples * dim), views(n_layers), stack()
    {
        const int64_t shape[] = { n_samples, dim };
        for (int64_t l = 0; l < n_layers; l++)
            check(lamella_tensor_view_mutable(values.data() + l * n_samples * dim, LAMELLA_F32, 2, shape, nullptr, &views[l]));
        stack.struct_size = sizeof stack;
        stack.layer = views.data();
        stack.n_layers = n_layers;
    }
};

static Context make_context()
{
    lamella_context *ctx = nullptr;
    lamella_context_options options = lamella_context_options();
    options.struct_size = sizeof options;
    options.threads = 2;
    check(lamella_context_create(&options, &ctx));
    return Context(ctx, lamella_context_free);
}

static void pool_and_cut(const char *path)
{
    const int64_t width = 64;
    int64_t n_samples, dim;
    lamella_io_file *opened = nullptr;
    lamella_stack tokens = lamella_stack();
    tokens.struct_size = sizeof tokens;

    Context ctx = make_context();
    check(lamella_io_stack_open(ctx.get(), path, nullptr, &opened, &tokens, nullptr, nullptr));
    File file(opened, lamella_io_file_free);
    check(lamella_tensor_sizes(&tokens, 0, &n_samples, &dim));

    Layers pooled(tokens.n_layers, n_samples, dim), cut(tokens.n_layers, n_samples, width);
    check(lamella_fusion_pool(ctx.get(), &tokens, pooled.views.data(), nullptr, nullptr));
    check(lamella_matryoshka_truncate(ctx.get(), &pooled.stack, &width, 1, cut.views.data(), nullptr, nullptr));
    std::printf("%d layers: pooled [%d, %d], cut [%d, %d]\n", int(tokens.n_layers), int(n_samples), int(dim), int(n_samples), int(width));
}

int main(int argc, char **argv)
{
    try {
        pool_and_cut(argc > 1 ? argv[1] : "tokens.safetensors");
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
