import lamella
states = lamella.open("examples/data/states.safetensors")
probe = lamella.probe.Linear.fit(states, states.labels["person"], penalties=[0.1, 1, 10], n_folds=5)
print(f"always the larger class: {probe.larger_class[0]:.3f}")
for layer, mean, low, high in zip(probe.depths, probe.accuracy_mean[:, 0].max(-1), probe.accuracy_low[:, 0], probe.accuracy_high[:, 0]):
    print(f"layer {layer}: accuracy {mean:.3f} ({low:.3f} to {high:.3f})")
print(lamella.probe.depth(probe.correct[0]).result)
print(probe.predict(3, states.layers[3][:5]))
