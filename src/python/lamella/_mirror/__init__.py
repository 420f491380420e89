"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from . import base, context, tensor, io, moments, measure, probe, matryoshka, relative, fusion

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
    'LAMELLA_TENSOR_STANDARDISE_COLUMNS': {'columns': 1, 'layer_norm': 2, 'rms_norm': 3},
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

_FILES = (base, context, tensor, io, moments, measure, probe, matryoshka, relative, fusion,)
STRUCTS = [struct for file in _FILES for struct in file.STRUCTS]
FUNCTIONS = [function for file in _FILES for function in file.FUNCTIONS]
