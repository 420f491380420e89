/* Fitted models as files: what is asked of them before a number is read, each refusal with what stands there. */
#include "io/io.h"
#include "io/files.h"

#include <math.h>

static double  numbers[6] = { 1, -2.5, 3, 1e300, 0, 6 };
static int64_t counts[2] = { 7, -8 };

/* One body for all: opens the model of `image` as `kind` and asks what `ask` says. */
typedef struct question {
    lamella_view image;
    const char  *path, *kind;
    lamella_status (*ask)(call *c, const lamella_io_file *f, void *data);
    void        *data;
} question;

static lamella_status answer_body(call *c, const question *q)
{
    lamella_io_file *file;
    TRY(model_open(c, q->path, q->path ? NULL : &q->image, q->kind, &file));
    if (q->ask)
        TRY(q->ask(c, file, q->data));
    lamella_io_file_free(file); /* where the call fails, the call does */
    return LAMELLA_OK;
}

static lamella_status model_answer(const question *q)
{
    CALL(NULL, answer_body(c, q));
}

/* The image of a model, in memory of the test's. */
typedef struct made_model {
    const char *const *metadata;
    int64_t            n_metadata;
    bytes              image;
} made_model;

static lamella_status make_body(call *c, made_model *m)
{
    lamella_view v;
    save_array a[] = { { .name = "numbers" }, { .name = "counts" } };
    a[0].view = view_of(LAMELLA_F64, numbers, 1, 2, 3);
    a[1].view = view_of(LAMELLA_I64, counts, 2);
    TRY(model_image(c, &c->memory, "room.thing", a, 2, m->metadata, m->n_metadata, &v));
    m->image = bytes_of(v.data, v.shape[0]);
    return LAMELLA_OK;
}

static lamella_status model_make(made_model *m)
{
    CALL(NULL, make_body(c, m));
}

static question about(made_model *m, const char *kind)
{
    ok(model_make(m));
    return (question){ .image = view_of(LAMELLA_U8, m->image.at, m->image.n), .kind = kind };
}

static lamella_status ask_text(call *c, const lamella_io_file *f, void *data)
{
    const char *value = NULL, **text = data;
    TRY(model_text(c, f, text[0], &value));
    equal_text(value, text[1]);
    return LAMELLA_OK;
}

TEST(a_model_says_whose_it_is_and_how_it_is_meant)
{
    static const char *const metadata[] = { "a", "1", "b", "two", "", "nothing" };
    made_model m = { metadata, 3, { 0 } };
    question q = about(&m, "room.thing");
    ok(model_answer(&q));
    q.ask = ask_text;
    for (int i = 0; i < 3; i++) {
        q.data = (void *)(uintptr_t)&metadata[2 * i];
        ok(model_answer(&q));
    }
    q.data = (const char *[]){ "lamella.kind", "room.thing" };
    ok(model_answer(&q));
    q.data = (const char *[]){ "lamella.format", "1" };
    ok(model_answer(&q));
    q.data = (const char *[]){ "c", "" };
    refused(model_answer(&q), LAMELLA_ERR_FORMAT, "model_answer: bytes: the metadata has no \"c\"");
    q.kind = "room.things";
    refused(model_answer(&q), LAMELLA_ERR_FORMAT, "model_answer: bytes: lamella.kind is \"room.thing\", expected \"room.things\"");
    free(m.image.at);
}

TEST(a_file_that_is_no_model_of_this_kind_is_refused)
{
    static const char *const metadata[][4] = { { "lamella.kind", "room.thing", "lamella.format", "2" }, { "lamella.kind", "room.thing", "x", "1" },
                                               { "lamella.format", "1", "x", "1" }, { "lamella.kind", "", "lamella.format", "1" } };
    static const char *const says[] = { "lamella.format is 2, expected 1", "lamella.format is missing, expected 1",
                                       "lamella.kind is missing, expected \"room.thing\"",
                                        "lamella.kind is \"\", expected \"room.thing\"" };
    char expected[300];
    lamella_view v = view_of(LAMELLA_F64, numbers, 6);
    folder_make();
    question q = { .path = strdup(in_folder("m")), .kind = "room.thing" };
    for (int i = 0; i < 4; i++) {
        ok(lamella_io_file_save(NULL, q.path, (const char *[]){ "numbers" }, &v, 1,
                                WITH(lamella_io_file_save_options, .metadata = metadata[i], .n_metadata = 2)));
        snprintf(expected, sizeof expected, "model_answer: %s: %s", q.path, says[i]);
        refused(model_answer(&q), LAMELLA_ERR_FORMAT, expected);
    }
    free((void *)(uintptr_t)q.path);
    folder_remove();
}

/* ---- arrays ---- */

typedef struct array_wanted {
    const char *name;
    int32_t     dtype, rank;
    int64_t     shape[4];
    void       *to;
} array_wanted;

static lamella_status ask_array(call *c, const lamella_io_file *f, void *data)
{
    array_wanted *w = data;
    int64_t found[4] = { -1, -1, -1, -1 };
    lamella_status checked = model_check(c, f, w->name, w->dtype, w->rank, w->shape), status = model_array(c, f, w->name, w->dtype, w->rank, w->shape,
            w->to);
    if (status == LAMELLA_OK) {
        equal(model_shape(c, f, w->name, w->dtype, w->rank, found), LAMELLA_OK);
        for (int a = 0; a < 4; a++)
            equal(found[a], a < w->rank ? w->shape[a] : -1);
    }
    equal(checked, strstr(lamella_last_error(), "not finite") ? LAMELLA_OK : status);
    return status;
}

TEST(arrays_are_read_in_the_shape_that_is_asked_for)
{
    double read[6];
    int64_t read_counts[2];
    made_model m = { NULL, 0, { 0 } };
    question q = about(&m, "room.thing");
    q.ask = ask_array;
    q.data = &(array_wanted){ "numbers", LAMELLA_F64, 3, { 1, 2, 3 }, read };
    ok(model_answer(&q));
    equal_bits(read, numbers, sizeof numbers);
    q.data = &(array_wanted){ "counts", LAMELLA_I64, 1, { 2 }, read_counts };
    ok(model_answer(&q));
    equal_bits(read_counts, counts, sizeof counts);
    free(m.image.at);
}

TEST(an_array_of_another_shape_is_named_with_both)
{
    static const struct { array_wanted w; const char *says; } cases[] = {
        { { "numbers", LAMELLA_F64, 3, { 2, 2, 3 }, NULL }, "\"numbers\".shape[0] is 1, expected 2" },
        { { "numbers", LAMELLA_F64, 3, { 1, 5, 3 }, NULL }, "\"numbers\".shape[1] is 2, expected 5" },
        { { "numbers", LAMELLA_F64, 3, { 1, 2, 4 }, NULL }, "\"numbers\".shape[2] is 3, expected 4" },
        { { "numbers", LAMELLA_F64, 2, { 1, 2 }, NULL }, "\"numbers\" is F64 of rank 3, expected f64 of rank 2" },
        { { "numbers", LAMELLA_I64, 3, { 1, 2, 3 }, NULL }, "\"numbers\" is F64 of rank 3, expected i64 of rank 3" },
        { { "counts", LAMELLA_I64, 1, { 1 }, NULL }, "\"counts\".shape[0] is 2, expected 1" },
        { { "number", LAMELLA_F64, 3, { 1, 2, 3 }, NULL }, "there is no array \"number\"" },
    };
    char expected[200];
    made_model m = { NULL, 0, { 0 } };
    question q = about(&m, "room.thing");
    q.ask = ask_array;
    for (int i = 0; i < LENGTH(cases); i++) {
        array_wanted w = cases[i].w;
        q.data = &w;
        snprintf(expected, sizeof expected, "model_answer: bytes: %s", cases[i].says);
        refused(model_answer(&q), LAMELLA_ERR_FORMAT, expected);
    }
    free(m.image.at);
}

TEST(a_number_that_is_not_finite_is_refused_wherever_it_stands)
{
    double read[6], kept[6];
    memcpy(kept, numbers, sizeof kept);
    for (int i = 0; i < 6; i++) {
        made_model m = { NULL, 0, { 0 } };
        numbers[i] = i % 2 ? (double)INFINITY : (double)NAN;
        question q = about(&m, "room.thing");
        q.ask = ask_array;
        q.data = &(array_wanted){ "numbers", LAMELLA_F64, 3, { 1, 2, 3 }, read };
        refused(model_answer(&q), LAMELLA_ERR_FORMAT, "model_answer: bytes: \"numbers\" has a number that is not finite");
        memcpy(numbers, kept, sizeof kept);
        free(m.image.at);
    }
}

static lamella_status save_body(call *c, const question *q)
{
    return model_save(c, q->path, &q->image);
}

static lamella_status model_saved(const question *q)
{
    CALL(NULL, save_body(c, q));
}

TEST(a_model_is_saved_byte_for_byte_and_opened_again)
{
    double read[6];
    made_model m = { NULL, 0, { 0 } };
    question q = about(&m, "room.thing");
    refused(model_saved(&q), LAMELLA_ERR_ARGUMENT, "model_saved: path is NULL, expected the path of a file");
    folder_make();
    q.path = strdup(in_folder("m"));
    ok(model_saved(&q));
    bytes b = file_bytes(q.path);
    equal(b.n, m.image.n);
    equal_bits(b.at, m.image.at, b.n);
    equal(folder_count(), 1);
    q.image.data = NULL; /* from the path */
    q.ask = ask_array;
    q.data = &(array_wanted){ "numbers", LAMELLA_F64, 3, { 1, 2, 3 }, read };
    ok(model_answer(&q));
    equal_bits(read, numbers, sizeof numbers);
    free(b.at);
    free(m.image.at);
    free((void *)(uintptr_t)q.path);
    folder_remove();
}
