/* A .safetensors header as a whole: no name twice, arrays side by side without overlap or hole, nothing behind the last. Everything is
 * sorted in place, by keys that lie side by side. */
#include "io/io.h"

/* ---- order and duplicates ---- */

/* Item i becomes what item k[i].index was. */
static void put_in_order(char *items, int64_t size, keyed *k, int64_t n)
{
    char kept[sizeof(file_entry)];
    for (int64_t i = 0; i < n; i++) {
        int64_t to = i;
        memcpy(kept, items + i * size, (size_t)size);
        for (int64_t from; (from = k[to].index) != i; to = from) {
            memcpy(items + to * size, items + from * size, (size_t)size);
            k[to].index = (uint32_t)to;
        }
        memcpy(items + to * size, kept, (size_t)size);
        k[to].index = (uint32_t)to;
    }
}

static void sort_names(const lamella_io_file *f, char *items, int64_t size, int64_t n, keyed *k)
{
    names_sort(&(named_items){ f->header, items, size, n }, k);
    put_in_order(items, size, k, n);
}

/* Pairs of few bytes: quickly compared, and keys would need more memory than their text. */
#define PAIR_SHORT 32

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

/* No name stands twice. The second of two is told, the first such in the text. */
static lamella_status check_names(const refusal *r, const void *items, int64_t size, int64_t n)
{
    const lamella_io_file *f = r->file;
    const named_items names = { f->header, items, size, n };
    uint32_t second = UINT32_MAX;
    for (int64_t i = 1; i < n; i++) {
        uint32_t before = name_place(&names, i - 1), place = name_place(&names, i);
        if (!strcmp(f->header + before, f->header + place))
            second = MIN(second, place);
    }
    if (second == UINT32_MAX)
        return LAMELLA_OK;
    return refuse(r, LAMELLA_IO_RULE_DUPLICATE, f->header_at + second - 1, f->header + second, "this key stands twice");
}

/* ---- layout ---- */

/* Arrays that begin together stand as in the text. */
static int next_place(keyed *k, const void *data)
{
    const file_entry *entry = data;
    k->key = entry[k->index].name;
    return !k->at++;
}

/* One after another from the end of the header on: no overlap, no hole. Empty arrays may stand wherever one begins or ends. */
static lamella_status check_layout(const refusal *r, keyed *k)
{
    const lamella_io_file *f = r->file;
    int64_t data = f->header_at + f->header_bytes, begin = data, end = data;
    for (int64_t i = 0; i < f->n_entries; i++)
        k[i] = (keyed){ .key = (uint64_t)f->entry[i].begin, .index = (uint32_t)i };
    keyed_sort(k, f->n_entries, next_place, f->entry);
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
    keyed *k;
    int short_pairs = PAIR_SHORT * f->n_pairs > f->header_bytes;
    TAKE(c, k, short_pairs ? f->n_entries : MAX(f->n_entries, f->n_pairs));
    sort_names(f, (char *)f->entry, (int64_t)sizeof *f->entry, f->n_entries, k);
    if (f->header_bytes > IO_BLOCK)
        TRY(progress(c, 9, 10));
    if (short_pairs)
        sort_in_place(f->n_pairs, pair_less, pair_swap, f);
    else
        sort_names(f, (char *)f->pair, (int64_t)sizeof *f->pair, f->n_pairs, k);
    TRY(check_names(r, f->entry, (int64_t)sizeof *f->entry, f->n_entries));
    TRY(check_names(r, f->pair, (int64_t)sizeof *f->pair, f->n_pairs));
    TRY(check_layout(r, k));
    return f->header_bytes > IO_BLOCK ? progress(c, 1, 1) : LAMELLA_OK;
}
