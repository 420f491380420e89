/* Ridge probes from second moments, so that the rows of a layer pass by and are never in memory together.
 *
 * The rows that each fold tests have a state of their own, [x | targets of all outputs]; a fit's state is the merge of the others. Tasks
 * that train on the same rows with the same weights share states: then every fit costs one Cholesky factor a penalty. */
#include "probe/linear.h"

#include <string.h>

/* Tasks first .. of one set: the same rows and weights in every fit. */
typedef struct ridge_set {
    int64_t *task;
    int64_t  n, outputs;
} ridge_set;

static int same_training(const linear_work *w, int64_t a, int64_t b)
{
    for (int64_t f = 0; f < w->sizes.n_fits; f++)
        if (unit_of(w, a, f)->row != unit_of(w, b, f)->row || unit_of(w, a, f)->weight != unit_of(w, b, f)->weight)
            return 0;
    return 1;
}

static lamella_status find_set(call *c, const linear_work *w, unsigned char *taken, ridge_set *set)
{
    int64_t first = 0;
    *set = (ridge_set){ 0 };
    TAKE(c, set->task, w->sizes.n_tasks);
    while (first < w->sizes.n_tasks && taken[first])
        first++;
    for (int64_t t = first; t < w->sizes.n_tasks; t++)
        if (!taken[t] && same_training(w, first, t)) {
            taken[t] = 1;
            set->task[set->n++] = t;
            set->outputs += task_outputs(w, t);
        }
    return LAMELLA_OK;
}

static void fill_targets(const linear_work *w, const ridge_set *set, double *target)
{
    for (int64_t i = 0; i < w->s.n; i++)
        for (int64_t j = 0, at = i * set->outputs; j < set->n; j++) {
            int64_t outputs = task_outputs(w, set->task[j]);
            int32_t label = label_of(w, set->task[j], i);
            for (int64_t k = 0; k < outputs; k++)
                target[at++] = ridge_target(label, k, outputs);
        }
}

/* Rows of a unit's weights, of which only those of one fold (-1: those that no fold tests; -2: all). */
static void fill_weights(const linear_work *w, const linear_unit *u, int64_t fold, double *weight)
{
    memset(weight, 0, (size_t)w->s.n * sizeof *weight);
    for (int64_t i = 0; i < u->n_rows; i++) {
        int64_t row = u->row[i];
        if (fold == -2 || w->fold[row] == fold)
            weight[row] = u->weight ? u->weight[row] : 1;
    }
}

/* Output k of a task, which is output `from` of the set's fits. */
static void put_ridge_output(const linear_work *w, int64_t l, const linear_unit *u, int64_t k, int64_t from, const ridge_fits *f)
{
    int64_t dim = w->sizes.dim[l], output = w->output_offset[u->task] + k;
    int fitted = u->trains && (task_outputs(w, u->task) == 1 || is_present(u, k));
    for (int64_t i = 0; i < f->n_penalties; i++) {
        int64_t at = i * f->n_outputs + from, penalty = w->rising[i];
        if (!fitted) {
            put_absent(w, u, l, penalty, k);
            continue;
        }
        memcpy(cell_weights(w, l, penalty, u->fit, output), f->weights + at * dim, (size_t)dim * sizeof(double));
        *cell_intercept(w, l, penalty, u->fit, output) = f->intercepts[at];
        add_report(w, l, u->task, penalty, u->fit, &f->report[at]);
    }
}

static void put_ridge(const linear_work *w, int64_t l, const ridge_set *set, int64_t fit, const ridge_fits *f)
{
    for (int64_t j = 0, from = 0; j < set->n; j++)
        for (int64_t k = 0; k < task_outputs(w, set->task[j]); k++)
            put_ridge_output(w, l, unit_of(w, set->task[j], fit), k, from++, f);
}

static int set_trains(const linear_work *w, const ridge_set *set, int64_t fit)
{
    int trains = 0;
    for (int64_t j = 0; j < set->n; j++)
        trains |= unit_of(w, set->task[j], fit)->trains;
    return trains;
}

/* Pass i of n. */
static lamella_status gram_in_part(call *c, const gram_rows *of, int64_t i, int64_t n, gram *g)
{
    span all = span_open_items(c, NULL, i, 1, n);
    TRY(gram_of_rows(c, of, g));
    span_close(c, all);
    return LAMELLA_OK;
}

static lamella_status ridge_of_set(call *c, const linear_work *w, int64_t l, const ridge_set *set)
{
    const linear_sizes *z = &w->sizes;
    gram *part, whole;
    double *weight, *target;
    ridge_fits f = { .n_outputs = set->outputs, .penalty = w->rising_penalty, .n_penalties = z->n_penalties, .standardise = w->o.standardise };
    int shared = !w->o.balanced && z->n_fits > 1; /* else the weights of a row differ from fit to fit */
    int64_t n_parts = shared ? z->n_folds + 1 : 0;
    TAKE(c, part, n_parts);
    TAKE(c, weight, w->s.n);
    TAKE(c, target, w->s.n * set->outputs);
    TAKE(c, f.constant, z->dim[l]);
    TAKE(c, f.weights, z->n_penalties * set->outputs * z->dim[l]);
    TAKE(c, f.intercepts, z->n_penalties * set->outputs);
    TAKE(c, f.report, z->n_penalties * set->outputs);
    fill_targets(w, set, target);
    gram_rows of = { .s = &w->s.rows, .first_layer = l, .n_layers = 1, .weight = weight, .extra = target, .extra_dim = set->outputs,
                     .extra_stride = set->outputs };
    TRY(gram_take(c, &c->memory, gram_rows_dim(&of), &whole));
    for (int64_t i = 0; i < n_parts; i++) {
        fill_weights(w, unit_of(w, set->task[0], z->n_fits - 1), i - 1, weight);
        TRY(gram_take(c, &c->memory, gram_rows_dim(&of), &part[i]));
        TRY(gram_in_part(c, &of, i, n_parts, &part[i]));
    }
    for (int64_t fit = 0; fit < z->n_fits; fit++) {
        if (shared) {
            gram_clear(&whole);
            for (int64_t i = 0; i < n_parts; i++)
                if (i != fit + 1)
                    gram_merge(&whole, &part[i]);
        } else {
            fill_weights(w, unit_of(w, set->task[0], fit), -2, weight);
            TRY(gram_in_part(c, &of, fit, z->n_fits, &whole));
        }
        if (set_trains(w, set, fit)) {
            TRY(ridge_of_gram(c, &whole, &f));
            add_constant(w, l, f.constant);
        }
        put_ridge(w, l, set, fit, &f);
    }
    return LAMELLA_OK;
}

lamella_status linear_ridge(call *c, linear_work *w)
{
    unsigned char *taken;
    TAKE(c, taken, w->sizes.n_tasks);
    for (int64_t l = 0; l < w->sizes.n_layers; l++) {
        memset(taken, 0, (size_t)w->sizes.n_tasks);
        for (int64_t done = 0; done < w->sizes.n_tasks;) {
            arena_mark before = arena_now(&c->memory);
            ridge_set set;
            TRY(find_set(c, w, taken, &set));
            span all = span_open_items(c, NULL, l * w->sizes.n_tasks + done, set.n, w->sizes.n_layers * w->sizes.n_tasks);
            TRY(ridge_of_set(c, w, l, &set));
            span_close(c, all);
            done += set.n;
            arena_rewind(&c->memory, before);
        }
    }
    return LAMELLA_OK;
}
