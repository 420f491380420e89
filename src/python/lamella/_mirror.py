"""Made by src/tools/generate.py from the headers: structs, enums and the table of functions."""
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_double, c_int32, c_int64, c_uint32, c_uint64, c_void_p)

VERSION = "0.1.0"
MAX_RANK = 6
STOP = -1

# By the name of the first enumerator.
ENUMS = {
    'LAMELLA_OK': {'ok': 0, 'stopped': 1, 'not_converged': 2, 'note': 3, 'err_argument': -1, 'err_shape': -2, 'err_dtype': -3, 'err_nonfinite': -4, 'err_empty': -5, 'err_memory': -6, 'err_limit': -7, 'err_io': -8, 'err_format': -9, 'err_numeric': -10, 'err_unsupported': -11, 'err_callback': -12},
    'LAMELLA_F32': {'f32': 1, 'f64': 2, 'f16': 3, 'bf16': 4, 'i8': 5, 'u8': 6, 'i32': 7, 'i64': 8, 'bool': 9},
    'LAMELLA_READONLY': {'readonly': 1, 'broadcast': 2, 'finite': 4},
    'LAMELLA_LAST_NORMED': {'normed': 1},
    'LAMELLA_READOUT_MEAN': {'mean': 1, 'cls': 2, 'last': 3, 'max': 4, 'weighted': 5, 'first_mean': 6},
    'LAMELLA_CELL_IMPOSSIBLE': {'impossible': 1, 'not_converged': 2, 'edge': 4, 'unstable': 8, 'one_class': 16},
    'LAMELLA_SIMD_REFERENCE': {'reference': 1, 'avx2': 2, 'avx512': 3},
    'LAMELLA_LOG_INFO': {'info': 1, 'warn': 2},
    'LAMELLA_IO_SAFETENSORS': {'safetensors': 1, 'npy': 2, 'gguf': 3, 'zip': 4, 'pickle': 5, 'hdf5': 6, 'parquet': 7, 'index': 8, 'lfs': 9, 'web_page': 10, 'empty': 11, 'unknown': 12},
    'LAMELLA_IO_RULE_SIZE': {'size': 1, 'text': 2, 'grammar': 3, 'schema': 4, 'duplicate': 5, 'overflow': 6, 'layout': 7, 'limit': 8, 'kind': 9, 'dtype': 10},
    'LAMELLA_IO_MARKS_TOKENS': {'tokens': 1, 'padding': 2},
    'LAMELLA_IO_FORM_LAYERS': {'layers': 1, 'layer_first': 2, 'layer_second': 3, 'one_layer': 4},
    'LAMELLA_MOMENTS_NORM_MEAN': {'mean': 0, 'min': 1, 'max': 2},
    'LAMELLA_MOMENTS_COUNT_ROWS': {'rows': 0, 'zero_rows': 1, 'constant_rows': 2, 'nonfinite_rows': 3, 'zero_columns': 4, 'constant_columns': 5, 'nonfinite_columns': 6, 'outlier_columns': 7},
    'LAMELLA_MOMENTS_SHARE_EIGHTH': {'eighth': 0, 'quarter': 1, 'half': 2},
    'LAMELLA_MEASURE_SCORE_ONE_CLASS': {'one_class': 1, 'constant': 2, 'weightless': 4},
    'LAMELLA_MEASURE_STATISTIC_ACCURACY': {'accuracy': 1, 'f1': 2, 'auc': 3, 'ap': 4, 'r2': 5, 'pearson': 6, 'spearman': 7, 'mean': 8},
    'LAMELLA_MEASURE_FOLDS_SHUFFLED': {'shuffled': 1, 'in_order': 2},
    'LAMELLA_PROBE_LOGISTIC': {'logistic': 1, 'ridge': 2},
    'LAMELLA_PROBE_CLASSES_MULTINOMIAL': {'multinomial': 1, 'one_vs_rest': 2},
    'LAMELLA_MATRYOSHKA_SEARCH_COSINE': {'cosine': 1, 'dot': 2},
    'LAMELLA_MATRYOSHKA_NORMALISE_L2': {'l2': 1, 'none': 2},
    'LAMELLA_RELATIVE_ANCHORS_RANDOM': {'random': 1, 'farthest': 2},
    'LAMELLA_RELATIVE_FARTHEST_UNIT': {'unit': 1, 'raw': 2},
    'LAMELLA_RELATIVE_TRANSFORM_NONE': {'none': 1, 'centre': 2, 'zscore': 3, 'whiten': 4},
    'LAMELLA_RELATIVE_COSINE': {'cosine': 1, 'angular': 2, 'euclidean': 3, 'l1': 4, 'linf': 5, 'basis': 6, 'product': 7, 'absolute': 8},
    'LAMELLA_RELATIVE_DISTANCES_RAW': {'raw': 1, 'by_mean': 2},
    'LAMELLA_RELATIVE_RANK_SCALED': {'scaled': 1, 'unscaled': 2},
    'LAMELLA_RELATIVE_HEAD_LOGISTIC': {'logistic': 1, 'ridge': 2},
    'LAMELLA_FUSION_OPACITY_STRAIGHT': {'straight': 1, 'density': 2},
    'LAMELLA_FUSION_WEIGHTING_GIVEN': {'given': 1, 'softmax': 2},
    'LAMELLA_FUSION_ROWS_RAW': {'raw': 1, 'unit': 2, 'layer_norm': 3},
}

# The class of each object; its last word frees it.
OBJECTS = {
    'lamella_context': 'lamella.Context.free',
    'lamella_tensor_block': 'lamella.tensor.Block.free',
    'lamella_io_file': 'lamella.io.File.free',
    'lamella_moments_gram': 'lamella.moments.Gram.free',
    'lamella_probe_linear': 'lamella.probe.Linear.free',
    'lamella_matryoshka_index': 'lamella.matryoshka.Index.free',
    'lamella_relative_project': 'lamella.relative.Project.free',
}

# What each room holds.
ROOMS = {
    'context': 'context: allocator, threads, limits, progress, log; what the library is built of',
    'tensor': "tensor: views and stacks of the host's memory; blocks that own one; cast, gather, slice, finite check",
    'io': 'io: .npy, .safetensors and stack files',
    'moments': "moments: what a stack's layers look like, their ranks, and second moments that merge",
    'measure': 'measure: ranks, scores of predictions, folds, bootstrap intervals',
    'probe': 'probe: what layers know',
    'matryoshka': 'matryoshka: layers and dims cut short',
    'relative': 'relative: spaces made comparable',
    'fusion': 'fusion: layers, tokens and modalities combined',
}


class lamella_view(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("shape", c_int64 * 6),
        ("stride", c_int64 * 6),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("flags", c_uint32),
        ("reserved0", c_uint32),
        ("reserved1", c_uint64),
    ]
    layout = (128, [0, 8, 56, 104, 108, 112, 116, 120])
    details = {
    }


class lamella_stack(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("layer", POINTER(lamella_view)),
        ("n_layers", c_int64),
        ("depth", POINTER(c_int64)),
        ("n_depths", c_int64),
        ("mask", POINTER(lamella_view)),
        ("offsets", POINTER(lamella_view)),
        ("sample_id", POINTER(lamella_view)),
        ("read", CFUNCTYPE(c_int64, c_int64, c_int64, c_int64, POINTER(lamella_view), c_void_p)),
        ("user", c_void_p),
    ]
    layout = (80, [0, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72])
    details = {
        'read': ('callback', [('int64_t', 'depth'), ('int64_t', 'first_row'), ('int64_t', 'n_rows'), ('const lamella_view *', 'into'), ('void *', 'user')]),
    }


class lamella_context_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threads", c_int32),
        ("simd", c_int32),
        ("own_blas", c_int32),
        ("max_workspace_bytes", c_int64),
        ("deadline_seconds", c_double),
        ("allocate", CFUNCTYPE(c_void_p, c_int64, c_int64, c_void_p)),
        ("release", CFUNCTYPE(None, c_void_p, c_int64, c_int64, c_void_p)),
        ("parallel_for", CFUNCTYPE(c_int32, c_int64, CFUNCTYPE(None, c_int64, c_void_p), c_void_p, c_void_p)),
        ("log", CFUNCTYPE(None, c_int32, c_char_p, c_void_p)),
        ("progress", CFUNCTYPE(c_int32, c_double, c_char_p, c_void_p)),
        ("user", c_void_p),
    ]
    layout = (80, [0, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 72])
    defaults = {}
    details = {
        'simd': ('enum', 'LAMELLA_SIMD_REFERENCE'),
        'allocate': ('callback', [('int64_t', 'bytes'), ('int64_t', 'alignment'), ('void *', 'user')]),
        'release': ('callback', [('void *', 'memory'), ('int64_t', 'bytes'), ('int64_t', 'alignment'), ('void *', 'user')]),
        'parallel_for': ('callback', [('int64_t', 'n'), ('task', 'task'), ('void *', 'data'), ('void *', 'user')]),
        'log': ('callback', [('int32_t', 'level'), ('const char *', 'message'), ('void *', 'user')]),
        'progress': ('callback', [('double', 'fraction'), ('const char *', 'stage'), ('void *', 'user')]),
    }


class lamella_build(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("simd_present", c_int32),
        ("simd_chosen", c_int32),
        ("threads", c_int32),
        ("blas_threads", c_int32),
        ("reserved0", c_int32),
        ("version", c_char * 16),
        ("compiler", c_char * 64),
        ("blas", c_char * 128),
        ("blas_core", c_char * 32),
    ]
    layout = (264, [0, 4, 8, 12, 16, 20, 24, 40, 104, 232])
    details = {
        'simd_chosen': ('enum', 'LAMELLA_SIMD_REFERENCE'),
    }


class lamella_tensor_finite_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_nan", c_int64),
        ("n_infinite", c_int64),
        ("n_subnormal", c_int64),
        ("first", c_int64),
    ]
    layout = (40, [0, 4, 8, 16, 24, 32])
    details = {
    }


class lamella_io_fault(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("rule", c_int32),
        ("kind", c_int32),
        ("reserved0", c_int32),
        ("offset", c_int64),
        ("expected", c_int64),
        ("found", c_int64),
        ("key", c_char * 256),
    ]
    layout = (296, [0, 4, 8, 12, 16, 24, 32, 40])
    details = {
        'rule': ('enum', 'LAMELLA_IO_RULE_SIZE'),
        'kind': ('enum', 'LAMELLA_IO_SAFETENSORS'),
    }


class lamella_io_entry(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dtype", c_int32),
        ("rank", c_int64),
        ("shape", c_int64 * 64),
        ("offset", c_int64),
        ("n_bytes", c_int64),
        ("file_dtype", c_char * 16),
        ("name", c_char_p),
    ]
    layout = (568, [0, 4, 8, 16, 528, 536, 544, 560])
    details = {
        'dtype': ('enum', 'LAMELLA_F32'),
        'shape': ('length', 'rank'),
    }


class lamella_io_file_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("raw_dtype", c_int32),
    ]
    layout = (8, [0, 4])
    defaults = {}
    details = {
        'raw_dtype': ('enum', 'LAMELLA_F32'),
    }


class lamella_io_file_save_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("metadata", POINTER(c_char_p)),
        ("n_metadata", c_int64),
    ]
    layout = (24, [0, 4, 8, 16])
    defaults = {}
    details = {
        'metadata': ('inside', None),
        'n_metadata': ('inside', None),
    }


class lamella_io_stack_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("raw_dtype", c_int32),
        ("prefix", c_char_p),
        ("layer_axis", c_int32),
        ("mask_marks", c_int32),
    ]
    layout = (24, [0, 4, 8, 16, 20])
    defaults = {}
    details = {
        'raw_dtype': ('enum', 'LAMELLA_F32'),
        'mask_marks': ('enum', 'LAMELLA_IO_MARKS_TOKENS'),
    }


class lamella_io_stack_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("form", c_int32),
        ("n_cast", c_int64),
        ("name", c_char * 256),
        ("mask", c_char * 64),
    ]
    layout = (336, [0, 4, 8, 16, 272])
    details = {
        'form': ('enum', 'LAMELLA_IO_FORM_LAYERS'),
    }


class lamella_io_reading(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("form", c_int32),
        ("layer_axis", c_int32),
        ("reserved0", c_int32),
        ("n_layers", c_int64),
        ("prefix", c_char * 256),
    ]
    layout = (280, [0, 4, 8, 12, 16, 24])
    details = {
        'form': ('enum', 'LAMELLA_IO_FORM_LAYERS'),
    }


class lamella_io_stack_save_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("names", POINTER(c_char_p)),
        ("labels", POINTER(lamella_view)),
        ("n_labels", c_int64),
        ("source", c_char_p),
    ]
    layout = (40, [0, 4, 8, 16, 24, 32])
    defaults = {}
    details = {
        'names': ('inside', None),
        'labels': ('inside', None),
        'n_labels': ('inside', None),
    }


class lamella_moments_layers_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("outlier", c_double),
    ]
    layout = (16, [0, 4, 8])
    defaults = {'outlier': 100.0}
    details = {
    }


class lamella_moments_layers_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("norms", POINTER(lamella_view)),
        ("counts", POINTER(lamella_view)),
        ("shares", POINTER(lamella_view)),
        ("cosine", POINTER(lamella_view)),
        ("mean", POINTER(lamella_view)),
        ("variance", POINTER(lamella_view)),
    ]
    layout = (56, [0, 4, 8, 16, 24, 32, 40, 48])
    details = {
        'norms': ('inside', None),
        'counts': ('inside', None),
        'shares': ('inside', None),
        'cosine': ('inside', None),
        'mean': ('inside', None),
        'variance': ('inside', None),
    }


class lamella_moments_gram_update_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("y", POINTER(lamella_view)),
        ("weights", POINTER(lamella_view)),
    ]
    layout = (24, [0, 4, 8, 16])
    defaults = {}
    details = {
        'y': ('inside', None),
        'weights': ('inside', None),
    }


class lamella_moments_rank_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("uncentred", c_int32),
        ("unscaled", c_int32),
        ("reserved0", c_int32),
        ("rcond", c_double),
    ]
    layout = (24, [0, 4, 8, 12, 16])
    defaults = {}
    details = {
    }


class lamella_moments_rank_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("constant", POINTER(lamella_view)),
        ("dropped", POINTER(lamella_view)),
        ("spectrum", POINTER(lamella_view)),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
        'constant': ('inside', None),
        'dropped': ('inside', None),
        'spectrum': ('inside', None),
    }


class lamella_measure_classification_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("threshold", c_double),
        ("classes", POINTER(c_int64)),
        ("n_classes", c_int64),
        ("mask", POINTER(lamella_view)),
        ("weights", POINTER(lamella_view)),
    ]
    layout = (48, [0, 4, 8, 16, 24, 32, 40])
    defaults = {}
    details = {
        'classes': ('inside', None),
        'n_classes': ('inside', None),
        'mask': ('inside', None),
        'weights': ('inside', None),
    }


class lamella_measure_classification_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("n_rows", c_int64),
        ("n_classes", c_int64),
        ("accuracy", c_double),
        ("f1", c_double),
        ("auc", c_double),
        ("ap", c_double),
    ]
    layout = (56, [0, 4, 8, 16, 24, 32, 40, 48])
    details = {
    }


class lamella_measure_correlation_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("confidence", c_double),
        ("mask", POINTER(lamella_view)),
    ]
    layout = (24, [0, 4, 8, 16])
    defaults = {'confidence': 0.95}
    details = {
        'mask': ('inside', None),
    }


class lamella_measure_correlation_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("n_rows", c_int64),
        ("pearson", c_double),
        ("pearson_low", c_double),
        ("pearson_high", c_double),
        ("spearman", c_double),
    ]
    layout = (48, [0, 4, 8, 16, 24, 32, 40])
    details = {
    }


class lamella_measure_regression_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("mask", POINTER(lamella_view)),
        ("weights", POINTER(lamella_view)),
    ]
    layout = (24, [0, 4, 8, 16])
    defaults = {}
    details = {
        'mask': ('inside', None),
        'weights': ('inside', None),
    }


class lamella_measure_regression_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("n_rows", c_int64),
        ("r2", c_double),
        ("mean_squared_error", c_double),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
    }


class lamella_measure_folds_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("order", c_int32),
        ("n_folds", c_int64),
        ("holdout", c_double),
        ("seed", c_uint64),
        ("groups", POINTER(lamella_view)),
        ("strata", POINTER(lamella_view)),
    ]
    layout = (48, [0, 4, 8, 16, 24, 32, 40])
    defaults = {'order': 'shuffled', 'n_folds': 5}
    details = {
        'order': ('enum', 'LAMELLA_MEASURE_FOLDS_SHUFFLED'),
        'groups': ('inside', None),
        'strata': ('inside', None),
    }


class lamella_measure_folds_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_groups", c_int64),
        ("smallest", c_int64),
        ("largest", c_int64),
        ("n_missing", c_int64),
    ]
    layout = (40, [0, 4, 8, 16, 24, 32])
    details = {
    }


class lamella_measure_bootstrap_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("statistic", c_int32),
        ("n_resamples", c_int64),
        ("confidence", c_double),
        ("threshold", c_double),
        ("seed", c_uint64),
        ("gold", POINTER(lamella_view)),
        ("versus", POINTER(lamella_view)),
        ("classes", POINTER(c_int64)),
        ("n_classes", c_int64),
        ("groups", POINTER(lamella_view)),
        ("mask", POINTER(lamella_view)),
        ("weights", POINTER(lamella_view)),
    ]
    layout = (96, [0, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88])
    defaults = {'statistic': 'accuracy', 'n_resamples': 1000, 'confidence': 0.95}
    details = {
        'statistic': ('enum', 'LAMELLA_MEASURE_STATISTIC_ACCURACY'),
        'gold': ('inside', None),
        'versus': ('inside', None),
        'classes': ('inside', None),
        'n_classes': ('inside', None),
        'groups': ('inside', None),
        'mask': ('inside', None),
        'weights': ('inside', None),
    }


class lamella_measure_bootstrap_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("value", c_double),
        ("low", c_double),
        ("high", c_double),
        ("standard_error", c_double),
        ("n_defined", c_int64),
        ("n_groups", c_int64),
    ]
    layout = (56, [0, 4, 8, 16, 24, 32, 40, 48])
    details = {
    }


class lamella_probe_depth_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("jump", c_double),
        ("flat", c_double),
        ("n_depths", c_int64),
        ("n_bootstrap", c_int64),
        ("confidence", c_double),
        ("seed", c_int64),
        ("groups", POINTER(lamella_view)),
        ("depths", POINTER(c_int64)),
        ("n_layers", c_int64),
    ]
    layout = (80, [0, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72])
    defaults = {'jump': 1.1, 'flat': 0.03, 'n_bootstrap': 1000, 'confidence': 0.95}
    details = {
        'groups': ('inside', None),
        'depths': ('inside', None),
        'n_layers': ('inside', None),
    }


class lamella_probe_depth_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("accuracy", POINTER(lamella_view)),
        ("beta", POINTER(lamella_view)),
        ("as_good", POINTER(lamella_view)),
        ("difference", POINTER(lamella_view)),
    ]
    layout = (40, [0, 4, 8, 16, 24, 32])
    details = {
        'accuracy': ('inside', None),
        'beta': ('inside', None),
        'as_good': ('inside', None),
        'difference': ('inside', None),
    }


class lamella_probe_depth_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("jump", c_double),
        ("converging", c_double),
        ("settled", c_double),
        ("best", c_int64),
        ("n_best", c_int64),
        ("n_left_out", c_int64),
    ]
    layout = (56, [0, 4, 8, 16, 24, 32, 40, 48])
    details = {
    }


class lamella_probe_linear_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_int32),
        ("classes", c_int32),
        ("readout", c_int32),
        ("standardise", c_int32),
        ("balanced", c_int32),
        ("n_folds", c_int64),
        ("holdout", c_double),
        ("seed", c_int64),
        ("max_iterations", c_int64),
        ("tolerance", c_double),
        ("n_bootstrap", c_int64),
        ("confidence", c_double),
        ("nested", c_int32),
        ("reserved0", c_int32),
        ("label_mask", POINTER(lamella_view)),
        ("groups", POINTER(lamella_view)),
        ("folds", POINTER(lamella_view)),
        ("sample_weights", POINTER(lamella_view)),
        ("penalties", POINTER(c_double)),
        ("n_penalties", c_int64),
    ]
    layout = (136, [0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 72, 80, 84, 88, 96, 104, 112, 120, 128])
    defaults = {'kind': 'logistic', 'classes': 'multinomial', 'readout': 'mean', 'n_folds': 5, 'max_iterations': 1000, 'tolerance': 1e-10, 'n_bootstrap': 1000, 'confidence': 0.95}
    details = {
        'kind': ('enum', 'LAMELLA_PROBE_LOGISTIC'),
        'classes': ('enum', 'LAMELLA_PROBE_CLASSES_MULTINOMIAL'),
        'readout': ('enum', 'LAMELLA_READOUT_MEAN'),
        'label_mask': ('inside', None),
        'groups': ('inside', None),
        'folds': ('inside', None),
        'sample_weights': ('inside', None),
        'penalties': ('inside', None),
        'n_penalties': ('inside', None),
    }


class lamella_probe_linear_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_layers", c_int64),
        ("n_tasks", c_int64),
        ("n_penalties", c_int64),
        ("n_folds", c_int64),
        ("n_fits", c_int64),
        ("n_outputs", c_int64),
        ("n_scored", c_int64),
        ("n_impossible", c_int64),
        ("n_not_converged", c_int64),
        ("n_edge", c_int64),
        ("n_empty_samples", c_int64),
        ("n_constant_columns", c_int64),
    ]
    layout = (104, [0, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96])
    details = {
    }


class lamella_matryoshka_grid_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("second", POINTER(lamella_stack)),
    ]
    layout = (16, [0, 4, 8])
    defaults = {}
    details = {
        'second': ('inside', None),
    }


class lamella_matryoshka_grid_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("dot", POINTER(lamella_view)),
    ]
    layout = (16, [0, 4, 8])
    details = {
        'dot': ('inside', None),
    }


class lamella_matryoshka_grid_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_zero_cosines", c_int64),
        ("n_masked_pairs", c_int64),
        ("n_undefined", c_int64),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
    }


class lamella_matryoshka_ridge_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("readout", c_int32),
    ]
    layout = (8, [0, 4])
    defaults = {'readout': 'mean'}
    details = {
        'readout': ('enum', 'LAMELLA_READOUT_MEAN'),
    }


class lamella_matryoshka_ridge_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("error", POINTER(lamella_view)),
        ("accuracy", POINTER(lamella_view)),
        ("best", POINTER(lamella_view)),
        ("flags", POINTER(lamella_view)),
    ]
    layout = (40, [0, 4, 8, 16, 24, 32])
    details = {
        'error': ('inside', None),
        'accuracy': ('inside', None),
        'best': ('inside', None),
        'flags': ('inside', None),
    }


class lamella_matryoshka_ridge_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_rows", c_int64),
        ("n_edge", c_int64),
        ("n_impossible", c_int64),
        ("n_unstable", c_int64),
        ("n_empty_samples", c_int64),
    ]
    layout = (48, [0, 4, 8, 16, 24, 32, 40])
    details = {
    }


class lamella_matryoshka_search_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("similarity", c_int32),
        ("width", c_int64),
        ("base_ids", POINTER(lamella_view)),
        ("query_ids", POINTER(lamella_view)),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    defaults = {}
    details = {
        'similarity': ('enum', 'LAMELLA_MATRYOSHKA_SEARCH_COSINE'),
        'base_ids': ('inside', None),
        'query_ids': ('inside', None),
    }


class lamella_matryoshka_search_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("found", POINTER(lamella_view)),
    ]
    layout = (16, [0, 4, 8])
    details = {
        'found': ('inside', None),
    }


class lamella_matryoshka_index_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("similarity", c_int32),
        ("base_ids", POINTER(lamella_view)),
    ]
    layout = (16, [0, 4, 8])
    defaults = {'similarity': 'cosine'}
    details = {
        'similarity': ('enum', 'LAMELLA_MATRYOSHKA_SEARCH_COSINE'),
        'base_ids': ('inside', None),
    }


class lamella_matryoshka_search_merge_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("ids", POINTER(lamella_view)),
        ("scores", POINTER(lamella_view)),
    ]
    layout = (24, [0, 4, 8, 16])
    details = {
        'ids': ('inside', None),
        'scores': ('inside', None),
    }


class lamella_matryoshka_search_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_zero_rows", c_int64),
        ("n_zero_queries", c_int64),
        ("n_short_queries", c_int64),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
    }


class lamella_matryoshka_truncate_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("normalise", c_int32),
    ]
    layout = (8, [0, 4])
    defaults = {'normalise': 'l2'}
    details = {
        'normalise': ('enum', 'LAMELLA_MATRYOSHKA_NORMALISE_L2'),
    }


class lamella_matryoshka_truncate_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_zero_rows", c_int64),
        ("n_masked_rows", c_int64),
    ]
    layout = (24, [0, 4, 8, 16])
    details = {
    }


class lamella_relative_anchors_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("method", c_int32),
        ("seed", c_int64),
        ("start", c_int64),
        ("distance_layer", c_int64),
        ("farthest", c_int32),
        ("reserved0", c_int32),
        ("given", POINTER(lamella_view)),
    ]
    layout = (48, [0, 4, 8, 16, 24, 32, 36, 40])
    defaults = {'method': 'random', 'farthest': 'unit'}
    details = {
        'method': ('enum', 'LAMELLA_RELATIVE_ANCHORS_RANDOM'),
        'farthest': ('enum', 'LAMELLA_RELATIVE_FARTHEST_UNIT'),
        'given': ('inside', None),
    }


class lamella_relative_anchors_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("condition", POINTER(lamella_view)),
        ("rank", POINTER(lamella_view)),
        ("duplicates", POINTER(lamella_view)),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
        'condition': ('inside', None),
        'rank': ('inside', None),
        'duplicates': ('inside', None),
    }


class lamella_relative_anchors_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_repeated", c_int64),
    ]
    layout = (16, [0, 4, 8])
    details = {
    }


class lamella_relative_project_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("transform", c_int32),
        ("similarity", c_int32),
        ("distances", c_int32),
        ("relative_transform", c_int32),
        ("directions", c_int32),
        ("shrinkage", c_double),
        ("rcond", c_double),
        ("basis_rcond", c_double),
        ("anchors", POINTER(lamella_view)),
    ]
    layout = (56, [0, 4, 8, 12, 16, 20, 24, 32, 40, 48])
    defaults = {'transform': 'centre', 'similarity': 'cosine', 'distances': 'raw', 'relative_transform': 'none', 'directions': 'scaled'}
    details = {
        'transform': ('enum', 'LAMELLA_RELATIVE_TRANSFORM_NONE'),
        'similarity': ('enum', 'LAMELLA_RELATIVE_COSINE'),
        'distances': ('enum', 'LAMELLA_RELATIVE_DISTANCES_RAW'),
        'relative_transform': ('enum', 'LAMELLA_RELATIVE_TRANSFORM_NONE'),
        'directions': ('enum', 'LAMELLA_RELATIVE_RANK_SCALED'),
        'anchors': ('inside', None),
    }


class lamella_relative_project_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_zero_rows", c_int64),
        ("n_constant_columns", c_int64),
    ]
    layout = (24, [0, 4, 8, 16])
    details = {
    }


class lamella_relative_stitch_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("head", c_int32),
        ("penalty", c_double),
        ("max_iterations", c_int64),
        ("tolerance", c_double),
        ("projection", POINTER(lamella_relative_project_options)),
    ]
    layout = (40, [0, 4, 8, 16, 24, 32])
    defaults = {'head': 'logistic', 'penalty': 1.0, 'max_iterations': 1000, 'tolerance': 1e-10}
    details = {
        'head': ('enum', 'LAMELLA_RELATIVE_HEAD_LOGISTIC'),
        'projection': ('inside', None),
    }


class lamella_relative_stitch_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("accuracy", POINTER(lamella_view)),
        ("f1", POINTER(lamella_view)),
        ("flags", POINTER(lamella_view)),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
        'accuracy': ('inside', None),
        'f1': ('inside', None),
        'flags': ('inside', None),
    }


class lamella_relative_stitch_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("accuracy_between", c_double),
        ("accuracy_within", c_double),
        ("n_pairs", c_int64),
        ("n_trained_tests", c_int64),
        ("n_anchor_tests", c_int64),
        ("n_unknown_tests", c_int64),
    ]
    layout = (56, [0, 4, 8, 16, 24, 32, 40, 48])
    details = {
    }


class lamella_fusion_over_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("opacity", c_int32),
        ("clamp", c_int32),
        ("reserved0", c_int32),
        ("thickness", c_double),
        ("depth", POINTER(lamella_view)),
        ("background", POINTER(lamella_view)),
        ("g_transmittance", POINTER(lamella_view)),
    ]
    layout = (48, [0, 4, 8, 12, 16, 24, 32, 40])
    defaults = {'opacity': 'straight', 'thickness': 1.0}
    details = {
        'opacity': ('enum', 'LAMELLA_FUSION_OPACITY_STRAIGHT'),
        'depth': ('inside', None),
        'background': ('inside', None),
        'g_transmittance': ('inside', None),
    }


class lamella_fusion_over_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("transmittance", POINTER(lamella_view)),
    ]
    layout = (16, [0, 4, 8])
    details = {
        'transmittance': ('inside', None),
    }


class lamella_fusion_over_backward_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("d_colours", POINTER(lamella_view)),
        ("d_alpha", POINTER(lamella_view)),
        ("d_background", POINTER(lamella_view)),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
        'd_colours': ('inside', None),
        'd_alpha': ('inside', None),
        'd_background': ('inside', None),
    }


class lamella_fusion_over_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_clamped", c_int64),
    ]
    layout = (16, [0, 4, 8])
    details = {
    }


class lamella_fusion_mix_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("weighting", c_int32),
        ("rows", c_int32),
        ("reserved0", c_int32),
        ("gamma", c_double),
        ("weights", POINTER(lamella_view)),
    ]
    layout = (32, [0, 4, 8, 12, 16, 24])
    defaults = {'weighting': 'given', 'rows': 'raw', 'gamma': 1.0}
    details = {
        'weighting': ('enum', 'LAMELLA_FUSION_WEIGHTING_GIVEN'),
        'rows': ('enum', 'LAMELLA_FUSION_ROWS_RAW'),
        'weights': ('inside', None),
    }


class lamella_fusion_mix_backward_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("d_gamma", POINTER(c_double)),
    ]
    layout = (16, [0, 4, 8])
    details = {
        'd_gamma': ('inside', None),
    }


class lamella_fusion_mix_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_zero_rows", c_int64),
        ("n_masked_rows", c_int64),
    ]
    layout = (24, [0, 4, 8, 16])
    details = {
    }


class lamella_fusion_pool_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("readout", c_int32),
        ("weights", POINTER(lamella_view)),
    ]
    layout = (16, [0, 4, 8])
    defaults = {'readout': 'mean'}
    details = {
        'readout': ('enum', 'LAMELLA_READOUT_MEAN'),
        'weights': ('inside', None),
    }


class lamella_fusion_pool_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_empty_samples", c_int64),
    ]
    layout = (16, [0, 4, 8])
    details = {
    }


STRUCTS = [lamella_view, lamella_stack, lamella_context_options, lamella_build, lamella_tensor_finite_result, lamella_io_fault, lamella_io_entry, lamella_io_file_options, lamella_io_file_save_options, lamella_io_stack_options, lamella_io_stack_result, lamella_io_reading, lamella_io_stack_save_options, lamella_moments_layers_options, lamella_moments_layers_outputs, lamella_moments_gram_update_options, lamella_moments_rank_options, lamella_moments_rank_outputs, lamella_measure_classification_options, lamella_measure_classification_result, lamella_measure_correlation_options, lamella_measure_correlation_result, lamella_measure_regression_options, lamella_measure_regression_result, lamella_measure_folds_options, lamella_measure_folds_result, lamella_measure_bootstrap_options, lamella_measure_bootstrap_result, lamella_probe_depth_options, lamella_probe_depth_outputs, lamella_probe_depth_result, lamella_probe_linear_options, lamella_probe_linear_result, lamella_matryoshka_grid_options, lamella_matryoshka_grid_outputs, lamella_matryoshka_grid_result, lamella_matryoshka_ridge_options, lamella_matryoshka_ridge_outputs, lamella_matryoshka_ridge_result, lamella_matryoshka_search_options, lamella_matryoshka_search_outputs, lamella_matryoshka_index_options, lamella_matryoshka_search_merge_outputs, lamella_matryoshka_search_result, lamella_matryoshka_truncate_options, lamella_matryoshka_truncate_result, lamella_relative_anchors_options, lamella_relative_anchors_outputs, lamella_relative_anchors_result, lamella_relative_project_options, lamella_relative_project_result, lamella_relative_stitch_options, lamella_relative_stitch_outputs, lamella_relative_stitch_result, lamella_fusion_over_options, lamella_fusion_over_outputs, lamella_fusion_over_backward_outputs, lamella_fusion_over_result, lamella_fusion_mix_options, lamella_fusion_mix_backward_outputs, lamella_fusion_mix_result, lamella_fusion_pool_options, lamella_fusion_pool_result]

FUNCTIONS = [
    dict(name="lamella_version", python="lamella.version", returns=c_char_p, checked=False,
         doc=('The library\'s version, "major.minor.patch".\n'),
         arguments=[]),
    dict(name="lamella_status_name", python="lamella.status_name", returns=c_char_p, checked=False,
         doc=('The name of a status, as "ERR_SHAPE"; "unknown" for a number that is none.\n'
             '\n'
             '  status     integer any status\n'),
         arguments=[
             dict(name='status', way='in', kind='i64', ctype=c_int32),]),
    dict(name="lamella_last_error", python="lamella.last_error", returns=c_char_p, checked=False,
         doc=('Why the last failing call on this thread failed: function, argument, value found and value expected.\n'),
         arguments=[]),
    dict(name="lamella_context_options_init", python="lamella.context.options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.Context and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_context_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_context_create", python="lamella.Context", returns=c_int32, checked=True,
         doc=('Creates a context: starts its threads and lets BLAS take its first memory, so that later calls meet neither. While calls work, BLAS\n'
             'has one thread, ours beside it, and its own number after: a host that uses BLAS on another thread meanwhile sees that, and own_blas\n'
             'makes it lasting.\n'
             '\n'
             '  threads    0 to 256; default the CPUs of the affinity mask, 1 = no thread of ours\n'
             '  simd       "reference", "avx2", "avx512"; default the best; a level that the processor has\n'
             '  own_blas   0 or 1; 1 = OpenBLAS has one thread from here on, in the whole process; default while it works for us\n'
             '  max_workspace_bytes 0 or more; default no limit; what one call may allocate beside its outputs\n'
             '  deadline_seconds 0 or more; default none; budget of each call, then STOPPED\n'
             '  allocate   a function (bytes, alignment)\n'
             '  release    a function (memory, bytes, alignment)\n'
             '  parallel_for a function (n, task)\n'
             '  log        a function (level, message)\n'
             '  progress   a function (fraction, stage)\n'),
         arguments=[
             dict(name='options', way='in', kind='options', of='lamella_context_options', optional=True),
             dict(name='ctx', way='out', kind='handle', ctype=c_void_p, of='lamella_context'),]),
    dict(name="lamella_context_free", python="lamella.Context.free", returns=None, checked=False,
         doc=("Frees a context and joins its threads. Objects made with it live on, and call its allocator's release with its `user` when freed.\n"),
         arguments=[
             dict(name='ctx', way='inout', kind='handle', ctype=c_void_p, of='lamella_context'),]),
    dict(name="lamella_build_info", python="lamella.build_info", returns=c_int32, checked=True,
         doc=('What this library is built of and what it chose: version, compiler, BLAS and its core type, kernels, threads.\n'
             '\n'
             'Returns\n'
             '  build      simd_present, simd_chosen, threads, blas_threads, version, compiler, blas, blas_core\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='build', way='out', kind='result', of='lamella_build'),]),
    dict(name="lamella_tensor_view", python="lamella.tensor.view", returns=c_int32, checked=True,
         doc=('Fills a read-only view of host memory.\n'
             '\n'
             '  data       an array, or the address of the first element; may be None if an extent is 0\n'
             '  dtype      "f32", "f64", "f16", "bf16", "i8", "u8", "i32", "i64", "bool"\n'
             '  shape      list of integers [rank]\n'
             '  stride     list of integers [rank] in elements; None: row-major\n'
             '\n'
             'Returns\n'
             '  out        f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead] the view\n'),
         arguments=[
             dict(name='data', way='in', kind='address'),
             dict(name='dtype', way='in', kind='i64', ctype=c_int32, enum='LAMELLA_F32'),
             dict(name='rank', way='in', kind='count', ctype=c_int32, of='shape'),
             dict(name='shape', way='in', kind='list', ctype=POINTER(c_int64), axes=['rank'], of='i64'),
             dict(name='stride', way='in', kind='list', ctype=POINTER(c_int64), axes=['rank'], of='i64', optional=True),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_tensor_view_mutable", python="lamella.tensor.view_mutable", returns=c_int32, checked=True,
         doc=('Fills a writable view of host memory; the arguments are those of lamella.tensor.view.\n'
             '\n'
             '  data       an array, or the address of the first element; may be None if an extent is 0\n'
             '  dtype      "f32", "f64", "f16", "bf16", "i8", "u8", "i32", "i64", "bool"\n'
             '  shape      list of integers [rank]\n'
             '  stride     list of integers [rank] in elements; None: row-major\n'
             '\n'
             'Returns\n'
             '  out        f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead] the view\n'),
         arguments=[
             dict(name='data', way='in', kind='address'),
             dict(name='dtype', way='in', kind='i64', ctype=c_int32, enum='LAMELLA_F32'),
             dict(name='rank', way='in', kind='count', ctype=c_int32, of='shape'),
             dict(name='shape', way='in', kind='list', ctype=POINTER(c_int64), axes=['rank'], of='i64'),
             dict(name='stride', way='in', kind='list', ctype=POINTER(c_int64), axes=['rank'], of='i64', optional=True),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_tensor_view_describe", python="lamella.tensor.view_describe", returns=c_int32, checked=True,
         doc=('Writes a view as text for a log, as "f16 [4000, 384] stride [384, 1] readonly".\n'
             '\n'
             '  view       any [lead] may be one that calls refuse\n'
             '\n'
             'Returns\n'
             '  text       text always ended; cut to size\n'),
         arguments=[
             dict(name='view', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),
             dict(name='text', way='out', kind='buffer'),
             dict(name='size', way='in', kind='bytes', ctype=c_int64, of='text'),]),
    dict(name="lamella_tensor_stack_describe", python="lamella.tensor.stack_describe", returns=c_int32, checked=True,
         doc=('Writes a stack as text for a log, as "7 layers of f16 [4000, 384], in memory".\n'
             '\n'
             '  stack      a stack of any [layer, lead] may be one that calls refuse\n'
             '\n'
             'Returns\n'
             '  text       text always ended; cut to size\n'),
         arguments=[
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['layer', 'lead']),
             dict(name='text', way='out', kind='buffer'),
             dict(name='size', way='in', kind='bytes', ctype=c_int64, of='text'),]),
    dict(name="lamella_tensor_sizes", python="lamella.tensor.sizes", returns=c_int32, checked=True,
         doc=('The number of samples of a stack and the width of one of its layers.\n'
             '\n'
             '  stack      a stack of any [layer, lead]\n'
             '  layer      integer index, 0 .. n_layers - 1\n'
             '\n'
             'Returns\n'
             '  n_samples  integer\n'
             '  dim        integer\n'),
         arguments=[
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['layer', 'lead']),
             dict(name='layer', way='in', kind='i64', ctype=c_int64),
             dict(name='n_samples', way='out', kind='i64', ctype=c_int64),
             dict(name='dim', way='out', kind='i64', ctype=c_int64),]),
    dict(name="lamella_tensor_block_create", python="lamella.tensor.Block", returns=c_int32, checked=True,
         doc=('Creates zeroed layers [n_samples, dim] and a stack of them: outputs for hosts that bring no buffers. Its layers are writable.\n'
             '\n'
             '  dtype      "f32", "f64", "f16", "bf16", "i8", "u8", "i32", "i64", "bool"\n'
             '  n_layers   integer at least 1\n'
             '  n_samples  integer\n'
             '  dim        integer\n'
             '\n'
             'Returns\n'
             '  stack      a lamella.Stack\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='dtype', way='in', kind='i64', ctype=c_int32, enum='LAMELLA_F32'),
             dict(name='n_layers', way='in', kind='i64', ctype=c_int64),
             dict(name='n_samples', way='in', kind='i64', ctype=c_int64),
             dict(name='dim', way='in', kind='i64', ctype=c_int64),
             dict(name='block', way='out', kind='handle', ctype=c_void_p, of='lamella_tensor_block'),
             dict(name='stack', way='out', kind='result', of='lamella_stack'),]),
    dict(name="lamella_tensor_block_load", python="lamella.tensor.Block.load", returns=c_int32, checked=True,
         doc=("Makes a stack of a host's one array, layers first, without a copy.\n"
             '\n'
             "  array      f32|f64|f16|bf16|i8|u8|i32|i64|bool [layer, sample, dim], or with tokens between; stays the host's\n"
             '\n'
             'Returns\n'
             '  stack      a lamella.Stack\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='array', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['layer', 'sample', 'dim']),
             dict(name='block', way='out', kind='handle', ctype=c_void_p, of='lamella_tensor_block'),
             dict(name='stack', way='out', kind='result', of='lamella_stack'),]),
    dict(name="lamella_tensor_block_free", python="lamella.tensor.Block.free", returns=None, checked=False,
         doc=('Frees a block; views of its memory end with it.\n'),
         arguments=[
             dict(name='block', way='inout', kind='handle', ctype=c_void_p, of='lamella_tensor_block'),]),
    dict(name="lamella_tensor_slice", python="lamella.tensor.slice", returns=c_int32, checked=True,
         doc=('Part of one axis of a view, as start:stop:step in Python. Nothing is copied.\n'
             '\n'
             '  x          any [lead]\n'
             '  axis       integer 0 .. rank - 1\n'
             '  start      integer 0 .. shape[axis]\n'
             '  stop       integer start .. shape[axis]\n'
             '  step       integer at least 1\n'
             '\n'
             'Returns\n'
             '  out        any [lead] the view\n'),
         arguments=[
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),
             dict(name='axis', way='in', kind='i64', ctype=c_int32),
             dict(name='start', way='in', kind='i64', ctype=c_int64),
             dict(name='stop', way='in', kind='i64', ctype=c_int64),
             dict(name='step', way='in', kind='i64', ctype=c_int64),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_tensor_pick", python="lamella.tensor.pick", returns=c_int32, checked=True,
         doc=('One index of an axis, which then is gone, as x[:, i] in Python: of [task, layer, sample] by axis 0 the [layer, sample] of a task.\n'
             '\n'
             '  x          any [lead]\n'
             '  axis       integer 0 .. rank - 1\n'
             '  i          integer 0 .. shape[axis] - 1\n'
             '\n'
             'Returns\n'
             '  out        any [lead] the view\n'),
         arguments=[
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),
             dict(name='axis', way='in', kind='i64', ctype=c_int32),
             dict(name='i', way='in', kind='i64', ctype=c_int64),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_tensor_cast", python="lamella.tensor.cast", returns=c_int32, checked=True,
         doc=('Converts every element to the dtype of the output, rounding once to nearest even; to an integer type towards zero.\n'
             '\n'
             '  x          f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]\n'
             '\n'
             'Returns\n'
             '  out        f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),
             dict(name='out', way='out', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),]),
    dict(name="lamella_tensor_gather", python="lamella.tensor.gather", returns=c_int32, checked=True,
         doc=('Rows of the first axis by number, in the order given, repeats allowed.\n'
             '\n'
             '  out[i] = x[index[i]]\n'
             '\n'
             '  x          f32|f64|f16|bf16|i8|u8|i32|i64|bool [row, lead]\n'
             '  index      i32|i64 [pick] each 0 .. row - 1\n'
             '\n'
             'Returns\n'
             '  out        dtype(x) [pick, lead]\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['row', 'lead']),
             dict(name='index', way='in', kind='view', dtypes=['i32', 'i64'], axes=['pick'], no_booleans=True),
             dict(name='out', way='out', kind='view', dtypes=['dtype(x)'], axes=['pick', 'lead']),]),
    dict(name="lamella_tensor_finite", python="lamella.tensor.finite", returns=c_int32, checked=True,
         doc=('Counts what is not finite, and what is subnormal.\n'
             '\n'
             '  x          f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]\n'
             '\n'
             'Returns\n'
             '  result     n_nan, n_infinite, n_subnormal, first\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),
             dict(name='result', way='out', kind='result', of='lamella_tensor_finite_result'),]),
    dict(name="lamella_io_kind", python="lamella.io.kind", returns=c_int32, checked=True,
         doc=('Tells what a file is from its first bytes, whatever its name.\n'
             '\n'
             '  path       path\n'
             '\n'
             'Returns\n'
             '  kind       "safetensors", "npy", "gguf", "zip", "pickle", "hdf5", "parquet", "index", "lfs", "web_page", "empty", "unknown"\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='kind', way='out', kind='i64', ctype=c_int32, enum='LAMELLA_IO_SAFETENSORS'),]),
    dict(name="lamella_io_file_options_init", python="lamella.io.file_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.File.open and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_file_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_file_open", python="lamella.io.File.open", returns=c_int32, checked=True,
         doc=('Opens a .safetensors or .npy file and checks its whole header; data is read by pread when asked for.\n'
             '\n'
             '  path       path\n'
             '  raw_dtype  "bf16"; what .npy\'s raw 2-byte type |V2 means; default it is refused\n'
             '\n'
             'Returns\n'
             '  fault      of the exception, if it fails: rule, kind, offset, expected, found, key\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='options', way='in', kind='options', of='lamella_io_file_options', optional=True),
             dict(name='file', way='out', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='fault', way='out', kind='result', of='lamella_io_fault', optional=True, on_failure=True),]),
    dict(name="lamella_io_file_load", python="lamella.io.File.load", returns=c_int32, checked=True,
         doc=("Opens the bytes of a .safetensors or .npy file in memory; they stay the host's and have to outlive the file.\n"
             '\n'
             '  bytes      u8 [byte] contiguous\n'
             '  raw_dtype  "bf16"; what .npy\'s raw 2-byte type |V2 means; default it is refused\n'
             '\n'
             'Returns\n'
             '  fault      of the exception, if it fails: rule, kind, offset, expected, found, key\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='bytes', way='in', kind='view', dtypes=['u8'], axes=['byte']),
             dict(name='options', way='in', kind='options', of='lamella_io_file_options', optional=True),
             dict(name='file', way='out', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='fault', way='out', kind='result', of='lamella_io_fault', optional=True, on_failure=True),]),
    dict(name="lamella_io_file_free", python="lamella.io.File.free", returns=None, checked=False,
         doc=('Closes a file; what it filled ends with it.\n'),
         arguments=[
             dict(name='file', way='inout', kind='handle', ctype=c_void_p, of='lamella_io_file'),]),
    dict(name="lamella_io_file_get", python="lamella.io.File.get", returns=c_int32, checked=True,
         doc=('A read-only view of a named array, without data where the bytes are on disk (or byte-swapped): lamella.io.File.read copies them.\n'
             '\n'
             '  name       text "" for .npy\n'
             '\n'
             'Returns\n'
             '  out        any [lead]\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_io_entry_get", python="lamella.io.File.entry", returns=c_int32, checked=True,
         doc=('What the file lists under a number, in natural order of the names: runs of digits compare as numbers, so layer.2 stands before\n'
             'layer.10.\n'
             '\n'
             '  index      integer 0 .. the number of arrays - 1\n'
             '\n'
             'Returns\n'
             '  entry      dtype, rank, shape, offset, n_bytes, file_dtype, name\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='index', way='in', kind='i64', ctype=c_int64),
             dict(name='entry', way='out', kind='result', of='lamella_io_entry'),]),
    dict(name="lamella_io_metadata_get", python="lamella.io.File.metadata", returns=c_int32, checked=True,
         doc=("A pair of the file's metadata by number, in natural order of the keys.\n"
             '\n'
             '  index      integer 0 .. the number of pairs - 1\n'
             '\n'
             'Returns\n'
             '  key        text\n'
             '  value      text\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='index', way='in', kind='i64', ctype=c_int64),
             dict(name='key', way='out', kind='text', ctype=c_char_p),
             dict(name='value', way='out', kind='text', ctype=c_char_p),]),
    dict(name="lamella_io_sizes_get", python="lamella.io.File.sizes", returns=c_int32, checked=True,
         doc=('How many arrays and metadata pairs a file has.\n'
             '\n'
             'Returns\n'
             '  n_entries  integer\n'
             '  n_metadata integer\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='n_entries', way='out', kind='i64', ctype=c_int64),
             dict(name='n_metadata', way='out', kind='i64', ctype=c_int64),]),
    dict(name="lamella_io_file_read", python="lamella.io.File.read", returns=c_int32, checked=True,
         doc=("Copies rows of a named array, from disk or memory, in the array's dtype.\n"
             '\n'
             '  name       text "" for .npy\n'
             '  first_row  integer\n'
             '\n'
             'Returns\n'
             '  into       f32|f64|f16|bf16|i8|u8|i32|i64|bool [row, lead] rows first_row .. first_row + row - 1 of the first axis\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='first_row', way='in', kind='i64', ctype=c_int64),
             dict(name='into', way='out', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['row', 'lead'], by_caller=True),]),
    dict(name="lamella_io_file_save_options_init", python="lamella.io.file_save_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.file_save and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_file_save_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_file_save", python="lamella.io.file_save", returns=c_int32, checked=True,
         doc=('Saves named arrays as .safetensors: data from a multiple of 64 on, arrays by falling element size, then name, metadata by key. The\n'
             'file is written beside `path` and renamed into place: there is the old file or the new one, never half of one. Symbolic links are\n'
             'followed, a file that is replaced leaves its mode and owner, the folder is written to the disk as well; what a killed process left\n'
             'half written (NAME.0.tmp) the next save to the same path removes.\n'
             '\n'
             '  path       path\n'
             '  names      list of texts [array]\n'
             '  arrays     for each array f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]\n'
             '  metadata   list of texts [2 * pair] key, value, key, value ...; n_metadata counts pairs; None: none\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='names', way='in', kind='list', ctype=POINTER(c_char_p), axes=['array'], of='text'),
             dict(name='arrays', way='in', kind='views', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead'], each=['array']),
             dict(name='n_arrays', way='in', kind='count', ctype=c_int64, of='names'),
             dict(name='options', way='in', kind='options', of='lamella_io_file_save_options', optional=True),
             dict(name='metadata', way='in', kind='list', ctype=POINTER(c_char_p), axes=['2 * pair'], of='text', optional=True, inside='options', count='n_metadata'),]),
    dict(name="lamella_io_npy_save", python="lamella.io.npy_save", returns=c_int32, checked=True,
         doc=('Saves one array as .npy version 1, row-major; bf16 as |V2. Written as lamella.io.file_save does.\n'
             '\n'
             '  path       path\n'
             '  array      f32|f64|f16|bf16|i8|u8|i32|i64|bool [lead]\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='array', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64', 'bool'], axes=['lead']),]),
    dict(name="lamella_io_stack_options_init", python="lamella.io.stack_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.stack_open and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_stack_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_stack_open", python="lamella.io.stack_open", returns=c_int32, checked=True,
         doc=('Opens a file of layered states as a stack whose rows are read when a call asks for them.\n'
             '\n'
             'The stack file has tensors `layer.K` (K the depth), and as it likes `offsets`, `mask`, `sample_id`, `label.NAME`; metadata\n'
             '`lamella.format`, `n_depths` (a number), `last_normed` (true or 1). Taken as well: the only family of tensors whose names differ in one\n'
             'integer, if that counts layers by the word before it (layer, block, h, hidden_states ...) or runs from 0 up; one matrix; one tensor of more\n'
             'axes whose axis of layers is named. What could be read in two ways is refused, and every way named: lamella.io.File.reading lists them. An\n'
             'array that does not fit its family is refused by its name. Small parts (offsets, mask, ids, labels) are read at once. The mask may be of\n'
             'any whole type and have its usual names; one that fits tokens which the layers do not have is left aside.\n'
             '\n'
             '  path       path\n'
             '  raw_dtype  "bf16"; as in lamella.io.File.open\n'
             '  prefix     the name of a tensor, what stands before the integers of several, "h.", or their name with {} for the integer, "blocks.{}.out"; default "layer.", else what leaves no doubt\n'
             '  layer_axis -1 to 2; of one tensor of three axes and more: 1 = first, [layer, sample, dim]; 2 = second, [token, layer, dim]; -1 = none, one layer [sample, token, dim]; default refused if in doubt\n'
             '  mask_marks "tokens", "padding"; what 1 means in a padding_mask or key_padding_mask; default such a mask is refused\n'
             '\n'
             'Returns\n'
             '  stack      a lamella.Stack\n'
             '  result     form, n_cast, name, mask\n'
             '  fault      of the exception, if it fails: rule, kind, offset, expected, found, key\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='options', way='in', kind='options', of='lamella_io_stack_options', optional=True),
             dict(name='file', way='out', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='stack', way='out', kind='result', of='lamella_stack'),
             dict(name='result', way='out', kind='result', of='lamella_io_stack_result', optional=True),
             dict(name='fault', way='out', kind='result', of='lamella_io_fault', optional=True, on_failure=True),]),
    dict(name="lamella_io_reading_get", python="lamella.io.File.reading", returns=c_int32, checked=True,
         doc=('A way to read a file as a stack, by number, in natural order of the names. A file that leaves no doubt has one; at most 64 are listed.\n'
             '\n'
             '  index      integer 0 .. the number of readings - 1\n'
             '\n'
             'Returns\n'
             '  reading    form, layer_axis, n_layers, prefix\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='index', way='in', kind='i64', ctype=c_int64),
             dict(name='reading', way='out', kind='result', of='lamella_io_reading'),]),
    dict(name="lamella_io_label_get", python="lamella.io.File.label", returns=c_int32, checked=True,
         doc=('A label of an opened stack file, read into memory when the stack was opened: `label.NAME` of an integer type as i64, of a float\n'
             'type as it is.\n'
             '\n'
             '  name       text NAME, without "label."\n'
             '\n'
             'Returns\n'
             '  out        i64|f64|f32|f16|bf16 [lead]\n'),
         arguments=[
             dict(name='file', way='in', kind='handle', ctype=c_void_p, of='lamella_io_file'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_io_stack_save_options_init", python="lamella.io.stack_save_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.io.stack_save and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_io_stack_save_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_io_stack_save", python="lamella.io.stack_save", returns=c_int32, checked=True,
         doc=('Saves a stack, in memory or read, as a stack file; blocks of rows pass through, never the whole.\n'
             '\n'
             '  path       path\n'
             '  stack      a stack of f32|f64|f16|bf16|i8|u8|i32|i64 [layer, sample, dim], or with tokens\n'
             '  source     where the states come from, for the metadata; default none\n'
             '  names      list of texts [label] NAME of each label; None: none\n'
             '  labels     for each label i8|u8|bool|i32|i64|f32|f64|f16|bf16 [sample] None: none\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16', 'i8', 'u8', 'i32', 'i64'], axes=['layer', 'sample', 'dim']),
             dict(name='options', way='in', kind='options', of='lamella_io_stack_save_options', optional=True),
             dict(name='names', way='in', kind='list', ctype=POINTER(c_char_p), axes=['label'], of='text', optional=True, inside='options', count='n_labels'),
             dict(name='labels', way='in', kind='views', dtypes=['i8', 'u8', 'bool', 'i32', 'i64', 'f32', 'f64', 'f16', 'bf16'], axes=['sample'], each=['label'], optional=True, inside='options', count='n_labels'),]),
    dict(name="lamella_moments_layers_options_init", python="lamella.moments.layers_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.moments.layers and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_moments_layers_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_moments_layers", python="lamella.moments.layers", returns=c_int32, checked=True,
         doc=('Row norms, odd rows and columns, energy of the leading dims, similarity to the layer before, means and variances of the\n'
             'columns: of every layer, from one pass over the rows.\n'
             '\n'
             '  norms   mean, least and greatest L2 norm of the rows\n'
             '  shares  sum of x^2 over the first dim/8, dim/4, dim/2 dims (rounded up) / over all dims; 0 for a layer of zeros\n'
             '  cosine  mean over rows of x_l . x_(l-1) / (|x_l| |x_(l-1)|), a zero row giving 0\n'
             '  mean, variance  of each column, the variance with ddof 0\n'
             '\n'
             'A row with a NaN or an infinity is counted and left out of every other figure of its layer; a cosine needs both rows finite.\n'
             'A column is constant if its spread is within the rounding of its mean: at most 2^-52 |mean|, a step or two of f64 there.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token is a row\n'
             "  outlier    over 0; default 100; a column is an outlier if its root mean square is over this times the layer's median one\n"
             '\n'
             'Returns\n'
             '  norms      f64 [layer, 3] NaN for a layer without a finite row\n'
             '  counts     i64 [layer, 8]\n'
             '  shares     f64 [layer, 3] NaN for a layer without a finite row\n'
             '  cosine     f64 [layer] NaN where there is no layer before, its width differs or no row is finite in both\n'
             '  mean       for each layer f64 [dim(l)] NaN for a layer without a finite row\n'
             '  variance   for each layer f64 [dim(l)] NaN for a layer without a finite row, NUMERIC where it does not fit f64\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='options', way='in', kind='options', of='lamella_moments_layers_options', optional=True),
             dict(name='outputs', way='out', kind='outputs', of='lamella_moments_layers_outputs', optional=True),
             dict(name='norms', way='out', kind='view', dtypes=['f64'], axes=['layer', '3'], optional=True, inside='outputs'),
             dict(name='counts', way='out', kind='view', dtypes=['i64'], axes=['layer', '8'], optional=True, inside='outputs'),
             dict(name='shares', way='out', kind='view', dtypes=['f64'], axes=['layer', '3'], optional=True, inside='outputs'),
             dict(name='cosine', way='out', kind='view', dtypes=['f64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='mean', way='out', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='outputs'),
             dict(name='variance', way='out', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='outputs'),]),
    dict(name="lamella_moments_gram_create", python="lamella.moments.Gram", returns=c_int32, checked=True,
         doc=('Creates a state of no rows.\n'
             '\n'
             '  dim        integer columns of x, at least 1\n'
             '  cross_dim  integer columns of y, which stand beside x; 0: there is no y\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='dim', way='in', kind='i64', ctype=c_int64),
             dict(name='cross_dim', way='in', kind='i64', ctype=c_int64),
             dict(name='gram', way='out', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),]),
    dict(name="lamella_moments_gram_update_options_init", python="lamella.moments.gram_update_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.moments.Gram.update and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_moments_gram_update_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_moments_gram_update", python="lamella.moments.Gram.update", returns=c_int32, checked=True,
         doc=('Adds rows; on failure or STOPPED the state is as before.\n'
             '\n'
             '  mean = sum w z / sum w,   S = sum w (z - mean)(z - mean)^T,   z = [x | y]\n'
             '\n'
             'Every panel of 256 rows is centred on its own mean and joined by the pairwise update, and means are kept as a number and what f64 has\n'
             'lost of it, so nothing cancels: a shift of a column that is exact leaves S as it is.\n'
             '\n'
             '  x          f32|f64|f16|bf16 [row, dim]\n'
             '  y          f32|f64|f16|bf16 [row, cross_dim] of a state that has it\n'
             '  weights    f32|f64 [row] each finite, 0 or more; rows of weight 0 are not read; None: 1 each\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='gram', way='inout', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['row', 'dim']),
             dict(name='options', way='in', kind='options', of='lamella_moments_gram_update_options', optional=True),
             dict(name='y', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['row', 'cross_dim'], optional=True, inside='options'),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['row'], optional=True, inside='options'),]),
    dict(name="lamella_moments_gram_merge", python="lamella.moments.Gram.merge", returns=c_int32, checked=True,
         doc=('Adds the rows of another state of the same sizes: the whole from its shards, whoever counted them.\n'
             '\n'
             '  other      a lamella.moments.Gram\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='gram', way='inout', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),
             dict(name='other', way='in', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),]),
    dict(name="lamella_moments_gram_get", python="lamella.moments.Gram.get", returns=c_int32, checked=True,
         doc=('A read-only view into the state, valid until it changes or is freed: n i64 [], rows of a weight over 0; weight f64 [], their sum; of x\n'
             'mean [dim] and gram [dim, dim]; of y cross_mean [cross_dim] and cross_gram [cross_dim, cross_dim]; of both cross [dim, cross_dim].\n'
             'The last three are blocks of S: a covariance times the weight. Leading blocks are those of a prefix of the columns.\n'
             '\n'
             '  name       text\n'
             '\n'
             'Returns\n'
             '  out        f64|i64 [lead]\n'),
         arguments=[
             dict(name='gram', way='in', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_moments_gram_bytes", python="lamella.moments.Gram.bytes", returns=c_int32, checked=True,
         doc=('The state as the bytes of a .safetensors file (mean, mean_low: what f64 lost of it, n, square = S, weight), without a copy:\n'
             'read-only, valid until the state changes or is freed.\n'
             '\n'
             'Returns\n'
             '  bytes      u8 [byte]\n'),
         arguments=[
             dict(name='gram', way='in', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),
             dict(name='bytes', way='out', kind='filled', axes=['byte']),]),
    dict(name="lamella_moments_gram_load", python="lamella.moments.Gram.load", returns=c_int32, checked=True,
         doc=('Makes a state of the bytes of one; they are copied.\n'
             '\n'
             '  bytes      u8 [byte] contiguous\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='bytes', way='in', kind='view', dtypes=['u8'], axes=['byte']),
             dict(name='gram', way='out', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),]),
    dict(name="lamella_moments_gram_free", python="lamella.moments.Gram.free", returns=None, checked=False,
         doc=('Frees a state; views of it end with it.\n'),
         arguments=[
             dict(name='gram', way='inout', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),]),
    dict(name="lamella_moments_rank_options_init", python="lamella.moments.rank_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.moments.rank and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_moments_rank_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_moments_rank", python="lamella.moments.rank", returns=c_int32, checked=True,
         doc=('How many directions the rows of every layer have.\n'
             '\n'
             '  rank = #{ i : e_i >= rcond e_1 },   e = eigenvalues of the correlation matrix of the columns\n'
             '\n'
             'Constant columns (spread within the rounding of their mean; uncentred: columns of zeros) have no share. States behind a\n'
             'LayerNorm have rank dim - 1; hand them in as they are stored: cast to a wider dtype, the rounding of the narrow one counts as rank.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token is a row\n'
             '  uncentred  0 or 1; 1 = of the rows as they are: columns scaled to unit norm, default to unit spread about their mean\n'
             '  unscaled   0 or 1; 1 = eigenvalues of the columns as they are, where `rcond` has to be given\n'
             "  rcond      0 or more, under 1; eigenvalues under this times the largest are dropped; default max(eps of the layer's dtype squared, dim x 2^-52)\n"
             '\n'
             'Returns\n'
             '  rank       i64 [layer]\n'
             '  constant   i64 [layer] columns\n'
             '  dropped    f64 [layer] share of the sum of the eigenvalues\n'
             '  spectrum   for each layer f64 [dim(l)] the eigenvalues, falling\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='rank', way='out', kind='view', dtypes=['i64'], axes=['layer']),
             dict(name='options', way='in', kind='options', of='lamella_moments_rank_options', optional=True),
             dict(name='outputs', way='out', kind='outputs', of='lamella_moments_rank_outputs', optional=True),
             dict(name='constant', way='out', kind='view', dtypes=['i64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='dropped', way='out', kind='view', dtypes=['f64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='spectrum', way='out', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='outputs'),]),
    dict(name="lamella_measure_ranks", python="lamella.measure.ranks", returns=c_int32, checked=True,
         doc=('Ranks along the last axis, from 1; equal numbers share the mean of their ranks.\n'
             '\n'
             '  x          f32|f64|f16|bf16 [lead]\n'
             '\n'
             'Returns\n'
             '  ranks      f64 [lead]\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead']),
             dict(name='ranks', way='out', kind='view', dtypes=['f64'], axes=['lead']),]),
    dict(name="lamella_measure_classification_options_init", python="lamella.measure.classification_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.measure.classification and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_measure_classification_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_measure_classification", python="lamella.measure.classification", returns=c_int32, checked=True,
         doc=('Accuracy, F1, area under the ROC curve and average precision of decision values.\n'
             '\n'
             '  AUC = P(s+ > s-) + P(s+ = s-) / 2,   AP = mean over positives of the precision at their place\n'
             '\n'
             'Ties have no order: AUC counts a tied pair half, AP is its expectation over the orders of the tied rows (where they have several\n'
             'weights, each counts with their mean). Two classes: one score a row, for the class of the larger label. Three and more: a score\n'
             'for each class, the largest wins, of equal ones the first.\n'
             '\n'
             '  scores     f32|f64|f16|bf16 [sample, class] or [sample] for two classes; two columns are taken as second less first\n'
             '  labels     i32|i64 [sample] any integers\n'
             '  threshold  of one score a row: positive if score > threshold. 0 suits decision values, 0.5 probabilities\n'
             '  classes    list of integers [class] the label of each column; None: the labels that occur, rising\n'
             '  mask       u8|bool [sample] 0 = left out, never read; None: all rows\n'
             '  weights    f32|f64 [sample] 0 or more; None: 1 each\n'
             '\n'
             'Returns\n'
             '  result     flags, n_rows, accuracy, f1, auc, ap\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='scores', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['sample', 'class'], shorter=['sample']),
             dict(name='labels', way='in', kind='view', dtypes=['i32', 'i64'], axes=['sample']),
             dict(name='options', way='in', kind='options', of='lamella_measure_classification_options', optional=True),
             dict(name='classes', way='in', kind='list', ctype=POINTER(c_int64), axes=['class'], of='i64', optional=True, inside='options', count='n_classes'),
             dict(name='mask', way='in', kind='view', dtypes=['u8', 'bool'], axes=['sample'], optional=True, inside='options'),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['sample'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_measure_classification_result'),]),
    dict(name="lamella_measure_correlation_options_init", python="lamella.measure.correlation_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.measure.correlation and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_measure_correlation_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_measure_correlation", python="lamella.measure.correlation", returns=c_int32, checked=True,
         doc=("Pearson's correlation with Fisher's interval, and Spearman's: Pearson's of the ranks, ties averaged.\n"
             '\n'
             '  x          f32|f64|f16|bf16 [sample]\n'
             '  y          f32|f64|f16|bf16 [sample]\n'
             '  confidence over 0, under 1; default 0.95\n'
             '  mask       u8|bool [sample] 0 = left out, never read; None: all rows\n'
             '\n'
             'Returns\n'
             '  result     flags, n_rows, pearson, pearson_low, pearson_high, spearman\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['sample']),
             dict(name='y', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['sample']),
             dict(name='options', way='in', kind='options', of='lamella_measure_correlation_options', optional=True),
             dict(name='mask', way='in', kind='view', dtypes=['u8', 'bool'], axes=['sample'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_measure_correlation_result'),]),
    dict(name="lamella_measure_regression_options_init", python="lamella.measure.regression_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.measure.regression and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_measure_regression_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_measure_regression", python="lamella.measure.regression", returns=c_int32, checked=True,
         doc=('How much of the variance of gold numbers the predicted ones explain.\n'
             '\n'
             '  R2 = 1 - sum w (y - p)^2 / sum w (y - mean y)^2\n'
             '\n'
             '  predicted  f32|f64|f16|bf16 [sample]\n'
             '  gold       f32|f64|f16|bf16 [sample]\n'
             '  mask       u8|bool [sample] 0 = left out, never read; None: all rows\n'
             '  weights    f32|f64 [sample] 0 or more; None: 1 each\n'
             '\n'
             'Returns\n'
             '  result     flags, n_rows, r2, mean_squared_error\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='predicted', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['sample']),
             dict(name='gold', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['sample']),
             dict(name='options', way='in', kind='options', of='lamella_measure_regression_options', optional=True),
             dict(name='mask', way='in', kind='view', dtypes=['u8', 'bool'], axes=['sample'], optional=True, inside='options'),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['sample'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_measure_regression_result'),]),
    dict(name="lamella_measure_folds_options_init", python="lamella.measure.folds_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.measure.folds and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_measure_folds_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_measure_folds", python="lamella.measure.folds", returns=c_int32, checked=True,
         doc=('A fold number for every row: the fold that tests it. Groups stay whole, strata are spread evenly, the order is shuffled.\n'
             '\n'
             'Without groups the folds, and each stratum in them, are within one row of even. With groups the largest are placed first, each\n'
             'where its strata are rarest so far. With a hold-out fold 0 is tested, and -1 stands for rows that are only trained on.\n'
             '\n'
             '  n_samples  integer number of rows\n'
             '  order      "shuffled", "in_order"; default "shuffled"\n'
             '  n_folds    1 or more; default 5; not read with a hold-out\n'
             '  holdout    0 or more, under 1; default folds; else one fold of ceil(share * groups) groups, the rest only trained on\n'
             '  seed\n'
             '  groups     i32|i64 [n_samples] rows of one group share a fold; None: each row by itself; any integers\n'
             '  strata     i32|i64 [n_samples] as labels; None: one stratum; any integers\n'
             '\n'
             'Returns\n'
             '  folds      i32 [n_samples] 0 .. n_folds - 1\n'
             '  result     n_groups, smallest, largest, n_missing\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='n_samples', way='in', kind='i64', ctype=c_int64),
             dict(name='folds', way='out', kind='view', dtypes=['i32'], axes=['n_samples']),
             dict(name='options', way='in', kind='options', of='lamella_measure_folds_options', optional=True),
             dict(name='groups', way='in', kind='view', dtypes=['i32', 'i64'], axes=['n_samples'], optional=True, inside='options'),
             dict(name='strata', way='in', kind='view', dtypes=['i32', 'i64'], axes=['n_samples'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_measure_folds_result', optional=True),]),
    dict(name="lamella_measure_bootstrap_options_init", python="lamella.measure.bootstrap_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.measure.bootstrap and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_measure_bootstrap_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_measure_bootstrap", python="lamella.measure.bootstrap", returns=c_int32, checked=True,
         doc=('Percentile interval of a statistic by resampling rows, or whole groups where there are groups, with replacement.\n'
             '\n'
             'With `versus`, other scores of the same rows, it is the interval of the difference, both on the same resamples: systems differ if\n'
             'it leaves 0 out. A resample on which the statistic is not defined is left out and counted; one beyond f64 is NUMERIC.\n'
             '\n'
             '  scores     f32|f64|f16|bf16 [sample, class] or [sample] as the statistic wants them\n'
             '  statistic  "accuracy", "f1", "auc", "ap", "r2", "pearson", "spearman", "mean"; default "accuracy"\n'
             '  n_resamples 1 or more; default 1000\n'
             '  confidence over 0, under 1; default 0.95\n'
             '  threshold  as in classification\n'
             '  seed\n'
             '  gold       i32|i64|f32|f64|f16|bf16 [sample] labels, or numbers for "r2", "pearson", "spearman"; None: for "mean" only\n'
             '  versus     f32|f64|f16|bf16 [sample, class] shaped like scores; None: no difference\n'
             '  classes    list of integers [class] the label of each column; None: the labels that occur, rising\n'
             '  groups     i32|i64 [sample] None: each row by itself; any integers\n'
             '  mask       u8|bool [sample] 0 = left out, never read; None: all rows\n'
             '  weights    f32|f64 [sample] 0 or more; not for "pearson" and "spearman"; None: 1 each\n'
             '\n'
             'Returns\n'
             '  result     flags, value, low, high, standard_error, n_defined, n_groups\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='scores', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['sample', 'class'], shorter=['sample']),
             dict(name='options', way='in', kind='options', of='lamella_measure_bootstrap_options'),
             dict(name='gold', way='in', kind='view', dtypes=['i32', 'i64', 'f32', 'f64', 'f16', 'bf16'], axes=['sample'], optional=True, inside='options'),
             dict(name='versus', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['sample', 'class'], optional=True, inside='options'),
             dict(name='classes', way='in', kind='list', ctype=POINTER(c_int64), axes=['class'], of='i64', optional=True, inside='options', count='n_classes'),
             dict(name='groups', way='in', kind='view', dtypes=['i32', 'i64'], axes=['sample'], optional=True, inside='options'),
             dict(name='mask', way='in', kind='view', dtypes=['u8', 'bool'], axes=['sample'], optional=True, inside='options'),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['sample'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_measure_bootstrap_result'),]),
    dict(name="lamella_probe_depth_options_init", python="lamella.probe.depth_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.probe.depth and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_probe_depth_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_probe_depth", python="lamella.probe.depth", returns=c_int32, checked=True,
         doc=('Where along the layers an accuracy jumps, converges and settles, and which layers are as good as the best.\n'
             '\n'
             '  beta_l = accuracy_l / accuracy_(l-1);   jump: first beta >= 1.1;   converging: last |beta - 1| < 0.03;   settled: all after it flat\n'
             '\n'
             'Factors are quotients of counts, rounded once: a rise from 20 rows of 50 to 22 is exactly 1.1, and one of three hundredths is no flat step.\n'
             'The layers that are as good: those whose difference to the best has 0 in its paired bootstrap interval, the same rows drawn for both.\n'
             'A highest accuracy alone is no depth: neighbours differ by less than the rows can tell. Samples that are 255 at every layer are left out,\n'
             'as if they were not given: they had no label, or their fold could not be tested. 255 at some layers only is refused.\n'
             '\n'
             "  correct    u8|bool [layer, sample] 1 = the layer's probe had the row right, u8 255 = not scored; of a fitted probe: its array `correct`, one task\n"
             '  jump       over 0; default 1.1; a rise by this factor or more\n'
             '  flat       over 0; default 0.03; a step is flat if its factor is nearer to 1 than this; one that lies exactly here is not\n'
             '  n_depths   0 or more; default the number of layers given; what depths are measured against, so that of the whole model\n'
             '  n_bootstrap 1 or more; default 1000; resamples\n'
             '  confidence over 0, under 1; default 0.95\n'
             '  seed\n'
             '  groups     i32|i64 [sample] resampled whole; of a fitted probe: its array `groups`; None: each row a group of its own\n'
             '  depths     list of integers [layer] of each layer, rising from 0 or more, at most n_depths; None: 0, 1, ...\n'
             '\n'
             'Returns\n'
             '  accuracy   f64 [layer]\n'
             '  beta       f64 [layer] NaN for the first, and after an accuracy of 0\n'
             '  as_good    u8 [layer] 1 = not told from the best\n'
             "  difference f64 [layer, 2] interval of the accuracy less the best layer's\n"
             '  result     jump, converging, settled, best, n_best, n_left_out\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='correct', way='in', kind='view', dtypes=['u8', 'bool'], axes=['layer', 'sample']),
             dict(name='options', way='in', kind='options', of='lamella_probe_depth_options', optional=True),
             dict(name='groups', way='in', kind='view', dtypes=['i32', 'i64'], axes=['sample'], optional=True, inside='options', no_booleans=True),
             dict(name='depths', way='in', kind='list', ctype=POINTER(c_int64), axes=['layer'], of='i64', optional=True, inside='options', count='n_layers'),
             dict(name='outputs', way='out', kind='outputs', of='lamella_probe_depth_outputs', optional=True),
             dict(name='accuracy', way='out', kind='view', dtypes=['f64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='beta', way='out', kind='view', dtypes=['f64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='as_good', way='out', kind='view', dtypes=['u8'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='difference', way='out', kind='view', dtypes=['f64'], axes=['layer', '2'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_probe_depth_result'),]),
    dict(name="lamella_probe_linear_options_init", python="lamella.probe.linear_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.probe.Linear.fit and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_probe_linear_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_probe_linear_fit", python="lamella.probe.Linear.fit", returns=c_int32, checked=True,
         doc=('Fits and scores linear probes: every layer x task x penalty x fold in one call.\n'
             '\n'
             "  w, b of each fold's training rows;   z = w.x + b of its test rows;   accuracy, F1, AUC of z, by fold, mean and pooled\n"
             '\n'
             'Folds are shuffled; rows of one group stay on one side, and given folds that part two of them with labels of one task are refused. Two\n'
             'classes or more come from the labels, whatever integers they are. A fold that has fewer than two of them to train on or to test is\n'
             'impossible: means and pooled scores leave its rows out. The best penalty of a layer and task has the highest mean accuracy, of equal ones\n'
             'the strongest penalty; there the pooled scores have bootstrap intervals, groups resampled whole. Sample and class weights weigh the fits,\n'
             'not the scores.\n'
             '\n'
             'An interval covers which rows (or groups) were tested, for these fits: not other training rows, nor other folds. The best of several\n'
             'penalties is chosen by the rows that its interval is of, so that it lies a little high: on labels that are noise, ten penalties put the low\n'
             'end over a half in 7 % of draws, where 95 % promise 2.5 %, and one penalty in 3.5 %. With nested the choice is made without the\n'
             'rows that are scored.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then readout pools first; masked rows and samples without a valid token are left out\n'
             '  labels     i32|i64 [task, sample] or [sample] for one task; any integers\n'
             '  kind       "logistic", "ridge"; default "logistic"\n'
             '  classes    "multinomial", "one_vs_rest"; default "multinomial"\n'
             '  readout    "mean", "cls", "last", "max", "weighted", "first_mean"; default "mean"; how tokens are pooled first; not "weighted"\n'
             "  standardise 0 or 1; 1 = columns to mean 0 and spread 1 on each fit's training rows, under their weights; weights come back in raw units\n"
             "  balanced   0 or 1; 1 = class weights that give every class of the training rows the same total: all / (classes x the class's)\n"
             '  n_folds    1 or more; default 5; where no fold numbers are given\n'
             '  holdout    0 or more, under 1; default folds; else one fold, of this share of the rows or groups\n'
             '  seed       of the shuffle before the folds, and of the bootstrap\n'
             '  max_iterations 1 or more; default 1000; of each fit\n'
             '  tolerance  over 0, under 1; default 1e-10; converged is an objective within this share of its least value; where many steps each win little (several classes, large penalties) that is an estimate, and several times as much may be left\n'
             '  n_bootstrap -1 or more; default 1000; resamples; -1 = no intervals\n'
             '  confidence over 0, under 1; default 0.95\n'
             '  nested     0 or 1; 1 = each fold is also scored at the penalty that its own training rows choose, by the other folds: at least 3 folds; as many fits again for each fold. Intervals and `correct` are of that choice then\n'
             '  label_mask u8|bool [task, sample] or [sample] 0 = no label; None: all have one\n'
             '  groups     i32|i64 [sample] rows that stay together; None: each row a group of its own; any integers\n'
             '  folds      i32|i64 [sample] the fold that tests the row, 0, 1, ..., or -1: always trained on; None: made here\n'
             '  sample_weights f32|f64 [sample] 0 or more; a row of weight 0 is tested, not trained on; None: 1 each\n'
             '  penalties  list of numbers [penalty] each over 0, in any order; None: 1\n'
             '\n'
             'Returns\n'
             '  result     n_layers, n_tasks, n_folds, n_fits, n_outputs, n_scored, n_impossible, n_not_converged, n_edge, n_empty_samples, n_constant_columns\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='labels', way='in', kind='view', dtypes=['i32', 'i64'], axes=['task', 'sample'], shorter=['sample']),
             dict(name='options', way='in', kind='options', of='lamella_probe_linear_options', optional=True),
             dict(name='label_mask', way='in', kind='view', dtypes=['u8', 'bool'], axes=['task', 'sample'], optional=True, inside='options', shorter=['sample']),
             dict(name='groups', way='in', kind='view', dtypes=['i32', 'i64'], axes=['sample'], optional=True, inside='options'),
             dict(name='folds', way='in', kind='view', dtypes=['i32', 'i64'], axes=['sample'], optional=True, inside='options', no_booleans=True),
             dict(name='sample_weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['sample'], optional=True, inside='options'),
             dict(name='penalties', way='in', kind='list', ctype=POINTER(c_double), axes=['penalty'], of='f64', optional=True, inside='options', count='n_penalties'),
             dict(name='probe', way='out', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),
             dict(name='result', way='out', kind='result', of='lamella_probe_linear_result', optional=True),]),
    dict(name="lamella_probe_linear_get", python="lamella.probe.Linear.get", returns=c_int32, checked=True,
         doc=('A named array, read-only. Axes: fit = the folds, then (if there are two folds or more) the fit on all rows; output = of all tasks in turn.\n'
             '\n'
             '  accuracy f1 auc                        f64 [layer, task, penalty, fold], NaN where impossible;  f1, auc: macro over more than two classes\n'
             '  accuracy_mean ... accuracy_pooled ...  f64 [layer, task, penalty];  n_scored_folds i64, alike: the folds in the mean\n'
             '  accuracy_low accuracy_high f1_low ...  f64 [layer, task]: the interval of the pooled score at the best penalty\n'
             "  best_penalty i64, edge u8              [layer, task]: its place in penalties; whether it is at the grid's edge (0 if no fold was possible)\n"
             '  nested_penalty i64 [layer, task, fold];  accuracy_nested f1_nested auc_nested f64 [layer, task]: with nested, the place of each\n'
             "  fold's own choice, and the pooled scores at these\n"
             '  objective gradient_norm f64, iterations i64, flags i32   [layer, task, penalty, fit], bits "impossible", "not_converged", "edge", "unstable", "one_class"\n'
             '  weights.L f64 [penalty, fit, output, dim], L = 0 .. n_layers - 1;  intercepts f64 [layer, penalty, fit, output]\n'
             '  depths dims i64 [layer];  penalties f64;  classes i64 of all tasks in turn;  class_offsets output_offsets i64 [task + 1]\n'
             '  rows i64, groups i64, fold i64 [scored]: rows that a fold tests, their groups as given (None: the row);  correct u8 [task, layer, scored] at\n'
             "  the best penalty (nested: at each fold's), 255 where not scored: no label, or an impossible fold\n"
             '\n'
             'A class that no training row had has weights 0 and intercept -infinity; where there was one class only, NaN.\n'
             '\n'
             '  name       text\n'
             '\n'
             'Returns\n'
             '  out        any [lead]\n'),
         arguments=[
             dict(name='probe', way='in', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_probe_linear_score", python="lamella.probe.Linear.score", returns=c_int32, checked=True,
         doc=('Scores states of one layer by the probes of its best penalties, fitted on all rows (with a single fold, on its training rows).\n'
             '\n'
             '  scores[i, k] = w_k . x_i + b_k\n'
             '\n'
             'One f32 row and f32 scores without gaps take no memory and no lock: the product is its own finite check.\n'
             '\n'
             '  layer      integer place of the layer in the stack that was fitted\n'
             '  x          f32|f64|f16|bf16 [lead, dim] one row or [sample, dim]\n'
             '\n'
             'Returns\n'
             '  scores     f32 [lead, output_offsets(probe)] the outputs of all tasks in turn\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='probe', way='in', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),
             dict(name='layer', way='in', kind='i64', ctype=c_int64),
             dict(name='x', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead', 'dim']),
             dict(name='scores', way='out', kind='view', dtypes=['f32'], axes=['lead', 'output_offsets(probe)']),]),
    dict(name="lamella_probe_linear_keep", python="lamella.probe.Linear.keep", returns=c_int32, checked=True,
         doc=('What a monitor needs of a probe, as a probe of its own: some of its layers, the penalties that are the best of one of them, and the last fit,\n'
             'which is on all rows.\n'
             '\n'
             'Scores, depths, classes, intervals and flags of these come along, bit for bit; the fits of the folds and what is by row (rows, groups, fold,\n'
             'correct) do not. A layer is numbered by its place in the list.\n'
             '\n'
             '  layers     list of integers [layer] places of layers of the probe, rising; None: all of them\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='probe', way='in', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),
             dict(name='layers', way='in', kind='list', ctype=POINTER(c_int64), axes=['layer'], of='i64', optional=True),
             dict(name='n_layers', way='in', kind='count', ctype=c_int64, of='layers'),
             dict(name='kept', way='out', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),]),
    dict(name="lamella_probe_linear_save", python="lamella.probe.Linear.save", returns=c_int32, checked=True,
         doc=('Saves a probe as .safetensors: its arrays, and `lamella.kind` and `lamella.format` in the metadata.\n'
             '\n'
             '  path       path\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='probe', way='in', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),
             dict(name='path', way='in', kind='path'),]),
    dict(name="lamella_probe_linear_open", python="lamella.probe.Linear.open", returns=c_int32, checked=True,
         doc=('Opens a saved probe.\n'
             '\n'
             '  path       path\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='probe', way='out', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),]),
    dict(name="lamella_probe_linear_bytes", python="lamella.probe.Linear.bytes", returns=c_int32, checked=True,
         doc=('A probe as the bytes of the file that `save` writes, without a copy: read-only.\n'
             '\n'
             'Returns\n'
             '  bytes      u8 [byte]\n'),
         arguments=[
             dict(name='probe', way='in', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),
             dict(name='bytes', way='out', kind='filled', axes=['byte']),]),
    dict(name="lamella_probe_linear_load", python="lamella.probe.Linear.load", returns=c_int32, checked=True,
         doc=('A probe from the bytes of its file; they are copied.\n'
             '\n'
             '  bytes      u8 [byte] contiguous\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='bytes', way='in', kind='view', dtypes=['u8'], axes=['byte']),
             dict(name='probe', way='out', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),]),
    dict(name="lamella_probe_linear_free", python="lamella.probe.Linear.free", returns=None, checked=False,
         doc=('Frees a probe; views of its memory end with it.\n'),
         arguments=[
             dict(name='probe', way='inout', kind='handle', ctype=c_void_p, of='lamella_probe_linear'),]),
    dict(name="lamella_matryoshka_grid_options_init", python="lamella.matryoshka.grid_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.matryoshka.grid_cosine and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_matryoshka_grid_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_matryoshka_grid_cosine", python="lamella.matryoshka.grid_cosine", returns=c_int32, checked=True,
         doc=('Cosines and dot products of pairs of samples, for every layer and each of a list of prefix widths.\n'
             '\n'
             '  cosine[l, k, p] = a[:m] . b[:m] / (|a[:m]| |b[:m]|),   m = widths[k], a = first[l, pairs[p, 0]], b = second[l, pairs[p, 1]]\n'
             '\n'
             'All widths of a pair come from one pass of running sums, in f64 over fixed lanes: the same bits at every SIMD level. Rows stand as f32;\n'
             'rows of no pair are not looked at.\n'
             '\n'
             '  first      a stack of f32|f64|f16|bf16 [layer, sample, dim] pool tokens first\n'
             '  pairs      i32|i64 [pair, 2] a sample of the first stack and one of the second, each by its row; if both have sample_id, they are the same\n'
             '  widths     list of integers [width] each 1 .. dim of every layer, in any order\n'
             '  second     a stack of f32|f64|f16|bf16 [layer, other, dim] as many layers; None: the first\n'
             '\n'
             'Returns\n'
             '  cosine     f64 [layer, width, pair] NaN for a pair with a masked sample\n'
             '  dot        f64 [layer, width, pair] a[:m] . b[:m], not renormalised; NaN for a pair with a masked sample\n'
             '  result     n_zero_cosines, n_masked_pairs, n_undefined\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='first', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='pairs', way='in', kind='view', dtypes=['i32', 'i64'], axes=['pair', '2'], no_booleans=True),
             dict(name='widths', way='in', kind='list', ctype=POINTER(c_int64), axes=['width'], of='i64'),
             dict(name='n_widths', way='in', kind='count', ctype=c_int64, of='widths'),
             dict(name='cosine', way='out', kind='view', dtypes=['f64'], axes=['layer', 'width', 'pair']),
             dict(name='options', way='in', kind='options', of='lamella_matryoshka_grid_options', optional=True),
             dict(name='second', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'other', 'dim'], optional=True, inside='options'),
             dict(name='outputs', way='out', kind='outputs', of='lamella_matryoshka_grid_outputs', optional=True),
             dict(name='dot', way='out', kind='view', dtypes=['f64'], axes=['layer', 'width', 'pair'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_matryoshka_grid_result', optional=True),]),
    dict(name="lamella_matryoshka_grid_spearman", python="lamella.matryoshka.grid_spearman", returns=c_int32, checked=True,
         doc=("Spearman's rank correlation of those cosines with gold values, for every layer and width: Pearson's of average ranks.\n"
             '\n'
             '  first      a stack of f32|f64|f16|bf16 [layer, sample, dim] pool tokens first\n'
             '  pairs      i32|i64 [pair, 2] a sample of the first stack and one of the second, each by its row; if both have sample_id, they are the same\n'
             '  gold       f32|f64|i32|i64 [pair] finite, higher for more similar; ties share the mean of their ranks\n'
             '  widths     list of integers [width] each 1 .. dim of every layer, in any order\n'
             '  second     a stack of f32|f64|f16|bf16 [layer, other, dim] as many layers; None: the first\n'
             '\n'
             'Returns\n'
             '  rho        f64 [layer, width] NaN where the cosines are all equal\n'
             '  result     n_zero_cosines, n_masked_pairs, n_undefined\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='first', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='pairs', way='in', kind='view', dtypes=['i32', 'i64'], axes=['pair', '2'], no_booleans=True),
             dict(name='gold', way='in', kind='view', dtypes=['f32', 'f64', 'i32', 'i64'], axes=['pair']),
             dict(name='widths', way='in', kind='list', ctype=POINTER(c_int64), axes=['width'], of='i64'),
             dict(name='n_widths', way='in', kind='count', ctype=c_int64, of='widths'),
             dict(name='rho', way='out', kind='view', dtypes=['f64'], axes=['layer', 'width']),
             dict(name='options', way='in', kind='options', of='lamella_matryoshka_grid_options', optional=True),
             dict(name='second', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'other', 'dim'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_matryoshka_grid_result', optional=True),]),
    dict(name="lamella_matryoshka_ridge_options_init", python="lamella.matryoshka.ridge_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.matryoshka.ridge and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_matryoshka_ridge_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_matryoshka_ridge", python="lamella.matryoshka.ridge", returns=c_int32, checked=True,
         doc=('Ridge probes of two classes on the first m dims of every layer, for each of a list of widths m and penalties, scored by leaving out\n'
             'one row at a time.\n'
             '\n'
             '  min_w,b  sum_i (y_i - b - w . x_i[:m])^2 + penalty |w|^2,   y = -1 for the lower label, 1 for the higher; b is not penalised\n'
             '  e_i = (y_i - yhat_i) / (1 - h_i),   error = mean e_i^2,   accuracy = share of rows with the sign of y_i - e_i that of y_i\n'
             '\n'
             'With G the centred Gram, L L^T = G + penalty I and Z = L^-1 X^T: the factor of a leading block is the leading block of L, so yhat and\n'
             'the leverage h of width m are sums over the first m rows of Z, and all widths come from one pass. What a width finds does not depend on\n'
             'which others are asked for. Of a class of one row nothing is known where that row is left out: it counts, and as wrong.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then readout pools first; masked samples are left out\n'
             '  labels     i32|i64 [task, sample] or [sample] for one task; two values each; more classes: one task a class; any integers\n'
             '  penalties  list of numbers [penalty] each over 0\n'
             '  widths     list of integers [width] each 1 .. dim of every layer, in any order\n'
             '  readout    "mean", "cls", "last", "max", "weighted", "first_mean"; default "mean"; how a stack with tokens is pooled first; not "weighted"\n'
             '\n'
             'Returns\n'
             '  error      f64 [layer, width, penalty, task]\n'
             '  accuracy   f64 [layer, width, penalty, task]\n'
             '  best       i64 [layer, width, task] the penalty of least error, the first of equals\n'
             '  flags      i32 [layer, width, task] bits "impossible", "not_converged", "edge", "unstable", "one_class": a task of one class is IMPOSSIBLE, its best -1\n'
             '  result     n_rows, n_edge, n_impossible, n_unstable, n_empty_samples\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='labels', way='in', kind='view', dtypes=['i32', 'i64'], axes=['task', 'sample'], shorter=['sample']),
             dict(name='penalties', way='in', kind='list', ctype=POINTER(c_double), axes=['penalty'], of='f64'),
             dict(name='n_penalties', way='in', kind='count', ctype=c_int64, of='penalties'),
             dict(name='widths', way='in', kind='list', ctype=POINTER(c_int64), axes=['width'], of='i64'),
             dict(name='n_widths', way='in', kind='count', ctype=c_int64, of='widths'),
             dict(name='options', way='in', kind='options', of='lamella_matryoshka_ridge_options', optional=True),
             dict(name='outputs', way='out', kind='outputs', of='lamella_matryoshka_ridge_outputs', optional=True),
             dict(name='error', way='out', kind='view', dtypes=['f64'], axes=['layer', 'width', 'penalty', 'task'], optional=True, inside='outputs'),
             dict(name='accuracy', way='out', kind='view', dtypes=['f64'], axes=['layer', 'width', 'penalty', 'task'], optional=True, inside='outputs'),
             dict(name='best', way='out', kind='view', dtypes=['i64'], axes=['layer', 'width', 'task'], optional=True, inside='outputs'),
             dict(name='flags', way='out', kind='view', dtypes=['i32'], axes=['layer', 'width', 'task'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_matryoshka_ridge_result', optional=True),]),
    dict(name="lamella_matryoshka_search_options_init", python="lamella.matryoshka.search_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.matryoshka.search and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_matryoshka_search_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_matryoshka_index_options_init", python="lamella.matryoshka.index_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.matryoshka.Index and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_matryoshka_index_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_matryoshka_search", python="lamella.matryoshka.search", returns=c_int32, checked=True,
         doc=('The k rows most similar to each query, exactly: ids equal those of brute force in f64, ties by the lowest id.\n'
             '\n'
             '  score = q[:m] . x[:m] / (|q[:m]| |x[:m]|),   or q[:m] . x[:m] for "dot";   m = width\n'
             '\n'
             'Scores are f64 sums over 16 fixed lanes of the rows as f32; rows are ordered by falling score, then rising id. An f32 pass only picks\n'
             'rows that its rounding bound cannot rule out. So ids and scores have the same bits at every SIMD level, thread count and batch.\n'
             '\n'
             '  base       f32|f64|f16|bf16 [row, dim]\n'
             '  queries    f32|f64|f16|bf16 [query, dim]\n'
             '  k          integer at least 1; may be more than there are rows\n'
             '  similarity "cosine", "dot"; default "cosine", or that of the index\n'
             '  width      0 or more; default all dims; else the first 1 .. dim\n'
             '  base_ids   i32|i64 [row] 0 or more, what is found and breaks ties; None: row numbers\n'
             '  query_ids  i32|i64 [query] rows of this id are left out, -1 leaves out none; None: none are\n'
             '\n'
             'Returns\n'
             '  ids        i64 [query, k] -1 where there is no further row\n'
             '  scores     f64 [query, k] NaN there\n'
             '  found      i64 [query] how many there are\n'
             '  result     n_zero_rows, n_zero_queries, n_short_queries\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='base', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['row', 'dim']),
             dict(name='queries', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['query', 'dim']),
             dict(name='k', way='in', kind='i64', ctype=c_int64),
             dict(name='ids', way='out', kind='view', dtypes=['i64'], axes=['query', 'k']),
             dict(name='scores', way='out', kind='view', dtypes=['f64'], axes=['query', 'k']),
             dict(name='options', way='in', kind='options', of='lamella_matryoshka_search_options', optional=True),
             dict(name='base_ids', way='in', kind='view', dtypes=['i32', 'i64'], axes=['row'], optional=True, inside='options', no_booleans=True),
             dict(name='query_ids', way='in', kind='view', dtypes=['i32', 'i64'], axes=['query'], optional=True, inside='options', no_booleans=True),
             dict(name='outputs', way='out', kind='outputs', of='lamella_matryoshka_search_outputs', optional=True),
             dict(name='found', way='out', kind='view', dtypes=['i64'], axes=['query'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_matryoshka_search_result', optional=True),]),
    dict(name="lamella_matryoshka_search_merge", python="lamella.matryoshka.search_merge", returns=c_int32, checked=True,
         doc=('Joins what two searches of the same queries found in two parts of a base: the k best of both, as one search of the whole would find them.\n'
             '\n'
             '  first_ids  i64 [query, first_found] of different rows than second_ids; -1: none\n'
             '  first_scores f64 [query, first_found] falling\n'
             '  second_ids i64 [query, second_found]\n'
             '  second_scores f64 [query, second_found]\n'
             '  k          integer at least 1\n'
             '\n'
             'Returns\n'
             '  ids        i64 [query, k] -1 where there is no further row\n'
             '  scores     f64 [query, k] NaN there\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='first_ids', way='in', kind='view', dtypes=['i64'], axes=['query', 'first_found']),
             dict(name='first_scores', way='in', kind='view', dtypes=['f64'], axes=['query', 'first_found']),
             dict(name='second_ids', way='in', kind='view', dtypes=['i64'], axes=['query', 'second_found']),
             dict(name='second_scores', way='in', kind='view', dtypes=['f64'], axes=['query', 'second_found']),
             dict(name='k', way='in', kind='i64', ctype=c_int64),
             dict(name='outputs', way='out', kind='outputs', of='lamella_matryoshka_search_merge_outputs', optional=True),
             dict(name='ids', way='out', kind='view', dtypes=['i64'], axes=['query', 'k'], optional=True, inside='outputs'),
             dict(name='scores', way='out', kind='view', dtypes=['f64'], axes=['query', 'k'], optional=True, inside='outputs'),]),
    dict(name="lamella_matryoshka_index_create", python="lamella.matryoshka.Index", returns=c_int32, checked=True,
         doc=('Keeps a copy of rows in f32, with what a search needs to know of them.\n'
             '\n'
             '  base       f32|f64|f16|bf16 [row, dim]\n'
             '  similarity "cosine", "dot"; default "cosine"\n'
             '  base_ids   i32|i64 [row] 0 or more; None: row numbers\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='base', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['row', 'dim']),
             dict(name='options', way='in', kind='options', of='lamella_matryoshka_index_options', optional=True),
             dict(name='base_ids', way='in', kind='view', dtypes=['i32', 'i64'], axes=['row'], optional=True, inside='options', no_booleans=True),
             dict(name='index', way='out', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),]),
    dict(name="lamella_matryoshka_index_search", python="lamella.matryoshka.Index.search", returns=c_int32, checked=True,
         doc=('Searches the rows of an index: the ids and scores, to the bit, of lamella.matryoshka.search. Any number of threads may search one index.\n'
             'A width below the full one costs one more pass over the rows.\n'
             '\n'
             '  queries    f32|f64|f16|bf16 [query, dim]\n'
             '  k          integer at least 1; may be more than there are rows\n'
             '  similarity "cosine", "dot"; default "cosine", or that of the index\n'
             '  width      0 or more; default all dims; else the first 1 .. dim\n'
             '  base_ids   not of an index, which has its own\n'
             '  query_ids  i32|i64 [query] rows of this id are left out, -1 leaves out none; None: none are\n'
             '\n'
             'Returns\n'
             '  ids        i64 [query, k] -1 where there is no further row\n'
             '  scores     f64 [query, k] NaN there\n'
             '  found      i64 [query] how many there are\n'
             '  result     n_zero_rows, n_zero_queries, n_short_queries\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='index', way='in', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),
             dict(name='queries', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['query', 'dim']),
             dict(name='k', way='in', kind='i64', ctype=c_int64),
             dict(name='ids', way='out', kind='view', dtypes=['i64'], axes=['query', 'k']),
             dict(name='scores', way='out', kind='view', dtypes=['f64'], axes=['query', 'k']),
             dict(name='options', way='in', kind='options', of='lamella_matryoshka_search_options', optional=True),
             dict(name='query_ids', way='in', kind='view', dtypes=['i32', 'i64'], axes=['query'], optional=True, inside='options', no_booleans=True),
             dict(name='outputs', way='out', kind='outputs', of='lamella_matryoshka_search_outputs', optional=True),
             dict(name='found', way='out', kind='view', dtypes=['i64'], axes=['query'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_matryoshka_search_result', optional=True),]),
    dict(name="lamella_matryoshka_index_get", python="lamella.matryoshka.Index.get", returns=c_int32, checked=True,
         doc=('A named array of an index, read-only, valid until it is freed: "rows" f32 [row, dim], "ids" i64 [row] if there were base_ids.\n'
             '\n'
             '  name       text\n'
             '\n'
             'Returns\n'
             '  out        f32|i64 [lead] the view\n'),
         arguments=[
             dict(name='index', way='in', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_matryoshka_index_free", python="lamella.matryoshka.Index.free", returns=None, checked=False,
         doc=('Frees an index; views of its arrays end with it.\n'),
         arguments=[
             dict(name='index', way='inout', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),]),
    dict(name="lamella_matryoshka_truncate_options_init", python="lamella.matryoshka.truncate_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.matryoshka.truncate and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_matryoshka_truncate_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_matryoshka_truncate", python="lamella.matryoshka.truncate", returns=c_int32, checked=True,
         doc=('Cuts every row of every layer to its first m dims and renormalises it, for each of a list of widths.\n'
             '\n'
             '  out[l, k] = x[:m] / |x[:m]|,   m = widths[k]\n'
             '\n'
             'The norms of all widths come from one pass of running sums, in f64 over fixed lanes: the same bits at every SIMD level.\n'
             '\n'
             "  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token's row is cut\n"
             '  widths     list of integers [width] each 1 .. dim of every layer, in any order\n'
             '  normalise  "l2", "none"; default "l2"\n'
             '\n'
             'Returns\n'
             '  out        for each layer and width f32 [lead, widths[k]] rows under the mask are zeros\n'
             '  result     n_zero_rows, n_masked_rows\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='widths', way='in', kind='list', ctype=POINTER(c_int64), axes=['width'], of='i64'),
             dict(name='n_widths', way='in', kind='count', ctype=c_int64, of='widths'),
             dict(name='out', way='out', kind='views', dtypes=['f32'], axes=['lead', 'widths[k]'], each=['layer', 'width']),
             dict(name='options', way='in', kind='options', of='lamella_matryoshka_truncate_options', optional=True),
             dict(name='result', way='out', kind='result', of='lamella_matryoshka_truncate_result', optional=True),]),
    dict(name="lamella_relative_anchors_options_init", python="lamella.relative.anchors_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.relative.anchors and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_relative_anchors_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_relative_anchors", python="lamella.relative.anchors", returns=c_int32, checked=True,
         doc=('Chooses anchors, or takes a given list, and says how well their rows span each layer.\n'
             '\n'
             "  condition = s_1 / s_r of the anchors' rows S [anchor, dim], r = min(anchor, dim);  infinite if s_r is 0\n"
             '  rank      = singular values of S, columns at unit norm, whose square is at least max(eps(dtype)^2, dim 2.2e-16) of the largest\n'
             '\n'
             'Anchors are parallel across spaces: draw once, and give the same list to every space of the same samples.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token\'s row is one; rows under the mask are none, and only "farthest" looks at rows that are no anchors\n'
             '  n_anchors  integer at least 1; of a given list its length\n'
             '  method     "random", "farthest"; default "random"; not read where anchors are given\n'
             '  seed       "random"\n'
             '  start      0 or more; "farthest": the first anchor\n'
             '  distance_layer 0 or more; "farthest": the layer whose rows are measured, by its place in the stack\n'
             '  farthest   "unit", "raw"; default "unit"\n'
             '  given      i32|i64 [given] row numbers, repeats allowed and counted; None: chosen by the library\n'
             '\n'
             'Returns\n'
             '  anchors    i64 [n_anchors] row numbers\n'
             '  condition  f64 [layer]\n'
             '  rank       i64 [layer]\n'
             "  duplicates i64 [layer] anchors whose row equals an earlier anchor's, repeats among them\n"
             '  result     n_repeated\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='n_anchors', way='in', kind='i64', ctype=c_int64),
             dict(name='anchors', way='out', kind='view', dtypes=['i64'], axes=['n_anchors']),
             dict(name='options', way='in', kind='options', of='lamella_relative_anchors_options', optional=True),
             dict(name='given', way='in', kind='view', dtypes=['i32', 'i64'], axes=['given'], optional=True, inside='options', no_booleans=True),
             dict(name='outputs', way='out', kind='outputs', of='lamella_relative_anchors_outputs', optional=True),
             dict(name='condition', way='out', kind='view', dtypes=['f64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='rank', way='out', kind='view', dtypes=['i64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='duplicates', way='out', kind='view', dtypes=['i64'], axes=['layer'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_relative_anchors_result', optional=True),]),
    dict(name="lamella_relative_project_options_init", python="lamella.relative.project_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.relative.Project.fit and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_relative_project_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_relative_project_fit", python="lamella.relative.Project.fit", returns=c_int32, checked=True,
         doc=('Fits relative projections, one for each layer, on the same anchors of all.\n'
             '\n'
             '  r = t(similarity(T x, T s_1), ..., similarity(T x, T s_n));   T is fitted on the anchors s, t on r(s_1), ..., r(s_n)\n'
             '\n'
             'Spaces of the same samples (layers, models, modalities) are layers of one stack; they may differ in width.\n'
             '\n'
             "  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token's row is one\n"
             '  transform  "none", "centre", "zscore", "whiten"; default "centre"; hidden states share a mean that plain cosine mostly measures\n'
             '  similarity "cosine", "angular", "euclidean", "l1", "linf", "basis", "product", "absolute"; default "cosine"\n'
             '  distances  "raw", "by_mean"; default "raw"\n'
             '  relative_transform "none", "centre", "zscore", "whiten"; to "zscore"; default "none"; fitted on the similarities of the anchors to each other\n'
             '  directions "scaled", "unscaled"; default "scaled"\n'
             '  shrinkage  0 or more; "whiten"\n'
             '  rcond      0 or more; "whiten": default the rule\'s own\n'
             '  basis_rcond 0 or more; "basis": singular values over this share of the largest count; default root of max(eps(dtype)^2, dim 2.2e-16)\n'
             '  anchors    i32|i64 [anchor] row numbers, none under the mask; other rows are not looked at. None: every row\n'
             '\n'
             'Returns\n'
             '  result     n_zero_rows, n_constant_columns\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='options', way='in', kind='options', of='lamella_relative_project_options', optional=True),
             dict(name='anchors', way='in', kind='view', dtypes=['i32', 'i64'], axes=['anchor'], optional=True, inside='options', no_booleans=True),
             dict(name='project', way='out', kind='handle', ctype=c_void_p, of='lamella_relative_project'),
             dict(name='result', way='out', kind='result', of='lamella_relative_project_result', optional=True),]),
    dict(name="lamella_relative_project_apply", python="lamella.relative.Project.apply", returns=c_int32, checked=True,
         doc=('Every row of every layer by its similarities to the anchors of the layer of that place; rows are treated one by one.\n'
             '\n'
             'Cosines are f32 FMA chains of unit rows over dim in order, the rest f64 sums over fixed lanes: the same bits at every SIMD level, thread\n'
             'count and batch.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens; layers as wide as those of the fit\n'
             '\n'
             'Returns\n'
             '  out        for each layer f32 [lead, width(project)] rows under the mask are zeros\n'
             '  result     n_zero_rows, n_constant_columns\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='project', way='in', kind='handle', ctype=c_void_p, of='lamella_relative_project'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='out', way='out', kind='views', dtypes=['f32'], axes=['lead', 'width(project)'], each=['layer']),
             dict(name='result', way='out', kind='result', of='lamella_relative_project_result', optional=True),]),
    dict(name="lamella_relative_project_get", python="lamella.relative.Project.get", returns=c_int32, checked=True,
         doc=('A named array, read-only. Of all layers: "width" i64 [layer], columns of the output; "rank" i64 [layer], directions that count, dim if none\n'
             'was left out; "dropped" f64 [layer], their share of the sum of the eigenvalues; "rules" i32 [5]: transform, similarity, distances,\n'
             'relative_transform and directions of the options. Of layer l: "anchors.l" f64 [anchor, dim]; "mean.l" and "mean_low.l" [dim]\n'
             '(the mean is their sum) unless "none"; "scale.l" [dim] of "zscore"; "root.l" [dim, dim] of "whiten"; "basis.l" [anchor, dim] of "basis"; "distance.l" f64 [3], what\n'
             'Euclidean, "l1" and Linf distances are divided by; "relative_mean.l", "relative_scale.l" [width].\n'
             '\n'
             '  name       text\n'
             '\n'
             'Returns\n'
             '  out        i32|i64|f64 [lead]\n'),
         arguments=[
             dict(name='project', way='in', kind='handle', ctype=c_void_p, of='lamella_relative_project'),
             dict(name='name', way='in', kind='text', ctype=c_char_p),
             dict(name='out', way='out', kind='filled', axes=['lead']),]),
    dict(name="lamella_relative_project_save", python="lamella.relative.Project.save", returns=c_int32, checked=True,
         doc=('Saves a projection as .safetensors: its arrays by name, its rules, and `lamella.kind` and `lamella.format` in the metadata.\n'
             '\n'
             '  path       path\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='project', way='in', kind='handle', ctype=c_void_p, of='lamella_relative_project'),
             dict(name='path', way='in', kind='path'),]),
    dict(name="lamella_relative_project_open", python="lamella.relative.Project.open", returns=c_int32, checked=True,
         doc=('Opens a saved projection; it gives the bits of the one that was saved.\n'
             '\n'
             '  path       path\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='project', way='out', kind='handle', ctype=c_void_p, of='lamella_relative_project'),]),
    dict(name="lamella_relative_project_bytes", python="lamella.relative.Project.bytes", returns=c_int32, checked=True,
         doc=('The bytes of the file that `save` writes, read-only; made with the projection, so nothing is allocated.\n'
             '\n'
             'Returns\n'
             '  bytes      u8 [byte]\n'),
         arguments=[
             dict(name='project', way='in', kind='handle', ctype=c_void_p, of='lamella_relative_project'),
             dict(name='bytes', way='out', kind='filled', axes=['byte']),]),
    dict(name="lamella_relative_project_load", python="lamella.relative.Project.load", returns=c_int32, checked=True,
         doc=('A projection from the bytes of its file.\n'
             '\n'
             '  bytes      u8 [byte] contiguous; not needed afterwards\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='bytes', way='in', kind='view', dtypes=['u8'], axes=['byte']),
             dict(name='project', way='out', kind='handle', ctype=c_void_p, of='lamella_relative_project'),]),
    dict(name="lamella_relative_project_free", python="lamella.relative.Project.free", returns=None, checked=False,
         doc=('Frees a projection; views of its arrays end with it.\n'),
         arguments=[
             dict(name='project', way='inout', kind='handle', ctype=c_void_p, of='lamella_relative_project'),]),
    dict(name="lamella_relative_stitch_options_init", python="lamella.relative.stitch_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.relative.stitch and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_relative_stitch_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_relative_stitch", python="lamella.relative.stitch", returns=c_int32, checked=True,
         doc=('Zero-shot stitching: projects every space on the same anchors, trains a head on each and tests it on all.\n'
             '\n'
             '  accuracy[j, i] = share of test rows whose class the head of space j tells from their representations in space i\n'
             '\n'
             'Spaces are layers of one stack: the same samples in every one, widths may differ. The diagonal is the head on its own space: only\n'
             'what stands beside it says whether spaces communicate. Representations are not scaled.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim]; pool tokens first (lamella.fusion.pool); rows in none of the lists are not looked at\n'
             '  labels     i32|i64 [sample] at least two among the train rows; any integers\n'
             '  anchors    i32|i64 [anchor] row numbers\n'
             '  train      i32|i64 [train] row numbers, none twice\n'
             '  test       i32|i64 [test] row numbers, none twice\n'
             '  head       "logistic", "ridge"; default "logistic"\n'
             '  penalty    over 0; default 1; scikit-learn\'s C of "logistic" (less is smoother), alpha of "ridge" (more is smoother)\n'
             '  max_iterations 1 or more; default 1000; "logistic"\n'
             '  tolerance  over 0, under 1; default 1e-10; "logistic": the objective is within this share of its least value\n'
             '  transform  "none", "centre", "zscore", "whiten"; default "centre"; hidden states share a mean that plain cosine mostly measures\n'
             '  similarity "cosine", "angular", "euclidean", "l1", "linf", "basis", "product", "absolute"; default "cosine"\n'
             '  distances  "raw", "by_mean"; default "raw"\n'
             '  relative_transform "none", "centre", "zscore", "whiten"; to "zscore"; default "none"; fitted on the similarities of the anchors to each other\n'
             '  directions "scaled", "unscaled"; default "scaled"\n'
             '  shrinkage  0 or more; "whiten"\n'
             '  rcond      0 or more; "whiten": default the rule\'s own\n'
             '  basis_rcond 0 or more; "basis": singular values over this share of the largest count; default root of max(eps(dtype)^2, dim 2.2e-16)\n'
             '  anchors\n'
             '\n'
             'Returns\n'
             '  accuracy   f64 [layer, layer] row: the space of the head, column: the space it is tested on; NaN without a score\n'
             "  f1         f64 [layer, layer] weighted by the classes' test rows\n"
             '  flags      i32 [layer, layer] bits "impossible", "not_converged", "edge", "unstable", "one_class": "absolute" spaces of two widths are IMPOSSIBLE\n'
             '  result     accuracy_between, accuracy_within, n_pairs, n_trained_tests, n_anchor_tests, n_unknown_tests\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='labels', way='in', kind='view', dtypes=['i32', 'i64'], axes=['sample']),
             dict(name='anchors', way='in', kind='view', dtypes=['i32', 'i64'], axes=['anchor'], no_booleans=True),
             dict(name='train', way='in', kind='view', dtypes=['i32', 'i64'], axes=['train'], no_booleans=True),
             dict(name='test', way='in', kind='view', dtypes=['i32', 'i64'], axes=['test'], no_booleans=True),
             dict(name='options', way='in', kind='options', of='lamella_relative_stitch_options', optional=True),
             dict(name='projection', way='in', kind='options', of='lamella_relative_project_options', optional=True, inside='options'),
             dict(name='outputs', way='out', kind='outputs', of='lamella_relative_stitch_outputs', optional=True),
             dict(name='accuracy', way='out', kind='view', dtypes=['f64'], axes=['layer', 'layer'], optional=True, inside='outputs'),
             dict(name='f1', way='out', kind='view', dtypes=['f64'], axes=['layer', 'layer'], optional=True, inside='outputs'),
             dict(name='flags', way='out', kind='view', dtypes=['i32'], axes=['layer', 'layer'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_relative_stitch_result', optional=True),]),
    dict(name="lamella_fusion_over_options_init", python="lamella.fusion.over_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.fusion.over and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_fusion_over_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_fusion_over", python="lamella.fusion.over", returns=c_int32, checked=True,
         doc=('Paints layers over each other, and over a background. Layers lie back to front: index 0 is the farthest.\n'
             '\n'
             '  T_1 = 1;   C += T_k a_k c_k;   T_{k+1} = T_k (1 - a_k);   out = C + T background,   k = 1 the nearest, which is the last index\n'
             '\n'
             'With depths every pixel sorts its layers first, the largest depth farthest; equal depths keep the order of indices. Sums run in f64\n'
             'from the nearest layer on and are rounded once. No layer at all gives the background.\n'
             '\n'
             '  colours    f32|f64|f16|bf16 [layer, lead, channel] up to four axes of pixels, or none\n'
             '  alpha      f32|f64|f16|bf16 [layer, lead]\n'
             '  opacity    "straight", "density"; default "straight"\n'
             '  clamp      0 or 1; 1 = an alpha outside 0 .. 1, or a density under 0, counts as the nearest that is allowed; default it is refused\n'
             '  thickness  over 0; default 1; of a layer of densities\n'
             '  g_transmittance of the gradients only\n'
             '  depth      f32|f64|f16|bf16 [layer, lead] None: layers lie as indexed\n'
             '  background f32|f64|f16|bf16 [lead, channel] None: zeros, so that out is C, of premultiplied colours\n'
             '\n'
             'Returns\n'
             '  out        f32 [lead, channel]\n'
             '  transmittance f32 [lead] T behind the last layer, what is seen of the background\n'
             '  result     n_clamped\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='colours', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'lead', 'channel']),
             dict(name='alpha', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'lead']),
             dict(name='out', way='out', kind='view', dtypes=['f32'], axes=['lead', 'channel']),
             dict(name='options', way='in', kind='options', of='lamella_fusion_over_options', optional=True),
             dict(name='depth', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'lead'], optional=True, inside='options'),
             dict(name='background', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead', 'channel'], optional=True, inside='options'),
             dict(name='outputs', way='out', kind='outputs', of='lamella_fusion_over_outputs', optional=True),
             dict(name='transmittance', way='out', kind='view', dtypes=['f32'], axes=['lead'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_fusion_over_result', optional=True),]),
    dict(name="lamella_fusion_over_merge", python="lamella.fusion.over_merge", returns=c_int32, checked=True,
         doc=('Joins two canvases that were painted apart without a background: layers can be split over threads, files and hosts.\n'
             '\n'
             '  (C1, T1) (C2, T2) = (C1 + T1 C2, T1 T2),   1 the nearer\n'
             '\n'
             '  near_colours f32|f64|f16|bf16 [lead, channel] `out` of lamella.fusion.over without a background\n'
             '  near_transmittance f32|f64|f16|bf16 [lead]\n'
             '  far_colours f32|f64|f16|bf16 [lead, channel] may have been painted over a background: then so is out\n'
             '  far_transmittance f32|f64|f16|bf16 [lead]\n'
             '\n'
             'Returns\n'
             '  out        f32 [lead, channel]\n'
             '  transmittance f32 [lead]\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='near_colours', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead', 'channel']),
             dict(name='near_transmittance', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead']),
             dict(name='far_colours', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead', 'channel']),
             dict(name='far_transmittance', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead']),
             dict(name='out', way='out', kind='view', dtypes=['f32'], axes=['lead', 'channel']),
             dict(name='outputs', way='out', kind='outputs', of='lamella_fusion_over_outputs', optional=True),
             dict(name='transmittance', way='out', kind='view', dtypes=['f32'], axes=['lead'], optional=True, inside='outputs'),]),
    dict(name="lamella_fusion_over_backward", python="lamella.fusion.over_backward", returns=c_int32, checked=True,
         doc=('Gradients of lamella.fusion.over.\n'
             '\n'
             '  dc_k = T_k a_k g,   da_k = T_k g . (c_k - R_k),   R_k all that lies behind k:  R_{k-1} = a_k c_k + (1 - a_k) R_k,  from the background on\n'
             '\n'
             'Nothing is divided by 1 - a: exact at a = 0 and a = 1. A clamped alpha has gradient 0; of densities it is the gradient to sigma.\n'
             '\n'
             '  colours    f32|f64|f16|bf16 [layer, lead, channel] as in lamella.fusion.over\n'
             '  alpha      f32|f64|f16|bf16 [layer, lead]\n'
             '  g_out      f32|f64|f16|bf16 [lead, channel] gradient of the loss to `out`\n'
             '  opacity    "straight", "density"; default "straight"\n'
             '  clamp      0 or 1; 1 = an alpha outside 0 .. 1, or a density under 0, counts as the nearest that is allowed; default it is refused\n'
             '  thickness  over 0; default 1; of a layer of densities\n'
             '  depth      f32|f64|f16|bf16 [layer, lead] None: layers lie as indexed; it has no gradient\n'
             '  background f32|f64|f16|bf16 [lead, channel] None: zeros\n'
             '  g_transmittance f32|f64|f16|bf16 [lead] to `transmittance`; None: zeros\n'
             '\n'
             'Returns\n'
             '  d_colours  f32 [layer, lead, channel]\n'
             '  d_alpha    f32 [layer, lead]\n'
             '  d_background f32 [lead, channel]\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='colours', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'lead', 'channel']),
             dict(name='alpha', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'lead']),
             dict(name='g_out', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead', 'channel']),
             dict(name='options', way='in', kind='options', of='lamella_fusion_over_options', optional=True),
             dict(name='depth', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'lead'], optional=True, inside='options'),
             dict(name='background', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead', 'channel'], optional=True, inside='options'),
             dict(name='g_transmittance', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead'], optional=True, inside='options'),
             dict(name='outputs', way='out', kind='outputs', of='lamella_fusion_over_backward_outputs', optional=True),
             dict(name='d_colours', way='out', kind='view', dtypes=['f32'], axes=['layer', 'lead', 'channel'], optional=True, inside='outputs'),
             dict(name='d_alpha', way='out', kind='view', dtypes=['f32'], axes=['layer', 'lead'], optional=True, inside='outputs'),
             dict(name='d_background', way='out', kind='view', dtypes=['f32'], axes=['lead', 'channel'], optional=True, inside='outputs'),]),
    dict(name="lamella_fusion_mix_options_init", python="lamella.fusion.mix_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.fusion.mix and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_fusion_mix_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_fusion_mix", python="lamella.fusion.mix", returns=c_int32, checked=True,
         doc=('Mixes the layers of a stack row by row: the read-out between "the last layer" and "all of them".\n'
             '\n'
             '  mixed = gamma sum_l s_l x_l,   s = w or softmax(w)\n'
             '\n'
             'Sums run in f64, layer by layer in order, and are rounded once: the same bits at every SIMD level and for any thread count.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim], or with tokens: then every token is mixed; all of one dim\n'
             '  weighting  "given", "softmax"; default "given"\n'
             '  rows       "raw", "unit", "layer_norm"; default "raw"\n'
             '  gamma      finite; default 1; factor of the whole\n'
             '  weights    f32|f64 [layer] None: the mean of the layers\n'
             '\n'
             'Returns\n'
             '  mixed      f32 [lead, dim] rows under the mask are zeros\n'
             '  result     n_zero_rows, n_masked_rows\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='mixed', way='out', kind='view', dtypes=['f32'], axes=['lead', 'dim']),
             dict(name='options', way='in', kind='options', of='lamella_fusion_mix_options', optional=True),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['layer'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_fusion_mix_result', optional=True),]),
    dict(name="lamella_fusion_mix_backward", python="lamella.fusion.mix_backward", returns=c_int32, checked=True,
         doc=('Gradients of lamella.fusion.mix to its weights and to gamma, so that a host can train them on any loss.\n'
             '\n'
             '  ds_l = gamma sum_rows g . x_l;   dw = ds, or with softmax dw_l = s_l (ds_l - sum_m s_m ds_m);   dgamma = sum_l s_l sum_rows g . x_l\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, dim] as in lamella.fusion.mix\n'
             '  g_mixed    f32|f64|f16|bf16 [lead, dim] gradient of the loss to `mixed`; never read under the mask\n'
             '  weighting  "given", "softmax"; default "given"\n'
             '  rows       "raw", "unit", "layer_norm"; default "raw"\n'
             '  gamma      finite; default 1; factor of the whole\n'
             '  weights    f32|f64 [layer] None: the mean of the layers\n'
             '\n'
             'Returns\n'
             '  d_weights  f64 [layer]\n'
             '  d_gamma    number the gradient to gamma\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'dim']),
             dict(name='g_mixed', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['lead', 'dim']),
             dict(name='d_weights', way='out', kind='view', dtypes=['f64'], axes=['layer']),
             dict(name='options', way='in', kind='options', of='lamella_fusion_mix_options', optional=True),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['layer'], optional=True, inside='options'),
             dict(name='outputs', way='out', kind='outputs', of='lamella_fusion_mix_backward_outputs', optional=True),
             dict(name='d_gamma', way='out', kind='f64', ctype=c_double, optional=True, inside='outputs'),]),
    dict(name="lamella_fusion_pool_options_init", python="lamella.fusion.pool_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.fusion.pool and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_fusion_pool_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_fusion_pool", python="lamella.fusion.pool", returns=c_int32, checked=True,
         doc=('Pools the tokens of every sample into one row, in every layer: first, last, mean, max or weighted.\n'
             '\n'
             '  mean  = sum_t m_t x_t / sum_t m_t,   max_j = max over t with m_t = 1 of x_tj,   weighted = sum_t m_t w_t x_t / sum_t m_t w_t\n'
             '\n'
             'Sums run in f64, token by token in order: the same bits at every SIMD level and for any thread count.\n'
             '"cls" and "last" read no token but the one they take. Max is taken over valid tokens; multiplying by the mask first, as some codes do, lets padding in as 0.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, sample, token, dim], masked or ragged; a canvas [layer, sample, y, x, dim] alike\n'
             '  readout    "mean", "cls", "last", "max", "weighted", "first_mean"; default "mean"\n'
             '  weights    f32|f64 [lead] of each token, 0 or more; never read under the mask. For "weighted", else None\n'
             '\n'
             'Returns\n'
             '  pooled     for each layer f32 [sample, dim(l)] can stand as `layer` of the next stack\n'
             '  result     n_empty_samples\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'sample', 'token', 'dim']),
             dict(name='pooled', way='out', kind='views', dtypes=['f32'], axes=['sample', 'dim(l)'], each=['layer']),
             dict(name='options', way='in', kind='options', of='lamella_fusion_pool_options', optional=True),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['lead'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_fusion_pool_result', optional=True),]),
]
