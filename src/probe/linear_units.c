/* Which rows each fit trains on, how heavy they are, and which cells are possible. */
#include "probe/linear.h"

#include <math.h>
#include <string.h>

#define UNIT_LOOKS 8 /* at every row, in a unit that is filled */

const linear_unit *unit_of(const linear_plan *p, int64_t task, int64_t fit)
{
    return &p->unit[task * p->sizes.n_fits + fit];
}

int64_t cell_of(const linear_sizes *z, int64_t l, int64_t task, int64_t penalty, int64_t n, int64_t i)
{
    return ((l * z->n_tasks + task) * z->n_penalties + penalty) * n + i;
}

double *cell_weights(const linear_sizes *z, const linear_arrays *a, int64_t l, int64_t penalty, int64_t fit, int64_t output)
{
    return a->weights[l] + ((penalty * z->n_fits + fit) * z->n_outputs + output) * z->dim[l];
}

double *cell_intercept(const linear_sizes *z, const linear_arrays *a, int64_t l, int64_t penalty, int64_t fit, int64_t output)
{
    return a->intercepts + ((l * z->n_penalties + penalty) * z->n_fits + fit) * z->n_outputs + output;
}

int is_present(const linear_unit *u, int64_t class)
{
    for (int64_t j = 0; j < u->n_present; j++)
        if (u->present[j] == class)
            return 1;
    return 0;
}

void put_absent(const linear_plan *p, const linear_unit *u, int64_t l, int64_t penalty, int64_t output, const linear_arrays *a)
{
    int64_t k = p->output_offset[u->task] + output;
    double *weights = cell_weights(&p->sizes, a, l, penalty, u->fit, k);
    for (int64_t j = 0; j < p->sizes.dim[l]; j++)
        weights[j] = u->trains ? 0 : NAN;
    *cell_intercept(&p->sizes, a, l, penalty, u->fit, k) = u->trains ? -INFINITY : NAN;
}

void add_constant(const linear_plan *p, int64_t l, const unsigned char *constant, const linear_made *to)
{
    for (int64_t j = 0; p->o.standardise && j < p->sizes.dim[l]; j++)
        to->constant[l][j] |= constant[j];
}

static int trains_on(const linear_plan *p, const linear_unit *u, int64_t row)
{
    return label_of(p, u->task, row) >= 0 && (!p->s.weight || p->s.weight[row] > 0)
           && (u->fit >= p->sizes.n_folds || p->fold[row] != u->fit);
}

/* Classes by their rows; returns how many have some. */
static int64_t count_classes(const linear_plan *p, const linear_unit *u, int training, int64_t *count)
{
    int64_t found = 0, k = task_classes(p, u->task);
    memset(count, 0, (size_t)k * sizeof *count);
    for (int64_t i = 0; i < p->s.n; i++)
        if (training ? trains_on(p, u, i) : label_of(p, u->task, i) >= 0 && p->fold[i] == u->fit)
            count[label_of(p, u->task, i)]++;
    for (int64_t j = 0; j < k; j++)
        found += count[j] > 0;
    return found;
}

/* Balanced: every class has the same total weight. */
static lamella_status weigh_rows(call *c, const linear_plan *p, linear_unit *u)
{
    double *total, all = 0;
    u->weight = p->s.weight;
    if (!p->o.balanced)
        return LAMELLA_OK;
    TAKE(c, u->weight, p->s.n);
    TAKE_ZEROS(c, total, task_classes(p, u->task));
    for (int64_t i = 0; i < u->n_rows; i++) {
        double weight = p->s.weight ? p->s.weight[u->row[i]] : 1;
        total[label_of(p, u->task, u->row[i])] += weight;
        all += weight;
    }
    for (int64_t i = 0; i < u->n_rows; i++) {
        int64_t row = u->row[i];
        double share = (p->s.weight ? p->s.weight[row] : 1) / total[label_of(p, u->task, row)]; /* first: products may leave f64 */
        u->weight[row] = share * (all / (double)u->n_present);
    }
    return LAMELLA_OK;
}

static lamella_status unit_fill(call *c, const linear_plan *p, int64_t *count, linear_unit *u)
{
    int64_t n_tested = u->fit >= p->sizes.n_folds ? 2 : count_classes(p, u, 0, count);
    u->n_present = count_classes(p, u, 1, count);
    u->tests = n_tested >= 2;
    u->one_class = n_tested == 1 || u->n_present == 1;
    u->trains = u->n_present >= 2;
    TAKE(c, u->row, p->s.n);
    TAKE(c, u->present, u->n_present);
    for (int64_t j = 0, found = 0; j < task_classes(p, u->task); j++)
        if (count[j])
            u->present[found++] = j;
    for (int64_t i = 0; i < p->s.n; i++)
        if (trains_on(p, u, i))
            u->row[u->n_rows++] = i;
    return weigh_rows(c, p, u);
}

/* Rows of a unit that an earlier task has as well are one list: so fits find each other's factors. */
static void share_rows(const linear_plan *p, linear_unit *u)
{
    for (int64_t t = 0; t < u->task; t++) {
        const linear_unit *before = unit_of(p, t, u->fit);
        if (before->n_rows == u->n_rows && !memcmp(before->row, u->row, (size_t)u->n_rows * sizeof *u->row)) {
            u->row = before->row;
            return;
        }
    }
}

lamella_status linear_plan_units(call *c, linear_plan *p, int64_t *possible)
{
    int64_t *count;
    *possible = 0;
    TAKE(c, count, p->most_classes);
    TAKE(c, p->unit, p->sizes.n_tasks * p->sizes.n_fits);
    for (int64_t t = 0; t < p->sizes.n_tasks; t++)
        for (int64_t f = 0; f < p->sizes.n_fits; f++) {
            linear_unit *u = &p->unit[t * p->sizes.n_fits + f];
            *u = (linear_unit){ .task = t, .fit = f };
            TRY(ask_rows(c, (t * p->sizes.n_fits + f) * UNIT_LOOKS * p->s.n, UNIT_LOOKS * p->s.n));
            TRY(unit_fill(c, p, count, u));
            share_rows(p, u);
            *possible += f < p->sizes.n_folds && u->trains && u->tests;
        }
    return LAMELLA_OK;
}
