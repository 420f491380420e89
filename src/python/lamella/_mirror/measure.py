"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_double, c_int32, c_int64, c_uint32, c_uint64
from .base import lamella_view


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
    defaults = {'reserved0': 0, 'threshold': 0}
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
    defaults = {'reserved0': 0, 'confidence': 0.95}
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
    defaults = {'reserved0': 0}
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
    defaults = {'order': 'shuffled', 'n_folds': 5, 'holdout': 0, 'seed': 0}
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
    defaults = {'statistic': 'accuracy', 'n_resamples': 1000, 'confidence': 0.95, 'threshold': 0, 'seed': 0}
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


STRUCTS = [lamella_measure_classification_options, lamella_measure_classification_result, lamella_measure_correlation_options, lamella_measure_correlation_result, lamella_measure_regression_options, lamella_measure_regression_result, lamella_measure_folds_options, lamella_measure_folds_result, lamella_measure_bootstrap_options, lamella_measure_bootstrap_result]

FUNCTIONS = [
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
             '  classes    list of integers [label] of each column, or of both classes; None: the labels that occur, rising\n'
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
             dict(name='classes', way='in', kind='list', ctype=POINTER(c_int64), axes=['label'], of='i64', optional=True, inside='options', count='n_classes'),
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
             '  holdout    0 or more, under 1; over 0: one fold of ceil(share * groups) groups, the rest only trained on\n'
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
             '  classes    list of integers [label] of each column, or of both classes; None: the labels that occur, rising\n'
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
             dict(name='classes', way='in', kind='list', ctype=POINTER(c_int64), axes=['label'], of='i64', optional=True, inside='options', count='n_classes'),
             dict(name='groups', way='in', kind='view', dtypes=['i32', 'i64'], axes=['sample'], optional=True, inside='options'),
             dict(name='mask', way='in', kind='view', dtypes=['u8', 'bool'], axes=['sample'], optional=True, inside='options'),
             dict(name='weights', way='in', kind='view', dtypes=['f32', 'f64'], axes=['sample'], optional=True, inside='options'),
             dict(name='result', way='out', kind='result', of='lamella_measure_bootstrap_result'),]),
]
