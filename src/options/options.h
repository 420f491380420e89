/* Made by src/tools/generate.py: what each field of options may be, as its comment in the header says. */
#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H

#include "base/base.h"
#include "lamella/context.h"
#include "lamella/tensor.h"
#include "lamella/io/file.h"
#include "lamella/io/stack.h"
#include "lamella/moments.h"
#include "lamella/measure.h"
#include "lamella/probe/depth.h"
#include "lamella/probe/fit.h"
#include "lamella/matryoshka/grid.h"
#include "lamella/matryoshka/ridge.h"
#include "lamella/matryoshka/search.h"
#include "lamella/matryoshka/truncate.h"
#include "lamella/relative/anchor.h"
#include "lamella/relative/project.h"
#include "lamella/relative/stitch.h"
#include "lamella/fusion/canvas.h"
#include "lamella/fusion/layer.h"
#include "lamella/fusion/pool.h"

/* Reads the caller's options, checked and with their defaults: OPTIONS(c, w.o, options, probe_linear). */
#define OPTIONS(c, o, options, kind) read_##kind##_options((c), &(o), (options), #options)

LAMELLA_INTERNAL lamella_status read_context_options(call *c, lamella_context_options *o, const lamella_context_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_tensor_standardise_options(call *c, lamella_tensor_standardise_options *o, const lamella_tensor_standardise_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_io_file_options(call *c, lamella_io_file_options *o, const lamella_io_file_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_io_file_save_options(call *c, lamella_io_file_save_options *o, const lamella_io_file_save_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_io_stack_options(call *c, lamella_io_stack_options *o, const lamella_io_stack_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_io_stack_save_options(call *c, lamella_io_stack_save_options *o, const lamella_io_stack_save_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_moments_layers_options(call *c, lamella_moments_layers_options *o, const lamella_moments_layers_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_moments_gram_update_options(call *c, lamella_moments_gram_update_options *o, const lamella_moments_gram_update_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_moments_rank_options(call *c, lamella_moments_rank_options *o, const lamella_moments_rank_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_measure_classification_options(call *c, lamella_measure_classification_options *o, const lamella_measure_classification_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_measure_correlation_options(call *c, lamella_measure_correlation_options *o, const lamella_measure_correlation_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_measure_regression_options(call *c, lamella_measure_regression_options *o, const lamella_measure_regression_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_measure_folds_options(call *c, lamella_measure_folds_options *o, const lamella_measure_folds_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_measure_bootstrap_options(call *c, lamella_measure_bootstrap_options *o, const lamella_measure_bootstrap_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_probe_depth_options(call *c, lamella_probe_depth_options *o, const lamella_probe_depth_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_probe_linear_options(call *c, lamella_probe_linear_options *o, const lamella_probe_linear_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_matryoshka_grid_options(call *c, lamella_matryoshka_grid_options *o, const lamella_matryoshka_grid_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_matryoshka_ridge_options(call *c, lamella_matryoshka_ridge_options *o, const lamella_matryoshka_ridge_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_matryoshka_search_options(call *c, lamella_matryoshka_search_options *o, const lamella_matryoshka_search_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_matryoshka_index_options(call *c, lamella_matryoshka_index_options *o, const lamella_matryoshka_index_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_matryoshka_truncate_options(call *c, lamella_matryoshka_truncate_options *o, const lamella_matryoshka_truncate_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_relative_anchors_options(call *c, lamella_relative_anchors_options *o, const lamella_relative_anchors_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_relative_project_options(call *c, lamella_relative_project_options *o, const lamella_relative_project_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_relative_stitch_options(call *c, lamella_relative_stitch_options *o, const lamella_relative_stitch_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_fusion_over_options(call *c, lamella_fusion_over_options *o, const lamella_fusion_over_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_fusion_mix_options(call *c, lamella_fusion_mix_options *o, const lamella_fusion_mix_options *given, const char *name);
LAMELLA_INTERNAL lamella_status read_fusion_pool_options(call *c, lamella_fusion_pool_options *o, const lamella_fusion_pool_options *given, const char *name);

#endif
