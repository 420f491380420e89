/* Objects of a body: their bytes as they are to be loaded, and as a failed call has to leave them. */
#include "support/case.h"

/* The first byte after the number'th shape that a header of .safetensors or .npy tells, or NULL. */
static char *digit_of_shape(char *bytes, int64_t n, int64_t number)
{
    static const char json[] = "\"shape\":[", npy[] = "'shape': (";
    for (int64_t i = 0; i + (int64_t)sizeof json < n; i++)
        if ((!memcmp(bytes + i, json, sizeof json - 1) || !memcmp(bytes + i, npy, sizeof npy - 1)) && !number--)
            return bytes + i + sizeof json - 1;
    return NULL;
}

const lamella_view *matrix_bytes(matrix *m, const lamella_view *bytes)
{
    matrix_case *c = m->inside;
    mistake *wrong = &c->mistake;
    int64_t n = bytes->shape[0];
    if (wrong->what == BYTES_CUT) {
        n = n * wrong->number / 4 + wrong->other * 4;
        n = n < bytes->shape[0] ? n : bytes->shape[0] - 1;
        wrong->made = 1;
    }
    char *copy = piece_take(&c->of_call, n)->memory;
    memcpy(copy, bytes->data, (size_t)n);
    char *digit = wrong->what == BYTES_CLAIM ? digit_of_shape(copy, n, wrong->other) : NULL;
    if (digit && *digit >= '0' && *digit <= '9') {
        *digit = *digit == '9' ? '8' : '9';
        wrong->made = 1;
    }
    lamella_view *v = (lamella_view *)piece_take(&c->of_call, sizeof *v)->memory;
    *v = view_of(LAMELLA_U8, copy, n);
    return v;
}

const lamella_view *matrix_keep(matrix *m, const lamella_view *bytes)
{
    char *copy = piece_take(&m->inside->of_call, bytes->shape[0])->memory;
    lamella_view *kept = (lamella_view *)piece_take(&m->inside->of_call, sizeof *kept)->memory;
    memcpy(copy, bytes->data, (size_t)bytes->shape[0]);
    *kept = view_of(LAMELLA_U8, copy, bytes->shape[0]);
    return kept;
}

void matrix_kept(matrix *m, const lamella_view *before, const lamella_view *now)
{
    if (before->shape[0] != now->shape[0] || memcmp(before->data, now->data, (size_t)now->shape[0]))
        case_failed(m->inside, "a failed call changed the object");
}
