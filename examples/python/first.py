import lamella
states = lamella.open("examples/data/tokens.safetensors")
pooled = lamella.fusion.pool(states, readout="mean").pooled
short = lamella.matryoshka.truncate(pooled, widths=[32, 64, 128]).out
print([layer.shape for layer in pooled])
print([[cut.shape for cut in layer] for layer in short])
