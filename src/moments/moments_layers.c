/* What a stack's layers look like, from one pass over the rows.
 *
 * A task takes one panel through all layers: row norms, odd rows, cosines to the layer before, and the panel's column moments. The
 * calling thread joins the panels in their order, so no figure depends on threads, blocks or reads. */
#include "base/sort.h"
#include "lamella/moments.h"
#include "moments/moments.h"
#include "options/options.h"
#include "reduce/reduce.h"

#include <math.h>
#include <string.h>

/* What a panel found in one layer, and what all panels so far did. */
typedef struct layer_figures {
    column_moments columns;
    double         norm_sum, norm_least, norm_most;
    double         cosine_sum;
    int64_t        n_cosines;
    int64_t        n_rows, n_zero_rows, n_constant_rows, n_nonfinite_rows;
    unsigned char *nonfinite; /* [dim]: some row is not finite there */
} layer_figures;

/* One layer's rows of the panel at hand. */
typedef struct panel_rows {
    panel          p;
    unsigned char  finite[PANEL_ROWS];
    double         norm[PANEL_ROWS];
} panel_rows;

typedef struct work {
    const stack   *s;
    layer_figures *all; /* [layer] */
} work;

/* Figures of every layer lie in one piece of memory: the structs, then their arrays. */
static int64_t figures_bytes(const stack *s)
{
    int64_t bytes = s->n_layers * (int64_t)sizeof(layer_figures);
    for (int64_t l = 0; l < s->n_layers; l++)
        bytes += column_moments_doubles(stack_dim(s, l)) * (int64_t)sizeof(double) + round_up(stack_dim(s, l), sizeof(double));
    return bytes;
}

/* Of no rows. */
static layer_figures *figures_in(const stack *s, void *memory)
{
    layer_figures *figures = memory;
    char *at = (char *)(figures + s->n_layers);
    for (int64_t l = 0; l < s->n_layers; l++) {
        const int64_t dim = stack_dim(s, l);
        figures[l] = (layer_figures){ .columns = column_moments_in((double *)at, dim), .norm_least = INFINITY, .norm_most = -INFINITY };
        at += column_moments_doubles(dim) * (int64_t)sizeof(double);
        figures[l].nonfinite = memset(at, 0, (size_t)dim);
        at += round_up(dim, sizeof(double));
    }
    return figures;
}

/* ---- one panel ---- */

static int is_constant_row(const double *x, int64_t dim)
{
    int64_t j = 1;
    while (j < dim && x[j] == x[0])
        j++;
    return j >= dim;
}

static void mark_nonfinite(const double *x, int64_t dim, unsigned char *nonfinite)
{
    for (int64_t j = 0; j < dim; j++)
        nonfinite[j] |= !isfinite(x[j]);
}

static void add_row(const kernels *k, panel_rows *rows_, int64_t i, layer_figures *f)
{
    const panel *p = &rows_->p;
    const double *x = (const double *)p->data + i * p->stride;
    rows_->finite[i] = 0;
    if (p->valid && !p->valid[i])
        return;
    f->n_rows++;
    if (k->nonfinite_f64(x, p->dim) < p->dim) {
        mark_nonfinite(x, p->dim, f->nonfinite);
        f->n_nonfinite_rows++;
        return;
    }
    double norm = norm_f64(k, x, p->dim);
    rows_->finite[i] = 1;
    rows_->norm[i] = norm;
    f->n_zero_rows += norm == 0;
    f->n_constant_rows += is_constant_row(x, p->dim);
    f->norm_sum += norm;
    f->norm_least = fmin(f->norm_least, norm);
    f->norm_most = fmax(f->norm_most, norm);
}

static void add_cosines(const kernels *k, const panel_rows *now, const panel_rows *before, layer_figures *f)
{
    for (int64_t i = 0; i < now->p.n; i++) {
        if (!now->finite[i] || !before->finite[i])
            continue;
        f->n_cosines++;
        if (now->norm[i] > 0 && before->norm[i] > 0)
            f->cosine_sum += cosine_f64(k, (const double *)now->p.data + i * now->p.stride,
                                        (const double *)before->p.data + i * before->p.stride, now->p.dim, now->norm[i], before->norm[i]);
    }
}

static void look_at_panel(const panel_task *t, void *state, void *data)
{
    const work *w = data;
    layer_figures *f = figures_in(w->s, state);
    panel_rows two[2];
    for (int64_t l = 0; l < w->s->n_layers; l++, f++) {
        panel_rows *now = &two[l % 2], *before = &two[(l + 1) % 2];
        task_panel(t, l, l % 2, &now->p);
        for (int64_t row = 0; row < now->p.n; row++)
            add_row(t->r->simd, now, row, f);
        if (l && now->p.dim == before->p.dim)
            add_cosines(t->r->simd, now, before, f);
        column_moments_of(t->r->simd, &now->p, now->finite, &f->columns);
    }
}

/* ---- all panels ---- */

static void join_layer(layer_figures *all, const layer_figures *f, int64_t dim)
{
    column_moments_merge(&all->columns, &f->columns);
    all->norm_sum += f->norm_sum;
    all->norm_least = fmin(all->norm_least, f->norm_least);
    all->norm_most = fmax(all->norm_most, f->norm_most);
    all->cosine_sum += f->cosine_sum;
    all->n_cosines += f->n_cosines;
    all->n_rows += f->n_rows;
    all->n_zero_rows += f->n_zero_rows;
    all->n_constant_rows += f->n_constant_rows;
    all->n_nonfinite_rows += f->n_nonfinite_rows;
    for (int64_t j = 0; j < dim; j++)
        all->nonfinite[j] |= f->nonfinite[j];
}

static void join_panel(void *state, void *data)
{
    const work *w = data;
    for (int64_t l = 0; l < w->s->n_layers; l++)
        join_layer(&w->all[l], (const layer_figures *)state + l, stack_dim(w->s, l));
}

static lamella_status look_at_rows(call *c, const stack *s, layer_figures **all)
{
    char *memory;
    TAKE(c, memory, figures_bytes(s));
    *all = figures_in(s, memory);
    return sum_panels(c, &(panel_sum){ .s = s, .n_layers = s->n_layers, .precision = LAMELLA_F64, .keep_nonfinite = 1, .together = 2,
                                       .state_bytes = figures_bytes(s), .of_panel = look_at_panel, .join = join_panel, .data = &(work){ s, *all } });
}

/* ---- figures of one layer ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of_sorted(const double *x, int64_t n)
{
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

typedef struct column_figures {
    double  shares[3];
    int64_t n_zero, n_constant, n_nonfinite, n_outliers;
} column_figures;

/* energy: [2 * dim] of room. */
static void column_figures_of(const layer_figures *f, double outlier, double *energy, column_figures *out)
{
    const column_moments *m = &f->columns;
    double *sorted = energy + m->dim, total = 0, largest = 0;
    *out = (column_figures){ { 0 }, 0, 0, 0, 0 };
    for (int64_t j = 0; m->n && j < m->dim; j++)
        largest = fmax(largest, m->largest[j]);
    const double unit = range_unit(largest); /* shares and outliers are ratios */
    for (int64_t j = 0; j < m->dim; j++) {
        out->n_nonfinite += f->nonfinite[j];
        out->n_zero += m->n && m->largest[j] == 0;
        out->n_constant += m->n && column_is_constant(m, j);
        energy[j] = m->n ? (double)m->n * (column_variance(m, j, unit) + m->mean[j] / unit * (m->mean[j] / unit)) : 0;
        sorted[j] = m->n ? sqrt(energy[j] / (double)m->n) : 0;
    }
    for (int64_t cut = 8, part = 0, j = 0; cut >= 1; cut /= 2, part++) {
        for (; j < (m->dim + cut - 1) / cut; j++)
            total += energy[j];
        if (part < 3)
            out->shares[part] = total;
    }
    for (int64_t part = 0; part < 3; part++)
        out->shares[part] = !m->n ? NAN : total > 0 ? out->shares[part] / total : 0;
    sort_elements(sorted, m->dim, sizeof *sorted, by_value);
    double bound = outlier * median_of_sorted(sorted, m->dim);
    for (int64_t j = m->dim; j > 0 && sorted[j - 1] > bound; j--)
        out->n_outliers++;
}

typedef struct layers_out {
    lamella_view  norms, counts, shares, cosine;
    lamella_view *mean, *variance; /* [layer] */
} layers_out;

/* What goes out is finite: a variance may not fit f64 where its column does. */
static lamella_status check_range_kept(call *c, const layer_figures *f, const layers_out *out, int64_t l)
{
    const column_moments *m = &f->columns;
    char name[64];
    int kept = m->n == 0 || isfinite(f->norm_sum);
    for (int64_t j = 0; m->n && j < m->dim; j++)
        kept &= isfinite(m->mean[j]) && (!view_is_wanted(&out->variance[l]) || isfinite(column_variance(m, j, 1)));
    return kept ? LAMELLA_OK : fail_squares(c, indexed_name(name, sizeof name, "stack.layer", l));
}

static void put_layer(const layer_figures *f, const column_figures *g, int64_t l, const layers_out *out)
{
    const column_moments *m = &f->columns;
    const double nothing = NAN, norms[] = { f->norm_sum / (double)m->n, f->norm_least, f->norm_most };
    const int64_t counts[] = { f->n_rows, f->n_zero_rows, f->n_constant_rows, f->n_nonfinite_rows,
                               g->n_zero, g->n_constant, g->n_nonfinite, g->n_outliers };
    for (int64_t j = 0; j < LENGTH(norms); j++)
        PUT(&out->norms, *(m->n ? &norms[j] : &nothing), l, j);
    for (int64_t j = 0; j < LENGTH(counts); j++)
        PUT(&out->counts, counts[j], l, j);
    for (int64_t j = 0; j < LENGTH(g->shares); j++)
        PUT(&out->shares, g->shares[j], l, j);
    double cosine = f->n_cosines ? f->cosine_sum / (double)f->n_cosines : NAN;
    PUT(&out->cosine, cosine, l);
    for (int64_t j = 0; j < m->dim; j++) {
        double mean = m->n ? m->mean[j] : NAN, variance = m->n ? column_variance(m, j, 1) : NAN;
        PUT(&out->mean[l], mean, j);
        PUT(&out->variance[l], variance, j);
    }
}

/* ---- the call ---- */

static lamella_status describe_layers(call *c, const lamella_stack *stack_, const lamella_moments_layers_options *options,
                                      const lamella_moments_layers_outputs *outputs)
{
    lamella_moments_layers_options o;
    lamella_moments_layers_outputs wanted;
    layers_out out;
    layer_figures *all = NULL;
    stack s;
    double *energy;
    lamella_status status = LAMELLA_OK;

    TRY(stack_check(c, &s, stack_, FLOATS, "stack"));
    TRY(stack_check_not_empty(c, &s));
    TRY(OPTIONS(c, o, options, moments_layers));
    const int64_t table[] = { s.n_layers, 3 }, table_of_counts[] = { s.n_layers, 8 };
    TRY(OUTPUTS(c, wanted, outputs));
    TRY(view_check_wanted(c, &out.norms, wanted.norms, F64, "outputs.norms", table, 2));
    TRY(view_check_wanted(c, &out.counts, wanted.counts, I64, "outputs.counts", table_of_counts, 2));
    TRY(view_check_wanted(c, &out.shares, wanted.shares, F64, "outputs.shares", table, 2));
    TRY(view_check_wanted(c, &out.cosine, wanted.cosine, F64, "outputs.cosine", &s.n_layers, 1));
    TRY(stack_check_columns(c, &s, wanted.mean, "outputs.mean", &out.mean));
    TRY(stack_check_columns(c, &s, wanted.variance, "outputs.variance", &out.variance));

    TRY(look_at_rows(c, &s, &all));
    TAKE(c, energy, 2 * stack_widest(&s));
    for (int64_t l = 0; l < s.n_layers; l++) {
        column_figures g;
        column_figures_of(&all[l], o.outlier, energy, &g);
        TRY(check_range_kept(c, &all[l], &out, l));
        put_layer(&all[l], &g, l, &out);
        if (all[l].n_nonfinite_rows)
            status = LAMELLA_NOTE;
    }
    return status;
}

lamella_status lamella_moments_layers(lamella_context *ctx, const lamella_stack *stack, const lamella_moments_layers_options *options,
                                      const lamella_moments_layers_outputs *outputs)
{
    CALL(ctx, describe_layers(c, stack, options, outputs));
}
