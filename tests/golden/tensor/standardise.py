"""Golden values of standardised columns and of LayerNorm and RMS norm with gain and bias: long double, every 25th of the states' layers 0, 3 and 6."""
import numpy as np

from golden import cut, layers, write

EPSILON = 1e-5

states = [x.astype(np.longdouble) for x in layers(cut("states", rows=slice(0, 500, 25)))]
dim = states[0].shape[1]
gain, bias = (1 + np.arange(dim) % 5 / 4.0), (np.arange(dim) % 3 - 1) / 8.0
write("gain", gain)
write("bias", bias)
for depth in (0, 3, 6):
    x = states[depth]
    mean, scale = x.mean(0), np.sqrt(((x - x.mean(0)) ** 2).mean(0))
    write(f"columns.{depth}", ((x - mean) / np.where(scale > 0, scale, 1)).astype(np.float32), absolute=2**-21)
    write(f"mean.{depth}", mean.astype(np.float64), absolute=1e-15)
    write(f"scale.{depth}", scale.astype(np.float64), relative=1e-14)
    centred = x - x.mean(1, keepdims=True)
    variance = (centred**2).mean(1, keepdims=True)
    write(f"layer_norm.{depth}", (centred / np.sqrt(variance + EPSILON) * gain + bias).astype(np.float32), absolute=2**-20)
    write(f"rms_norm.{depth}", (x / np.sqrt((x**2).mean(1, keepdims=True) + EPSILON) * gain + bias).astype(np.float32), absolute=2**-20)
