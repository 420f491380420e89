/* Families: arrays whose names differ in one integer only, "h.0", "h.1" ... or "blocks.0.out", "blocks.1.out" ...
 *
 * Every integer of a name is a place where a family may count. A place's key hashes what stands before and behind it; a stable radix sort
 * puts equal keys side by side, each family in the file's natural order, which is that of its numbers. Two texts of one key are told apart
 * by comparison, and the first stands for it: linear in the header, whatever the names. A file made so that two meet hides a family that it
 * could as well have left out. */
#include "io/stack.h"

#define MOST_PLACES 4 /* of one name: in "model.layers.3.experts.7.w1" there are three */
#define MOST_DIGITS 18
#define KEY_BITS 12

typedef struct keyed_place {
    family_place place;
    uint64_t     key;
} keyed_place;

/* ---- integers of a name ---- */

static int is_name_digit(char b)
{
    return b >= '0' && b <= '9';
}

static int is_letter_or_digit(char b)
{
    return is_name_digit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
}

/* The integer whose digits start at `at`; a minus is its sign unless it joins two words, as in "layer-1". 0: more digits than a number has. */
static int place_at(const char *name, int64_t at, int64_t entry, family_place *p)
{
    int64_t digits = 0, number = 0;
    int negative = at > 0 && name[at - 1] == '-' && (at == 1 || !is_letter_or_digit(name[at - 2]));
    for (; is_name_digit(name[at + digits]); digits++)
        number = digits < MOST_DIGITS ? number * 10 + (name[at + digits] - '0') : -1;
    if (digits > MOST_DIGITS)
        return 0;
    *p = (family_place){ negative ? -number : number, (uint32_t)entry, (uint16_t)(at - negative), (uint16_t)(digits + negative) };
    return 1;
}

/* The first integer from `from` on; 0: there is none. */
static int next_family_place(const char *name, int64_t from, int64_t entry, family_place *p)
{
    for (int64_t at = from; name[at]; at++) {
        if (!is_name_digit(name[at]))
            continue;
        if (place_at(name, at, entry, p))
            return 1;
        at += (int64_t)strspn(name + at, "0123456789") - 1;
    }
    return 0;
}

/* ---- by name ---- */

/* What a prefix means as a pattern: the text before and behind its "{}", else all of it before the integer. */
static void pattern_parts(const char *prefix, int64_t *head, const char **tail)
{
    const char *hole = strstr(prefix, "{}");
    *head = hole ? hole - prefix : (int64_t)strlen(prefix);
    *tail = hole ? hole + 2 : "";
}

static int fits_pattern(const char *name, const char *pattern, int64_t head, const char *tail, int64_t entry, family_place *p)
{
    if (strncmp(name, pattern, (size_t)head))
        return 0;
    int64_t at = head + (name[head] == '-');
    return is_name_digit(name[at]) && (head == 0 || !is_name_digit(name[head - 1])) && place_at(name, at, entry, p) && p->head == head &&
           !strcmp(name + head + p->bytes, tail);
}

lamella_status family_named(call *c, const lamella_io_file *f, const char *prefix, family *found)
{
    family_place p, *member;
    int64_t head, n = 0;
    const char *tail;
    pattern_parts(prefix, &head, &tail);
    for (int64_t i = 0; i < f->n_entries; i++)
        n += fits_pattern(entry_name(f, &f->entry[i]), prefix, head, tail, i, &p);
    TAKE(c, member, n);
    *found = (family){ member, 0 };
    for (int64_t i = 0; i < f->n_entries; i++)
        if (fits_pattern(entry_name(f, &f->entry[i]), prefix, head, tail, i, &p))
            member[found->n++] = p;
    return LAMELLA_OK;
}

/* ---- all of them ---- */

static uint64_t hash_step(uint64_t hash, char b)
{
    return (hash ^ (unsigned char)b) * UINT64_C(1099511628211); /* FNV-1a */
}

/* The places of one name with their keys; returns how many. */
static int64_t places_of(const char *name, int64_t entry, keyed_place *to)
{
    int64_t n = 0, at = 0;
    uint64_t hash = UINT64_C(14695981039346656037);
    family_place p;
    for (int64_t from = 0; n < MOST_PLACES && next_family_place(name, from, entry, &p); from = p.head + p.bytes)
        to[n++].place = p;
    for (int64_t k = 0; k < n; k++) {
        for (; at < to[k].place.head; at++)
            hash = hash_step(hash, name[at]);
        to[k].key = hash;
    }
    at = (int64_t)strlen(name);
    hash = UINT64_C(14695981039346656037);
    for (int64_t k = n - 1; k >= 0; k--) {
        for (; at > to[k].place.head + to[k].place.bytes; at--)
            hash = hash_step(hash, name[at - 1]);
        to[k].key = (to[k].key ^ (hash >> 32)) * UINT64_C(0x9e3779b97f4a7c15) + hash;
    }
    return n;
}

/* Stable, 12 bits at a time; `other` and `count` are room. Six passes end in `x` again. */
static void sort_by_key(keyed_place *x, keyed_place *other, int64_t n, int64_t *count)
{
    for (int shift = 0; shift < 64; shift += KEY_BITS) {
        memset(count, 0, (1 << KEY_BITS) * sizeof *count);
        for (int64_t i = 0; i < n; i++)
            count[x[i].key >> shift & ((1 << KEY_BITS) - 1)]++;
        for (int64_t b = 0, sum = 0, many; b < 1 << KEY_BITS; b++, sum += many) {
            many = count[b];
            count[b] = sum;
        }
        for (int64_t i = 0; i < n; i++)
            other[count[x[i].key >> shift & ((1 << KEY_BITS) - 1)]++] = x[i];
        keyed_place *sorted = other;
        other = x;
        x = sorted;
    }
}

static int same_family(const lamella_io_file *f, const family_place *a, const family_place *b)
{
    const char *x = entry_name(f, &f->entry[a->entry]), *y = entry_name(f, &f->entry[b->entry]);
    return a->head == b->head && !memcmp(x, y, (size_t)a->head) && !strcmp(x + a->head + a->bytes, y + b->head + b->bytes);
}

static int family_before(int64_t i, int64_t j, const void *data)
{
    const family_place *a = ((const family *)data)[i].member, *b = ((const family *)data)[j].member;
    return a->entry != b->entry ? a->entry < b->entry : a->head < b->head;
}

static void swap_families(int64_t i, int64_t j, void *data)
{
    family *x = data, kept = x[i];
    x[i] = x[j];
    x[j] = kept;
}

/* Runs of one key that are of two arrays and more; their members go to `member`. */
static int64_t gather_families(const lamella_io_file *f, const keyed_place *sorted, int64_t n, family_place *member, family *found)
{
    int64_t n_found = 0;
    for (int64_t first = 0, end; first < n; first = end) {
        family one = { member, 0 };
        for (end = first; end < n && sorted[end].key == sorted[first].key; end++)
            if (same_family(f, &sorted[first].place, &sorted[end].place))
                member[one.n++] = sorted[end].place;
        if (one.n < 2)
            continue;
        member += one.n;
        found[n_found++] = one;
    }
    return n_found;
}

lamella_status families_find(call *c, const lamella_io_file *f, family **found, int64_t *n_found)
{
    keyed_place *places, *other, one[MOST_PLACES];
    family_place *member;
    int64_t n = 0, *count;
    for (int64_t i = 0; i < f->n_entries; i++)
        n += places_of(entry_name(f, &f->entry[i]), i, one);
    TAKE(c, places, n);
    TAKE(c, other, n);
    TAKE(c, count, 1 << KEY_BITS);
    TAKE(c, member, n);
    TAKE(c, *found, n / 2);
    n = 0;
    for (int64_t i = 0; i < f->n_entries; i++)
        n += places_of(entry_name(f, &f->entry[i]), i, places + n);
    sort_by_key(places, other, n, count);
    *n_found = gather_families(f, places, n, member, *found);
    sort_in_place(*n_found, family_before, swap_families, *found);
    return LAMELLA_OK;
}
