"""Golden values of mixing layers: einsum over all layers at once in f64; gradients by central differences of the loss, which is affine in
a weight as given and is differenced in 80-bit where a softmax bends it."""
import numpy as np

from golden import cut, layers, write

states = np.stack(layers(cut("states", rows=slice(0, 500, 50))))   # [7, 10, 384]
weights = np.array([0.5, -1.25, 2, 0.25, 1, -0.5, 3])
g = np.random.default_rng(1).standard_normal(states.shape[1:]).astype(np.float32)
GAMMA = 1.5

ROWS = {
    "raw": lambda x: x,
    "unit": lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True),
    "layer_norm": lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True),
}


def softmax(w):
    e = np.exp(w - w.max())
    return e / e.sum()


WEIGHTINGS = {"given": lambda w: w, "softmax": softmax}


def slope(of, w, l, step):
    up, down = w.copy(), w.copy()
    up[l], down[l] = w[l] + step, w[l] - step
    return (of(up) - of(down)) / (2 * step)


write("weights", weights)
write("g_mixed", g)
for rows, apply in ROWS.items():
    x = apply(states)
    for weighting, share in WEIGHTINGS.items():
        products = (x * g).sum((1, 2)).astype(np.longdouble)       # g . x_l, the loss of a weight of one
        loss = lambda w: GAMMA * (share(w) * products).sum()
        w = weights.astype(np.longdouble)
        # the error of central differences falls with the square of the step: two steps cancel it
        d = [(4 * slope(loss, w, l, 5e-5) - slope(loss, w, l, 1e-4)) / 3 for l in range(7)]
        write(f"{rows}.{weighting}", (GAMMA * np.einsum("l,lnd->nd", share(weights), x)).astype(np.float32), absolute=2**-20)
        write(f"{rows}.{weighting}.d_weights", np.array(d, np.float64), absolute=1e-9 * float(np.abs(products).max()))
        write(f"{rows}.{weighting}.d_gamma", np.array([float(loss(w) / GAMMA)]), relative=1e-10)
write("mean", states.mean(0).astype(np.float32), absolute=2**-22)
