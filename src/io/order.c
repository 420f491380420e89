/* Names in natural order, and a sort that asks for no memory. */
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
