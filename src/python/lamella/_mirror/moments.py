"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_uint32, c_void_p
from .base import lamella_view


class lamella_moments_layers_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("outlier", c_double),
    ]
    layout = (16, [0, 4, 8])
    defaults = {'reserved0': 0, 'outlier': 100.0}
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
    defaults = {'reserved0': 0}
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
    defaults = {'uncentred': 0, 'unscaled': 0, 'reserved0': 0, 'rcond': 0}
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


STRUCTS = [lamella_moments_layers_options, lamella_moments_layers_outputs, lamella_moments_gram_update_options, lamella_moments_rank_options, lamella_moments_rank_outputs]

FUNCTIONS = [
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
             'read-only, valid until the state changes or is freed. Their checksum is made here, in one pass over them.\n'
             '\n'
             'Returns\n'
             '  bytes      u8 [byte]\n'),
         arguments=[
             dict(name='gram', way='inout', kind='handle', ctype=c_void_p, of='lamella_moments_gram'),
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
]
