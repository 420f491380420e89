/* Stacks: every check that a stack needs, and its geometry. */
#include "tensor/tensor.h"

#include <stdio.h>
#include <string.h>

#define STACK_FIRST_SIZE ((int64_t)offsetof(lamella_stack, depth)) /* flags, layer and n_layers: the least a stack can say */
#define KNOWN_STACK_FLAGS LAMELLA_LAST_NORMED
#define MOST_DIMS ((int64_t)1 << 48) /* of all layers: 256 vectors of them as f64, twice, are still a size */

const char *stack_name(const stack *s)
{
    return s->name ? s->name : "stack";
}

const char *layer_name(char *text, int64_t size, const stack *s, int64_t l)
{
    if (s->is_view)
        return stack_name(s);
    snprintf(text, (size_t)size, "%s.layer[%lld]", stack_name(s), (long long)l);
    return text;
}

static const char *member_name(char *text, int64_t size, const stack *s, const char *member)
{
    snprintf(text, (size_t)size, "%s.%s", stack_name(s), member);
    return text;
}

static lamella_status check_layer(call *c, stack *s, int64_t l, uint32_t dtypes, lamella_view *v)
{
    char name[64];
    const lamella_view *first = s->layer;
    layer_name(name, sizeof name, s, l);
    TRY(view_check_type_and_shape(c, v, &s->host.layer[l], dtypes, name));
    int32_t most = s->host.offsets ? 2 : 4;
    if (v->rank < 2 || v->rank > most)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected 2%s", name, (int)v->rank, s->host.offsets ? " (with offsets)" : " to 4");
    if (s->host.read) {
        if (v->data)
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s.data is set, expected none (%s.read delivers the rows)", name, stack_name(s));
    } else if (!v->data && view_elements(v))
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.data is NULL, expected %lld elements", name, (long long)view_elements(v));
    TRY(s->is_own ? LAMELLA_OK : call_reads(c, view_lent(v), name));
    if (l == 0)
        return LAMELLA_OK;
    if (v->rank != first->rank)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.rank is %d, expected %d (= %s.layer[0].rank)", name, (int)v->rank, (int)first->rank, stack_name(s));
    for (int32_t a = 0; a + 1 < v->rank; a++)
        if (v->shape[a] != first->shape[a])
            return fail(c, LAMELLA_ERR_SHAPE, "%s.shape[%d] is %lld, expected %lld (= %s.layer[0].shape[%d])", name, (int)a,
                        (long long)v->shape[a], (long long)first->shape[a], stack_name(s), (int)a);
    return LAMELLA_OK;
}

static lamella_status check_layers(call *c, stack *s, uint32_t dtypes)
{
    lamella_view *layer;
    s->n_layers = s->host.n_layers;
    if (s->n_layers < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.n_layers is %lld, expected at least 1", stack_name(s), (long long)s->n_layers);
    if (s->n_layers == 0)
        return fail(c, LAMELLA_ERR_EMPTY, "%s.n_layers is 0, expected at least 1", stack_name(s));
    if (!s->host.layer)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.layer is NULL, expected %lld views", stack_name(s), (long long)s->n_layers);
    TAKE(c, layer, s->n_layers);
    s->layer = layer;
    for (int64_t l = 0; l < s->n_layers; l++)
        TRY(check_layer(c, s, l, dtypes, &layer[l]));
    return LAMELLA_OK;
}

static lamella_status check_depths(call *c, const stack *s)
{
    char name[64];
    const int64_t *depth = s->host.depth;
    if (s->host.n_depths < 0)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.n_depths is %lld, expected 0 or more", stack_name(s), (long long)s->host.n_depths);
    if (depth)
        TRY(call_reads(c, (lent){ .low = (const char *)depth, .high = (const char *)(depth + s->n_layers) }, member_name(name, sizeof name, s,
                "depth")));
    for (int64_t l = 0; depth && l < s->n_layers; l++)
        if (depth[l] < 0 || (l && depth[l] <= depth[l - 1]))
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s.depth[%lld] is %lld, expected rising depths from 0 on", stack_name(s), (long long)l,
                        (long long)depth[l]);
    return LAMELLA_OK;
}

static void measure(stack *s)
{
    const lamella_view *first = s->layer;
    s->n_rows = first->shape[0];
    s->per_row = 1;
    for (int32_t a = 1; a + 1 < first->rank; a++)
        s->per_row *= first->shape[a]; /* within the layer's element count, which was checked, unless that is 0 */
    s->n_vectors = s->n_rows * s->per_row;
    s->n_samples = s->n_rows;
}

/* What later products of sizes count on; only views that repeat elements or have none can be so large. */
static lamella_status check_products(call *c, const stack *s)
{
    int64_t dims = 0, vectors;
    for (int64_t l = 0; l < s->n_layers; l++)
        if (!size_add(dims, stack_dim(s, l), &dims) || dims > MOST_DIMS)
            return fail(c, LAMELLA_ERR_SHAPE, "%s.layer[%lld] has dim %lld, expected at most 2^48 dims in all layers", stack_name(s), (long long)l,
                        (long long)stack_dim(s, l));
    if (!size_mul(s->n_layers, s->n_vectors, &vectors))
        return fail(c, LAMELLA_ERR_SHAPE, "%s has %lld layers of %lld rows, expected at most 2^63 - 1 rows in all layers", stack_name(s),
                    (long long)s->n_layers, (long long)s->n_vectors);
    return LAMELLA_OK;
}

static lamella_status check_offsets(call *c, stack *s)
{
    char name[64];
    lamella_view v;
    int64_t *offsets;
    if (!s->host.offsets)
        return LAMELLA_OK;
    TRY(view_check(c, &v, s->host.offsets, I32 | I64, member_name(name, sizeof name, s, "offsets")));
    if (v.rank != 1 || v.shape[0] < 1)
        return fail(c, LAMELLA_ERR_SHAPE, "%s.offsets has rank %d and %lld entries, expected rank 1 and n_samples + 1", stack_name(s), (int)v.rank,
                    (long long)view_elements(&v));
    s->n_samples = v.shape[0] - 1;
    TAKE(c, offsets, v.shape[0]);
    for (int64_t i = 0; i < v.shape[0]; i++) {
        offsets[i] = load_i64(v.dtype, view_at(&v, &i));
        int64_t least = i ? offsets[i - 1] : 0;
        if (offsets[i] < least || (i == 0 && offsets[i] > 0))
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s.offsets[%lld] is %lld, expected %s%lld", stack_name(s), (long long)i, (long long)offsets[i],
                        i ? "at least " : "", (long long)least);
    }
    if (offsets[s->n_samples] != s->n_rows)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.offsets[%lld] is %lld, expected %lld (= %s.layer[0].shape[0])", stack_name(s),
                    (long long)s->n_samples,
                    (long long)offsets[s->n_samples], (long long)s->n_rows, stack_name(s));
    s->offsets = offsets;
    return LAMELLA_OK;
}

static lamella_status check_mask(call *c, stack *s)
{
    char name[64];
    lamella_view v;
    const void *flat;
    if (!s->host.mask)
        return LAMELLA_OK;
    TRY(stack_check_lead(c, s, &v, s->host.mask, BYTES, member_name(name, sizeof name, s, "mask")));
    TRY(view_flatten(c, &v, &flat));
    s->valid = flat;
    return LAMELLA_OK;
}

static lamella_status check_sample_id(call *c, const stack *s)
{
    char name[64];
    lamella_view v;
    if (!s->host.sample_id)
        return LAMELLA_OK;
    return view_check_in(c, &v, s->host.sample_id, I64, member_name(name, sizeof name, s, "sample_id"), &s->n_samples, 1);
}

lamella_status stacks_check_ids(call *c, const stack *a, const stack *b)
{
    lamella_view of_a, of_b;
    if (!a->host.sample_id || !b->host.sample_id)
        return LAMELLA_OK;
    TRY(view_check(c, &of_a, a->host.sample_id, I64, "sample_id"));
    TRY(view_check(c, &of_b, b->host.sample_id, I64, "sample_id"));
    if (a->n_samples != b->n_samples)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.sample_id has %lld entries, expected %lld (= samples of %s), or none for other samples",
                    stack_name(b), (long long)b->n_samples, (long long)a->n_samples, stack_name(a));
    for (int64_t i = 0; i < a->n_samples; i++) {
        int64_t expected = load_i64(LAMELLA_I64, view_at(&of_a, &i)), id = load_i64(LAMELLA_I64, view_at(&of_b, &i));
        if (id != expected)
            return fail(c, LAMELLA_ERR_ARGUMENT, "%s.sample_id[%lld] is %lld, expected %lld (= %s.sample_id[%lld]), or none for other samples",
                        stack_name(b), (long long)i, (long long)id, (long long)expected, stack_name(a), (long long)i);
    }
    return LAMELLA_OK;
}

static lamella_status check_stack(call *c, stack *s, const lamella_stack *theirs, uint32_t dtypes, const char *name)
{
    TRY(read_sized(c, &s->host, (int64_t)sizeof s->host, STACK_FIRST_SIZE, theirs, name));
    if (s->host.flags & ~(uint32_t)KNOWN_STACK_FLAGS)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s.flags is 0x%x, expected only known bits (0x%x)", name, (unsigned)s->host.flags,
                    KNOWN_STACK_FLAGS);
    TRY(check_layers(c, s, dtypes));
    TRY(check_depths(c, s));
    measure(s);
    TRY(check_products(c, s));
    TRY(check_offsets(c, s));
    TRY(check_mask(c, s));
    return check_sample_id(c, s);
}

lamella_status stack_check(call *c, stack *s, const lamella_stack *theirs, uint32_t dtypes, const char *name)
{
    *s = (stack){ .name = name };
    if (!theirs)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected a stack", name);
    return check_stack(c, s, theirs, dtypes, name);
}

lamella_status stack_of_own(call *c, stack *s, const lamella_view *matrix, uint32_t dtypes, const char *name)
{
    const lamella_stack ours = { .struct_size = sizeof ours, .layer = matrix, .n_layers = 1 };
    *s = (stack){ .name = name, .is_own = 1 };
    return check_stack(c, s, &ours, dtypes, name);
}

int64_t stack_dim(const stack *s, int64_t l)
{
    return s->layer[l].shape[s->layer[l].rank - 1];
}

int64_t stack_depth(const stack *s, int64_t l)
{
    return s->host.depth ? s->host.depth[l] : l;
}

int64_t stack_widest(const stack *s)
{
    int64_t widest = 0;
    for (int64_t l = 0; l < s->n_layers; l++)
        widest = MAX(widest, stack_dim(s, l));
    return widest;
}

int stack_has_tokens(const stack *s)
{
    return s->offsets || s->layer[0].rank > 2;
}

void sample_vectors(const stack *s, int64_t sample, int64_t *first, int64_t *end)
{
    *first = s->offsets ? s->offsets[sample] : sample * s->per_row;
    *end = s->offsets ? s->offsets[sample + 1] : *first + s->per_row;
}

int64_t vector_sample(const stack *s, int64_t vector)
{
    if (!s->offsets)
        return vector / s->per_row;
    int64_t low = 0, high = s->n_samples; /* the last sample that starts at or before the vector and is not empty */
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (s->offsets[middle] <= vector)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int32_t stack_lead_shape(const stack *s, int64_t last, int64_t *shape)
{
    int32_t rank = s->layer[0].rank;
    for (int32_t a = 0; a + 1 < rank; a++)
        shape[a] = s->layer[0].shape[a];
    shape[rank - 1] = last;
    return rank;
}

int64_t stack_masked(const stack *s)
{
    int64_t n = 0;
    for (int64_t v = 0; s->valid && v < s->n_vectors; v++)
        n += !s->valid[v];
    return n;
}

lamella_status stack_check_lead(call *c, const stack *s, lamella_view *v, const lamella_view *theirs, uint32_t dtypes, const char *name)
{
    return view_check_in(c, v, theirs, dtypes, name, s->layer[0].shape, s->layer[0].rank - 1);
}

lamella_status view_flatten(call *c, const lamella_view *v, const void **flat)
{
    int64_t size = dtype_size(v->dtype);
    char *copy;
    *flat = v->data;
    if (view_is_row_major(v) && (uintptr_t)v->data % (uintptr_t)size == 0)
        return LAMELLA_OK;
    TAKE(c, copy, view_elements(v) * size);
    *flat = copy;
    for (int64_t run = 0; run < view_runs(v); run++)
        copy = copy_run(copy, view_run(v, run), run_length(v), run_stride(v), size);
    return LAMELLA_OK;
}

lamella_status stack_check_outs(call *c, const stack *s, const lamella_view *theirs, uint32_t dtypes, const char *name, const int64_t *lead,
                                int32_t n_lead, const int64_t *width, lamella_view **out)
{
    char indexed[64];
    int64_t shape[LAMELLA_MAX_RANK];
    if (!theirs)
        return fail(c, LAMELLA_ERR_ARGUMENT, "%s is NULL, expected %lld views (one a layer)", name, (long long)s->n_layers);
    TAKE(c, *out, s->n_layers);
    for (int32_t a = 0; a < n_lead; a++)
        shape[a] = lead[a];
    for (int64_t l = 0; l < s->n_layers; l++) {
        shape[n_lead] = width ? width[l] : stack_dim(s, l);
        TRY(view_check_out(c, &(*out)[l], &theirs[l], dtypes, indexed_name(indexed, sizeof indexed, name, l), shape, n_lead + 1));
    }
    return LAMELLA_OK;
}

lamella_status stack_check_columns(call *c, const stack *s, const lamella_view *theirs, const char *name, lamella_view **out)
{
    if (theirs)
        return stack_check_outs(c, s, theirs, F64, name, NULL, 0, NULL, out);
    TAKE_ZEROS(c, *out, s->n_layers);
    return LAMELLA_OK;
}

lamella_status stack_check_not_empty(call *c, const stack *s)
{
    for (int64_t l = 0; l < s->n_layers; l++)
        if (!stack_dim(s, l))
            return fail(c, LAMELLA_ERR_EMPTY, "stack.layer[%lld] has dim 0, expected at least 1", (long long)l);
    if (s->n_vectors - stack_masked(s) == 0)
        return fail(c, LAMELLA_ERR_EMPTY, "stack has no row%s, expected at least 1", s->valid ? " outside the mask" : "");
    return LAMELLA_OK;
}
