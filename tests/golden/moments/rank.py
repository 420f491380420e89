"""Golden values of ranks: squared singular values of the scaled columns of the states and of every token, where the library takes
eigenvalues of a Gram matrix. `cast` is the states as f32, whose rounding is too fine to hide that of f16."""
import numpy as np

from golden import cut, layers, write

EPS = 2.0**-52


def constant_columns(x):
    n, mean, variance = len(x), x.mean(0), x.var(0)
    return variance <= n * EPS * variance + (n * EPS * mean) ** 2


def ranks(name, stack, eps, uncentred=False, unscaled=False, rcond=0.0):
    rank, constant, dropped, spectra = [], [], [], []
    for x in stack:
        x = x if uncentred else x - x.mean(0)
        left_out = np.zeros(x.shape[1], bool) if uncentred else constant_columns(x + 0)
        norm = np.sqrt((x**2).sum(0))
        left_out |= norm == 0
        scaled = np.where(left_out, 0, x if unscaled else x / np.where(norm > 0, norm, 1))
        values = np.linalg.svd(scaled, compute_uv=False) ** 2
        values = np.concatenate([values, np.zeros(x.shape[1] - len(values))])
        kept = values >= (rcond or max(eps**2, x.shape[1] * EPS)) * values[0]
        rank.append(kept.sum())
        constant.append(left_out.sum())
        dropped.append(values[~kept].sum() / values.sum())
        spectra.append(values)

    write(f"{name}.rank", np.array(rank))
    write(f"{name}.constant", np.array(constant))
    write(f"{name}.dropped", np.array(dropped), absolute=1e-13)
    if name == "states":
        write(f"{name}.spectrum", np.array(spectra), absolute=1e-12)


states, tokens = layers(cut("states")), layers(cut("tokens"))
ranks("states", states, 2.0**-10)
ranks("tokens", tokens, 2.0**-10)
ranks("cast", states, 2.0**-23)
ranks("uncentred", states, 2.0**-10, uncentred=True)
ranks("unscaled", states, 2.0**-10, unscaled=True, rcond=1e-6)
