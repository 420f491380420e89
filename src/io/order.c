/* Names in natural order, and sorts that ask for no memory. */
#include "io/io.h"

static int name_digit(char b)
{
    return b >= '0' && b <= '9';
}

/* Runs of digits at *a and *b by value; moves past them where they are equal. */
static int compare_runs(const char **a, const char **b)
{
    const char *x = *a, *y = *b;
    while (*x == '0')
        x++;
    while (*y == '0')
        y++;
    int64_t n = 0, m = 0;
    while (name_digit(x[n]))
        n++;
    while (name_digit(y[m]))
        m++;
    *a = x + n;
    *b = y + m;
    return n != m ? (n > m) - (n < m) : memcmp(x, y, (size_t)n);
}

int name_compare(const char *a, const char *b)
{
    const char *x = a, *y = b;
    while (*x && *y) {
        if (name_digit(*x) && name_digit(*y)) {
            int order = compare_runs(&x, &y);
            if (order)
                return order;
        } else if (*x != *y) {
            break;
        } else {
            x++, y++;
        }
    }
    if (*x || *y)
        return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
    return strcmp(a, b); /* 01 and 1 */
}

typedef struct sorting {
    int  (*less)(int64_t i, int64_t j, const void *data);
    void (*swap)(int64_t i, int64_t j, void *data);
    void  *data;
} sorting;

static void sift_down(const sorting *s, int64_t root, int64_t n)
{
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && s->less(child, child + 1, s->data))
            child++;
        if (!s->less(root, child, s->data))
            return;
        s->swap(root, child, s->data);
    }
}

void sort_in_place(int64_t n, int (*less)(int64_t i, int64_t j, const void *data), void (*swap)(int64_t i, int64_t j, void *data), void *data)
{
    sorting s = { less, swap, data };
    int64_t ordered = 1;
    while (ordered < n && !less(ordered, ordered - 1, data))
        ordered++;
    if (ordered >= n)
        return;
    for (int64_t root = n / 2; root-- > 0;)
        sift_down(&s, root, n);
    for (int64_t last = n - 1; last > 0; last--) {
        swap(0, last, data);
        sift_down(&s, 0, last);
    }
}

/* ---- by keys ---- */

typedef struct keyed_sorting {
    void      (*skip)(keyed *k, int64_t n, const void *data); /* NULL, or past what all of these have in common */
    int       (*more)(keyed *k, const void *data);
    const void *data;
    uint64_t    pivots;
} keyed_sorting;

/* Never the same twice: no file can be made for the pivots that it will meet. */
static uint64_t next_pivot(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void keyed_exchange(keyed *a, keyed *b)
{
    keyed kept = *a;
    *a = *b;
    *b = kept;
}

/* Equal keys ask what comes next; where nothing does, all of them end alike and the index decides. 0: they are told apart already. */
static int keyed_renew(const keyed_sorting *s, keyed *k, int64_t n, int *ended)
{
    if (*ended)
        return 0;
    if (s->skip)
        s->skip(k, n, s->data);
    for (int64_t i = 0; i < n && !*ended; i++)
        *ended = !s->more || !s->more(&k[i], s->data);
    for (int64_t i = 0; i < n && *ended; i++)
        k[i].key = k[i].index;
    return 1;
}

/* Less, equal, more. The largest part goes on here and the others by a call of their own, so calls nest no deeper than log n. */
static void keyed_part(keyed_sorting *s, keyed *k, int64_t n, int ended)
{
    while (n > 1) {
        uint64_t pivot = k[next_pivot(&s->pivots) % (uint64_t)n].key;
        int64_t low = 0, high = n;
        for (int64_t i = 0; i < high;) {
            if (k[i].key < pivot)
                keyed_exchange(&k[low++], &k[i++]);
            else if (k[i].key > pivot)
                keyed_exchange(&k[i], &k[--high]);
            else
                i++;
        }
        int equal_ended = ended, largest = 0;
        int64_t equal = high - low > 1 && keyed_renew(s, k + low, high - low, &equal_ended) ? high - low : 0;
        const int64_t start[] = { 0, low, high }, length[] = { low, equal, n - high };
        const int ends[] = { ended, equal_ended, ended };
        for (int i = 1; i < 3; i++)
            largest = length[i] > length[largest] ? i : largest;
        for (int i = 0; i < 3; i++)
            if (i != largest)
                keyed_part(s, k + start[i], length[i], ends[i]);
        k += start[largest];
        n = length[largest];
        ended = ends[largest];
    }
}

void keyed_sort(keyed *k, int64_t n, int (*more)(keyed *k, const void *data), const void *data)
{
    keyed_sorting s = { NULL, more, data, (uint64_t)(uintptr_t)k };
    keyed_part(&s, k, n, 0);
}

/* The next piece of a name as a number of its kind of order: bytes as they are; of digits first how many there are. Where nothing is left,
 * the name once more byte by byte, as 01 and 1 are two. */
#define NAME_DIGITS (1u << 31)
#define NAME_BYTES (1u << 30)
#define NAME_END (1u << 29)
#define NAME_PLACE (NAME_END - 1)

uint32_t name_place(const named_items *of, int64_t i)
{
    uint32_t place;
    memcpy(&place, (const char *)of->items + i * of->size, sizeof place);
    return place;
}

static uint64_t piece_of_bytes(const char **p)
{
    uint64_t key = 0;
    for (int i = 0; i < 8; i++)
        key = key << 8 | (unsigned char)(**p ? *(*p)++ : 0);
    return key;
}

static uint64_t piece_of_name(const char **p, int *digits)
{
    uint64_t key = 0;
    int room = 8;
    for (; room && **p; room--) {
        *digits = *digits && name_digit(**p);
        if (*digits || !name_digit(**p)) {
            key = key << 8 | (unsigned char)*(*p)++;
            continue;
        }
        key = key << 8 | '0';
        if (room < 5) { /* no room for how many: again in the next piece */
            room--;
            break;
        }
        int64_t n = 0;
        while (**p == '0')
            ++*p;
        while (name_digit((*p)[n]))
            n++;
        int64_t bytes = n < 128 ? 1 : 4;
        key = key << 8 * bytes | (uint64_t)n | (n < 128 ? 0 : 1u << 31);
        *digits = 1;
        room -= (int)bytes;
    }
    return room ? key << 8 * room : key;
}

static int name_piece(keyed *k, const void *data)
{
    const named_items *of = data;
    const char *p = of->text + (k->at & NAME_PLACE);
    int digits = (k->at & NAME_DIGITS) != 0;
    uint32_t state = k->at & (NAME_BYTES | NAME_END);
    if (state & NAME_END)
        return 0;
    if (!*p && !state) {
        k->key = 0;
        k->at = name_place(of, k->index) | NAME_BYTES;
        return 1;
    }
    k->key = state ? piece_of_bytes(&p) : piece_of_name(&p, &digits);
    k->at = (uint32_t)(p - of->text) | (state ? NAME_BYTES | (k->key ? 0 : NAME_END) : digits ? NAME_DIGITS : 0);
    return 1;
}

/* What n names have in common from where they are, up to where digits begin of which it is not said yet how many. */
static void skip_of_names(keyed *k, int64_t n, const void *data)
{
    const named_items *of = data;
    const char *first = of->text + (k[0].at & NAME_PLACE);
    int64_t length = (int64_t)strlen(first), digits = k[0].at & NAME_DIGITS ? (int64_t)strspn(first, "0123456789") : 0;
    for (int64_t i = 1; i < n; i++) {
        const char *other = of->text + (k[i].at & NAME_PLACE);
        int64_t same = 0;
        while (same < length && first[same] == other[same])
            same++;
        length = same;
    }
    while (length > digits && !(k[0].at & NAME_BYTES) && name_digit(first[length - 1]))
        length--;
    for (int64_t i = 0; i < n; i++)
        k[i].at = (k[i].at + (uint32_t)length) & (length > digits ? ~NAME_DIGITS : UINT32_MAX);
}

void names_sort(const named_items *of, keyed *k)
{
    for (int64_t i = 0; i < of->n; i++) {
        k[i] = (keyed){ .index = (uint32_t)i, .at = name_place(of, i) };
        name_piece(&k[i], of);
    }
    keyed_part(&(keyed_sorting){ skip_of_names, name_piece, of, (uint64_t)(uintptr_t)k }, k, of->n, 0);
}

int64_t names_find(const named_items *of, const char *name)
{
    int64_t low = 0, high = of->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (name_compare(name, of->text + name_place(of, middle)) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < of->n && !strcmp(name, of->text + name_place(of, low)) ? low : -1;
}
