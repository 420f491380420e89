/* Which rows each fit trains on, how heavy they are, and which cells are possible. */
#include "probe/linear.h"

#include <math.h>
#include <string.h>

#define UNIT_LOOKS 8 /* at every row, in a unit that is filled */

linear_unit *unit_of(const linear_work *w, int64_t task, int64_t fit)
{
    return &w->unit[task * w->sizes.n_fits + fit];
}

int64_t cell_of(const linear_work *w, int64_t l, int64_t task, int64_t penalty, int64_t n, int64_t i)
{
    return ((l * w->sizes.n_tasks + task) * w->sizes.n_penalties + penalty) * n + i;
}

double *cell_weights(const linear_work *w, int64_t l, int64_t penalty, int64_t fit, int64_t output)
{
    const linear_sizes *z = &w->sizes;
    return w->probe->array.weights[l] + ((penalty * z->n_fits + fit) * z->n_outputs + output) * z->dim[l];
}

double *cell_intercept(const linear_work *w, int64_t l, int64_t penalty, int64_t fit, int64_t output)
{
    const linear_sizes *z = &w->sizes;
    double *intercepts = w->probe->array.intercepts;
    return intercepts + ((l * z->n_penalties + penalty) * z->n_fits + fit) * z->n_outputs + output;
}

int is_present(const linear_unit *u, int64_t class)
{
    for (int64_t j = 0; j < u->n_present; j++)
        if (u->present[j] == class)
            return 1;
    return 0;
}

void put_absent(const linear_work *w, const linear_unit *u, int64_t l, int64_t penalty, int64_t output)
{
    int64_t k = w->output_offset[u->task] + output;
    double *weights = cell_weights(w, l, penalty, u->fit, k);
    for (int64_t j = 0; j < w->sizes.dim[l]; j++)
        weights[j] = u->trains ? 0 : NAN;
    *cell_intercept(w, l, penalty, u->fit, k) = u->trains ? -INFINITY : NAN;
}

void add_constant(const linear_work *w, int64_t l, const unsigned char *constant)
{
    for (int64_t j = 0; w->o.standardise && j < w->sizes.dim[l]; j++)
        w->constant[l][j] |= constant[j];
}

static int trains_on(const linear_work *w, const linear_unit *u, int64_t row)
{
    return label_of(w, u->task, row) >= 0 && (!w->s.weight || w->s.weight[row] > 0)
           && (u->fit >= w->sizes.n_folds || w->fold[row] != u->fit);
}

/* Classes by their rows; returns how many have some. */
static int64_t count_classes(const linear_work *w, const linear_unit *u, int training, int64_t *count)
{
    int64_t found = 0, k = task_classes(w, u->task);
    memset(count, 0, (size_t)k * sizeof *count);
    for (int64_t i = 0; i < w->s.n; i++)
        if (training ? trains_on(w, u, i) : label_of(w, u->task, i) >= 0 && w->fold[i] == u->fit)
            count[label_of(w, u->task, i)]++;
    for (int64_t j = 0; j < k; j++)
        found += count[j] > 0;
    return found;
}

/* Balanced: every class has the same total weight. */
static lamella_status weigh_rows(call *c, const linear_work *w, linear_unit *u)
{
    double *total, all = 0;
    u->weight = w->s.weight;
    if (!w->o.balanced)
        return LAMELLA_OK;
    TAKE(c, u->weight, w->s.n);
    TAKE(c, total, task_classes(w, u->task));
    memset(total, 0, (size_t)task_classes(w, u->task) * sizeof *total);
    for (int64_t i = 0; i < u->n_rows; i++) {
        double weight = w->s.weight ? w->s.weight[u->row[i]] : 1;
        total[label_of(w, u->task, u->row[i])] += weight;
        all += weight;
    }
    for (int64_t i = 0; i < u->n_rows; i++) {
        int64_t row = u->row[i];
        double share = (w->s.weight ? w->s.weight[row] : 1) / total[label_of(w, u->task, row)]; /* first: products may leave f64 */
        u->weight[row] = share * (all / (double)u->n_present);
    }
    return LAMELLA_OK;
}

static lamella_status unit_fill(call *c, const linear_work *w, int64_t *count, linear_unit *u)
{
    int64_t n_tested = u->fit >= w->sizes.n_folds ? 2 : count_classes(w, u, 0, count);
    u->n_present = count_classes(w, u, 1, count);
    u->tests = n_tested >= 2;
    u->one_class = n_tested == 1 || u->n_present == 1;
    u->trains = u->n_present >= 2;
    TAKE(c, u->row, w->s.n);
    TAKE(c, u->present, u->n_present);
    for (int64_t j = 0, found = 0; j < task_classes(w, u->task); j++)
        if (count[j])
            u->present[found++] = j;
    for (int64_t i = 0; i < w->s.n; i++)
        if (trains_on(w, u, i))
            u->row[u->n_rows++] = i;
    return weigh_rows(c, w, u);
}

/* Rows of a unit that an earlier task has as well are one list: so fits find each other's factors. */
static void share_rows(linear_work *w, linear_unit *u)
{
    for (int64_t t = 0; t < u->task; t++) {
        linear_unit *before = unit_of(w, t, u->fit);
        if (before->n_rows == u->n_rows && !memcmp(before->row, u->row, (size_t)u->n_rows * sizeof *u->row)) {
            u->row = before->row;
            return;
        }
    }
}

lamella_status linear_units(call *c, linear_work *w, int64_t *possible)
{
    int64_t *count, widest = 0;
    *possible = 0;
    for (int64_t t = 0; t < w->sizes.n_tasks; t++)
        widest = MAX(widest, task_classes(w, t));
    TAKE(c, count, widest);
    TAKE(c, w->unit, w->sizes.n_tasks * w->sizes.n_fits);
    for (int64_t t = 0; t < w->sizes.n_tasks; t++)
        for (int64_t f = 0; f < w->sizes.n_fits; f++) {
            linear_unit *u = unit_of(w, t, f);
            *u = (linear_unit){ .task = t, .fit = f };
            TRY(ask_rows(c, (t * w->sizes.n_fits + f) * UNIT_LOOKS * w->s.n, UNIT_LOOKS * w->s.n));
            TRY(unit_fill(c, w, count, u));
            share_rows(w, u);
            *possible += f < w->sizes.n_folds && u->trains && u->tests;
        }
    return LAMELLA_OK;
}
