/* A .safetensors header as a whole: no name twice, arrays side by side without overlap or hole, nothing behind the last. Everything is
 * sorted in place, by numbers where it can be large. */
#include "io/io.h"

/* ---- order and duplicates ---- */

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

lamella_status safetensors_check(const refusal *r)
{
    call *c = r->c;
    lamella_io_file *f = r->file;
    keyed_entry *keyed;
    TAKE(c, keyed, f->n_entries);
    TRY(check_names(r, keyed));
    TRY(check_keys(r));
    TRY(check_layout(r, keyed));
    sort_in_place(f->n_entries, entry_less, entry_swap, f);
    return LAMELLA_OK;
}
