"""Five autoencoders that never met: a head trained on the latents of one reads those of the others, through similarities to shared anchors."""
import os
import tempfile

import lamella
import numpy as np

file = lamella.io.File.load(np.fromfile("examples/data/digits.safetensors", "u1"))
spaces = [file.get(f"z{i}") for i in range(5)]    # 32, 32, 48, 24 and 64 dims, the same digits
labels, train, test = file.get("labels"), file.get("train"), file.get("test")

# 300 anchors of the train rows, one list for all spaces. How well do they span each?
anchors = np.random.default_rng(0).choice(train, 300, replace=False)
found = lamella.relative.anchors(spaces, len(anchors), anchors)
print("condition of the anchors:", np.round(found.condition, 1), "rank:", found.rank)

# Every head on every space: rows are where it was trained, columns where it reads.
for name, how in {"cosine": dict(transform="none"), "centred cosine": {}, "angular, centred": dict(similarity="angular"),
                  "Euclidean, by its mean": dict(transform="none", similarity="euclidean", distances="by_mean"),
                  "whitened cosine": dict(transform="whiten", shrinkage=0.1, directions="unscaled")}.items():
    stitched = lamella.relative.stitch(spaces, labels, anchors, train, test, penalty=10, **how)
    print(f"{name}: {stitched.result.accuracy_between:.2%} between spaces, {stitched.result.accuracy_within:.2%} at home")
print(np.round(stitched.accuracy, 3))

# The projection by itself: fitted once, kept, and the same wherever its bytes go.
project = lamella.relative.Project.fit(spaces, anchors, similarity="euclidean", distances="by_mean")
there = lamella.relative.Project.load(project.bytes().copy())
here = project.apply(spaces).out
print("each space as", here[0].shape, "- and z0 against z4 by Euclid:", f"{np.abs(here[0] - here[4]).mean():.3f} apart on average")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "digits.safetensors")
    project.save(path)
    opened = lamella.relative.Project.open(path)
print("the same from bytes and from a file:", all(np.array_equal(p.apply(spaces).out[2], here[2]) for p in (there, opened)))
