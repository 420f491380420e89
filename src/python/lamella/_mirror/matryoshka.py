"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_uint32, c_void_p
from .base import lamella_stack, lamella_view


class lamella_matryoshka_grid_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("second", POINTER(lamella_stack)),
    ]
    layout = (16, [0, 4, 8])
    defaults = {'reserved0': 0}
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
    defaults = {'width': 0}
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


STRUCTS = [lamella_matryoshka_grid_options, lamella_matryoshka_grid_outputs, lamella_matryoshka_grid_result, lamella_matryoshka_ridge_options, lamella_matryoshka_ridge_outputs, lamella_matryoshka_ridge_result, lamella_matryoshka_search_options, lamella_matryoshka_search_outputs, lamella_matryoshka_index_options, lamella_matryoshka_search_merge_outputs, lamella_matryoshka_search_result, lamella_matryoshka_truncate_options, lamella_matryoshka_truncate_result]

FUNCTIONS = [
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
    dict(name="lamella_matryoshka_index_save", python="lamella.matryoshka.Index.save", returns=c_int32, checked=True,
         doc=('Saves an index as .safetensors: its arrays; in the metadata `similarity`, `lamella.kind`, `lamella.format` and `lamella.crc32`, as a\n'
             "probe's. Searches of other threads may go on.\n"
             '\n'
             '  path       path\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='index', way='inout', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),
             dict(name='path', way='in', kind='path'),]),
    dict(name="lamella_matryoshka_index_open", python="lamella.matryoshka.Index.open", returns=c_int32, checked=True,
         doc=('Opens a saved index; it gives the bits of the one that was saved.\n'
             '\n'
             '  path       path\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='path', way='in', kind='path'),
             dict(name='index', way='out', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),]),
    dict(name="lamella_matryoshka_index_bytes", python="lamella.matryoshka.Index.bytes", returns=c_int32, checked=True,
         doc=('The bytes of the file that `save` writes, without a copy: read-only. Their checksum is made here, in one pass over them.\n'
             '\n'
             'Returns\n'
             '  bytes      u8 [byte]\n'),
         arguments=[
             dict(name='index', way='inout', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),
             dict(name='bytes', way='out', kind='filled', axes=['byte']),]),
    dict(name="lamella_matryoshka_index_load", python="lamella.matryoshka.Index.load", returns=c_int32, checked=True,
         doc=('An index from the bytes of its file.\n'
             '\n'
             '  bytes      u8 [byte] contiguous; not needed afterwards\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='bytes', way='in', kind='view', dtypes=['u8'], axes=['byte']),
             dict(name='index', way='out', kind='handle', ctype=c_void_p, of='lamella_matryoshka_index'),]),
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
]
