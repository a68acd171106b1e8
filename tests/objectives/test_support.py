"""A value that the decoder cannot describe makes NaN of its example, and of no other."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import layers, objectives
from keras_vae.distributions import Bernoulli, Categorical
from keras_vae.distributions.support import Support
from keras_vae.objectives import Terms
from tests.bad_inputs.models import X, fresh, vae

X8 = X[..., 0].reshape(6, 12)


def log_likelihood(likelihood, x, **options):
    terms = Terms(ops.array(x, "float32"), {}, likelihood, **options)
    return ops.convert_to_numpy(terms.log_likelihood)


def test_one_example_is_nan():
    bits = Bernoulli(np.zeros((2, 6, 12), "float32"))
    for value in (-0.01, 1.01, 255.0, np.nan):
        x = X8.copy()
        x[2, 5] = value
        found = log_likelihood(bits, x)
        assert np.isnan(found[:, 2]).all()
        assert_allclose(np.delete(found, 2, axis=1), -12 * np.log(2.0), rtol=1e-6)


def test_weight_zero_is_absence():
    """NaN · 0 is NaN: what is absent is not looked at."""
    bits = Bernoulli(np.zeros((1, 6, 12), "float32"))
    x = X8.copy()
    x[0, 0], x[1, 0], x[2, 0] = 255.0, np.nan, np.inf
    weights = ops.array([0.0, 0.0, 0.0, 1.0, 1.0, 2.0])
    assert np.isfinite(log_likelihood(bits, x, sample_weight=weights)).all()
    weights = ops.array([0.0, 0.0, 1.0, 1.0, 1.0, 2.0])
    found = log_likelihood(bits, x, sample_weight=weights)[0]
    assert np.isnan(found).tolist() == [False, False, True, False, False, False]


def test_one_hot_vectors_and_missing_values():
    classes = Categorical(np.zeros((1, 2, 3, 4), "float32"), event_ndim=2)
    x = np.eye(4, dtype="float32")[[[0, 1, 2], [3, 0, 1]]]
    assert_allclose(log_likelihood(classes, x), [[-3 * np.log(4.0)] * 2], rtol=1e-6)
    x[0, 1] = np.nan
    assert np.isnan(log_likelihood(classes, x)).tolist() == [[True, False]]
    seen = ops.array(~np.isnan(x))
    found = log_likelihood(classes, x, observed=seen)
    assert_allclose(found, [[-2 * np.log(4.0), -3 * np.log(4.0)]], rtol=1e-6)
    x[1, 0] = 1.0
    found = log_likelihood(classes, x, observed=seen)
    assert np.isnan(found).tolist() == [[False, True]]
    weights = ops.array([1.0, 0.0])
    assert np.isfinite(log_likelihood(classes, x, observed=seen, sample_weight=weights)).all()


def test_a_support_of_a_head():
    """Narrower or wider than that of its family, in the check before training and in a step."""

    class Dark(layers.BernoulliHead):
        support = Support("values in [0, 0.5]", 0.0, 0.5, mend="Darken them.")

    model = fresh(Dark())
    with pytest.raises(ValueError, match=r"0 to 1, but a Bernoulli .* \[0, 0.5\]. Darken them"):
        model.fit(X, verbose=0)
    model.build((None, 4, 3, 1))
    terms = model.terms(ops.array(X), model.draw(ops.array(X), 1, 0))
    bright = (X > 0.5).any(axis=(1, 2, 3))
    assert np.isnan(ops.convert_to_numpy(terms.log_likelihood))[0].tolist() == bright.tolist()


class Batches(keras.utils.PyDataset):
    """The second batch is not what the first one promised."""

    def __init__(self, *batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


WHY = (
    r"Most likely there are values outside of the support, or NaN, in a later batch: a {} decoder "
    r"describes {}\. "
)
LATER = {
    "bernoulli": (X, 255 * X, WHY.format("Bernoulli", r"values in \[0, 1\]") + "Scale the data"),
    "continuous_bernoulli": (X, X - 1, WHY.format("ContinuousBernoulli", r"values in \[0, 1\]")),
    "categorical": (np.ones_like(X), X, WHY.format("Categorical", r"values in \[0, 1\]")),
    "counts": (np.round(3 * X), X, WHY.format("Poisson", "whole numbers from 0") + "Give counts"),
}


@pytest.mark.parametrize("kind", LATER)
def test_a_later_batch_stops_training_and_says_why(kind):
    good, bad, words = LATER[kind]
    model = vae(kind)
    start = [np.array(w) for w in model.get_weights()]
    told = f"epoch 1 at step 2: reconstruction_loss is no longer finite. {words}"
    with pytest.raises(FloatingPointError, match=told):
        model.fit(Batches((good,), (bad,)), shuffle=False, verbose=0)
    model.set_weights(start)
    with pytest.warns(UserWarning, match=rf"evaluate: elbo, reconstruction_loss is NaN\. {words}"):
        found = model.evaluate(Batches((good,), (bad,)), verbose=0, return_dict=True)
    assert np.isnan(found["elbo"]) and np.isnan(found["loss"]) and np.isfinite(found["kl_loss"])
    with pytest.raises(ValueError, match=r"x .*but a|x is not one-hot"):
        model.elbo(Batches((good,), (bad,)))


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_a_compiled_step_tells_as_well(run_eagerly):
    model = fresh(objective=objectives.IWAE(3))
    model.compile("sgd", run_eagerly=run_eagerly)
    with pytest.raises(FloatingPointError, match=r"step 2: .* values outside of the support"):
        model.fit(Batches((X,), (2 * X,)), shuffle=False, verbose=0)


def test_weights_of_zero_in_evaluate():
    """A target out of range and of no weight does not count."""
    model, weights = vae(), np.array([1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    bad = X.copy()
    bad[2] = 255.0
    data = Batches((X, X, np.ones(6)), (X, bad, weights))
    assert np.isfinite(model.evaluate(data, verbose=0)[0])
