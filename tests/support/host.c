/* The host of a case: callbacks that answer as told and notice what the library must not do. */
#include "support/case.h"

static void complain(host *h, const char *what)
{
    if (!h->complaint)
        h->complaint = what;
}

int32_t host_progress(double fraction, const char *stage, void *user)
{
    host *h = user;
    if (!pthread_equal(h->thread, pthread_self()))
        complain(h, "progress was called on another thread than the caller's");
    if (!(fraction >= 0 && fraction <= 1))
        complain(h, "progress was given a fraction outside 0 .. 1");
    if (fraction < h->told && h->told < 1) /* a body may make several calls */
        complain(h, "progress went back");
    if (!stage || strncmp(stage, "lamella_", 8))
        complain(h, "progress was not given the function as the stage");
    h->told = fraction;
    return ++h->n_progress == h->progress_at ? (int32_t)h->answer : 0;
}

int32_t host_parallel_for_backwards(int64_t n, void (*task)(int64_t i, void *data), void *data, void *user)
{
    (void)user;
    for (int64_t i = n - 1; i >= 0; i--)
        task(i, data);
    return 0;
}

static int64_t layer_of_depth(const input *in, int64_t depth)
{
    for (int64_t l = 0; l < in->stack.n_layers; l++)
        if (in->stack.depth[l] == depth)
            return l;
    return -1;
}

static const char *wrong_with_into(const input *in, int64_t l, int64_t n_rows, const lamella_view *into)
{
    const lamella_view *layer = &in->layer[l];
    int64_t step = 1, zeros = 0;
    if (!into->data || into->flags & LAMELLA_READONLY)
        return "read was given no memory to write to";
    if (into->dtype != layer->dtype || into->rank != layer->rank || into->shape[0] != n_rows)
        return "read was given a view of another dtype or shape than the rows asked for";
    for (int32_t i = into->rank - 1; i >= 0; step *= into->shape[i], i--) {
        zeros += into->stride[i] == 0;
        if (i && into->shape[i] != layer->shape[i])
            return "read was given a view of another shape than the layer's rows";
        if (into->stride[i] && into->stride[i] != step)
            return "read was given a view that is not row-major";
    }
    return zeros && zeros != into->rank ? "read was given a view that is not row-major" : NULL;
}

int64_t case_deliver(int64_t depth, int64_t first_row, int64_t n_rows, const lamella_view *into, void *user)
{
    input *in = user;
    matrix_case *c = in->of;
    host *h = &c->host;
    int64_t l = layer_of_depth(in, depth), most = c->setting.at[AXIS_SOURCE] - SOURCE_READ;
    if (!pthread_equal(h->thread, pthread_self()))
        complain(h, "read was called on another thread than the caller's");
    if (l < 0) {
        complain(h, "read was asked for a depth that the stack does not have");
        return LAMELLA_STOP;
    }
    if (first_row < 0 || n_rows < 1 || first_row > in->layer[l].shape[0] - n_rows)
        complain(h, "read was asked for rows that the layer does not have");
    else if (first_row && first_row < in->next_row[l])
        complain(h, "read was asked for falling rows within a pass");
    const char *wrong = wrong_with_into(in, l, n_rows, into);
    if (wrong)
        complain(h, wrong);
    if (h->complaint)
        return LAMELLA_STOP;
    if (++h->n_reads == h->read_at)
        return h->answer;
    int64_t n = n_rows < most ? n_rows : most, row = element_bytes(into->dtype);
    for (int32_t i = 1; i < into->rank; i++)
        row *= into->shape[i];
    memcpy(into->data, in->dense[l] + first_row * row, (size_t)(n * row));
    in->next_row[l] = first_row + n;
    return n;
}
