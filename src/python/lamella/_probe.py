"""What those who come from other libraries look for on a probe, from what it has."""
from ._errors import ArgumentError
from ._scalars import shown


class Classifier:
    """Labels from scores, under the names that scikit-learn gave them; and what an accuracy has to be held against."""

    def _add(self, given):
        """A fit knows its labels: `larger_class` [task] is the accuracy of always answering the label that most scored rows have."""
        import numpy
        if "labels" not in given:
            return
        of_rows = numpy.atleast_2d(numpy.asarray(given["labels"]))[:, self.rows]
        counts = [numpy.unique(task[scored], return_counts=True)[1] for task, scored in zip(of_rows, self.correct[:, 0] != 255)]
        self.larger_class = numpy.array([n.max() / n.sum() if n.size else numpy.nan for n in counts])

    @property
    def classes_(self):
        """The labels of the classes, rising; a list of such arrays if there are several tasks."""
        ends = self.class_offsets
        found = [self.classes[ends[t]:ends[t + 1]] for t in range(len(ends) - 1)]
        return found[0] if len(found) == 1 else found

    def predict(self, layer, x, task=0, *, dtype=None, ctx=None):
        """The label of each row of x, states of one layer: the class of the largest score, of two classes the larger label if the score
        is over 0.

          layer      integer place of the layer in the stack that was fitted
          x          f32|f64|f16|bf16 [lead, dim] one row or [sample, dim]
          task       integer place of the task in the labels that were fitted
        """
        ends, n = self.output_offsets, len(self.output_offsets) - 1
        if task not in range(n):
            raise ArgumentError(f"lamella.probe.Linear.predict: task is {shown(task)}, expected 0 to {n - 1}")
        scores = self.score(layer, x, dtype=dtype, ctx=ctx)[..., ends[task]:ends[task + 1]]
        if (scores != scores).any():
            raise ArgumentError(f"lamella.probe.Linear.predict: task {task} had rows of one class to learn from, expected two")
        places = (scores[..., 0] > 0).astype(int) if scores.shape[-1] == 1 else scores.argmax(-1)
        return self.classes[self.class_offsets[task]:self.class_offsets[task + 1]][places]


ADDED = {"lamella.probe.Linear.free": (Classifier,)}
