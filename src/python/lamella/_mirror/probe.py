"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_uint32, c_void_p
from .base import lamella_view


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
    defaults = {'reserved0': 0, 'jump': 1.1, 'flat': 0.03, 'n_depths': 0, 'n_bootstrap': 1000, 'confidence': 0.95, 'seed': 0}
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
    defaults = {'kind': 'logistic', 'classes': 'multinomial', 'readout': 'mean', 'standardise': 0, 'balanced': 0, 'n_folds': 5, 'holdout': 0, 'seed': 0, 'max_iterations': 1000, 'tolerance': 1e-10, 'n_bootstrap': 1000, 'confidence': 0.95, 'nested': 0, 'reserved0': 0}
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


STRUCTS = [lamella_probe_depth_options, lamella_probe_depth_outputs, lamella_probe_depth_result, lamella_probe_linear_options, lamella_probe_linear_result]

FUNCTIONS = [
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
             '  holdout    0 or more, under 1; over 0: one fold, of this share of the rows or groups\n'
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
         doc=('Saves a probe as .safetensors: its arrays; in the metadata `lamella.kind`, `lamella.format` and\n'
             '`lamella.crc32`, of the whole file with zeros for its 8 digits: one in which anything changed is refused.\n'
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
]
