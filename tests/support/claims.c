/* Views that claim more than they hold: extents beside one of 0, rows and columns that are one element many times. What that costs the
 * view nothing may not cost the call memory in proportion, nor time beyond its deadline. */
#include "support/case.h"
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#define CLAIM ((int64_t)1 << 40)
#define MOST_BYTES ((int64_t)64 << 20)
#define MOST_SECONDS (WATCHED ? 60 : 5)

typedef struct claim {
    const char *what;
    int64_t     axis;  /* counted from the first, or from the last with -1 */
    int64_t     empty; /* the axis of no extent beside it, or NONE: then every element is one */
} claim;

enum { NONE = 9 };

static const claim claims[] = {
    { "2^40 rows of no dims", 0, -1 }, { "2^40 dims of no rows", -1, 0 }, { "2^40 tokens of no dims", -2, -1 },
    { "2^40 rows that are one", 0, NONE }, { "2^40 dims that are one", -1, NONE },
};

static const claim *claimed;

static void claim_it(matrix_case *c)
{
    c->host.deadline_seconds = 0.05;
    for (int64_t l = 0; l < c->m.stack.n_layers; l++) {
        lamella_view *v = &c->input[0].layer[l];
        int64_t axis = claimed->axis < 0 ? v->rank + claimed->axis : claimed->axis;
        int64_t empty = claimed->empty < 0 ? v->rank + claimed->empty : claimed->empty;
        if (claimed->empty == NONE) {
            row_major(v->shape, v->rank, v->stride);
            v->stride[axis] = 0;
            v->flags |= LAMELLA_BROADCAST;
        } else
            v->shape[empty] = 0;
        v->shape[axis] = CLAIM;
    }
}

/* A save of what a view claims ends with an error long before the disk is full. */
static struct rlimit limit_files(rlim_t bytes)
{
    struct rlimit before, now;
    getrlimit(RLIMIT_FSIZE, &before);
    now = before;
    now.rlim_cur = bytes < before.rlim_max ? bytes : before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &now);
    return before;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void try_claim(const operation *o, const setting *s)
{
    matrix_case c;
    outcome result;
    case_open(&c, o, s, claim_it);
    double begun = seconds_now();
    case_call(&c, &result);
    double seconds = seconds_now() - begun;
    if (c.host.memory.peak_bytes > MOST_BYTES)
        case_failed(&c, "%s: took %lld bytes (%s)", claimed->what, (long long)c.host.memory.peak_bytes, lamella_status_name(result.status));
    if (seconds > MOST_SECONDS)
        case_failed(&c, "%s: took %g seconds (%s)", claimed->what, seconds, lamella_status_name(result.status));
    outcome_free(&result);
    case_close(&c);
}

void matrix_claims(const operation *o)
{
    static const int64_t forms[] = { FORM_ROWS, FORM_TOKENS, FORM_RAGGED };
    setting s = setting_smallest(o);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct rlimit before = limit_files((rlim_t)MOST_BYTES);
    for (int f = 0; f < (int)(sizeof forms / sizeof *forms); f++)
        if ((o->forms ? o->forms : ANY_FORM) & (uint32_t)forms[f])
            for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
                s.at[AXIS_FORM] = forms[f];
                claimed = &claims[i];
                if (claimed->axis > -2 || forms[f] == FORM_TOKENS)
                    try_claim(o, &s);
            }
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
}
