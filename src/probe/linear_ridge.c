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

static int same_training(const linear_plan *p, int64_t a, int64_t b)
{
    for (int64_t f = 0; f < p->sizes.n_fits; f++)
        if (unit_of(p, a, f)->row != unit_of(p, b, f)->row || unit_of(p, a, f)->weight != unit_of(p, b, f)->weight)
            return 0;
    return 1;
}

static lamella_status find_set(call *c, const linear_plan *p, unsigned char *taken, ridge_set *set)
{
    int64_t first = 0;
    *set = (ridge_set){ 0 };
    TAKE(c, set->task, p->sizes.n_tasks);
    while (first < p->sizes.n_tasks && taken[first])
        first++;
    for (int64_t t = first; t < p->sizes.n_tasks; t++)
        if (!taken[t] && same_training(p, first, t)) {
            taken[t] = 1;
            set->task[set->n++] = t;
            set->outputs += task_outputs(p, t);
        }
    return LAMELLA_OK;
}

static void fill_targets(const linear_plan *p, const ridge_set *set, double *target)
{
    for (int64_t i = 0; i < p->s.n; i++)
        for (int64_t j = 0, at = i * set->outputs; j < set->n; j++) {
            int64_t outputs = task_outputs(p, set->task[j]);
            int32_t label = label_of(p, set->task[j], i);
            for (int64_t k = 0; k < outputs; k++)
                target[at++] = ridge_target(label, k, outputs);
        }
}

/* Rows of a unit's weights, of which only those of one fold (-1: those that no fold tests; -2: all). */
static void fill_weights(const linear_plan *p, const linear_unit *u, int64_t fold, double *weight)
{
    memset(weight, 0, (size_t)p->s.n * sizeof *weight);
    for (int64_t i = 0; i < u->n_rows; i++) {
        int64_t row = u->row[i];
        if (fold == -2 || p->fold[row] == fold)
            weight[row] = u->weight ? u->weight[row] : 1;
    }
}

/* Output k of a task, which is output `from` of the set's fits. */
static void put_ridge_output(const linear_plan *p, int64_t l, const linear_unit *u, int64_t k, int64_t from, const ridge_fits *f, const linear_arrays *a)
{
    int64_t dim = p->sizes.dim[l], output = p->output_offset[u->task] + k;
    int fitted = u->trains && (task_outputs(p, u->task) == 1 || is_present(u, k));
    for (int64_t i = 0; i < f->n_penalties; i++) {
        int64_t at = i * f->n_outputs + from, penalty = p->rising[i];
        if (!fitted) {
            put_absent(p, u, l, penalty, k, a);
            continue;
        }
        memcpy(cell_weights(&p->sizes, a, l, penalty, u->fit, output), f->weights + at * dim, (size_t)dim * sizeof(double));
        *cell_intercept(&p->sizes, a, l, penalty, u->fit, output) = f->intercepts[at];
        add_report(&p->sizes, u, l, penalty, &f->report[at], a);
    }
}

static void put_ridge(const linear_plan *p, int64_t l, const ridge_set *set, int64_t fit, const ridge_fits *f, const linear_arrays *a)
{
    for (int64_t j = 0, from = 0; j < set->n; j++)
        for (int64_t k = 0; k < task_outputs(p, set->task[j]); k++)
            put_ridge_output(p, l, unit_of(p, set->task[j], fit), k, from++, f, a);
}

static int set_trains(const linear_plan *p, const ridge_set *set, int64_t fit)
{
    int trains = 0;
    for (int64_t j = 0; j < set->n; j++)
        trains |= unit_of(p, set->task[j], fit)->trains;
    return trains;
}

static lamella_status ridge_of_set(call *c, const linear_plan *p, int64_t l, const ridge_set *set, const linear_made *to)
{
    const linear_sizes *z = &p->sizes;
    gram *part, whole;
    double *weight, *target;
    ridge_fits f = { .n_outputs = set->outputs, .penalty = p->rising_penalty, .n_penalties = z->n_penalties, .standardise = p->o.standardise };
    int shared = !p->o.balanced && z->n_fits > 1; /* else the weights of a row differ from fit to fit */
    int64_t n_parts = shared ? z->n_folds + 1 : 0;
    TAKE(c, part, n_parts);
    TAKE(c, weight, p->s.n);
    TAKE(c, target, p->s.n * set->outputs);
    TAKE(c, f.constant, z->dim[l]);
    TAKE(c, f.weights, z->n_penalties * set->outputs * z->dim[l]);
    TAKE(c, f.intercepts, z->n_penalties * set->outputs);
    TAKE(c, f.report, z->n_penalties * set->outputs);
    fill_targets(p, set, target);
    gram_rows of = { .s = &p->s.rows, .first_layer = l, .n_layers = 1, .weight = weight, .extra = target, .extra_dim = set->outputs,
                     .extra_stride = set->outputs };
    TRY(gram_take(c, &c->memory, gram_rows_dim(&of), &whole));
    for (int64_t i = 0; i < n_parts; i++) {
        fill_weights(p, unit_of(p, set->task[0], z->n_fits - 1), i - 1, weight);
        TRY(gram_take(c, &c->memory, gram_rows_dim(&of), &part[i]));
        TRY_ITEMS(NULL, i, 1, n_parts, gram_of_rows(c, &of, &part[i]));
    }
    for (int64_t fit = 0; fit < z->n_fits; fit++) {
        if (shared) {
            gram_clear(&whole);
            for (int64_t i = 0; i < n_parts; i++)
                if (i != fit + 1)
                    gram_merge(&whole, &part[i]);
        } else {
            fill_weights(p, unit_of(p, set->task[0], fit), -2, weight);
            TRY_ITEMS(NULL, fit, 1, z->n_fits, gram_of_rows(c, &of, &whole));
        }
        if (set_trains(p, set, fit)) {
            TRY(ridge_of_gram(c, &whole, &f));
            add_constant(p, l, f.constant, to);
        }
        put_ridge(p, l, set, fit, &f, to->array);
    }
    return LAMELLA_OK;
}

lamella_status linear_ridge(call *c, const linear_plan *p, const linear_made *to)
{
    unsigned char *taken;
    TAKE(c, taken, p->sizes.n_tasks);
    for (int64_t l = 0; l < p->sizes.n_layers; l++) {
        memset(taken, 0, (size_t)p->sizes.n_tasks);
        for (int64_t done = 0; done < p->sizes.n_tasks;) {
            arena_mark before = arena_now(&c->memory);
            ridge_set set;
            TRY(find_set(c, p, taken, &set));
            TRY_ITEMS(NULL, l * p->sizes.n_tasks + done, set.n, p->sizes.n_layers * p->sizes.n_tasks, ridge_of_set(c, p, l, &set, to));
            done += set.n;
            arena_rewind(&c->memory, before);
        }
    }
    return LAMELLA_OK;
}
