"""Golden values of prefix truncation: every 50th of the states, each prefix divided by its norm in long double."""
import numpy as np

from golden import cut, layers, write

WIDTHS = (1, 8, 64, 384)

states = np.stack(layers(cut("states", rows=slice(0, 500, 50)))).astype(np.longdouble)
for width in WIDTHS:
    prefix = states[:, :, :width]
    norm = np.sqrt(np.sum(prefix * prefix, axis=2, keepdims=True))
    write(f"out.{width}", (prefix / norm).astype(np.float32), relative=2**-23)
