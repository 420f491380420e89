/* The .safetensors header: 8 bytes of length (little-endian), a JSON object, the arrays' bytes.
 *
 *   { "__metadata__": { key: text }, name: { "dtype": text, "shape": [whole], "data_offsets": [begin, end] } }
 *
 * One pass over the text, which the names and texts that are kept replace in place, behind the scanner. There is room for as many entries as
 * a text of its length can list. What takes all entries together is in safetensors_check.c.
 * Stricter than the format's reference reader: equal keys, NUL characters, sizes over 2^53 bytes whatever the order of their
 * factors, and rank over 64 are refused. Keys inside the value of an unknown field are not compared: nothing reads them. */
#include "io/io.h"

#define UNKNOWN_FIELDS 8
#define ENTRY_TEXT 49 /* "":{"dtype":"I8","shape":[],"data_offsets":[0,1]} */
#define PAIR_TEXT 5   /* "":"" */

static const json_text no_key = { "", 0 };

typedef struct header_pass {
    const refusal *r;
    json           j;
    int            metadata;   /* seen */
    json_text      key;        /* of the member being read */
    const char    *polled;     /* up to here the host was asked whether to stop */
    lamella_status stopped;
} header_pass;

/* One tensor's object while it is read. */
typedef struct tensor_fields {
    const char *shape, *layout, *dtype; /* where the values stand; NULL = missing */
    int32_t     type, rank;
    int64_t     extent[IO_RANK];
    uint64_t    offset[2];
    json_text   unknown[UNKNOWN_FIELDS];
    int64_t     n_unknown;
} tensor_fields;

static int64_t header_place(const header_pass *h, const char *p)
{
    return p - h->r->file->header;
}

static int64_t header_file_place(const header_pass *h, const char *p)
{
    return h->r->file->header_at + header_place(h, p);
}

static lamella_status refuse_json(const header_pass *h)
{
    char key[264];
    key[json_unescape(h->key, key, LENGTH(key) - 1)] = 0;
    return refuse(h->r, h->j.rule, header_file_place(h, h->j.where), key, "%s", h->j.what);
}

/* Unescaped in place and ended with NUL: the text is never longer than its escaped form, and its closing quote leaves room. */
static uint32_t header_settle(const header_pass *h, json_text text)
{
    char *start = h->r->file->header + header_place(h, text.start);
    start[json_unescape(text, start, text.n)] = 0;
    return (uint32_t)header_place(h, start);
}

/* Of every megabyte of text: 0 where the host stopped the call. The first fifth of the work was reading it, the last is sorting. */
static int header_goes_on(header_pass *h)
{
    const lamella_io_file *f = h->r->file;
    if (h->j.at - h->polled < IO_BLOCK)
        return 1;
    h->polled = h->j.at;
    h->stopped = progress(h->r->c, f->header_bytes + 3 * header_place(h, h->j.at), 5 * f->header_bytes);
    return h->stopped == LAMELLA_OK;
}

/* ---- metadata ---- */

static int read_metadata(header_pass *h)
{
    lamella_io_file *f = h->r->file;
    json_text key, value;
    int64_t n = 0;
    if (h->metadata++)
        return json_refuse(&h->j, LAMELLA_IO_RULE_DUPLICATE, h->key.start - 1, "this key stands twice");
    if (json_peek(&h->j) == 'n')
        return json_skip(&h->j);
    if (!json_begin(&h->j, '{', "expected an object of texts"))
        return 0;
    while (header_goes_on(h) && json_member(&h->j, &n, &key)) {
        if (!json_string(&h->j, &value, "expected a text in double quotes"))
            return 0;
        if (n > IO_PAIRS)
            return json_refuse(&h->j, LAMELLA_IO_RULE_LIMIT, key.start - 1, "over 100,000 metadata pairs");
        f->pair[f->n_pairs++] = (file_pair){ header_settle(h, key), header_settle(h, value) };
    }
    return !h->j.rule && !h->stopped;
}

/* ---- a tensor ---- */

static int read_shape(json *j, tensor_fields *t)
{
    static const char what[] = "shape has to be an array of whole numbers";
    uint64_t extent;
    int64_t n = 0;
    json_peek(j);
    t->shape = j->at;
    json_begin(j, '[', what); /* once that is refused, there is no element */
    while (json_element(j, &n)) {
        if (n > IO_RANK)
            return json_refuse(j, LAMELLA_IO_RULE_LIMIT, t->shape, "rank over 64");
        if (!json_whole(j, &extent, what))
            return 0;
        t->extent[n - 1] = (int64_t)MIN(extent, (uint64_t)INT64_MAX);
    }
    t->rank = (int32_t)n;
    return !j->rule;
}

static int read_offsets(json *j, tensor_fields *t)
{
    static const char what[] = "data_offsets has to be an array of two whole numbers";
    uint64_t surplus;
    int64_t n = 0;
    json_peek(j);
    t->layout = j->at;
    json_begin(j, '[', what);
    while (json_element(j, &n))
        json_whole(j, n <= 2 ? &t->offset[n - 1] : &surplus, what);
    return !j->rule && (n == 2 || json_refuse(j, LAMELLA_IO_RULE_SCHEMA, t->layout, what));
}

static int read_dtype(json *j, tensor_fields *t)
{
    json_text name;
    json_peek(j);
    t->dtype = j->at;
    t->type = json_string(j, &name, "dtype has to be a text") ? file_type_named(name) : -1;
    return t->type >= 0 || json_refuse(j, LAMELLA_IO_RULE_SCHEMA, t->dtype, "a dtype that the format does not know");
}

static int read_unknown(json *j, tensor_fields *t, json_text key)
{
    for (int64_t i = 0; i < t->n_unknown; i++)
        if (json_same(t->unknown[i], key))
            return json_refuse(j, LAMELLA_IO_RULE_DUPLICATE, key.start - 1, "a field of this array stands twice");
    if (t->n_unknown == UNKNOWN_FIELDS)
        return json_refuse(j, LAMELLA_IO_RULE_LIMIT, key.start - 1, "over 8 unknown fields");
    t->unknown[t->n_unknown++] = key;
    return json_skip(j);
}

static int read_fields(json *j, tensor_fields *t)
{
    json_text key;
    int64_t n = 0;
    json_begin(j, '{', "an array's entry has to be an object");
    while (json_member(j, &n, &key)) {
        int dtype = json_is(key, "dtype"), shape = json_is(key, "shape"), offsets = json_is(key, "data_offsets");
        if ((dtype && t->dtype) || (shape && t->shape) || (offsets && t->layout))
            return json_refuse(j, LAMELLA_IO_RULE_DUPLICATE, key.start - 1, "a field of this array stands twice");
        if (!(dtype ? read_dtype(j, t) : shape ? read_shape(j, t) : offsets ? read_offsets(j, t) : read_unknown(j, t, key)))
            return 0;
    }
    return !j->rule;
}

static int check_fields(json *j, const char *object, const tensor_fields *t)
{
    int64_t bits;
    if (!t->dtype || !t->shape || !t->layout)
        return json_refuse(j, LAMELLA_IO_RULE_SCHEMA, object,
                           !t->dtype ? "dtype is missing" : !t->shape ? "shape is missing" : "data_offsets is missing");
    if (!array_bits(t->extent, t->rank, file_type_get(t->type)->bits, &bits))
        return json_refuse(j, LAMELLA_IO_RULE_OVERFLOW, t->shape, "a shape of over 2^53 bytes");
    if (bits % 8)
        return json_refuse(j, LAMELLA_IO_RULE_LAYOUT, t->shape, "a shape that is no whole number of bytes");
    if (t->offset[0] > t->offset[1])
        return json_refuse(j, LAMELLA_IO_RULE_LAYOUT, t->layout, "data_offsets that end before they begin");
    if (t->offset[1] - t->offset[0] != (uint64_t)bits / 8)
        return json_refuse(j, LAMELLA_IO_RULE_LAYOUT, t->layout, "data_offsets that are not as far apart as dtype and shape say");
    if (t->offset[1] > IO_DATA_BYTES)
        return json_refuse(j, LAMELLA_IO_RULE_LAYOUT, t->layout, "data_offsets over 2^53");
    return 1;
}

static int read_tensor(header_pass *h)
{
    lamella_io_file *f = h->r->file;
    tensor_fields t;
    t.shape = t.layout = t.dtype = NULL;
    t.n_unknown = 0;
    if (json_length(h->key) > IO_NAME_BYTES)
        return json_refuse(&h->j, LAMELLA_IO_RULE_LIMIT, h->key.start - 1, "a name over 4,096 bytes");
    if (f->n_entries == IO_ARRAYS)
        return json_refuse(&h->j, LAMELLA_IO_RULE_LIMIT, h->key.start - 1, "over 1,000,000 arrays");
    json_peek(&h->j);
    const char *object = h->j.at;
    if (!read_fields(&h->j, &t) || !check_fields(&h->j, object, &t))
        return 0;
    int64_t data = f->header_at + f->header_bytes;
    f->entry[f->n_entries++] = (file_entry){ .name = header_settle(h, h->key), .shape = (uint32_t)header_place(h, t.shape),
        .layout = (uint32_t)header_place(h, t.layout), .type = (uint8_t)t.type, .rank = (uint8_t)t.rank,
        .begin = data + (int64_t)t.offset[0], .end = data + (int64_t)t.offset[1] };
    return 1;
}

static lamella_status read_header(header_pass *h)
{
    int64_t n = 0;
    json_start(&h->j, h->r->file->header, h->r->file->header_bytes);
    h->polled = h->j.at;
    char first = json_peek(&h->j);
    if (first && first != '{')
        json_refuse(&h->j, LAMELLA_IO_RULE_GRAMMAR, h->j.at, "the header has to be a JSON object");
    if (json_begin(&h->j, '{', ""))
        while (header_goes_on(h) && json_member(&h->j, &n, &h->key) && (json_is(h->key, "__metadata__") ? read_metadata(h) : read_tensor(h)))
            h->key = no_key;
    if (h->stopped)
        return h->stopped;
    return json_end(&h->j) ? LAMELLA_OK : refuse_json(h);
}

/* ---- the file ---- */

static int64_t file_size_with(uint64_t header)
{
    return (int64_t)MIN(header, (uint64_t)INT64_MAX - 8) + 8;
}

static lamella_status check_length(const refusal *r, uint64_t *length)
{
    char bytes[8];
    const source *s = &r->file->from;
    if (s->bytes < 8)
        return refuse_size(r, 10, "the file has %lld bytes, a .safetensors file at least 10", (long long)s->bytes);
    int code = source_read(s, 0, bytes, 8);
    if (code)
        return source_fail(r->c, r->file->name, code);
    *length = little_endian(bytes);
    if (*length < 2)
        return refuse_size(r, 10, "a header of %d bytes, expected at least 2", (int)*length);
    if (*length > IO_HEADER_BYTES && r->file->kind == LAMELLA_IO_SAFETENSORS)
        return refuse(r, LAMELLA_IO_RULE_LIMIT, 0, "", "a header of %llu bytes, over the limit of %d", (unsigned long long)*length, IO_HEADER_BYTES);
    if (*length > IO_HEADER_BYTES)
        return refuse_size(r, file_size_with(*length), "is no .safetensors or .npy file: its first 8 bytes would mean a header of %llu bytes, "
                           "expected at most %d", (unsigned long long)*length, IO_HEADER_BYTES);
    if (file_size_with(*length) > s->bytes)
        return refuse_size(r, file_size_with(*length), "the header ends at byte %lld, the file has %lld", (long long)file_size_with(*length),
                           (long long)s->bytes);
    return LAMELLA_OK;
}

lamella_status safetensors_parse(const refusal *r)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    header_pass h = { .r = r, .key = no_key, .stopped = LAMELLA_OK };
    uint64_t length = 0;
    TRY(check_length(r, &length));
    TRY(header_read(r, 8, (int64_t)length));
    if (!IO_LITTLE_ENDIAN)
        f->swap = 1;
    TAKE_FROM(c, &f->memory, f->entry, MIN(f->header_bytes / ENTRY_TEXT, IO_ARRAYS));
    TAKE_FROM(c, &f->memory, f->pair, MIN(f->header_bytes / PAIR_TEXT, IO_PAIRS));
    TRY(read_header(&h));
    return safetensors_check(r);
}
