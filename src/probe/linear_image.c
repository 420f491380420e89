/* The arrays of a fitted probe, by the one table of them, and what a loaded one must be. */
#include "probe/linear.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define AT(array_) offsetof(lamella_probe_linear, array.array_)

#define SCORE(name, which)                                              \
    { name, LAMELLA_F64, "ltqk", AT(score[which].by_fold), 0 },         \
    { name "_mean", LAMELLA_F64, "ltq", AT(score[which].mean), 0 },     \
    { name "_pooled", LAMELLA_F64, "ltq", AT(score[which].pooled), 0 }, \
    { name "_low", LAMELLA_F64, "lt", AT(score[which].low), 0 },        \
    { name "_high", LAMELLA_F64, "lt", AT(score[which].high), 0 }

/* By falling element size, so that each is aligned. */
static const fitted_field fields[] = {
    { "weights", LAMELLA_F64, "qfod", AT(weights), 0 },
    { "intercepts", LAMELLA_F64, "lqfo", AT(intercepts), 0 },
    { "objective", LAMELLA_F64, "ltqf", AT(objective), 0 },
    { "gradient_norm", LAMELLA_F64, "ltqf", AT(gradient_norm), 0 },
    { "iterations", LAMELLA_I64, "ltqf", AT(iterations), 0 },
    SCORE("accuracy", SCORE_ACCURACY),
    SCORE("f1", SCORE_F1),
    SCORE("auc", SCORE_AUC),
    { "n_scored_folds", LAMELLA_I64, "ltq", AT(n_scored_folds), 0 },
    { "accuracy_nested", LAMELLA_F64, "lt", AT(score[SCORE_ACCURACY].nested), 1 },
    { "f1_nested", LAMELLA_F64, "lt", AT(score[SCORE_F1].nested), 1 },
    { "auc_nested", LAMELLA_F64, "lt", AT(score[SCORE_AUC].nested), 1 },
    { "nested_penalty", LAMELLA_I64, "ltk", AT(nested_penalty), 1 },
    { "best_penalty", LAMELLA_I64, "lt", AT(best_penalty), 0 },
    { "depths", LAMELLA_I64, "l", AT(depths), 0 },
    { "dims", LAMELLA_I64, "l", AT(dims), 0 },
    { "penalties", LAMELLA_F64, "q", AT(penalties), 0 },
    { "classes", LAMELLA_I64, "c", AT(classes), 0 },
    { "class_offsets", LAMELLA_I64, "u", AT(class_offsets), 0 },
    { "output_offsets", LAMELLA_I64, "u", AT(output_offsets), 0 },
    { "rows", LAMELLA_I64, "s", AT(rows), 0 },
    { "groups", LAMELLA_I64, "s", AT(groups), 0 },
    { "fold", LAMELLA_I64, "s", AT(fold), 0 },
    { "flags", LAMELLA_I32, "ltqf", AT(flags), 0 },
    { "edge", LAMELLA_U8, "lt", AT(edge), 0 },
    { "correct", LAMELLA_U8, "tls", AT(correct), 0 },
};

int64_t axis_extent(const linear_sizes *z, char axis, int64_t layer)
{
    switch (axis) {
    case 'l': return z->n_layers;
    case 't': return z->n_tasks;
    case 'q': return z->n_penalties;
    case 'f': return z->n_fits;
    case 'k': return z->n_folds;
    case 'o': return z->n_outputs;
    case 'd': return z->dim[layer];
    case 'c': return z->n_classes;
    case 'u': return z->n_tasks + 1;
    default: return z->n_scored;
    }
}

static int64_t n_layers_of(const fitted *x)
{
    return ((const lamella_probe_linear *)x)->sizes.n_layers;
}

static int64_t extent_of(const fitted *x, char axis, int64_t layer)
{
    return axis_extent(&((const lamella_probe_linear *)x)->sizes, axis, layer);
}

static int has_field(const fitted *x, const fitted_field *f)
{
    return !f->only || ((const lamella_probe_linear *)x)->sizes.nested;
}

static void *slot_in_probe(fitted *x, const fitted_field *f, int64_t layer)
{
    return f->place == AT(weights) ? (void *)&((lamella_probe_linear *)x)->array.weights[layer] : (char *)x + f->place;
}

/* ---- made ---- */

/* Its sizes are known. */
static lamella_status take_pointers(call *c, lamella_probe_linear *probe)
{
    probe->simd = simd_of(c);
    TAKE_FROM(c, &probe->file.memory, probe->array.weights, probe->sizes.n_layers);
    return LAMELLA_OK;
}

lamella_status linear_create(call *c, const linear_sizes *sizes, lamella_probe_linear **made)
{
    lamella_probe_linear *probe;
    TRY(fitted_create(c, &linear_kind, &probe));
    probe->sizes = *sizes;
    TRY(take_pointers(c, probe));
    TRY(fitted_lay(c, &probe->file));
    memcpy(probe->array.dims, sizes->dim, (size_t)sizes->n_layers * sizeof *sizes->dim);
    probe->sizes.dim = probe->array.dims;
    *made = probe;
    return LAMELLA_OK;
}

/* ---- read ---- */

static lamella_status measure_probe(call *c, fitted *x)
{
    lamella_probe_linear *probe = (lamella_probe_linear *)x;
    int64_t cells[4], folds[4], intercepts[4], classes, dims, scored;
    TRY(fitted_shape(c, x, "flags", LAMELLA_I32, 4, cells));
    if (cells[1] < 1 || cells[3] < 1)
        return fail(c, LAMELLA_ERR_FORMAT, "\"flags\" is of %lld tasks and %lld fits, expected at least one of each", (long long)cells[1], (long long)cells[3]);
    TRY(fitted_shape(c, x, "accuracy", LAMELLA_F64, 4, folds));
    TRY(fitted_shape(c, x, "intercepts", LAMELLA_F64, 4, intercepts));
    TRY(fitted_shape(c, x, "classes", LAMELLA_I64, 1, &classes));
    TRY(fitted_shape(c, x, "dims", LAMELLA_I64, 1, &dims));
    if (dims != cells[0] || dims < 1)
        return fail(c, LAMELLA_ERR_FORMAT, "\"dims\" is of %lld layers, expected %lld (= those of \"flags\"), at least 1", (long long)dims, (long long)cells[0]);
    TRY(fitted_shape(c, x, "rows", LAMELLA_I64, 1, &scored));
    const int64_t *dim = (const int64_t *)(x->image + file_find(x->file, "dims")->begin);
    probe->sizes = (linear_sizes){ cells[0], cells[1], cells[2], folds[3], cells[3], intercepts[3], classes, scored, dim,
                                   file_find(x->file, "nested_penalty") != NULL };
    return take_pointers(c, probe);
}

static lamella_status check_chosen(call *c, const lamella_probe_linear *probe, const char *name, const int64_t *chosen, int64_t n)
{
    const int64_t most = probe->sizes.n_penalties - 1;
    for (int64_t i = 0; i < n; i++)
        if (chosen[i] < 0 || chosen[i] > most)
            return fail(c, LAMELLA_ERR_FORMAT, "%s has %lld, expected 0 to %lld", name, (long long)chosen[i], (long long)most);
    return LAMELLA_OK;
}

/* What scores and a copy of some layers lean on. */
static lamella_status check_values(call *c, const lamella_probe_linear *probe)
{
    const linear_sizes *z = &probe->sizes;
    const int64_t *outputs = probe->array.output_offsets, *classes = probe->array.class_offsets;
    TRY(check_chosen(c, probe, "best_penalty", probe->array.best_penalty, z->n_layers * z->n_tasks));
    if (z->nested)
        TRY(check_chosen(c, probe, "nested_penalty", probe->array.nested_penalty, z->n_layers * z->n_tasks * z->n_folds));
    for (int64_t t = 0; t <= z->n_tasks; t++)
        if (t ? outputs[t] <= outputs[t - 1] : outputs[t] != 0)
            return fail(c, LAMELLA_ERR_FORMAT, "output_offsets does not rise from 0");
    for (int64_t t = 0; t < z->n_tasks; t++) {
        int64_t k, n; /* both of numbers from 0 on */
        if (classes[0] || classes[t + 1] < classes[t] || classes[t + 1] > z->n_classes)
            return fail(c, LAMELLA_ERR_FORMAT, "class_offsets does not rise from 0 to %lld", (long long)z->n_classes);
        k = outputs[t + 1] - outputs[t];
        n = classes[t + 1] - classes[t];
        if ((n > 2 ? n : 1) != k)
            return fail(c, LAMELLA_ERR_FORMAT, "class_offsets does not agree with output_offsets");
    }
    if (outputs[z->n_tasks] != z->n_outputs)
        return fail(c, LAMELLA_ERR_FORMAT, "output_offsets ends at %lld, expected %lld", (long long)outputs[z->n_tasks], (long long)z->n_outputs);
    return LAMELLA_OK;
}

/* A cell without a flag has numbers to score with. */
static lamella_status check_saved_weights(call *c, const lamella_probe_linear *probe, int64_t l)
{
    const linear_sizes *z = &probe->sizes;
    const int64_t *outputs = probe->array.output_offsets, dim = z->dim[l];
    const int32_t *flags = probe->array.flags + l * z->n_tasks * z->n_penalties * z->n_fits;
    const double *weights = probe->array.weights[l];
    const double *intercepts = probe->array.intercepts + l * z->n_penalties * z->n_fits * z->n_outputs;
    for (int64_t t = 0; t < z->n_tasks; t++)
        for (int64_t i = 0; i < z->n_penalties * z->n_fits; i++)
            for (int64_t k = outputs[t]; k < outputs[t + 1]; k++) {
                int64_t at = i * z->n_outputs + k;
                int absent = intercepts[at] == -INFINITY; /* a class without a training row */
                if (flags[t * z->n_penalties * z->n_fits + i] || ((absent || isfinite(intercepts[at])) && matrix_is_finite(weights + at * dim, 1, dim, dim)))
                    continue;
                return fail(c, LAMELLA_ERR_FORMAT, "\"weights.%lld\" or \"intercepts\" has a number that is not finite at penalty %lld, fit %lld, output %lld",
                            (long long)l, (long long)(i / z->n_fits), (long long)(i % z->n_fits), (long long)k);
            }
    return LAMELLA_OK;
}

static lamella_status check_saved_labels(call *c, const lamella_probe_linear *probe)
{
    const linear_sizes *z = &probe->sizes;
    const double *penalty = probe->array.penalties;
    const int64_t *value = probe->array.classes, *offset = probe->array.class_offsets;
    for (int64_t q = 0; q < z->n_penalties; q++)
        if (!(penalty[q] > 0) || !isfinite(penalty[q]))
            return fail(c, LAMELLA_ERR_FORMAT, "\"penalties\"[%lld] is not a number over 0", (long long)q);
    for (int64_t t = 0; t < z->n_tasks; t++)
        for (int64_t k = offset[t] + 1; k < offset[t + 1]; k++)
            if (value[k] <= value[k - 1])
                return fail(c, LAMELLA_ERR_FORMAT, "\"classes\" of task %lld do not rise", (long long)t);
    return LAMELLA_OK;
}

static lamella_status settle_probe(call *c, fitted *x)
{
    lamella_probe_linear *probe = (lamella_probe_linear *)x;
    TRY(check_values(c, probe));
    TRY(check_saved_labels(c, probe));
    for (int64_t l = 0; l < probe->sizes.n_layers; l++)
        TRY(check_saved_weights(c, probe, l));
    return linear_prepare_scores(c, probe);
}

LAMELLA_INTERNAL const fitted_kind linear_kind = { .name = "probe_linear", .thing = "a fitted probe", .argument = "probe",
                                                   .size = sizeof(lamella_probe_linear), .field = fields, .n_fields = LENGTH(fields), .each = "d",
                                                   .layers = n_layers_of, .extent = extent_of, .has = has_field, .slot = slot_in_probe,
                                                   .measure = measure_probe, .settle = settle_probe };

/* ---- scores ---- */

lamella_status linear_prepare_scores(call *c, lamella_probe_linear *probe)
{
    const linear_sizes *z = &probe->sizes;
    const int64_t *best = probe->array.best_penalty, *offsets = probe->array.output_offsets;
    const double *intercepts = probe->array.intercepts;
    TAKE_FROM(c, &probe->file.memory, probe->score_weights, z->n_layers);
    TAKE_FROM(c, &probe->file.memory, probe->score_intercepts, z->n_layers * z->n_outputs);
    for (int64_t l = 0; l < z->n_layers; l++) {
        const double *weights = probe->array.weights[l];
        TAKE_FROM(c, &probe->file.memory, probe->score_weights[l], z->n_outputs * z->dim[l]);
        for (int64_t t = 0; t < z->n_tasks; t++)
            for (int64_t k = offsets[t]; k < offsets[t + 1]; k++) {
                int64_t fit = best[l * z->n_tasks + t] * z->n_fits + z->n_fits - 1;
                probe->simd->f64_to_f32(weights + (fit * z->n_outputs + k) * z->dim[l], z->dim[l], probe->score_weights[l] + k * z->dim[l]);
                probe->score_intercepts[l * z->n_outputs + k] = intercepts[(l * z->n_penalties * z->n_fits + fit) * z->n_outputs + k];
            }
    }
    return LAMELLA_OK;
}
