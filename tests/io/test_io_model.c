/* Fitted models as files: what is asked of them before a number is read, each refusal with what stands there. */
#include "io/io.h"
#include "io/files.h"
#include "support/seal.h"

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
    q.data = (const char *[]){ "lamella.format", "2" };
    ok(model_answer(&q));
    q.data = (const char *[]){ "c", "" };
    refused(model_answer(&q), LAMELLA_ERR_FORMAT, "model_answer: bytes: the metadata has no \"c\"");
    q.kind = "room.things";
    refused(model_answer(&q), LAMELLA_ERR_FORMAT, "model_answer: bytes: lamella.kind is \"room.thing\", expected \"room.things\"");
    free(m.image.at);
}

TEST(a_file_that_is_no_model_of_this_kind_is_refused)
{
    static const char *const metadata[][4] = { { "lamella.kind", "room.thing", "lamella.format", "1" }, { "lamella.kind", "room.thing", "x", "1" },
                                               { "lamella.format", "2", "x", "1" }, { "lamella.kind", "", "lamella.format", "2" } };
    static const char *const says[] = { "lamella.format is 1, expected 2", "lamella.format is missing, expected 2",
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

/* ---- the checksum ---- */

TEST(the_checksum_is_that_of_zip)
{
    checksum s;
    checksum_begin(&s);
    equal(checksum_end(&s), 0);
    checksum_add(&s, "123456789", 9); /* the published check value */
    equal(checksum_end(&s), 0xcbf43926);
    unsigned char x[300];
    for (int i = 0; i < 300; i++)
        x[i] = (unsigned char)(i * i + i / 7);
    for (int n = 0; n < 300; n++)
        for (int cut = 0; cut <= n; cut += 1 + n / 9) { /* in two pieces, of any length */
            checksum_begin(&s);
            checksum_add(&s, x, cut);
            checksum_add(&s, x + cut, n - cut);
            equal(checksum_end(&s), crc32_by_bits(x, n));
        }
}

/* Of all the file, with zeros for its digits, which stand in the first of the pairs. */
TEST(a_model_in_which_any_byte_was_changed_is_refused)
{
    made_model m = { (const char *const[]){ "rule", "one" }, 1, { 0 } };
    question q = about(&m, "room.thing");
    char *copy = malloc((size_t)m.image.n), *digits = strstr(m.image.at + 8, "\"lamella.crc32\":\"");
    ok(model_answer(&q));
    check(digits != NULL);
    q.image.data = copy;
    for (int64_t at = 0; at < m.image.n; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, m.image.at, (size_t)m.image.n);
            copy[at] = (char)(copy[at] ^ 1 << bit);
            returns(model_answer(&q), LAMELLA_ERR_FORMAT);
        }
    memcpy(copy, m.image.at, (size_t)m.image.n);
    copy[m.image.n - 1] ^= 1;
    char said[200], *own = copy + (digits - (char *)m.image.at) + 17;
    char kept[9] = { 0 };
    memcpy(kept, own, 8);
    seal(copy, m.image.n);
    ok(model_answer(&q)); /* a writer of its own */
    char theirs[9] = { 0 };
    memcpy(theirs, own, 8);
    memcpy(own, kept, 8);
    snprintf(said, sizeof said, "model_answer: bytes: lamella.crc32 is %s, but that of the file is %s: something in it was changed", kept, theirs);
    refused(model_answer(&q), LAMELLA_ERR_FORMAT, said);
    free(copy);
    free(m.image.at);
}

TEST(a_checksum_is_there_and_has_eight_digits)
{
    static const char *const sums[] = { NULL, "", "1234567", "123456789" };
    static const char *const says[] = { "missing", "", "1234567", "123456789" };
    char expected[300];
    lamella_view v = view_of(LAMELLA_F64, numbers, 6);
    folder_make();
    question q = { .path = strdup(in_folder("m")), .kind = "room.thing" };
    for (int i = 0; i < 4; i++) {
        const char *metadata[] = { "lamella.kind", "room.thing", "lamella.format", "2", "lamella.crc32", sums[i] };
        ok(lamella_io_file_save(NULL, q.path, (const char *[]){ "numbers" }, &v, 1,
                                WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = i ? 3 : 2)));
        snprintf(expected, sizeof expected, "model_answer: %s: lamella.crc32 is %s, expected 8 hexadecimal digits", q.path, says[i]);
        refused(model_answer(&q), LAMELLA_ERR_FORMAT, expected);
    }
    free((void *)(uintptr_t)q.path);
    folder_remove();
}

/* Files over a megabyte are read in pieces: digits and changes anywhere among them. */
TEST(a_long_file_is_summed_in_pieces)
{
    enum { LONG = 400001 };
    static double many[LONG];
    static char name[1 << 20];
    lamella_view v = view_of(LAMELLA_F64, many, LONG);
    folder_make();
    question q = { .path = strdup(in_folder("m")), .kind = "room.thing" };
    for (int filled = 1048400; filled < 1048576 - 40; filled += 13) { /* so that the digits lie on both sides of the first megabyte */
        memset(name, 'a', (size_t)filled), name[filled] = 0;
        const char *metadata[] = { "a", name, "lamella.kind", "room.thing", "lamella.format", "2", "lamella.crc32", "00000000" };
        ok(lamella_io_file_save(NULL, q.path, (const char *[]){ "numbers" }, &v, 1,
                                WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = 4)));
        seal_file(q.path);
        ok(model_answer(&q));
    }
    FILE *f = fopen(q.path, "r+b");
    check(f && fseek(f, -9, SEEK_END) == 0 && fputc(1, f) == 1 && fclose(f) == 0);
    returns(model_answer(&q), LAMELLA_ERR_FORMAT);
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
