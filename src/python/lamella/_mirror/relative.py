"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_uint32, c_void_p
from .base import lamella_view


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
    defaults = {'method': 'random', 'seed': 0, 'start': 0, 'distance_layer': 0, 'farthest': 'unit', 'reserved0': 0}
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
    defaults = {'transform': 'centre', 'similarity': 'cosine', 'distances': 'raw', 'relative_transform': 'none', 'directions': 'scaled', 'shrinkage': 0, 'rcond': 0, 'basis_rcond': 0}
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


STRUCTS = [lamella_relative_anchors_options, lamella_relative_anchors_outputs, lamella_relative_anchors_result, lamella_relative_project_options, lamella_relative_project_result, lamella_relative_stitch_options, lamella_relative_stitch_outputs, lamella_relative_stitch_result]

FUNCTIONS = [
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
         doc=('Saves a projection as .safetensors: its arrays by name, its rules, and in the metadata `lamella.kind`,\n'
             "`lamella.format` and `lamella.crc32`, as a probe's.\n"
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
]
