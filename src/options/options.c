/* Made by src/tools/generate.py: what each field of options may be, as its comment in the header says. */
#include "options/options.h"

#include <math.h>
#include <stddef.h>

static const option_rule context_rules[] = {
    { "threads", offsetof(lamella_context_options, threads), OPTION_I32, 0, 0, 0, 256, "0 to 256" },
    { "simd", offsetof(lamella_context_options, simd), OPTION_I32, 1, 0, 1, 3, "0 to 3" },
    { "own_blas", offsetof(lamella_context_options, own_blas), OPTION_I32, 0, 0, 0, 1, "0 or 1" },
    { "max_workspace_bytes", offsetof(lamella_context_options, max_workspace_bytes), OPTION_I64, 0, 0, 0, INFINITY, "0 or more" },
    { "deadline_seconds", offsetof(lamella_context_options, deadline_seconds), OPTION_F64, 0, 0, 0, INFINITY, "0 or more" },
};

lamella_status read_context_options(call *c, lamella_context_options *o, const lamella_context_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, context_rules, LENGTH(context_rules));
}

lamella_status lamella_context_options_init(lamella_context_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, context_rules, LENGTH(context_rules)));
}

static const option_rule tensor_standardise_rules[] = {
    { "by", offsetof(lamella_tensor_standardise_options, by), OPTION_I32, 1, 1, 1, 3, "0 to 3" },
    { "epsilon", offsetof(lamella_tensor_standardise_options, epsilon), OPTION_F64, 0, 0, 0, INFINITY, "0 or more" },
};

lamella_status read_tensor_standardise_options(call *c, lamella_tensor_standardise_options *o, const lamella_tensor_standardise_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, tensor_standardise_rules, LENGTH(tensor_standardise_rules));
}

lamella_status lamella_tensor_standardise_options_init(lamella_tensor_standardise_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, tensor_standardise_rules, LENGTH(tensor_standardise_rules)));
}

static const option_rule io_file_rules[] = {
    { "raw_dtype", offsetof(lamella_io_file_options, raw_dtype), OPTION_I32, 1, 0, 4, 4, "0 or LAMELLA_BF16 (4)" },
};

lamella_status read_io_file_options(call *c, lamella_io_file_options *o, const lamella_io_file_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, io_file_rules, LENGTH(io_file_rules));
}

lamella_status lamella_io_file_options_init(lamella_io_file_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, io_file_rules, LENGTH(io_file_rules)));
}

static const option_rule io_file_save_rules[] = {
    { "reserved0", offsetof(lamella_io_file_save_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
};

lamella_status read_io_file_save_options(call *c, lamella_io_file_save_options *o, const lamella_io_file_save_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, io_file_save_rules, LENGTH(io_file_save_rules));
}

lamella_status lamella_io_file_save_options_init(lamella_io_file_save_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, io_file_save_rules, LENGTH(io_file_save_rules)));
}

static const option_rule io_stack_rules[] = {
    { "raw_dtype", offsetof(lamella_io_stack_options, raw_dtype), OPTION_I32, 1, 0, 4, 4, "0 or LAMELLA_BF16 (4)" },
    { "layer_axis", offsetof(lamella_io_stack_options, layer_axis), OPTION_I32, 0, 0, -1, 2, "-1 to 2" },
    { "mask_marks", offsetof(lamella_io_stack_options, mask_marks), OPTION_I32, 1, 0, 1, 2, "0 to 2" },
};

lamella_status read_io_stack_options(call *c, lamella_io_stack_options *o, const lamella_io_stack_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, io_stack_rules, LENGTH(io_stack_rules));
}

lamella_status lamella_io_stack_options_init(lamella_io_stack_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, io_stack_rules, LENGTH(io_stack_rules)));
}

static const option_rule io_stack_save_rules[] = {
    { "reserved0", offsetof(lamella_io_stack_save_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
};

lamella_status read_io_stack_save_options(call *c, lamella_io_stack_save_options *o, const lamella_io_stack_save_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, io_stack_save_rules, LENGTH(io_stack_save_rules));
}

lamella_status lamella_io_stack_save_options_init(lamella_io_stack_save_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, io_stack_save_rules, LENGTH(io_stack_save_rules)));
}

static const option_rule moments_layers_rules[] = {
    { "reserved0", offsetof(lamella_moments_layers_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
    { "outlier", offsetof(lamella_moments_layers_options, outlier), OPTION_F64, 1, 100, 4.9406564584124654e-324, INFINITY, "over 0, or 0 for 100" },
};

lamella_status read_moments_layers_options(call *c, lamella_moments_layers_options *o, const lamella_moments_layers_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, moments_layers_rules, LENGTH(moments_layers_rules));
}

lamella_status lamella_moments_layers_options_init(lamella_moments_layers_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, moments_layers_rules, LENGTH(moments_layers_rules)));
}

static const option_rule moments_gram_update_rules[] = {
    { "reserved0", offsetof(lamella_moments_gram_update_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
};

lamella_status read_moments_gram_update_options(call *c, lamella_moments_gram_update_options *o, const lamella_moments_gram_update_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, moments_gram_update_rules, LENGTH(moments_gram_update_rules));
}

lamella_status lamella_moments_gram_update_options_init(lamella_moments_gram_update_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, moments_gram_update_rules, LENGTH(moments_gram_update_rules)));
}

static const option_rule moments_rank_rules[] = {
    { "uncentred", offsetof(lamella_moments_rank_options, uncentred), OPTION_I32, 0, 0, 0, 1, "0 or 1" },
    { "unscaled", offsetof(lamella_moments_rank_options, unscaled), OPTION_I32, 0, 0, 0, 1, "0 or 1" },
    { "reserved0", offsetof(lamella_moments_rank_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
    { "rcond", offsetof(lamella_moments_rank_options, rcond), OPTION_F64, 0, 0, 0, 0.99999999999999989, "0 or more, under 1" },
};

lamella_status read_moments_rank_options(call *c, lamella_moments_rank_options *o, const lamella_moments_rank_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, moments_rank_rules, LENGTH(moments_rank_rules));
}

lamella_status lamella_moments_rank_options_init(lamella_moments_rank_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, moments_rank_rules, LENGTH(moments_rank_rules)));
}

static const option_rule measure_classification_rules[] = {
    { "reserved0", offsetof(lamella_measure_classification_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
    { "threshold", offsetof(lamella_measure_classification_options, threshold), OPTION_F64, 0, 0, -INFINITY, INFINITY, "a finite number" },
};

lamella_status read_measure_classification_options(call *c, lamella_measure_classification_options *o, const lamella_measure_classification_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, measure_classification_rules, LENGTH(measure_classification_rules));
}

lamella_status lamella_measure_classification_options_init(lamella_measure_classification_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, measure_classification_rules, LENGTH(measure_classification_rules)));
}

static const option_rule measure_correlation_rules[] = {
    { "reserved0", offsetof(lamella_measure_correlation_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
    { "confidence", offsetof(lamella_measure_correlation_options, confidence), OPTION_F64, 1, 0.94999999999999996, 4.9406564584124654e-324, 0.99999999999999989, "over 0, under 1, or 0 for 0.95" },
};

lamella_status read_measure_correlation_options(call *c, lamella_measure_correlation_options *o, const lamella_measure_correlation_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, measure_correlation_rules, LENGTH(measure_correlation_rules));
}

lamella_status lamella_measure_correlation_options_init(lamella_measure_correlation_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, measure_correlation_rules, LENGTH(measure_correlation_rules)));
}

static const option_rule measure_regression_rules[] = {
    { "reserved0", offsetof(lamella_measure_regression_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
};

lamella_status read_measure_regression_options(call *c, lamella_measure_regression_options *o, const lamella_measure_regression_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, measure_regression_rules, LENGTH(measure_regression_rules));
}

lamella_status lamella_measure_regression_options_init(lamella_measure_regression_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, measure_regression_rules, LENGTH(measure_regression_rules)));
}

static const option_rule measure_folds_rules[] = {
    { "order", offsetof(lamella_measure_folds_options, order), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "n_folds", offsetof(lamella_measure_folds_options, n_folds), OPTION_I64, 1, 5, 1, INFINITY, "1 or more, or 0 for 5" },
    { "holdout", offsetof(lamella_measure_folds_options, holdout), OPTION_F64, 0, 0, 0, 0.99999999999999989, "0 or more, under 1" },
};

lamella_status read_measure_folds_options(call *c, lamella_measure_folds_options *o, const lamella_measure_folds_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, measure_folds_rules, LENGTH(measure_folds_rules));
}

lamella_status lamella_measure_folds_options_init(lamella_measure_folds_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, measure_folds_rules, LENGTH(measure_folds_rules)));
}

static const option_rule measure_bootstrap_rules[] = {
    { "statistic", offsetof(lamella_measure_bootstrap_options, statistic), OPTION_I32, 1, 1, 1, 8, "0 to 8" },
    { "n_resamples", offsetof(lamella_measure_bootstrap_options, n_resamples), OPTION_I64, 1, 1000, 1, INFINITY, "1 or more, or 0 for 1000" },
    { "confidence", offsetof(lamella_measure_bootstrap_options, confidence), OPTION_F64, 1, 0.94999999999999996, 4.9406564584124654e-324, 0.99999999999999989, "over 0, under 1, or 0 for 0.95" },
    { "threshold", offsetof(lamella_measure_bootstrap_options, threshold), OPTION_F64, 0, 0, -INFINITY, INFINITY, "a finite number" },
};

lamella_status read_measure_bootstrap_options(call *c, lamella_measure_bootstrap_options *o, const lamella_measure_bootstrap_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, measure_bootstrap_rules, LENGTH(measure_bootstrap_rules));
}

lamella_status lamella_measure_bootstrap_options_init(lamella_measure_bootstrap_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, measure_bootstrap_rules, LENGTH(measure_bootstrap_rules)));
}

static const option_rule probe_depth_rules[] = {
    { "reserved0", offsetof(lamella_probe_depth_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
    { "jump", offsetof(lamella_probe_depth_options, jump), OPTION_F64, 1, 1.1000000000000001, 4.9406564584124654e-324, INFINITY, "over 0, or 0 for 1.1" },
    { "flat", offsetof(lamella_probe_depth_options, flat), OPTION_F64, 1, 0.029999999999999999, 4.9406564584124654e-324, INFINITY, "over 0, or 0 for 0.03" },
    { "n_depths", offsetof(lamella_probe_depth_options, n_depths), OPTION_I64, 0, 0, 0, INFINITY, "0 or more" },
    { "n_bootstrap", offsetof(lamella_probe_depth_options, n_bootstrap), OPTION_I64, 1, 1000, 1, INFINITY, "1 or more, or 0 for 1000" },
    { "confidence", offsetof(lamella_probe_depth_options, confidence), OPTION_F64, 1, 0.94999999999999996, 4.9406564584124654e-324, 0.99999999999999989, "over 0, under 1, or 0 for 0.95" },
};

lamella_status read_probe_depth_options(call *c, lamella_probe_depth_options *o, const lamella_probe_depth_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, probe_depth_rules, LENGTH(probe_depth_rules));
}

lamella_status lamella_probe_depth_options_init(lamella_probe_depth_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, probe_depth_rules, LENGTH(probe_depth_rules)));
}

static const option_rule probe_linear_rules[] = {
    { "kind", offsetof(lamella_probe_linear_options, kind), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "classes", offsetof(lamella_probe_linear_options, classes), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "readout", offsetof(lamella_probe_linear_options, readout), OPTION_I32, 1, 1, 1, 6, "0 to 6" },
    { "standardise", offsetof(lamella_probe_linear_options, standardise), OPTION_I32, 0, 0, 0, 1, "0 or 1" },
    { "balanced", offsetof(lamella_probe_linear_options, balanced), OPTION_I32, 0, 0, 0, 1, "0 or 1" },
    { "n_folds", offsetof(lamella_probe_linear_options, n_folds), OPTION_I64, 1, 5, 1, INFINITY, "1 or more, or 0 for 5" },
    { "holdout", offsetof(lamella_probe_linear_options, holdout), OPTION_F64, 0, 0, 0, 0.99999999999999989, "0 or more, under 1" },
    { "max_iterations", offsetof(lamella_probe_linear_options, max_iterations), OPTION_I64, 1, 1000, 1, INFINITY, "1 or more, or 0 for 1000" },
    { "tolerance", offsetof(lamella_probe_linear_options, tolerance), OPTION_F64, 1, 1e-10, 4.9406564584124654e-324, 0.99999999999999989, "over 0, under 1, or 0 for 1e-10" },
    { "n_bootstrap", offsetof(lamella_probe_linear_options, n_bootstrap), OPTION_I64, 1, 1000, -1, INFINITY, "-1 or more, or 0 for 1000" },
    { "confidence", offsetof(lamella_probe_linear_options, confidence), OPTION_F64, 1, 0.94999999999999996, 4.9406564584124654e-324, 0.99999999999999989, "over 0, under 1, or 0 for 0.95" },
    { "nested", offsetof(lamella_probe_linear_options, nested), OPTION_I32, 0, 0, 0, 1, "0 or 1" },
    { "reserved0", offsetof(lamella_probe_linear_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
};

lamella_status read_probe_linear_options(call *c, lamella_probe_linear_options *o, const lamella_probe_linear_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, probe_linear_rules, LENGTH(probe_linear_rules));
}

lamella_status lamella_probe_linear_options_init(lamella_probe_linear_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, probe_linear_rules, LENGTH(probe_linear_rules)));
}

static const option_rule matryoshka_grid_rules[] = {
    { "reserved0", offsetof(lamella_matryoshka_grid_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
};

lamella_status read_matryoshka_grid_options(call *c, lamella_matryoshka_grid_options *o, const lamella_matryoshka_grid_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, matryoshka_grid_rules, LENGTH(matryoshka_grid_rules));
}

lamella_status lamella_matryoshka_grid_options_init(lamella_matryoshka_grid_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, matryoshka_grid_rules, LENGTH(matryoshka_grid_rules)));
}

static const option_rule matryoshka_ridge_rules[] = {
    { "readout", offsetof(lamella_matryoshka_ridge_options, readout), OPTION_I32, 1, 1, 1, 6, "0 to 6" },
};

lamella_status read_matryoshka_ridge_options(call *c, lamella_matryoshka_ridge_options *o, const lamella_matryoshka_ridge_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, matryoshka_ridge_rules, LENGTH(matryoshka_ridge_rules));
}

lamella_status lamella_matryoshka_ridge_options_init(lamella_matryoshka_ridge_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, matryoshka_ridge_rules, LENGTH(matryoshka_ridge_rules)));
}

static const option_rule matryoshka_search_rules[] = {
    { "similarity", offsetof(lamella_matryoshka_search_options, similarity), OPTION_I32, 1, 0, 1, 2, "0 to 2" },
    { "width", offsetof(lamella_matryoshka_search_options, width), OPTION_I64, 0, 0, 0, INFINITY, "0 or more" },
};

lamella_status read_matryoshka_search_options(call *c, lamella_matryoshka_search_options *o, const lamella_matryoshka_search_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, matryoshka_search_rules, LENGTH(matryoshka_search_rules));
}

lamella_status lamella_matryoshka_search_options_init(lamella_matryoshka_search_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, matryoshka_search_rules, LENGTH(matryoshka_search_rules)));
}

static const option_rule matryoshka_index_rules[] = {
    { "similarity", offsetof(lamella_matryoshka_index_options, similarity), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
};

lamella_status read_matryoshka_index_options(call *c, lamella_matryoshka_index_options *o, const lamella_matryoshka_index_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, matryoshka_index_rules, LENGTH(matryoshka_index_rules));
}

lamella_status lamella_matryoshka_index_options_init(lamella_matryoshka_index_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, matryoshka_index_rules, LENGTH(matryoshka_index_rules)));
}

static const option_rule matryoshka_truncate_rules[] = {
    { "normalise", offsetof(lamella_matryoshka_truncate_options, normalise), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
};

lamella_status read_matryoshka_truncate_options(call *c, lamella_matryoshka_truncate_options *o, const lamella_matryoshka_truncate_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, matryoshka_truncate_rules, LENGTH(matryoshka_truncate_rules));
}

lamella_status lamella_matryoshka_truncate_options_init(lamella_matryoshka_truncate_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, matryoshka_truncate_rules, LENGTH(matryoshka_truncate_rules)));
}

static const option_rule relative_anchors_rules[] = {
    { "method", offsetof(lamella_relative_anchors_options, method), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "start", offsetof(lamella_relative_anchors_options, start), OPTION_I64, 0, 0, 0, INFINITY, "0 or more" },
    { "distance_layer", offsetof(lamella_relative_anchors_options, distance_layer), OPTION_I64, 0, 0, 0, INFINITY, "0 or more" },
    { "farthest", offsetof(lamella_relative_anchors_options, farthest), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "reserved0", offsetof(lamella_relative_anchors_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
};

lamella_status read_relative_anchors_options(call *c, lamella_relative_anchors_options *o, const lamella_relative_anchors_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, relative_anchors_rules, LENGTH(relative_anchors_rules));
}

lamella_status lamella_relative_anchors_options_init(lamella_relative_anchors_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, relative_anchors_rules, LENGTH(relative_anchors_rules)));
}

static const option_rule relative_project_rules[] = {
    { "transform", offsetof(lamella_relative_project_options, transform), OPTION_I32, 1, 2, 1, 4, "0 to 4" },
    { "similarity", offsetof(lamella_relative_project_options, similarity), OPTION_I32, 1, 1, 1, 8, "0 to 8" },
    { "distances", offsetof(lamella_relative_project_options, distances), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "relative_transform", offsetof(lamella_relative_project_options, relative_transform), OPTION_I32, 1, 1, 1, 3, "0 to 3" },
    { "directions", offsetof(lamella_relative_project_options, directions), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "shrinkage", offsetof(lamella_relative_project_options, shrinkage), OPTION_F64, 0, 0, 0, INFINITY, "0 or more" },
    { "rcond", offsetof(lamella_relative_project_options, rcond), OPTION_F64, 0, 0, 0, INFINITY, "0 or more" },
    { "basis_rcond", offsetof(lamella_relative_project_options, basis_rcond), OPTION_F64, 0, 0, 0, INFINITY, "0 or more" },
};

lamella_status read_relative_project_options(call *c, lamella_relative_project_options *o, const lamella_relative_project_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, relative_project_rules, LENGTH(relative_project_rules));
}

lamella_status lamella_relative_project_options_init(lamella_relative_project_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, relative_project_rules, LENGTH(relative_project_rules)));
}

static const option_rule relative_stitch_rules[] = {
    { "head", offsetof(lamella_relative_stitch_options, head), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "penalty", offsetof(lamella_relative_stitch_options, penalty), OPTION_F64, 1, 1, 4.9406564584124654e-324, INFINITY, "over 0, or 0 for 1" },
    { "max_iterations", offsetof(lamella_relative_stitch_options, max_iterations), OPTION_I64, 1, 1000, 1, INFINITY, "1 or more, or 0 for 1000" },
    { "tolerance", offsetof(lamella_relative_stitch_options, tolerance), OPTION_F64, 1, 1e-10, 4.9406564584124654e-324, 0.99999999999999989, "over 0, under 1, or 0 for 1e-10" },
};

lamella_status read_relative_stitch_options(call *c, lamella_relative_stitch_options *o, const lamella_relative_stitch_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, relative_stitch_rules, LENGTH(relative_stitch_rules));
}

lamella_status lamella_relative_stitch_options_init(lamella_relative_stitch_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, relative_stitch_rules, LENGTH(relative_stitch_rules)));
}

static const option_rule fusion_over_rules[] = {
    { "opacity", offsetof(lamella_fusion_over_options, opacity), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "clamp", offsetof(lamella_fusion_over_options, clamp), OPTION_I32, 0, 0, 0, 1, "0 or 1" },
    { "reserved0", offsetof(lamella_fusion_over_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
    { "thickness", offsetof(lamella_fusion_over_options, thickness), OPTION_F64, 1, 1, 4.9406564584124654e-324, INFINITY, "over 0, or 0 for 1" },
};

lamella_status read_fusion_over_options(call *c, lamella_fusion_over_options *o, const lamella_fusion_over_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, fusion_over_rules, LENGTH(fusion_over_rules));
}

lamella_status lamella_fusion_over_options_init(lamella_fusion_over_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, fusion_over_rules, LENGTH(fusion_over_rules)));
}

static const option_rule fusion_mix_rules[] = {
    { "weighting", offsetof(lamella_fusion_mix_options, weighting), OPTION_I32, 1, 1, 1, 2, "0 to 2" },
    { "rows", offsetof(lamella_fusion_mix_options, rows), OPTION_I32, 1, 1, 1, 3, "0 to 3" },
    { "reserved0", offsetof(lamella_fusion_mix_options, reserved0), OPTION_I32, 0, 0, 0, 0, "0" },
    { "gamma", offsetof(lamella_fusion_mix_options, gamma), OPTION_F64, 1, 1, -INFINITY, INFINITY, "a finite number, or 0 for 1" },
};

lamella_status read_fusion_mix_options(call *c, lamella_fusion_mix_options *o, const lamella_fusion_mix_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, fusion_mix_rules, LENGTH(fusion_mix_rules));
}

lamella_status lamella_fusion_mix_options_init(lamella_fusion_mix_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, fusion_mix_rules, LENGTH(fusion_mix_rules)));
}

static const option_rule fusion_pool_rules[] = {
    { "readout", offsetof(lamella_fusion_pool_options, readout), OPTION_I32, 1, 1, 1, 6, "0 to 6" },
};

lamella_status read_fusion_pool_options(call *c, lamella_fusion_pool_options *o, const lamella_fusion_pool_options *given, const char *name)
{
    return read_options(c, o, (int64_t)sizeof *o, given, name, fusion_pool_rules, LENGTH(fusion_pool_rules));
}

lamella_status lamella_fusion_pool_options_init(lamella_fusion_pool_options *options, uint32_t struct_size)
{
    CALL(NULL, init_options(c, options, struct_size, (int64_t)sizeof *options, fusion_pool_rules, LENGTH(fusion_pool_rules)));
}
