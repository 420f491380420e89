"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_double, c_int32, c_int64, c_uint32, c_void_p
from .base import lamella_stack, lamella_view


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


class lamella_tensor_standardise_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("by", c_int32),
        ("epsilon", c_double),
        ("mean", POINTER(lamella_view)),
        ("mean_low", POINTER(lamella_view)),
        ("scale", POINTER(lamella_view)),
        ("n_layers", c_int64),
        ("gain", POINTER(lamella_view)),
        ("bias", POINTER(lamella_view)),
    ]
    layout = (64, [0, 4, 8, 16, 24, 32, 40, 48, 56])
    defaults = {'by': 'columns', 'epsilon': 0}
    details = {
        'by': ('enum', 'LAMELLA_TENSOR_STANDARDISE_COLUMNS'),
        'mean': ('inside', None),
        'mean_low': ('inside', None),
        'scale': ('inside', None),
        'n_layers': ('inside', None),
        'gain': ('inside', None),
        'bias': ('inside', None),
    }


class lamella_tensor_standardise_outputs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("fitted_mean", POINTER(lamella_view)),
        ("fitted_mean_low", POINTER(lamella_view)),
        ("fitted_scale", POINTER(lamella_view)),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
        'fitted_mean': ('inside', None),
        'fitted_mean_low': ('inside', None),
        'fitted_scale': ('inside', None),
    }


class lamella_tensor_standardise_result(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved0", c_uint32),
        ("n_constant_columns", c_int64),
        ("n_zero_rows", c_int64),
        ("n_masked_rows", c_int64),
    ]
    layout = (32, [0, 4, 8, 16, 24])
    details = {
    }


STRUCTS = [lamella_tensor_finite_result, lamella_tensor_standardise_options, lamella_tensor_standardise_outputs, lamella_tensor_standardise_result]

FUNCTIONS = [
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
    dict(name="lamella_tensor_standardise_options_init", python="lamella.tensor.standardise_options_init", returns=c_int32, checked=True,
         doc=('The options of lamella.tensor.standardise and what they are if not given.\n'),
         arguments=[
             dict(name='options', way='out', kind='options', of='lamella_tensor_standardise_options'),
             dict(name='struct_size', way='in', kind='sizeof', ctype=c_uint32, of='options'),]),
    dict(name="lamella_tensor_standardise", python="lamella.tensor.standardise", returns=c_int32, checked=True,
         doc=('Columns of each layer to mean 0 and spread 1, or rows by LayerNorm or RMS norm.\n'
             '\n'
             '  "columns"      y = (x - mean) / scale,   scale^2 = sum over rows (x - mean)^2 / rows;   mean = mean + mean_low\n'
             '  "layer_norm"   y = (x - mean(x)) / sqrt(var(x) + epsilon) * gain + bias\n'
             '  "rms_norm"     y = x / sqrt(mean(x^2) + epsilon) * gain + bias\n'
             '\n'
             'Statistics of columns are fitted on the rows outside the mask and come out; given, they are used, with the bits of the call that fitted\n'
             'them. A constant column has scale 0 and becomes 0. Rows under the mask become zeros.\n'
             '\n'
             '  stack      a stack of f32|f64|f16|bf16 [layer, lead, dim(l)]\n'
             '  by         "columns", "layer_norm", "rms_norm"; default "columns"\n'
             '  epsilon    0 or more; "layer_norm", "rms_norm": added to the variance, or to the mean of squares\n'
             '  mean       for each layer f64 [dim(l)] with scale; None: fitted here\n'
             '  mean_low   for each layer f64 [dim(l)] what f64 lost of the mean; None: 0\n'
             '  scale      for each layer f64 [dim(l)] 0 or more\n'
             '  gain       f32|f64|f16|bf16 [dim] None: 1\n'
             '  bias       f32|f64|f16|bf16 [dim] None: 0\n'
             '\n'
             'Returns\n'
             '  out        for each layer f32 [lead, dim(l)]\n'
             '  fitted_mean for each layer f64 [dim(l)] as used; NaN where rows were normed\n'
             '  fitted_mean_low for each layer f64 [dim(l)] likewise\n'
             '  fitted_scale for each layer f64 [dim(l)] likewise\n'
             '  result     n_constant_columns, n_zero_rows, n_masked_rows\n'),
         arguments=[
             dict(name='ctx', way='in', kind='context'),
             dict(name='stack', way='in', kind='stack', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['layer', 'lead', 'dim(l)']),
             dict(name='out', way='out', kind='views', dtypes=['f32'], axes=['lead', 'dim(l)'], each=['layer']),
             dict(name='options', way='in', kind='options', of='lamella_tensor_standardise_options', optional=True),
             dict(name='mean', way='in', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='options', count='n_layers'),
             dict(name='mean_low', way='in', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='options', count='n_layers'),
             dict(name='scale', way='in', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='options', count='n_layers'),
             dict(name='gain', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['dim'], optional=True, inside='options'),
             dict(name='bias', way='in', kind='view', dtypes=['f32', 'f64', 'f16', 'bf16'], axes=['dim'], optional=True, inside='options'),
             dict(name='outputs', way='out', kind='outputs', of='lamella_tensor_standardise_outputs', optional=True),
             dict(name='fitted_mean', way='out', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='outputs'),
             dict(name='fitted_mean_low', way='out', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='outputs'),
             dict(name='fitted_scale', way='out', kind='views', dtypes=['f64'], axes=['dim(l)'], each=['layer'], optional=True, inside='outputs'),
             dict(name='result', way='out', kind='result', of='lamella_tensor_standardise_result', optional=True),]),
]
