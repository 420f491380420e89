/* The .npy header: magic, version 1 to 3, length, a Python dict of literals, one array's bytes.
 *
 *   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
 *
 * Of Python only what numpy.save writes is read, blanks, quotes, order and a last comma free: no escape, no call, no number but plain
 * decimal digits. Fortran order becomes strides; the other byte order is swapped when rows are read. */
#include "io/io.h"

typedef struct npy_header {
    const refusal *r;
    const char    *at, *end;
    const char    *descr, *order, *shape; /* where the values stand; NULL = not seen */
    json_text      unread;                /* a dtype that numpy.save writes and nobody here reads; its start NULL: none */
    int32_t        type, rank;
    int64_t        extent[IO_RANK];
} npy_header;

static lamella_status npy_refuse(const npy_header *h, int32_t rule, const char *where, const char *key, const char *what)
{
    const lamella_io_file *f = h->r->file;
    return refuse(h->r, rule, f->header_at + (where - f->header), key, "%s", what);
}

/* A NUL ends the header, and none stands in it. */
static void blanks(npy_header *h)
{
    while (*h->at == ' ' || *h->at == '\t' || *h->at == '\n' || *h->at == '\r')
        h->at++;
}

/* The next byte that is no blank; 0 at the end. */
static char peek(npy_header *h)
{
    blanks(h);
    return *h->at;
}

/* A text in single or double quotes; a backslash would start an escape and is refused. */
static lamella_status npy_text(npy_header *h, json_text *text, const char *what)
{
    char quote = peek(h);
    if (quote != '\'' && quote != '"')
        return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->at, "", what);
    text->start = ++h->at;
    while (*h->at && *h->at != quote && *h->at != '\\' && *h->at != '\n')
        h->at++;
    if (*h->at != quote)
        return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->at, "", "a text that does not end, or an escape");
    text->n = h->at++ - text->start;
    return LAMELLA_OK;
}

/* ---- dtypes ---- */

/* What a dtype holds that is none of ours, and what to save instead; NULL: numpy.save writes no such text. */
static const char *npy_unread(json_text d)
{
    if (d.start[0] == '[')
        return "records: save each field as an array of its own, x[\"name\"]";
    const char *kind = strchr("<>|=", d.start[0]) ? strchr("USOcMmVf", d.start[1]) : NULL; /* a quote stands behind them, so no size is asked */
    if (!kind)
        return NULL;
    int64_t digits = (int64_t)strspn(d.start + 2, "0123456789");
    int unit = digits == 1 && d.start[3] == '[' && d.start[d.n - 1] == ']';
    if ((*kind == 'O' ? d.n != 2 : !digits || d.start[2] == '0') || (2 + digits != d.n && !(unit && (*kind | 0x20) == 'm')))
        return NULL;
    switch (*kind) {
    case 'U':
    case 'S': return "text: save numbers in its place, numpy.unique(x, return_inverse=True)[1]";
    case 'O': return "Python objects: save numbers, x.astype(\"f4\")";
    case 'c': return "complex numbers: save x.real and x.imag";
    case 'M':
    case 'm': return "times: save x.astype(\"i8\")";
    case 'V': return d.start[0] == '|' ? "raw bytes of no dtype: save x.view() of the dtype that they are" : NULL;
    default: return digits == 2 ? "floats of over 64 bits: save x.astype(\"f8\")" : NULL;
    }
}

/* A Python list up to its closing bracket: brackets in pairs, texts skipped. */
static lamella_status npy_list(npy_header *h)
{
    call *c = h->r->c;
    json_text text;
    int64_t depth = 0;
    h->unread.start = h->at;
    do {
        char b = peek(h);
        if (b == '\'' || b == '"') {
            TRY(npy_text(h, &text, ""));
            continue;
        }
        if (!b)
            return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->descr, "descr", "a list that does not end");
        depth += b == '[' || b == '(' ? 1 : b == ']' || b == ')' ? -1 : 0;
        h->at++;
    } while (depth > 0);
    h->unread.n = h->at - h->unread.start;
    return LAMELLA_OK;
}

static lamella_status npy_descr(npy_header *h)
{
    call *c = h->r->c;
    lamella_io_file *f = h->r->file;
    json_text text;
    char first = peek(h);
    h->descr = h->at;
    if (first == '[')
        return npy_list(h);
    if (first != '\'' && first != '"')
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, h->at, "descr", "a dtype that is neither a text nor a list");
    TRY(npy_text(h, &text, ""));
    char order = text.n == 3 ? text.start[0] : 0;
    h->type = file_type_of_npy(text.start + 1, text.n - 1);
    int one_byte = h->type >= 0 && file_type_get(h->type)->bits == 8, raw = h->type >= 0 && !*file_type_get(h->type)->name;
    int known = order == '<' || (order == '|' && (one_byte || raw)) || ((order == '>' || order == '=') && !raw);
    if ((h->type < 0 || !known) && npy_unread(text)) {
        h->unread = text;
        return LAMELLA_OK;
    }
    if (h->type < 0 || !known)
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, h->descr, "descr",
                          "a dtype that is not read: expected < or > and f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 or b1, or |V2");
    memcpy(f->descr, text.start, (size_t)text.n);
    f->swap = !one_byte && order != '=' && (order == '>') == IO_LITTLE_ENDIAN;
    return LAMELLA_OK;
}

static int npy_word(npy_header *h, const char *word)
{
    size_t n = strlen(word);
    int is = !strncmp(h->at, word, n);
    h->at += is ? n : 0;
    return is;
}

static lamella_status npy_order(npy_header *h)
{
    blanks(h);
    h->order = h->at;
    h->r->file->fortran = npy_word(h, "True");
    if (!h->r->file->fortran && !npy_word(h, "False"))
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, h->order, "fortran_order", "expected True or False");
    return LAMELLA_OK;
}

/* Plain decimal digits without a leading zero; a number that does not fit is the largest one, which no array has. */
static lamella_status npy_extent(npy_header *h, int64_t *extent)
{
    const char *start = h->at;
    for (*extent = 0; *h->at >= '0' && *h->at <= '9'; h->at++)
        if (!size_mul(*extent, 10, extent) || !size_add(*extent, *h->at - '0', extent))
            *extent = INT64_MAX; /* and so it is with more digits */
    int ends = *h->at == ',' || *h->at == ')' || *h->at == ' ';
    if (h->at == start || !ends || (*start == '0' && h->at - start > 1))
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, start, "shape", "expected a whole number in decimal digits");
    return LAMELLA_OK;
}

static lamella_status npy_shape(npy_header *h)
{
    call *c = h->r->c;
    char first = peek(h);
    h->shape = h->at;
    if (first != '(')
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, h->at, "shape", "expected a tuple, as (3, 4)");
    int comma = 1; /* before the first stands what does as one */
    for (h->at++; peek(h) != ')'; h->rank++) {
        if (h->rank == IO_RANK)
            return npy_refuse(h, LAMELLA_IO_RULE_LIMIT, h->shape, "shape", "rank over 64");
        if (!comma)
            return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->at, "shape", "expected ',' or ')'");
        TRY(npy_extent(h, &h->extent[h->rank]));
        comma = peek(h) == ',';
        h->at += comma;
    }
    h->at++;
    if (h->rank == 1 && !comma)
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, h->shape, "shape", "a number in brackets, expected a tuple, as (3,)");
    return LAMELLA_OK;
}

static lamella_status npy_member(npy_header *h)
{
    call *c = h->r->c;
    json_text key;
    blanks(h);
    const char *start = h->at;
    TRY(npy_text(h, &key, "expected a key in quotes"));
    int descr = key.n == 5 && !memcmp(key.start, "descr", 5), order = key.n == 13 && !memcmp(key.start, "fortran_order", 13);
    int shape = key.n == 5 && !memcmp(key.start, "shape", 5);
    const char *name = descr ? "descr" : order ? "fortran_order" : "shape";
    if (!descr && !order && !shape)
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, start, "", "a key other than descr, fortran_order and shape");
    if ((descr && h->descr) || (order && h->order) || (shape && h->shape))
        return npy_refuse(h, LAMELLA_IO_RULE_DUPLICATE, start, name, "this key stands twice");
    if (peek(h) != ':')
        return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->at, name, "expected ':'");
    h->at++;
    return descr ? npy_descr(h) : order ? npy_order(h) : npy_shape(h);
}

static lamella_status dict(npy_header *h)
{
    call *c = h->r->c;
    if (peek(h) != '{')
        return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->at, "", "the header has to be a dict");
    const char *start = h->at++;
    while (peek(h) != '}') {
        TRY(npy_member(h));
        if (peek(h) == ',')
            h->at++;
        else if (peek(h) != '}')
            return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->at, "", "expected ',' or '}'");
    }
    h->at++;
    if (peek(h))
        return npy_refuse(h, LAMELLA_IO_RULE_TEXT, h->at, "", "something follows the dict");
    if (h->end[-1] != '\n')
        return npy_refuse(h, LAMELLA_IO_RULE_GRAMMAR, h->end, "", "the header does not end with a newline");
    if (!h->descr || !h->order || !h->shape)
        return npy_refuse(h, LAMELLA_IO_RULE_SCHEMA, start, !h->descr ? "descr" : !h->order ? "fortran_order" : "shape", "this key is missing");
    return LAMELLA_OK;
}

/* The length's place and width follow the version; nothing is read before it was checked. */
static lamella_status npy_length(const refusal *r, int64_t *at, int64_t *length)
{
    unsigned char first[12];
    const source *s = &r->file->from;
    int64_t have = MIN(s->bytes, LENGTH(first));
    int code = source_read(s, 0, first, have);
    if (code)
        return source_fail(r->c, r->file->name, code);
    if (have > 7 && (first[6] < 1 || first[6] > 3 || first[7] != 0))
        return refuse(r, LAMELLA_IO_RULE_SCHEMA, 6, "version", "version %d.%d, expected 1.0, 2.0 or 3.0", first[6], first[7]);
    *at = have > 7 && first[6] > 1 ? 12 : 10;
    if (s->bytes < *at)
        return refuse_size(r, *at, "the file has %lld bytes and ends before the length of its header", (long long)s->bytes);
    *length = first[8] | first[9] << 8;
    if (*at == 12)
        *length |= (int64_t)first[10] << 16 | (int64_t)first[11] << 24;
    if (*length > s->bytes - *at)
        return refuse_size(r, *at + *length, "the header ends at byte %lld, the file has %lld", (long long)(*at + *length), (long long)s->bytes);
    if (*length > IO_NPY_HEADER_BYTES)
        return refuse(r, LAMELLA_IO_RULE_LIMIT, 8, "", "a header of %lld bytes, expected at most %d", (long long)*length, IO_NPY_HEADER_BYTES);
    return LAMELLA_OK;
}

static lamella_status npy_ascii(npy_header *h)
{
    for (const char *p = h->at; p < h->end; p++)
        if ((*p < ' ' || *p > '~') && *p != '\n' && *p != '\t' && *p != '\r')
            return npy_refuse(h, LAMELLA_IO_RULE_TEXT, p, "", "a byte that is no ASCII text");
    return LAMELLA_OK;
}

/* The name "" stands on the NUL that ends the header. */
lamella_status npy_parse(const refusal *r)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    npy_header h = { .r = r };
    int64_t at = 0, length = 0, bits;
    TRY(npy_length(r, &at, &length));
    TRY(header_read(r, at, length));
    h.at = f->header;
    h.end = f->header + length;
    TRY(npy_ascii(&h));
    TRY(dict(&h));
    if (h.unread.start)
        return refuse(r, LAMELLA_IO_RULE_DTYPE, at + (h.descr - f->header), "descr", "%.*s is not read: the file holds %s",
                      (int)MIN(h.unread.n, 40), h.unread.start, npy_unread(h.unread));
    if (!array_bits(h.extent, h.rank, file_type_get(h.type)->bits, &bits))
        return npy_refuse(&h, LAMELLA_IO_RULE_OVERFLOW, h.shape, "shape", "a shape of over 2^53 bytes");
    TAKE_FROM(c, &f->memory, f->entry, 1);
    f->n_entries = 1;
    f->entry[0] = (file_entry){ .name = (uint32_t)length, .shape = (uint32_t)(h.shape - f->header), .layout = (uint32_t)(h.shape - f->header),
        .type = (uint8_t)h.type, .rank = (uint8_t)h.rank, .begin = at + length, .end = at + length + bits / 8 };
    return check_end(r, f->entry[0].end);
}
