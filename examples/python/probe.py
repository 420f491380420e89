import lamella
states = lamella.open("examples/data/states.safetensors")
probe = lamella.probe.Linear.fit(states, states.labels["person"], penalties=[0.1, 1, 10], n_folds=5)
for accuracy, low, high in zip(probe.get("accuracy_mean")[:, 0].max(-1), probe.get("accuracy_low")[:, 0], probe.get("accuracy_high")[:, 0]):
    print(f"{accuracy:.3f}  ({low:.3f} to {high:.3f})")
print(lamella.probe.depth(probe.get("correct")[0]).result)
