"""How often each line of work is run on both sides, of which the best counts; what stands here once is the same for peer and Lamella."""

REPEATS = {
    "logistic probe of 7 layers, 2400x384": 40,
    "logistic path, 10 penalties x 5 folds, 4000x384, one layer": 2,
    "multinomial probe, 4000x384, 26 classes, one layer": 2,
    "ridge probe grid, 7 layers x 7 widths x 10 penalties (leave-one-out), 4000 rows": 2,
}


def repeats(work):
    return REPEATS.get(work, 5)
