"""Golden R2 and mean squared error: scikit-learn, with and without weights. A ridge fit of the number of words."""
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error, r2_score

from golden import cut, layers, write

states = cut("states")
x, words = layers(states)[2], states["label.words"].astype(np.float64)
weight = 1.0 / (1 + states["label.depth"][::5].astype(np.float64))
fit = np.arange(500) % 5 != 0
predicted = Ridge(10.0).fit(x[fit], words[fit]).predict(x[::5])
write("predicted", predicted)
write("gold", words[::5])
write("weight", weight)
write("figures", np.array([r2_score(words[::5], predicted), mean_squared_error(words[::5], predicted),
                           r2_score(words[::5], predicted, sample_weight=weight),
                           mean_squared_error(words[::5], predicted, sample_weight=weight)]), relative=1e-12)
