/* Opens a file of token states, pools the tokens of each sample, keeps the first 64 dims, prints the shapes. */
#include <lamella.h>
#include <stdio.h>

#define TRY(call) if ((call) < 0) return fprintf(stderr, "%s\n", lamella_last_error()), 1

int main(int argc, char **argv)
{
    lamella_stack tokens = { .struct_size = sizeof tokens }, pooled = tokens, cut = tokens;
    lamella_tensor_block *pooled_rows, *cut_rows;
    lamella_io_file *file;
    int64_t n_samples, dim, width = 64;
    char text[80];
    TRY(lamella_io_stack_open(NULL, argc > 1 ? argv[1] : "tokens.safetensors", NULL, &file, &tokens, NULL, NULL));
    TRY(lamella_tensor_sizes(&tokens, 0, &n_samples, &dim));
    TRY(lamella_tensor_block_create(NULL, LAMELLA_F32, tokens.n_layers, n_samples, dim, &pooled_rows, &pooled));
    TRY(lamella_tensor_block_create(NULL, LAMELLA_F32, tokens.n_layers, n_samples, width, &cut_rows, &cut));
    TRY(lamella_fusion_pool(NULL, &tokens, NULL, NULL, pooled.layer, NULL));
    TRY(lamella_matryoshka_truncate(NULL, &pooled, &width, 1, NULL, cut.layer, NULL));
    printf("pooled: %s\n", (lamella_tensor_stack_describe(&pooled, text, sizeof text), text));
    printf("cut:    %s\n", (lamella_tensor_stack_describe(&cut, text, sizeof text), text));
    lamella_tensor_block_free(cut_rows), lamella_tensor_block_free(pooled_rows), lamella_io_file_free(file);
    return 0;
}
