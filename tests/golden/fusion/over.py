"""Golden values of compositing: shells cut from the photograph, their alpha from its brightness with exact 0 and 1.

The picture: weights by an exclusive product of 1 - alpha, all layers at once, in f64; the library steps from the front. The gradient:
the picture is affine in each alpha and in each colour, so d/da_k = picture(a_k = 1) - picture(a_k = 0), without any derivative. Two
layers of 8 bits: Pillow."""
import os

import numpy as np
from PIL import Image

from golden import DATA, write

K, Y, X = 8, 10, 12
photo = np.load(os.path.join(DATA, "coffee.npy"))
rng = np.random.default_rng(0)


def shells(crop):
    """K colours and alphas: channels turned round, the crop shifted; brightness stretched so that its ends are exactly 0 and 1."""
    layers = [np.roll(crop, (7 * k, 11 * k), (0, 1))[:Y, :X][..., [k % 3, (k + 1) % 3, (k + 2) % 3]] / 255 for k in range(K)]
    colours = np.stack(layers).astype(np.float32)
    luma = colours.astype(np.float64) @ [0.299, 0.587, 0.114]
    alpha = np.clip((luma - np.quantile(luma, 0.15)) / np.ptp(np.quantile(luma, [0.15, 0.9])), 0, 1).astype(np.float32)
    assert (alpha == 0).any(0).mean() > 0.2 and (alpha == 1).any(0).mean() > 0.2
    return colours, alpha


def exclusive(alpha):
    """T of each layer: the product of 1 - alpha over the layers nearer (of higher index)."""
    nearer = np.cumprod((1 - alpha)[::-1], 0)[::-1]
    return np.concatenate((nearer[1:], np.ones_like(alpha[:1])))


def picture(colours, alpha, background):
    colours, alpha = colours.astype(np.float64), alpha.astype(np.float64)
    weight = exclusive(alpha) * alpha
    through = np.prod(1 - alpha, 0)
    return (weight[..., None] * colours).sum(0) + through[..., None] * background, through


def gradients(colours, alpha, background, g, g_through):
    def loss(alpha):
        out, through = picture(colours, alpha, background)
        return (out * g).sum(-1) + through * g_through
    alpha = alpha.astype(np.float64)
    d_alpha = np.empty_like(alpha)
    for k in range(K):
        ends = [np.where(np.arange(K)[:, None, None] == k, end, alpha) for end in (0.0, 1.0)]
        d_alpha[k] = loss(ends[1]) - loss(ends[0])
    weight = exclusive(alpha) * alpha
    return weight[..., None] * g, d_alpha, np.prod(1 - alpha, 0)[..., None] * g


def over_at_depth(colours, alpha, depth, background):
    order = np.argsort(-depth, 0, kind="stable")
    take = [np.take_along_axis(colours, order[..., None], 0), np.take_along_axis(alpha, order, 0)]
    return picture(*take, background)


crop = photo[100:180, 200:320]
colours, alpha = shells(crop)
background = (photo[:Y, :X] / 255).astype(np.float32)
out, through = picture(colours, alpha, background)
write("colours", colours)
write("alpha", alpha)
write("background", background)
write("out", out.astype(np.float32), absolute=2**-23)
write("transmittance", through.astype(np.float32), absolute=2**-24)
write("painted", picture(colours, alpha, 0)[0].astype(np.float32), absolute=2**-23)

depth = rng.integers(0, 5, alpha.shape).astype(np.float32)      # many equal ones: those keep the order of indices
write("depth", depth)
write("sorted", over_at_depth(colours, alpha, depth, background)[0].astype(np.float32), absolute=2**-23)

density = (alpha * 3).astype(np.float32)
write("density", density)
write("of_density", picture(colours, 1 - np.exp(-density.astype(np.float64) * 0.7), background)[0].astype(np.float32), absolute=2**-23)

g, g_through = rng.standard_normal((Y, X, 3)).astype(np.float32), rng.standard_normal((Y, X)).astype(np.float32)
d_colours, d_alpha, d_background = gradients(colours, alpha, background, g, g_through)
write("g_out", g)
write("g_transmittance", g_through)
write("d_colours", d_colours.astype(np.float32), absolute=2**-22)
write("d_alpha", d_alpha.astype(np.float32), absolute=2**-21)
write("d_background", d_background.astype(np.float32), absolute=2**-22)


def rgba(colour, alpha):
    return np.concatenate((colour, alpha[..., None]), -1)


back = rgba(photo[100:100 + Y, 200:200 + X], photo[50:50 + Y, 50:50 + X, 0])
front = rgba(photo[150:150 + Y, 300:300 + X], photo[250:250 + Y, 50:50 + X, 1])
front[:2, :, 3], front[2:4, :, 3], back[4:6, :, 3] = 0, 255, 255
pillow = Image.alpha_composite(Image.fromarray(back), Image.fromarray(front))
write("pillow.layers", np.stack((back, front)))
write("pillow.out", np.asarray(pillow), absolute=1)
