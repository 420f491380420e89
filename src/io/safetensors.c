/* The .safetensors header: 8 bytes of length (little-endian), a JSON object, the arrays' bytes.
 *
 *   { "__metadata__": { key: text }, name: { "dtype": text, "shape": [whole], "data_offsets": [begin, end] } }
 *
 * Two passes over the text: the first checks all of it and counts, the second fills what the counts sized, so that a refused file costs
 * its header and nothing more. Then names and metadata keys are compared, and arrays are walked by offset: no overlap, no hole, nothing
 * behind the last.
 * Stricter than the format's reference reader: equal keys, NUL characters, sizes over 2^53 bytes whatever the order of their
 * factors, and rank over 64 are refused. Keys inside the value of an unknown field are not compared: nothing reads them. */
#include "io/io.h"

#define UNKNOWN_FIELDS 8

typedef struct header_pass {
    const refusal *r;
    json           j;
    int            fill;       /* the second pass */
    int64_t        n_entries, n_pairs;
    int            metadata;   /* seen */
    json_text      key;        /* of the member being read */
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

/* ---- metadata ---- */

static int read_metadata(header_pass *h)
{
    json_text key, value;
    int64_t n = 0;
    if (h->metadata++)
        return json_refuse(&h->j, LAMELLA_IO_RULE_DUPLICATE, h->key.start - 1, "this key stands twice");
    if (json_peek(&h->j) == 'n')
        return json_skip(&h->j);
    if (!json_begin(&h->j, '{', "expected an object of texts"))
        return 0;
    while (json_member(&h->j, &n, &key)) {
        if (!json_string(&h->j, &value, "expected a text in double quotes"))
            return 0;
        if (n > IO_PAIRS)
            return json_refuse(&h->j, LAMELLA_IO_RULE_LIMIT, key.start - 1, "over 100,000 metadata pairs");
        if (h->fill)
            h->r->file->pair[h->n_pairs] = (file_pair){ header_settle(h, key), header_settle(h, value) };
        h->n_pairs++;
    }
    return !h->j.rule;
}

/* ---- a tensor ---- */

static int read_shape(json *j, tensor_fields *t)
{
    static const char what[] = "shape has to be an array of whole numbers";
    uint64_t extent;
    int64_t n = 0;
    json_peek(j);
    t->shape = j->at;
    if (!json_begin(j, '[', what))
        return 0;
    while (json_element(j, &n)) {
        if (n > IO_RANK)
            return json_refuse(j, LAMELLA_IO_RULE_LIMIT, t->shape, "rank over 64");
        if (!json_whole(j, &extent, what))
            return 0;
        t->extent[n - 1] = extent > INT64_MAX ? INT64_MAX : (int64_t)extent;
    }
    t->rank = (int32_t)n;
    return !j->rule;
}

static int read_offsets(json *j, tensor_fields *t)
{
    static const char what[] = "data_offsets has to be an array of two whole numbers";
    int64_t n = 0;
    json_peek(j);
    t->layout = j->at;
    if (!json_begin(j, '[', what))
        return 0;
    while (json_element(j, &n)) {
        uint64_t surplus;
        if (!json_whole(j, n <= 2 ? &t->offset[n - 1] : &surplus, what))
            return 0;
    }
    return !j->rule && (n == 2 || json_refuse(j, LAMELLA_IO_RULE_SCHEMA, t->layout, what));
}

static int read_dtype(json *j, tensor_fields *t)
{
    json_text name;
    json_peek(j);
    t->dtype = j->at;
    if (!json_string(j, &name, "dtype has to be a text"))
        return 0;
    t->type = file_type_named(name);
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
    if (!json_begin(j, '{', "an array's entry has to be an object"))
        return 0;
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
    tensor_fields t;
    t.shape = t.layout = t.dtype = NULL;
    t.n_unknown = 0;
    t.rank = 0;
    if (h->key.n > IO_NAME_BYTES && json_length(h->key) > IO_NAME_BYTES)
        return json_refuse(&h->j, LAMELLA_IO_RULE_LIMIT, h->key.start - 1, "a name over 4,096 bytes");
    if (h->n_entries == IO_ARRAYS)
        return json_refuse(&h->j, LAMELLA_IO_RULE_LIMIT, h->key.start - 1, "over 1,000,000 arrays");
    json_peek(&h->j);
    const char *object = h->j.at;
    if (!read_fields(&h->j, &t) || !check_fields(&h->j, object, &t))
        return 0;
    if (h->fill) {
        int64_t data = h->r->file->header_at + h->r->file->header_bytes;
        h->r->file->entry[h->n_entries] = (file_entry){ .name = header_settle(h, h->key), .shape = (uint32_t)header_place(h, t.shape),
            .layout = (uint32_t)header_place(h, t.layout), .type = (uint8_t)t.type, .rank = (uint8_t)t.rank,
            .begin = data + (int64_t)t.offset[0], .end = data + (int64_t)t.offset[1] };
    }
    h->n_entries++;
    return 1;
}

static lamella_status read_header(header_pass *h)
{
    int64_t n = 0;
    json_start(&h->j, h->r->file->header, h->r->file->header_bytes);
    h->n_entries = h->n_pairs = h->metadata = 0;
    h->key = (json_text){ "", 0 };
    char first = json_peek(&h->j);
    if (first && first != '{')
        json_refuse(&h->j, LAMELLA_IO_RULE_GRAMMAR, h->j.at, "the header has to be a JSON object");
    if (json_begin(&h->j, '{', ""))
        while (json_member(&h->j, &n, &h->key) && (json_is(h->key, "__metadata__") ? read_metadata(h) : read_tensor(h)))
            h->key = (json_text){ "", 0 };
    return json_end(&h->j) ? LAMELLA_OK : refuse_json(h);
}

/* ---- after both passes: order and duplicates ---- */

static int entry_less(int64_t i, int64_t j, const void *data)
{
    const lamella_io_file *f = data;
    return name_compare(entry_name(f, &f->entry[i]), entry_name(f, &f->entry[j])) < 0;
}

static void entry_swap(int64_t i, int64_t j, void *data)
{
    lamella_io_file *f = data;
    file_entry e = f->entry[i];
    f->entry[i] = f->entry[j];
    f->entry[j] = e;
}

static int pair_less(int64_t i, int64_t j, const void *data)
{
    const lamella_io_file *f = data;
    int order = name_compare(f->header + f->pair[i].key, f->header + f->pair[j].key);
    return order < 0 || (order == 0 && f->pair[i].key < f->pair[j].key);
}

static void pair_swap(int64_t i, int64_t j, void *data)
{
    lamella_io_file *f = data;
    file_pair p = f->pair[i];
    f->pair[i] = f->pair[j];
    f->pair[j] = p;
}

/* An entry under a number: what is sorted lies side by side in memory, which names and entries do not. */
typedef struct keyed_entry {
    uint64_t key;
    uint32_t index; /* entries stand as in the text: equal keys stay in its order */
    uint32_t reserved;
} keyed_entry;

static int keyed_less(int64_t i, int64_t j, const void *data)
{
    const keyed_entry *k = data;
    return k[i].key != k[j].key ? k[i].key < k[j].key : k[i].index < k[j].index;
}

static void keyed_swap(int64_t i, int64_t j, void *data)
{
    keyed_entry *k = data, kept = k[i];
    k[i] = k[j];
    k[j] = kept;
}

/* Seeded by where the header lies, so that no file can be made of names that collide. */
static uint64_t name_hash(const lamella_io_file *f, const char *name)
{
    uint64_t h = (uint64_t)(uintptr_t)f->header * 0x9e3779b97f4a7c15u;
    for (; *name; name++) {
        h = (h ^ (unsigned char)*name) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return h;
}

/* The first entry in the text whose name was there before; n_entries: none. */
static int64_t second_of_a_name(const lamella_io_file *f, keyed_entry *k)
{
    int64_t second = f->n_entries;
    for (int64_t i = 0; i < f->n_entries; i++)
        k[i] = (keyed_entry){ .key = name_hash(f, entry_name(f, &f->entry[i])), .index = (uint32_t)i };
    sort_in_place(f->n_entries, keyed_less, keyed_swap, k);
    for (int64_t i = 1; i < f->n_entries; i++)
        for (int64_t j = i - 1; j >= 0 && k[j].key == k[i].key && k[i].index < second; j--)
            if (!strcmp(entry_name(f, &f->entry[k[j].index]), entry_name(f, &f->entry[k[i].index])))
                second = k[i].index;
    return second;
}

static lamella_status check_names(const refusal *r, keyed_entry *k)
{
    const lamella_io_file *f = r->file;
    int64_t second = second_of_a_name(f, k);
    if (second == f->n_entries)
        return LAMELLA_OK;
    const file_entry *e = &f->entry[second];
    return refuse(r, LAMELLA_IO_RULE_DUPLICATE, f->header_at + e->name - 1, entry_name(f, e), "this key stands twice");
}

/* Sorts the pairs, few enough for it. */
static lamella_status check_keys(const refusal *r)
{
    lamella_io_file *f = r->file;
    uint32_t second = UINT32_MAX;
    sort_in_place(f->n_pairs, pair_less, pair_swap, f);
    for (int64_t i = 1; i < f->n_pairs; i++)
        if (f->pair[i].key < second && !strcmp(f->header + f->pair[i - 1].key, f->header + f->pair[i].key))
            second = f->pair[i].key;
    if (second == UINT32_MAX)
        return LAMELLA_OK;
    return refuse(r, LAMELLA_IO_RULE_DUPLICATE, f->header_at + second - 1, f->header + second, "this key stands twice");
}

/* ---- layout ---- */

/* One after another from the end of the header on: no overlap, no hole. Empty arrays may stand wherever one begins or ends. */
static lamella_status check_layout(const refusal *r, keyed_entry *k)
{
    const lamella_io_file *f = r->file;
    int64_t data = f->header_at + f->header_bytes, begin = data, end = data;
    for (int64_t i = 0; i < f->n_entries; i++)
        k[i] = (keyed_entry){ .key = (uint64_t)f->entry[i].begin, .index = (uint32_t)i };
    sort_in_place(f->n_entries, keyed_less, keyed_swap, k);
    for (int64_t i = 0; i < f->n_entries; i++) {
        const file_entry *e = &f->entry[k[i].index];
        int empty = e->begin == e->end;
        if (e->begin < end && !(empty && e->begin == begin))
            return refuse(r, LAMELLA_IO_RULE_LAYOUT, f->header_at + e->layout, entry_name(f, e), "its bytes overlap another array's");
        if (e->begin > end)
            return refuse(r, LAMELLA_IO_RULE_LAYOUT, f->header_at + e->layout, entry_name(f, e), "a hole of %lld bytes stands before it",
                          (long long)(e->begin - end));
        begin = e->begin;
        end = MAX(end, e->end);
    }
    if (f->n_entries == 0 && f->from.bytes > data)
        return refuse(r, LAMELLA_IO_RULE_LAYOUT, data, "", "bytes that belong to no array");
    return check_end(r, end);
}

/* ---- the file ---- */

static int64_t file_size_with(uint64_t header)
{
    return header > INT64_MAX - 8 ? INT64_MAX : (int64_t)header + 8;
}

static lamella_status check_length(const refusal *r, uint64_t *length)
{
    unsigned char bytes[8];
    const source *s = &r->file->from;
    if (s->bytes < 8)
        return refuse_size(r, 10, "the file has %lld bytes, a .safetensors file at least 10", (long long)s->bytes);
    int code = source_read(s, 0, bytes, 8);
    if (code)
        return source_fail(r->c, r->file->name, code);
    *length = 0;
    for (int i = 7; i >= 0; i--)
        *length = *length << 8 | bytes[i];
    if (*length < 2)
        return refuse_size(r, 10, "a header of %d bytes, expected at least 2", (int)*length);
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
    header_pass h = { .r = r };
    uint64_t length = 0;
    TRY(check_length(r, &length));
    TRY(header_read(r, 8, (int64_t)length));
    f->swap = !IO_LITTLE_ENDIAN;
    TRY(read_header(&h));
    f->n_entries = h.n_entries;
    f->n_pairs = h.n_pairs;
    TAKE_FROM(c, &f->memory, f->entry, f->n_entries);
    TAKE_FROM(c, &f->memory, f->pair, f->n_pairs);
    h.fill = 1;
    TRY(read_header(&h));
    keyed_entry *keyed;
    TAKE(c, keyed, f->n_entries);
    TRY(check_names(r, keyed));
    TRY(check_keys(r));
    TRY(check_layout(r, keyed));
    sort_in_place(f->n_entries, entry_less, entry_swap, f);
    return LAMELLA_OK;
}
