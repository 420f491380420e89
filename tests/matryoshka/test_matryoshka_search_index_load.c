/* An index as a file and as bytes: the same bits again, and files that are none. */
#include "support/matrix.h"
#include "support/seal.h"

#include <math.h>
#include <unistd.h>

OPERATION(lamella_matryoshka_index_load, .forms = FORM_ROWS, .in_memory = 1, .empty_is_ok = 1)
{
    lamella_matryoshka_index *index = NULL, *loaded = NULL;
    lamella_view bytes;
    lamella_status status = lamella_matryoshka_index_create(m->ctx, m->view, NULL, &index);
    if (status == LAMELLA_OK) {
        ok(lamella_matryoshka_index_bytes(index, &bytes));
        status = lamella_matryoshka_index_load(m->ctx, matrix_bytes(m, &bytes), &loaded);
    }
    if (status == LAMELLA_OK) {
        ok(lamella_matryoshka_index_save(NULL, loaded, matrix_path(m)));
        matrix_file(m, "file", matrix_path(m));
    }
    lamella_matryoshka_index_free(index);
    lamella_matryoshka_index_free(loaded);
    return status;
}

enum { ROWS = 300, QUERIES = 7, DIM = 12, K = 5 };

static float   x[ROWS * DIM], q[QUERIES * DIM];
static int64_t number[ROWS];

static lamella_matryoshka_index *index_of(int32_t similarity, int with_ids)
{
    lamella_matryoshka_index_options o = { .struct_size = sizeof o, .similarity = similarity };
    const lamella_view rows = view_of(LAMELLA_F32, x, ROWS, DIM), ids = view_of(LAMELLA_I64, number, ROWS);
    lamella_matryoshka_index *index;
    for (int64_t i = 0; i < ROWS * DIM; i++)
        x[i] = (float)sin((double)(i * i % 991)) * (i % 5 ? 1 : 1e-18f); /* norms far from 1 among them */
    for (int64_t i = 0; i < QUERIES * DIM; i++)
        q[i] = (float)cos((double)(i * 7));
    for (int64_t i = 0; i < ROWS; i++)
        number[i] = 1000 - i;
    o.base_ids = with_ids ? &ids : NULL;
    ok(lamella_matryoshka_index_create(NULL, &rows, &o, &index));
    return index;
}

typedef struct lists {
    int64_t ids[QUERIES * K];
    double  scores[QUERIES * K];
} lists;

static void search(const lamella_matryoshka_index *index, int64_t width, lists *l)
{
    const lamella_view queries = view_of(LAMELLA_F32, q, QUERIES, DIM), ids = view_of(LAMELLA_I64, l->ids, QUERIES, K),
                       scores = view_of(LAMELLA_F64, l->scores, QUERIES, K);
    ok(lamella_matryoshka_index_search(NULL, index, &queries, K, &ids, &scores, WITH(lamella_matryoshka_search_options, .width = width), NULL, NULL));
}

TEST(an_index_is_saved_and_finds_the_same_again)
{
    char path[64];
    static lists found, again;
    snprintf(path, sizeof path, "%s/lamella-index-%d.safetensors", folder_of_files(), (int)getpid());
    for (int i = 0; i < 4; i++) {
        lamella_matryoshka_index *index = index_of(1 + i / 2, i % 2), *opened, *loaded;
        lamella_view bytes, of_opened, v;
        ok(lamella_matryoshka_index_bytes(index, &bytes));
        check(bytes.flags & LAMELLA_READONLY);
        ok(lamella_matryoshka_index_save(NULL, index, path));
        ok(lamella_matryoshka_index_open(NULL, path, &opened));
        ok(lamella_matryoshka_index_load(NULL, &bytes, &loaded));
        ok(lamella_matryoshka_index_bytes(opened, &of_opened));
        equal(of_opened.shape[0], bytes.shape[0]);
        equal_bits(of_opened.data, bytes.data, bytes.shape[0]);
        for (int64_t width = 0; width <= DIM; width += 5) {
            search(index, width, &found);
            search(opened, width, &again);
            equal_bits(&again, &found, sizeof found);
            search(loaded, width, &again);
            equal_bits(&again, &found, sizeof found);
        }
        ok(lamella_matryoshka_index_get(loaded, "rows", &v));
        equal_bits(v.data, x, sizeof x);
        equal(lamella_matryoshka_index_get(loaded, "ids", &v), i % 2 ? LAMELLA_OK : LAMELLA_ERR_ARGUMENT);
        lamella_matryoshka_index_free(index), lamella_matryoshka_index_free(opened), lamella_matryoshka_index_free(loaded);
    }
    remove(path);
}

static void refused_after(const char *from, const char *to, int64_t at, const void *number8, int64_t size, const char *message)
{
    lamella_matryoshka_index *index = index_of(1, 1), *loaded;
    lamella_view bytes;
    ok(lamella_matryoshka_index_bytes(index, &bytes));
    const int64_t n = bytes.shape[0];
    char *copy = malloc((size_t)n), *place;
    memcpy(copy, bytes.data, (size_t)n);
    if (from) {
        check((place = strstr(copy + 8, from)) != NULL);
        memcpy(place, to, strlen(to));
    }
    if (size)
        memcpy(copy + n - at, number8, (size_t)size);
    seal(copy, n);
    const lamella_view v = view_of(LAMELLA_U8, copy, n);
    refused(lamella_matryoshka_index_load(NULL, &v, &loaded), LAMELLA_ERR_FORMAT, message);
    check(!loaded);
    free(copy);
    lamella_matryoshka_index_free(index);
}

TEST(files_that_are_no_index_are_refused)
{
    enum { ROWS_BYTES = ROWS * DIM * 4 };
    const int64_t less = -3;
    const float none = NAN;
    refused_after("matryoshka.index", "matryoshka.indox", 0, NULL, 0,
                  "lamella_matryoshka_index_load: bytes: lamella.kind is \"matryoshka.indox\", expected \"matryoshka.index\"");
    refused_after("\"cosine\"", "\"cosina\"", 0, NULL, 0, "lamella_matryoshka_index_load: bytes: similarity is \"cosina\", expected \"cosine\" or \"dot\"");
    refused_after("\"similarity\"", "\"similarite\"", 0, NULL, 0, "lamella_matryoshka_index_load: bytes: the metadata has no \"similarity\"");
    refused_after("\"rows\"", "\"rowz\"", 0, NULL, 0, "lamella_matryoshka_index_load: bytes: there is no array \"rows\"");
    refused_after("[300,12]", "[3600,1]", 0, NULL, 0, "lamella_matryoshka_index_load: bytes: \"ids\".shape[0] is 300, expected 3600");
    refused_after(NULL, NULL, ROWS_BYTES + 8, &less, 8, "lamella_matryoshka_index_load: bytes: \"ids\"[299] is -3, expected 0 or more");
    refused_after(NULL, NULL, ROWS_BYTES + 8 * ROWS, &less, 8, "lamella_matryoshka_index_load: bytes: \"ids\"[0] is -3, expected 0 or more");
    refused_after(NULL, NULL, 4, &none, 4, "lamella_matryoshka_index_load: bytes: \"rows\" has a number that is not finite");
    refused_after(NULL, NULL, ROWS_BYTES, &none, 4, "lamella_matryoshka_index_load: bytes: \"rows\" has a number that is not finite");
}

TEST(rows_of_no_dims_are_no_index)
{
    char path[64];
    const lamella_view rows = view_of(LAMELLA_F32, x, 3, 0);
    const char *metadata[] = { "lamella.kind", "matryoshka.index", "lamella.format", "2", "lamella.crc32", "00000000", "similarity", "dot" };
    char message[160];
    lamella_matryoshka_index *index;
    snprintf(path, sizeof path, "%s/lamella-index-%d.safetensors", folder_of_files(), (int)getpid());
    ok(lamella_io_file_save(NULL, path, (const char *[]){ "rows" }, &rows, 1,
                            WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = 4)));
    seal_file(path);
    snprintf(message, sizeof message, "lamella_matryoshka_index_open: %s: \"rows\" has 0 dims, expected at least 1", path);
    refused(lamella_matryoshka_index_open(NULL, path, &index), LAMELLA_ERR_FORMAT, message);
    check(!index);
    remove(path);
}

TEST(a_file_of_an_index_names_what_it_cannot_take)
{
    lamella_matryoshka_index *index = index_of(1, 0), *opened = index;
    lamella_view bytes;
    refused(lamella_matryoshka_index_save(NULL, NULL, "x"), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_index_save: index is NULL, expected an index");
    refused(lamella_matryoshka_index_save(NULL, index, NULL), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_save: path is NULL, expected the path of a file");
    refused(lamella_matryoshka_index_bytes(NULL, &bytes), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_index_bytes: index is NULL, expected an index");
    refused(lamella_matryoshka_index_bytes(index, NULL), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_index_bytes: bytes is NULL, expected a view to fill");
    refused(lamella_matryoshka_index_open(NULL, "", NULL), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_index_open: index is NULL, expected a handle to fill");
    refused(lamella_matryoshka_index_open(NULL, "", &opened), LAMELLA_ERR_ARGUMENT,
            "lamella_matryoshka_index_open: path is \"\", expected the path of a file");
    check(!opened);
    opened = index;
    refused(lamella_matryoshka_index_load(NULL, NULL, &opened), LAMELLA_ERR_ARGUMENT, "lamella_matryoshka_index_load: bytes is NULL, expected a view");
    check(!opened);
    lamella_matryoshka_index_free(index);
}
