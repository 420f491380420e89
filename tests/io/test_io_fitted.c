/* Fitted objects and their files, by a small kind: what its table makes, and what is asked of a file, each refusal with what stands there. */
#include "io/fitted.h"
#include "io/files.h"
#include "support/seal.h"

#include <math.h>
#include <stddef.h>

typedef struct thing {
    fitted   file;
    int64_t  n_layers, rows, dim[2];
    int64_t *counts;
    double  *numbers[2], *mean;
    int32_t  has_mean, reserved;
    double   sum; /* made from them */
} thing;

static const fitted_field thing_fields[] = {
    { "numbers", LAMELLA_F64, "rd", offsetof(thing, numbers), 0 },
    { "mean", LAMELLA_F64, "l", offsetof(thing, mean), 1 },
    { "counts", LAMELLA_I64, "l", offsetof(thing, counts), 0 },
};

static int64_t things_layers(const fitted *x)
{
    return ((const thing *)x)->n_layers;
}

static int64_t things_extent(const fitted *x, char axis, int64_t layer)
{
    const thing *t = (const thing *)x;
    return axis == 'r' ? t->rows : axis == 'd' ? t->dim[layer] : t->n_layers;
}

static int thing_has(const fitted *x, const fitted_field *f)
{
    return !f->only || ((const thing *)x)->has_mean;
}

static void *things_slot(fitted *x, const fitted_field *f, int64_t layer)
{
    return (char *)x + f->place + layer * (int64_t)sizeof(double *);
}

static const char *things_pair(const fitted *x, int64_t i, const char **value, char room[24])
{
    snprintf(room, 24, "%d", (int)((const thing *)x)->has_mean);
    *value = i ? "two" : room;
    return i == 0 ? "mean" : i == 1 ? "b" : NULL;
}

static lamella_status measure_thing(call *c, fitted *x)
{
    thing *t = (thing *)x;
    const char *text;
    TRY(model_text(c, x->file, "mean", &text));
    t->has_mean = !strcmp(text, "1");
    TRY(fitted_shape(c, x, "counts", LAMELLA_I64, 1, &t->n_layers));
    for (int64_t l = 0; l < t->n_layers && l < 2; l++) {
        int64_t shape[2];
        TRY(fitted_shape(c, x, l ? "numbers.1" : "numbers.0", LAMELLA_F64, 2, shape));
        t->rows = l ? t->rows : shape[0];
        t->dim[l] = shape[1];
    }
    return LAMELLA_OK;
}

static lamella_status settle_thing(call *c, fitted *x)
{
    thing *t = (thing *)x;
    TRY(fitted_is_finite(c, x));
    for (int64_t l = 0; l < t->n_layers; l++)
        for (int64_t i = 0; i < t->rows * t->dim[l]; i++)
            t->sum += t->numbers[l][i];
    return LAMELLA_OK;
}

static const fitted_kind thing_kind = { .name = "room.thing", .thing = "a thing", .argument = "some", .size = sizeof(thing), .field = thing_fields,
                                        .n_fields = 3, .each = "d", .layers = things_layers, .extent = things_extent, .has = thing_has,
                                        .slot = things_slot, .metadata = things_pair, .measure = measure_thing, .settle = settle_thing };

static lamella_status make_thing(call *c, int32_t has_mean, thing **made)
{
    thing *t;
    TRY(fitted_create(c, &thing_kind, &t));
    t->n_layers = 2, t->rows = 2, t->dim[0] = 3, t->dim[1] = 1, t->has_mean = has_mean;
    TRY(fitted_lay(c, &t->file));
    for (int l = 0; l < 2; l++) {
        for (int64_t i = 0; i < t->rows * t->dim[l]; i++)
            check(t->numbers[l][i] == 0);
        check(t->counts[l] == 0);
        for (int64_t i = 0; i < t->rows * t->dim[l]; i++)
            t->numbers[l][i] = 10 * l + (double)i;
        t->counts[l] = 7 - 15 * l;
    }
    check(!t->mean == !has_mean);
    TRY(fitted_seal(c, &t->file));
    *made = t;
    return LAMELLA_OK;
}

static lamella_status thing_made(int32_t has_mean, thing **made)
{
    CALL(NULL, make_thing(c, has_mean, made));
}

static thing *sealed(int32_t has_mean)
{
    thing *t = NULL;
    ok(thing_made(has_mean, &t));
    return t;
}

/* The status of reading it; what was read is freed. */
typedef struct question {
    lamella_view image;
    const char  *path;
} question;

static lamella_status thing_read(const question *q, thing **t)
{
    CALL(NULL, q->path ? fitted_open(c, &thing_kind, q->path, t) : fitted_load(c, &thing_kind, &q->image, t));
}

static lamella_status model_answer(const question *q)
{
    thing *t;
    lamella_status status = thing_read(q, &t);
    check((status == LAMELLA_OK) == (t != NULL));
    fitted_free(t);
    return status;
}

static lamella_status thing_bytes(const thing *t, lamella_view *v)
{
    CALL(NULL, fitted_bytes(c, &thing_kind, t, v));
}

static lamella_view image_of(const thing *t)
{
    lamella_view v = { 0 };
    ok(thing_bytes(t, &v));
    return v;
}

static double six[6] = { 1, -2.5, 3, 1e300, 0, 6 };

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

/* Of all the file, with zeros for its digits. */
TEST(a_file_in_which_any_byte_was_changed_is_refused)
{
    thing *t = sealed(1);
    const lamella_view image = image_of(t);
    const int64_t n = image.shape[0];
    char *copy = malloc((size_t)n), *digits = strstr((char *)image.data + 8, "\"lamella.crc32\":\"");
    question q = { .image = image };
    ok(model_answer(&q));
    check(digits != NULL);
    q.image = view_of(LAMELLA_U8, copy, n);
    for (int64_t at = 0; at < n; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, image.data, (size_t)n);
            copy[at] = (char)(copy[at] ^ 1 << bit);
            returns(model_answer(&q), LAMELLA_ERR_FORMAT);
        }
    memcpy(copy, image.data, (size_t)n);
    copy[n - 1] ^= 1;
    char said[200], *own = copy + (digits - (char *)image.data) + 17;
    char kept[9] = { 0 }, theirs[9] = { 0 };
    memcpy(kept, own, 8);
    seal(copy, n);
    ok(model_answer(&q)); /* a writer of its own */
    memcpy(theirs, own, 8);
    memcpy(own, kept, 8);
    snprintf(said, sizeof said, "thing_read: bytes: lamella.crc32 is %s, but that of the file is %s: something in it was changed", kept, theirs);
    refused(model_answer(&q), LAMELLA_ERR_FORMAT, said);
    free(copy);
    fitted_free(t);
}

TEST(a_checksum_is_there_and_has_eight_digits)
{
    static const char *const sums[] = { NULL, "", "1234567", "123456789" };
    static const char *const says[] = { "missing", "", "1234567", "123456789" };
    char expected[300];
    lamella_view v = view_of(LAMELLA_F64, six, 6);
    folder_make();
    question q = { .path = strdup(in_folder("m")) };
    for (int i = 0; i < 4; i++) {
        const char *metadata[] = { "lamella.kind", "room.thing", "lamella.format", "2", "lamella.crc32", sums[i] };
        ok(lamella_io_file_save(NULL, q.path, (const char *[]){ "numbers" }, &v, 1,
                                WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = i ? 3 : 2)));
        snprintf(expected, sizeof expected, "thing_read: %s: lamella.crc32 is %s, expected 8 hexadecimal digits", q.path, says[i]);
        refused(model_answer(&q), LAMELLA_ERR_FORMAT, expected);
    }
    free((void *)(uintptr_t)q.path);
    folder_remove();
}

static lamella_status sum_body(call *c, const lamella_view *bytes)
{
    lamella_io_file *file;
    TRY(model_header(c, NULL, bytes, "room.thing", &file));
    TRY(model_check_sum(c, file, bytes));
    lamella_io_file_free(file);
    return LAMELLA_OK;
}

static lamella_status summed(const lamella_view *bytes)
{
    CALL(NULL, sum_body(c, bytes));
}

/* Files over a megabyte are summed in pieces: digits and changes anywhere among them. */
TEST(a_long_file_is_summed_in_pieces)
{
    enum { LONG = 200001 };
    static double many[LONG];
    static char name[1 << 20];
    lamella_view v = view_of(LAMELLA_F64, many, LONG);
    folder_make();
    char *path = strdup(in_folder("m"));
    for (int filled = 1048400; filled < 1048576 - 40; filled += 13) { /* so that the digits lie on both sides of the first megabyte */
        memset(name, 'a', (size_t)filled), name[filled] = 0;
        const char *metadata[] = { "a", name, "lamella.kind", "room.thing", "lamella.format", "2", "lamella.crc32", "00000000" };
        ok(lamella_io_file_save(NULL, path, (const char *[]){ "numbers" }, &v, 1,
                                WITH(lamella_io_file_save_options, .metadata = metadata, .n_metadata = 4)));
        seal_file(path);
        bytes b = file_bytes(path);
        const lamella_view all = view_of(LAMELLA_U8, b.at, b.n);
        ok(summed(&all));
        ((char *)b.at)[b.n - 9] ^= 1;
        returns(summed(&all), LAMELLA_ERR_FORMAT);
        free(b.at);
    }
    free(path);
    folder_remove();
}

/* ---- files ---- */

TEST(a_file_that_is_no_model_of_this_kind_is_refused)
{
    static const char *const metadata[][4] = { { "lamella.kind", "room.thing", "lamella.format", "1" }, { "lamella.kind", "room.thing", "x", "1" },
                                               { "lamella.format", "2", "x", "1" }, { "lamella.kind", "", "lamella.format", "2" } };
    static const char *const says[] = { "lamella.format is 1, expected 2", "lamella.format is missing, expected 2",
                                        "lamella.kind is missing, expected \"room.thing\"", "lamella.kind is \"\", expected \"room.thing\"" };
    char expected[300];
    lamella_view v = view_of(LAMELLA_F64, six, 6);
    folder_make();
    question q = { .path = strdup(in_folder("m")) };
    for (int i = 0; i < 4; i++) {
        ok(lamella_io_file_save(NULL, q.path, (const char *[]){ "numbers.0" }, &v, 1,
                                WITH(lamella_io_file_save_options, .metadata = metadata[i], .n_metadata = 2)));
        snprintf(expected, sizeof expected, "thing_read: %s: %s", q.path, says[i]);
        refused(model_answer(&q), LAMELLA_ERR_FORMAT, expected);
    }
    free((void *)(uintptr_t)q.path);
    folder_remove();
}

static lamella_status thing_saved(const thing *t, const char *path)
{
    CALL(NULL, fitted_save(c, &thing_kind, t, path));
}

TEST(an_object_is_saved_byte_for_byte_and_read_again)
{
    folder_make();
    char *path = strdup(in_folder("m"));
    for (int has_mean = 0; has_mean < 2; has_mean++) {
        thing *t = sealed(has_mean), *again;
        const lamella_view image = image_of(t);
        refused(thing_saved(t, NULL), LAMELLA_ERR_ARGUMENT, "thing_saved: path is NULL, expected the path of a file");
        ok(thing_saved(t, path));
        bytes b = file_bytes(path);
        equal(b.n, image.shape[0]);
        equal_bits(b.at, image.data, b.n);
        equal(folder_count(), 1);
        for (int from_path = 0; from_path < 2; from_path++) {
            ok(thing_read(&(question){ view_of(LAMELLA_U8, b.at, b.n), from_path ? path : NULL }, &again));
            check(again->n_layers == 2 && again->rows == 2 && again->dim[0] == 3 && again->dim[1] == 1);
            equal_bits(again->numbers[0], t->numbers[0], 6 * (int64_t)sizeof(double));
            equal_bits(again->numbers[1], t->numbers[1], 2 * (int64_t)sizeof(double));
            equal_bits(again->counts, t->counts, 2 * (int64_t)sizeof(int64_t));
            check(!again->mean == !has_mean);
            near(again->sum, 15 + 21, ABSOLUTE, 0);
            equal_text(again->file.name, from_path ? path_shown(path) : "bytes");
            fitted_free(again);
        }
        free(b.at);
        fitted_free(t);
    }
    fitted_free(NULL);
    free(path);
    folder_remove();
}

static lamella_status thing_array(const thing *t, const char *name, lamella_view *v)
{
    CALL(NULL, fitted_get(c, &thing_kind, t, name, v));
}

TEST(arrays_are_looked_up_by_their_name)
{
    thing *t = sealed(0);
    lamella_view v;
    ok(thing_array(t, "numbers.1", &v));
    check(v.data == t->numbers[1] && v.rank == 2 && v.shape[0] == 2 && v.shape[1] == 1 && v.dtype == LAMELLA_F64 && v.flags == LAMELLA_READONLY);
    refused(thing_array(t, "mean", &v), LAMELLA_ERR_ARGUMENT, "thing_array: name is \"mean\", expected an array of a thing, as \"counts\"");
    refused(thing_array(t, NULL, &v), LAMELLA_ERR_ARGUMENT, "thing_array: name is NULL, expected the name of an array");
    refused(thing_array(t, "mean", NULL), LAMELLA_ERR_ARGUMENT, "thing_array: out is NULL, expected a view to fill");
    fitted_free(t);
}

TEST(an_object_that_is_not_there_is_named)
{
    lamella_view v;
    refused(thing_array(NULL, NULL, NULL), LAMELLA_ERR_ARGUMENT, "thing_array: some is NULL, expected a thing");
    refused(thing_bytes(NULL, NULL), LAMELLA_ERR_ARGUMENT, "thing_bytes: some is NULL, expected a thing");
    refused(thing_saved(NULL, NULL), LAMELLA_ERR_ARGUMENT, "thing_saved: some is NULL, expected a thing");
    thing *t = sealed(0);
    refused(thing_bytes(t, NULL), LAMELLA_ERR_ARGUMENT, "thing_bytes: bytes is NULL, expected a view to fill");
    ok(thing_bytes(t, &v));
    refused(thing_read(&(question){ v, NULL }, NULL), LAMELLA_ERR_ARGUMENT, "thing_read: some is NULL, expected a handle to fill");
    refused(thing_read(&(question){ v, "" }, NULL), LAMELLA_ERR_ARGUMENT, "thing_read: some is NULL, expected a handle to fill");
    fitted_free(t);
}

/* The pass over the bytes is made where it is needed: digits that still stand are not written again. */
TEST(a_checksum_is_made_for_arrays_that_changed)
{
    thing *t = sealed(1), *read;
    lamella_view image = image_of(t);
    char *digits = strstr((char *)image.data + 8, "\"lamella.crc32\":\"") + 17, kept = *digits;
    *digits = 'x';
    image_of(t);
    equal(*digits, 'x');
    *digits = kept;
    t->counts[0]++;
    returns(model_answer(&(question){ image_of(t), NULL }), LAMELLA_ERR_FORMAT);
    t->file.sealed = 0;
    ok(thing_read(&(question){ image_of(t), NULL }, &read));
    equal(read->counts[0], t->counts[0]);
    equal(read->file.sealed, 1);
    fitted_free(read);
    fitted_free(t);
}

TEST(arrays_are_looked_up_by_their_field)
{
    thing *t = sealed(1);
    const fitted_field *f = thing_fields;
    check(fitted_data(&t->file, &f[0], 0) == t->numbers[0] && fitted_data(&t->file, &f[0], 1) == t->numbers[1]);
    check(fitted_data(&t->file, &f[1], 0) == t->mean && fitted_data(&t->file, &f[2], 0) == t->counts);
    check(fitted_count(&t->file, &f[0]) == 2 && fitted_count(&t->file, &f[1]) == 1 && fitted_count(&t->file, &f[2]) == 1);
    check(fitted_has(&t->file, &f[1]));
    t->has_mean = 0;
    check(!fitted_has(&t->file, &f[1]) && fitted_has(&t->file, &f[0]));
    fitted_free(t);
}

/* ---- what a file must be ---- */

static void refused_after(const char *from, const char *to, const char *message)
{
    thing *t = sealed(1);
    const lamella_view image = image_of(t);
    char *copy = malloc((size_t)image.shape[0]), *at;
    memcpy(copy, image.data, (size_t)image.shape[0]);
    check((at = strstr(copy + 8, from)) != NULL);
    memcpy(at, to, strlen(to));
    seal(copy, image.shape[0]);
    refused(model_answer(&(question){ view_of(LAMELLA_U8, copy, image.shape[0]), NULL }), LAMELLA_ERR_FORMAT, message);
    free(copy);
    fitted_free(t);
}

TEST(what_a_file_lacks_is_named)
{
    refused_after("room.thing", "room.thinx", "thing_read: bytes: lamella.kind is \"room.thinx\", expected \"room.thing\"");
    refused_after("\"mean\":\"1\"", "\"meat\":\"1\"", "thing_read: bytes: the metadata has no \"mean\"");
    refused_after("\"counts\":{", "\"county\":{", "thing_read: bytes: there is no array \"counts\"");
    refused_after("\"mean\":{", "\"meat\":{", "thing_read: bytes: there is no array \"mean\"");
    refused_after("\"numbers.1\"", "\"numbers.2\"", "thing_read: bytes: there is no array \"numbers.1\"");
    refused_after("\"I64\"", "\"F64\"", "thing_read: bytes: \"counts\" is F64 of rank 1, expected i64 of rank 1");
    refused_after("[2,1]", "[1,2]", "thing_read: bytes: \"numbers.1\".shape[0] is 1, expected 2");
    refused_after("[2,3]", "[3,2]", "thing_read: bytes: \"numbers.1\".shape[0] is 2, expected 3");
}

TEST(a_number_that_is_not_finite_is_refused_wherever_it_stands)
{
    thing *t = sealed(1);
    const lamella_view image = image_of(t);
    for (int l = 0; l < 3; l++)
        for (int64_t i = 0; i < (int64_t[]){ 6, 2, 2 }[l]; i++) {
            double *x = (l < 2 ? t->numbers[l] : t->mean) + i, kept = *x;
            char said[100];
            *x = i % 2 ? (double)INFINITY : (double)NAN;
            seal(image.data, image.shape[0]);
            snprintf(said, sizeof said, "thing_read: bytes: \"%s\" has a number that is not finite", (const char *[]){ "numbers.0", "numbers.1", "mean" }[l]);
            refused(model_answer(&(question){ image, NULL }), LAMELLA_ERR_FORMAT, said);
            *x = kept;
        }
    fitted_free(t);
}

TEST(arrays_stand_where_their_numbers_can_be_read)
{
    thing *t = sealed(1);
    const lamella_view image = image_of(t);
    uint64_t header;
    memcpy(&header, image.data, 8);
    char *copy = malloc((size_t)image.shape[0] + 1);
    memcpy(copy, image.data, 8 + header);
    copy[8 + header] = ' ';
    memcpy(copy + 9 + header, (char *)image.data + 8 + header, (size_t)image.shape[0] - 8 - header);
    header++;
    memcpy(copy, &header, 8);
    seal(copy, image.shape[0] + 1);
    char said[120];
    snprintf(said, sizeof said, "thing_read: bytes: \"counts\" begins at byte %d, expected a multiple of 8", (int)image.shape[0] + 1 - 16);
    refused(model_answer(&(question){ view_of(LAMELLA_U8, copy, image.shape[0] + 1), NULL }), LAMELLA_ERR_FORMAT, said);
    free(copy);
    fitted_free(t);
}
