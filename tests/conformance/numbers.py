"""Checks of the numbers: what one example counts, whatever stands beside it."""

from typing import Any

import keras
import numpy as np

from keras_vae.latents import Codes, QuantizedHierarchy
from tests.conformance.common import (
    assert_equal,
    code,
    evaluated,
    numpy,
    put_back,
)
from tests.conformance.factories import BATCH, REST, Factory, N
from tests.oracles.noise import no_noise

WEIGHTS = np.array([0, 2, 1, 0, 3, 1, 0, 1, 2, 0])  # as many in total as there are examples


def check_metrics_are_exact(factory: Factory) -> None:
    """`evaluate` in batches with a smaller last one is `evaluate` in one batch, weighted too."""
    model = factory.kept
    with no_noise():
        for weights in (None, WEIGHTS.astype("float32")):
            ragged, whole = (
                evaluated(model, factory.x, sample_weight=weights, batch_size=size)
                for size in (BATCH, N)
            )
            for name in factory.coupled:
                del ragged[name], whole[name]
            assert_equal(ragged, whole)


def check_weighted_loss(factory: Factory) -> None:
    """An example of weight 2 counts as two, one of weight 0 as none; shape (n,) or (n, 1).

    The loss is a sum over examples divided by their number, the metrics by the sum of weights.
    """
    model, weights = factory.kept, WEIGHTS.astype("float32")
    with no_noise():
        repeated = evaluated(model, np.repeat(factory.x, WEIGHTS, axis=0))
        assert_equal(evaluated(model, factory.x, sample_weight=weights), repeated)
        assert_equal(evaluated(model, factory.x, sample_weight=weights[:, None]), repeated)
        assert abs(evaluated(model, factory.x)["loss"] - repeated["loss"]) > 1e-4
        doubled = evaluated(model, factory.x, sample_weight=2.0 * weights)
    np.testing.assert_allclose(doubled.pop("loss"), 2.0 * repeated.pop("loss"), rtol=1e-5)
    assert_equal(doubled, repeated)


def check_tiling(factory: Factory) -> None:
    """A batch that is repeated has the loss of the batch, in training too."""
    x, model = factory.x[:REST], factory.built()
    before = numpy(model.variables)
    with no_noise():
        for training in (False, True):
            losses = []
            for tile in (x, np.concatenate([x, x])):
                put_back(model, before)
                losses.append(loss_of(model, tile, training))
            np.testing.assert_allclose(*losses, rtol=1e-5)


def loss_of(model: keras.Model, x: np.ndarray, training: bool) -> Any:
    outputs = model(x, training=training)
    return numpy(model.compute_loss(x=x, y_pred=outputs, training=training))


def check_weight_zero_is_absence(factory: Factory) -> None:
    """Examples of weight 0 change neither loss nor metrics nor gradients, whatever they are."""
    order = np.argsort(np.nansum(factory.x.reshape(N, -1) * np.arange(factory.x[0].size), axis=1))
    low, high = (np.stack([factory.x[i]] * (BATCH - REST)) for i in (order[0], order[-1]))
    model = factory.built()
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    before = numpy(model.variables)
    one = step_with_rest(model, factory.x[:REST], low)
    put_back(model, before)
    assert_equal(step_with_rest(model, factory.x[:REST], high), one)


def step_with_rest(model: keras.Model, x: np.ndarray, rest: np.ndarray) -> Any:
    """Logs, and weights after one step, where the rest of the batch has the weight 0."""
    weights = np.repeat([1.0, 0.0], [len(x), len(rest)])
    x = np.concatenate([x, rest])
    with no_noise():
        logs = model.train_on_batch(x, sample_weight=weights.astype("float32"), return_dict=True)
    return numpy({"logs": logs, "weights": model.trainable_variables})


def check_y_is_the_target(factory: Factory) -> None:
    """x is encoded; y, where given, is what the reconstruction is compared with."""
    model, x, y = factory.kept, factory.x, np.repeat(factory.x[:1], len(factory.x), axis=0)
    with no_noise():
        itself, other = evaluated(model, x, x), evaluated(model, x, y)
        assert_equal(itself, evaluated(model, x))
        if factory.variational:
            terms = model.terms(y, model(x))
            expected = -numpy(terms.log_likelihood).mean()
            np.testing.assert_allclose(other["reconstruction_loss"], expected, rtol=1e-5)
            np.testing.assert_allclose(other["kl_loss"], itself["kl_loss"], rtol=1e-5)
    assert abs(other["reconstruction_loss"] - itself["reconstruction_loss"]) > 1e-3


def check_encoding_is_deterministic(factory: Factory) -> None:
    """Codes and reconstructions are means: the same each time, in batches of any size."""
    model, x = factory.kept, factory.x
    for method in (model.encode, model.reconstruct):
        first = method(x)
        for found in keras.tree.flatten(first):
            integers = isinstance(getattr(model, "latents", None), (Codes, QuantizedHierarchy))
            wanted = "int32" if integers and method == model.encode else "float32"
            assert isinstance(found, np.ndarray) and found.dtype == wanted
        assert_equal(first, method(x, batch_size=BATCH))
    assert_equal(model.reconstruct(x), model.decode(model.encode(x)))
    assert model.reconstruct(x).shape == x.shape
    if factory.variational:
        assert_equal(model.reconstruct(x), model.likelihood(code(model, x)).mean())
        if len(model.latents.groups) == 1:
            codes, mean = model.encode(x), numpy(model.posterior(x).mean())
            # Of one-hot codes the mean is a share of each, and the code the largest.
            assert_equal(codes, mean.argmax(-1) if mean.ndim > codes.ndim else mean)


def check_generated_by_seed(factory: Factory) -> None:
    """The same seed draws the same latent vectors from the prior, and another one others."""
    model = factory.kept
    same = [model.generate(4, seed=1) for _ in range(2)]
    assert same[0].shape == (4, *factory.x.shape[1:])
    np.testing.assert_array_equal(*same)
    assert np.abs(same[0] - model.generate(4, seed=2)).max() > 1e-4


def check_predict_joins_batches(factory: Factory) -> None:
    """`predict` in ragged batches is `call` on all examples, batch axis first."""
    model = factory.kept
    model.compile(run_eagerly=True)
    with no_noise():
        joined = model.predict(factory.x, batch_size=BATCH, verbose=0)
        assert all(len(value) == N for value in keras.tree.flatten(joined))
        assert_equal(joined, model(factory.x))
