"""Made by src/tools/generate.py from the headers: structs and functions, as Python calls them."""
from ctypes import POINTER, Structure, c_double, c_int32, c_int64, c_uint32
from .base import lamella_view


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
    defaults = {'opacity': 'straight', 'clamp': 0, 'reserved0': 0, 'thickness': 1.0}
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
    defaults = {'weighting': 'given', 'rows': 'raw', 'reserved0': 0, 'gamma': 1.0}
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


STRUCTS = [lamella_fusion_over_options, lamella_fusion_over_outputs, lamella_fusion_over_backward_outputs, lamella_fusion_over_result, lamella_fusion_mix_options, lamella_fusion_mix_backward_outputs, lamella_fusion_mix_result, lamella_fusion_pool_options, lamella_fusion_pool_result]

FUNCTIONS = [
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
