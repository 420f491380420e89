/* What a file is, by its first bytes: its name may say anything. */
#include "io/io.h"

#define KIND_BYTES 4096

static int starts(const char *bytes, int64_t n, const char *magic, int64_t length)
{
    return n >= length && !memcmp(bytes, magic, (size_t)length);
}

/* Letters of either case; `word` is lower case. */
static int starts_like(const char *bytes, int64_t n, const char *word)
{
    int64_t length = (int64_t)strlen(word);
    for (int64_t i = 0; i < length; i++)
        if (i >= n || (bytes[i] | (bytes[i] >= 'A' && bytes[i] <= 'Z' ? 0x20 : 0)) != word[i])
            return 0;
    return 1;
}

/* Past a byte order mark and blanks, where text formats start. */
static int64_t text_start(const char *bytes, int64_t n)
{
    int64_t i = starts(bytes, n, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < n && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\n' || bytes[i] == '\r'))
        i++;
    return i;
}

static int holds(const char *bytes, int64_t n, const char *word)
{
    int64_t length = (int64_t)strlen(word);
    for (int64_t i = 0; i + length <= n; i++)
        if (!memcmp(bytes + i, word, (size_t)length))
            return 1;
    return 0;
}

uint64_t little_endian(const char bytes[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)(unsigned char)bytes[i] << 8 * i;
    return value;
}

/* .safetensors has no magic: the length of a header that fits, or that at least starts with a brace; a header over the limit has to do both. */
static int is_safetensors(const char *bytes, int64_t n, int64_t file_bytes)
{
    if (n < 8)
        return 0;
    uint64_t header = little_endian(bytes);
    int fits = header <= (uint64_t)file_bytes - 8, brace = n > 8 && bytes[8] == '{';
    return header <= IO_HEADER_BYTES ? fits || brace : fits && brace;
}

int32_t kind_of_bytes(const char *bytes, int64_t n, int64_t file_bytes)
{
    int64_t text = text_start(bytes, n);
    if (n == 0)
        return LAMELLA_IO_EMPTY;
    if (starts(bytes, n, "\x93NUMPY", 6))
        return LAMELLA_IO_NPY;
    if (is_safetensors(bytes, n, file_bytes))
        return LAMELLA_IO_SAFETENSORS;
    if (starts(bytes, n, "GGUF", 4))
        return LAMELLA_IO_GGUF;
    if (starts(bytes, n, "PK\3\4", 4) || starts(bytes, n, "PK\5\6", 4))
        return LAMELLA_IO_ZIP;
    if (starts(bytes, n, "\x89HDF\r\n\x1a\n", 8))
        return LAMELLA_IO_HDF5;
    if (starts(bytes, n, "PAR1", 4))
        return LAMELLA_IO_PARQUET;
    if (n > 2 && (unsigned char)bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5)
        return LAMELLA_IO_PICKLE;
    if (starts(bytes, n, "version https://git-lfs.", 24))
        return LAMELLA_IO_LFS;
    if (starts_like(bytes + text, n - text, "<!doctype html") || starts_like(bytes + text, n - text, "<html"))
        return LAMELLA_IO_WEB_PAGE;
    if (text < n && bytes[text] == '{' && holds(bytes, n, "\"weight_map\""))
        return LAMELLA_IO_INDEX;
    return LAMELLA_IO_UNKNOWN;
}

/* "a Git LFS pointer ..." and what to do about it. */
static const char *kind_text(int32_t kind)
{
    switch (kind) {
    case LAMELLA_IO_SAFETENSORS: return "a .safetensors file";
    case LAMELLA_IO_NPY: return "a .npy file";
    case LAMELLA_IO_GGUF: return "a GGUF model file";
    case LAMELLA_IO_ZIP: return "a zip archive (.npz or a PyTorch .pt): save its arrays as .safetensors or .npy";
    case LAMELLA_IO_PICKLE: return "a Python pickle, which can run code when it is loaded: save its arrays as .safetensors or .npy";
    case LAMELLA_IO_HDF5: return "an HDF5 file: save its arrays as .safetensors or .npy";
    case LAMELLA_IO_PARQUET: return "a parquet file: save its columns as .safetensors or .npy";
    case LAMELLA_IO_INDEX: return "the index of a sharded checkpoint: open its shards one by one";
    case LAMELLA_IO_LFS: return "a Git LFS pointer, not the file it stands for: fetch it with `git lfs pull`";
    case LAMELLA_IO_WEB_PAGE: return "a web page, saved under this name in place of the file";
    case LAMELLA_IO_EMPTY: return "empty";
    default: return "of no known kind";
    }
}

lamella_status kind_of_source(call *c, const source *s, const char *name, int32_t *kind)
{
    char *first;
    int64_t n = MIN(s->bytes, KIND_BYTES);
    TAKE(c, first, n);
    int code = source_read(s, 0, first, n);
    if (code)
        return source_fail(c, name, code);
    *kind = kind_of_bytes(first, n, s->bytes);
    return LAMELLA_OK;
}

/* Appends a shard's name if it is new; at most 8 are kept, all are counted while they come in order. */
typedef struct shard_list {
    json_text shown[8];
    json_text last;
    int64_t   n;
} shard_list;

static void add_shard(shard_list *l, json_text name)
{
    if (l->n && json_same(l->last, name))
        return;
    for (int64_t i = 0; i < MIN(l->n, LENGTH(l->shown)); i++)
        if (json_same(l->shown[i], name))
            return;
    if (l->n < LENGTH(l->shown))
        l->shown[l->n] = name;
    l->last = name;
    l->n++;
}

static void read_weight_map(json *j, shard_list *l)
{
    int64_t members = 0, weights = 0;
    json_text key, shard;
    if (!json_begin(j, '{', ""))
        return;
    while (json_member(j, &members, &key)) {
        if (!json_is(key, "weight_map")) {
            json_skip(j);
            continue;
        }
        if (!json_begin(j, '{', ""))
            return;
        while (json_member(j, &weights, &key) && json_string(j, &shard, ""))
            add_shard(l, shard);
    }
}

/* The names of an index's shards as text, "" where it cannot be read. */
static lamella_status shard_names(call *c, const source *s, char *text, int64_t size)
{
    char *all;
    json j;
    shard_list shards = { .n = 0 };
    text[0] = 0;
    if (s->bytes > IO_HEADER_BYTES)
        return LAMELLA_OK;
    TAKE(c, all, s->bytes);
    if (source_read(s, 0, all, s->bytes))
        return LAMELLA_OK;
    json_start(&j, all, s->bytes);
    read_weight_map(&j, &shards);
    int64_t used = 0;
    for (int64_t i = 0; i < MIN(shards.n, LENGTH(shards.shown)); i++) {
        char name[64];
        text_cut(name, LENGTH(name), shards.shown[i].start, shards.shown[i].n);
        int64_t n = (int64_t)strlen(name);
        if (used + n + 8 > size)
            break;
        memcpy(text + used, i ? ", " : ": ", 2);
        memcpy(text + used + 2, name, (size_t)n + 1);
        used += n + 2;
        if (i == LENGTH(shards.shown) - 1 && shards.n > LENGTH(shards.shown))
            memcpy(text + used, " ...", 5);
    }
    return LAMELLA_OK;
}

lamella_status refuse_kind(const refusal *r, int32_t kind)
{
    char shards[400] = "";
    call *c = r->c;
    if (kind == LAMELLA_IO_INDEX)
        TRY(shard_names(c, &r->file->from, shards, LENGTH(shards)));
    return refuse(r, LAMELLA_IO_RULE_KIND, 0, "", "is %s%s; expected a .safetensors or .npy file", kind_text(kind), shards);
}
