#define _GNU_SOURCE /* memmem */
/* Projections from the bytes of their file: the same again, and bytes that were changed. */
#include "projections.h"
#include "support/matrix.h"
#include "support/seal.h"

OPERATION(lamella_relative_project_load, .in_memory = 1, .forms = FORM_ROWS, .absolute = 1)
{
    lamella_relative_project *project = NULL, *loaded = NULL;
    lamella_view bytes;
    const lamella_relative_project_options rules = RULES(.similarity = LAMELLA_RELATIVE_PRODUCT);
    lamella_status status = lamella_relative_project_fit(m->ctx, &m->stack, &rules, &project, NULL);
    if (status == LAMELLA_OK) {
        ok(lamella_relative_project_bytes(project, &bytes));
        status = lamella_relative_project_load(m->ctx, matrix_bytes(m, &bytes), &loaded);
    }
    if (status == LAMELLA_OK) {
        ok(lamella_relative_project_save(NULL, loaded, matrix_path(m)));
        matrix_file(m, "file", matrix_path(m));
    }
    lamella_relative_project_free(project);
    lamella_relative_project_free(loaded);
    return status;
}

typedef struct kept_bytes {
    char        *data;
    lamella_view view;
} kept_bytes;

/* A copy of the file of a projection of 4 anchors of 2 dims. */
static kept_bytes file_of(lamella_relative_project_options rules)
{
    float x[] = { 1, 2, 3, 5, 7, 11, 13, 17 };
    lamella_view bytes;
    lamella_relative_project *project = fitted(view_of(LAMELLA_F32, x, 4, 2), NULL, rules);
    ok(lamella_relative_project_bytes(project, &bytes));
    kept_bytes k = { .data = malloc((size_t)bytes.shape[0]) };
    memcpy(k.data, bytes.data, (size_t)bytes.shape[0]);
    k.view = view_of(LAMELLA_U8, k.data, bytes.shape[0]);
    lamella_relative_project_free(project);
    return k;
}

static char *place_of(const kept_bytes *k, const char *text)
{
    char *found = memmem(k->data, (size_t)k->view.shape[0], text, strlen(text));
    check(found != NULL);
    return found;
}

TEST(the_bytes_are_not_needed_afterwards)
{
    float x[] = { 1, 2, 3, 5, 7, 11, 13, 17 };
    kept_bytes k = file_of(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE));
    lamella_relative_project *loaded, *project = fitted(view_of(LAMELLA_F32, x, 4, 2), NULL, RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE));
    ok(lamella_relative_project_load(NULL, &k.view, &loaded));
    memset(k.data, 0xff, (size_t)k.view.shape[0]);
    free(k.data);
    float *a = projected(project, view_of(LAMELLA_F32, x, 4, 2), NULL), *b = projected(loaded, view_of(LAMELLA_F32, x, 4, 2), NULL);
    equal_bits(b, a, 16 * (int64_t)sizeof *a);
    free(a), free(b);
    lamella_relative_project_free(project);
    lamella_relative_project_free(loaded);
}

TEST(the_rules_stand_in_the_file_by_name)
{
    kept_bytes k = file_of(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_WHITEN, .similarity = LAMELLA_RELATIVE_LINF,
                                 .relative_transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE));
    place_of(&k, "\"transform\":\"whiten\"");
    place_of(&k, "\"similarity\":\"linf\"");
    place_of(&k, "\"relative_transform\":\"zscore\"");
    free(k.data);
}

TEST(changed_bytes_are_refused)
{
    lamella_relative_project *loaded;
    kept_bytes k = file_of(RULES(.transform = LAMELLA_RELATIVE_TRANSFORM_ZSCORE));
    memcpy(place_of(&k, "cosine"), "cosina", 6);
    seal(k.data, k.view.shape[0]);
    refused(lamella_relative_project_load(NULL, &k.view, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_relative_project_load: bytes: similarity is \"cosina\", which is none of ours");
    memcpy(place_of(&k, "cosina"), "cosine", 6);
    memcpy(place_of(&k, "scale.0"), "scala.0", 7);
    seal(k.data, k.view.shape[0]);
    refused(lamella_relative_project_load(NULL, &k.view, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_relative_project_load: bytes: there is no array \"scale.0\"");
    memcpy(place_of(&k, "scala.0"), "scale.0", 7);
    double nothing = 0, none;
    memcpy(k.data + k.view.shape[0] - 24, &nothing, sizeof nothing); /* the last of the scale, before rank and dropped */
    seal(k.data, k.view.shape[0]);
    refused(lamella_relative_project_load(NULL, &k.view, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_relative_project_load: bytes: \"scale.0\"[1] is not over 0");
    memset(&none, 0xff, sizeof none);
    memcpy(k.data + k.view.shape[0] - 24, &none, sizeof none);
    seal(k.data, k.view.shape[0]);
    refused(lamella_relative_project_load(NULL, &k.view, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_relative_project_load: bytes: \"scale.0\" has a number that is not finite");
    check(loaded == NULL);
    free(k.data);
}

/* A file of 100,000 dims whose rules would take 80 GB: refused for what it lacks. */
TEST(a_claimed_square_of_the_dims_is_looked_for_before_there_is_memory_for_it)
{
    enum { DIM = 100000 };
    lamella_relative_project *loaded, *project;
    lamella_view bytes, root;
    float *x = calloc(2 * DIM, sizeof *x);
    project = fitted(view_of(LAMELLA_F32, x, 2, DIM), NULL, RULES(0));
    ok(lamella_relative_project_bytes(project, &bytes));
    kept_bytes k = { .data = malloc((size_t)bytes.shape[0]), .view = bytes };
    memcpy(k.data, bytes.data, (size_t)bytes.shape[0]);
    k.view.data = k.data;
    memcpy(place_of(&k, "centre"), "whiten", 6);
    seal(k.data, k.view.shape[0]);
    refused(lamella_relative_project_load(NULL, &k.view, &loaded), LAMELLA_ERR_FORMAT,
            "lamella_relative_project_load: bytes: there is no array \"root.0\"");
    returns(lamella_relative_project_get(project, "root.0", &root), LAMELLA_ERR_ARGUMENT);
    lamella_relative_project_free(project);
    free(k.data), free(x);
}

TEST(every_truncation_is_refused)
{
    kept_bytes k = file_of(RULES(0));
    lamella_view part = k.view;
    for (int64_t n = 0; n < k.view.shape[0]; n++) {
        lamella_relative_project *loaded;
        part.shape[0] = n;
        check(lamella_relative_project_load(NULL, &part, &loaded) == LAMELLA_ERR_FORMAT);
        check(loaded == NULL);
    }
    refused(lamella_relative_project_load(NULL, NULL, &(lamella_relative_project *){ NULL }), LAMELLA_ERR_ARGUMENT,
            "lamella_relative_project_load: bytes is NULL, expected a view");
    free(k.data);
}
