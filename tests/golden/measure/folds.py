"""Golden folds: scikit-learn's KFold and GroupKFold without shuffling where the library has the same rule, and the sizes of its hold-outs."""
import numpy as np
from sklearn.model_selection import GroupShuffleSplit, KFold, train_test_split

from golden import cut, write

order = cut("order", rows=slice(250, 350))
groups = order["group"]


def numbers(splitter, n):
    fold = np.full(n, -1, np.int32)
    for number, (_, test) in enumerate(splitter.split(np.zeros((n, 1)))):
        fold[test] = number
    return fold


write("kfold", numbers(KFold(7), 100))
write("groups", groups)
SHARES = (0.1, 0.25, 0.4, 1 / 3, 0.99)
write("shares", np.array(SHARES))
write("held_rows", np.array([len(train_test_split(np.arange(357), test_size=share)[1]) for share in SHARES]))
write("held_groups", np.array([len(np.unique(groups[next(GroupShuffleSplit(1, test_size=share).split(groups, groups=groups))[1]]))
                               for share in SHARES]))
