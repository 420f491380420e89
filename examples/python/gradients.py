"""What a host trains with the gradients: layer weights beside a probe, and the alpha of painted layers."""
import lamella
import numpy as np

# Which layers say that a noun names a person? A logistic probe on the mixed layers; the weights of the mix learn with it.
file = lamella.io.File.load(np.fromfile("examples/data/states.safetensors", "u1"))
states, person = [file.get(f"layer.{l}") for l in range(7)], file.get("label.person")
held = lamella.measure.folds(500, strata=person, holdout=0.4).folds == 0
weights, probe, bias = np.zeros(7), np.zeros(384), 0.0
how = dict(weighting="softmax", rows="layer_norm")
for step in range(100):
    x = lamella.fusion.mix(states, weights, **how).mixed
    residual = np.where(held, 0, 1 / (1 + np.exp(-(x @ probe + bias))) - person) / (~held).sum()
    g = lamella.fusion.mix_backward(states, residual[:, None] * probe, weights, **how)
    probe, bias, weights = probe - 0.05 * (residual @ x), bias - 0.05 * residual.sum(), weights - 5 * g.d_weights
scores = lamella.measure.classification(x @ probe + bias, person, mask=held)
print("share of each layer:", np.round(np.exp(weights) / np.exp(weights).sum(), 2), f"AUC on held-out rows {scores.auc:.3f}")

# How opaque were two layers over a photograph, given the picture they made?
photo = np.load("examples/data/coffee.npy")[100:164, 100:196] / 255
layers = np.stack([np.roll(photo, 20, 0), np.roll(photo[..., ::-1], 30, 1)])
true = np.clip(layers.mean(-1) * 2 - 0.5, 0, 1)
picture = lamella.fusion.over(layers, true, background=photo).out
alpha = np.full(true.shape, 0.5)
for step in range(300):
    painted = lamella.fusion.over(layers, alpha, background=photo).out
    g = lamella.fusion.over_backward(layers, alpha, painted - picture, background=photo)
    alpha = np.clip(alpha - 2 * g.d_alpha, 0, 1)
print(f"picture found again to {np.abs(painted - picture).mean():.4f}, alpha to {np.abs(alpha - true).mean():.3f} (began at {np.abs(true - 0.5).mean():.3f})")
