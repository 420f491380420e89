/* A monitor: scores one state by a saved probe, with nothing of OpenBLAS in the program. Without CMake:
 *
 *   cc monitor.c liblamella.a -Wl,--gc-sections -lm -pthread */
#include <lamella.h>
#include <stdio.h>
#include <stdlib.h>
#define TRY(call) if ((call) < 0) return fprintf(stderr, "%s\n", lamella_last_error()), 1
int main(int argc, char **argv)
{
    lamella_probe_linear *probe;
    lamella_view layer_dims, offsets;
    TRY(lamella_probe_linear_open(NULL, argc > 1 ? argv[1] : "probe.safetensors", &probe));
    TRY(lamella_probe_linear_get(probe, "dims", &layer_dims));
    TRY(lamella_probe_linear_get(probe, "output_offsets", &offsets));
    int64_t dim = *(const int64_t *)layer_dims.data, n = ((const int64_t *)offsets.data)[offsets.shape[0] - 1];
    float *state = calloc((size_t)dim, sizeof *state), *scores = calloc((size_t)n, sizeof *scores);
    if (!state || !scores)
        return 1;
    lamella_view x = lamella_tensor_row(state, LAMELLA_F32, dim), out = lamella_tensor_row_mutable(scores, LAMELLA_F32, n);
    TRY(lamella_probe_linear_score(NULL, probe, 0, &x, &out));
    printf("%g\n", scores[0]);
    free(state), free(scores), lamella_probe_linear_free(probe);
    return 0;
}
