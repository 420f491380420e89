#include <lamella.h>
#include <stdio.h>
#define TRY(call) if ((call) < 0) return fprintf(stderr, "%s\n", lamella_last_error()), 1
int main(int argc, char **argv)
{
    lamella_stack tokens = { .struct_size = sizeof tokens }, pooled = tokens, cut = tokens;
    lamella_tensor_block *rows, *short_rows;
    lamella_io_file *file;
    int64_t n, dim, width = 64;
    TRY(lamella_io_stack_open(NULL, argc > 1 ? argv[1] : "tokens.safetensors", NULL, &file, &tokens, NULL, NULL));
    TRY(lamella_tensor_sizes(&tokens, 0, &n, &dim));
    TRY(lamella_tensor_block_create(NULL, LAMELLA_F32, tokens.n_layers, n, dim, &rows, &pooled));
    TRY(lamella_tensor_block_create(NULL, LAMELLA_F32, tokens.n_layers, n, width, &short_rows, &cut));
    TRY(lamella_fusion_pool(NULL, &tokens, pooled.layer, NULL, NULL));
    TRY(lamella_matryoshka_truncate(NULL, &pooled, &width, 1, cut.layer, NULL, NULL));
    printf("%d layers: pooled [%d, %d], cut [%d, %d]\n", (int)cut.n_layers, (int)n, (int)dim, (int)n, (int)width);
    lamella_tensor_block_free(short_rows), lamella_tensor_block_free(rows), lamella_io_file_free(file);
    return 0;
}
