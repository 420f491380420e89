/* A fitted probe by its arrays, as a file and as bytes; scores of one state and of many. */
#include "probe/probes.h"
#include "support/seal.h"

enum { N = 500, DIM = 384 };

static lamella_probe_linear *probe_of_states(void)
{
    static lamella_probe_linear *p;
    lamella_probe_linear_options o = { .struct_size = sizeof o, .n_bootstrap = -1, .n_folds = 3 };
    lamella_view layer[2] = { *example("states/layer.2"), *example("states/layer.6") };
    static int32_t y[2 * N];
    lamella_stack stack = { .struct_size = sizeof stack, .layer = layer, .n_layers = 2 };
    memcpy(y, example("states/label.person")->data, sizeof y / 2);
    for (int i = 0; i < N; i++)
        y[N + i] = ((const int32_t *)example("states/label.words")->data)[i] % 3;
    lamella_view labels = view_of(LAMELLA_I32, y, 2, N);
    ok(lamella_probe_linear_fit(NULL, &stack, &labels, &o, &p, NULL));
    return p;
}

OPERATION(lamella_probe_linear_load, .forms = FORM_ROWS, .absolute = 1)
{
    lamella_probe_linear *probe = NULL, *loaded = NULL;
    lamella_view bytes;
    lamella_status status = probe_of_case(m, (lamella_probe_linear_options){ .n_bootstrap = -1, .kind = LAMELLA_PROBE_RIDGE }, &probe);
    if (probe) {
        ok(lamella_probe_linear_bytes(probe, &bytes));
        status = lamella_probe_linear_load(m->ctx, matrix_bytes(m, &bytes), &loaded);
    }
    if (status == LAMELLA_OK && probe)
        record_array(m, loaded, "weights.0");
    lamella_probe_linear_free(probe);
    lamella_probe_linear_free(loaded);
    return status;
}

OPERATION(lamella_probe_linear_score, .forms = FORM_ROWS, .in_memory = 1, .absolute = 1)
{
    lamella_probe_linear *probe = NULL;
    lamella_status status = probe_of_case(m, (lamella_probe_linear_options){ .n_bootstrap = -1, .kind = LAMELLA_PROBE_RIDGE }, &probe);
    if (probe)
        status = lamella_probe_linear_score(m->ctx, probe, 0, m->view, matrix_out(m, "scores", LAMELLA_F32, m->n_samples, 1));
    lamella_probe_linear_free(probe);
    return status;
}

/* On a row of any numbers, the same bits. */
static void scores_are_of(const lamella_probe_linear *found, const lamella_probe_linear *p)
{
    float x[DIM], scores[2][4];
    for (int j = 0; j < DIM; j++)
        x[j] = (float)(j % 7) - 2.5f;
    const lamella_view row = view_of(LAMELLA_F32, x, DIM), one = view_of(LAMELLA_F32, scores[0], 4), other = view_of(LAMELLA_F32, scores[1], 4);
    for (int64_t layer = 0; layer < 2; layer++) {
        ok(lamella_probe_linear_score(NULL, found, layer, &row, &one));
        ok(lamella_probe_linear_score(NULL, p, layer, &row, &other));
        equal_bits(scores[0], scores[1], sizeof scores[0]);
    }
}

TEST(a_loaded_probe_is_the_same)
{
    lamella_probe_linear *p = probe_of_states(), *loaded, *opened;
    lamella_view bytes, again;
    char path[64];
    snprintf(path, sizeof path, "%s/lamella-probe-XXXXXX", folder_of_files());
    check(mkstemp(path) >= 0);
    ok(lamella_probe_linear_bytes(p, &bytes));
    ok(lamella_probe_linear_load(NULL, &bytes, &loaded));
    ok(lamella_probe_linear_save(NULL, p, path));
    ok(lamella_probe_linear_open(NULL, path, &opened));
    ok(lamella_probe_linear_bytes(loaded, &again));
    equal_bits(again.data, bytes.data, bytes.shape[0]);
    ok(lamella_probe_linear_bytes(opened, &again));
    equal(again.shape[0], bytes.shape[0]);
    equal_bits(again.data, bytes.data, bytes.shape[0]);
    scores_are_of(loaded, p);
    scores_are_of(opened, p);
    lamella_io_file *file; /* any reader of .safetensors reads it */
    lamella_view weights;
    ok(lamella_io_file_load(NULL, &bytes, NULL, &file, NULL));
    ok(lamella_io_file_get(file, "weights.1", &weights));
    equal(weights.shape[3], DIM);
    lamella_io_file_free(file);
    remove(path);
    lamella_probe_linear_free(p);
    lamella_probe_linear_free(loaded);
    lamella_probe_linear_free(opened);
}

TEST(a_file_that_is_no_probe_is_refused)
{
    lamella_probe_linear *p = probe_of_states(), *loaded = p;
    lamella_view bytes, cut;
    ok(lamella_probe_linear_bytes(p, &bytes));
    char *copy = malloc((size_t)bytes.shape[0]);
    cut = view_of(LAMELLA_U8, copy, bytes.shape[0]);
    memcpy(copy, bytes.data, (size_t)bytes.shape[0]);
    memcpy(strstr(copy + 8, "probe_linear"), "probe_Linear", 12);
    refused(lamella_probe_linear_load(NULL, &cut, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_probe_linear_load: bytes: lamella.kind is \"probe_Linear\", expected \"probe_linear\"");
    check(loaded == NULL);
    memcpy(copy, bytes.data, (size_t)bytes.shape[0]);
    memcpy(strstr(copy + 8, "\"edge\""), "\"edgy\"", 6);
    seal(copy, bytes.shape[0]);
    refused(lamella_probe_linear_load(NULL, &cut, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_probe_linear_load: bytes: there is no array \"edge\"");
    for (int64_t n = 0; n < bytes.shape[0]; n += n < 4096 ? 37 : 40009) { /* cut anywhere: refused, nothing touched beyond */
        cut.shape[0] = n;
        check(lamella_probe_linear_load(NULL, &cut, &loaded) < 0);
    }
    free(copy);
    lamella_probe_linear_free(p);
}

/* One number of a saved probe changed to another. */
static void refused_with(const lamella_probe_linear *p, const char *name, const void *number, const char *message)
{
    lamella_probe_linear *loaded;
    lamella_view bytes, array;
    char text[256];
    ok(lamella_probe_linear_bytes(p, &bytes));
    ok(lamella_probe_linear_get(p, name, &array));
    char *copy = malloc((size_t)bytes.shape[0]);
    lamella_view changed = view_of(LAMELLA_U8, copy, bytes.shape[0]);
    memcpy(copy, bytes.data, (size_t)bytes.shape[0]);
    memcpy(copy + ((char *)array.data - (char *)bytes.data), number, 8);
    seal(copy, bytes.shape[0]);
    snprintf(text, sizeof text, "lamella_probe_linear_load: %s", message);
    refused(lamella_probe_linear_load(NULL, &changed, &loaded), LAMELLA_ERR_FORMAT, text);
    check(loaded == NULL);
    free(copy);
}

TEST(numbers_that_no_probe_has_are_refused)
{
    lamella_probe_linear *p = probe_of_states();
    const int64_t seven = 7, far = 1000;
    const double nan = NAN, minus = -1, infinite = INFINITY;
    refused_with(p, "best_penalty", &seven, "best_penalty has 7, expected 0 to 0");
    refused_with(p, "class_offsets", &seven, "class_offsets does not rise from 0 to 5");
    refused_with(p, "classes", &far, "\"classes\" of task 0 do not rise");
    refused_with(p, "penalties", &minus, "\"penalties\"[0] is not a number over 0");
    refused_with(p, "penalties", &infinite, "\"penalties\"[0] is not a number over 0");
    refused_with(p, "weights.1", &nan, "\"weights.1\" or \"intercepts\" has a number that is not finite at penalty 0, fit 0, output 0");
    refused_with(p, "intercepts", &infinite, "\"weights.0\" or \"intercepts\" has a number that is not finite at penalty 0, fit 0, output 0");
    lamella_probe_linear_free(p);
}

TEST(one_state_scores_as_among_many_and_as_its_weights_say)
{
    lamella_probe_linear *p = probe_of_states();
    static float x[N * DIM], scores[N * 4], one[4];
    lamella_view states = view_of(LAMELLA_F32, x, N, DIM), out = view_of(LAMELLA_F32, scores, N, 4), single = view_of(LAMELLA_F32, one, 4);
    lamella_view w = array_of(p, "weights.1"), b = array_of(p, "intercepts");
    ok(lamella_tensor_cast(NULL, example("states/layer.6"), &states));
    ok(lamella_probe_linear_score(NULL, p, 1, &states, &out));
    for (int i = 0; i < N; i += 71) {
        lamella_view row = view_of(LAMELLA_F32, x + i * DIM, DIM);
        ok(lamella_probe_linear_score(NULL, p, 1, &row, &single));
        equal_bits(one, scores + i * 4, sizeof one);
        for (int k = 0; k < 4; k++) { /* the fit on all rows is the last of 4 */
            const double *weights = (double *)w.data + (3 * 4 + k) * DIM;
            double z = ((double *)b.data)[(4 + 3) * 4 + k];
            for (int j = 0; j < DIM; j++)
                z += weights[j] * x[i * DIM + j];
            near(one[k], z, ABSOLUTE, 1e-4);
        }
    }
    x[5] = NAN;
    lamella_view row = view_of(LAMELLA_F32, x, DIM);
    refused(lamella_probe_linear_score(NULL, p, 1, &row, &single), LAMELLA_ERR_NONFINITE,
            "lamella_probe_linear_score: x is nan at row 0, column 5, expected a finite number");
    x[5] = INFINITY;
    check(lamella_probe_linear_score(NULL, p, 1, &row, &single) == LAMELLA_ERR_NONFINITE);
    char expected[96];
    lamella_view short_row = row; /* a row's own axis is named, not that of the matrix that it is taken as */
    short_row.shape[0]--;
    snprintf(expected, sizeof expected, "lamella_probe_linear_score: x.shape[0] is %d, expected %d", (int)row.shape[0] - 1, (int)row.shape[0]);
    refused(lamella_probe_linear_score(NULL, p, 1, &short_row, &single), LAMELLA_ERR_SHAPE, expected);
    refused(lamella_probe_linear_score(NULL, p, 2, &row, &single), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_score: layer is 2, expected 0 to 1");
    lamella_view none;
    refused(lamella_probe_linear_get(p, "accurcy", &none), LAMELLA_ERR_ARGUMENT,
            "lamella_probe_linear_get: name is \"accurcy\", expected an array of a fitted probe, as \"accuracy\"");
    lamella_probe_linear_free(p);
    lamella_probe_linear_free(NULL);
}
