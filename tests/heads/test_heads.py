"""Heads: which numbers become which distribution, and how far they may go."""

import math
from functools import partial

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae.distributions import MultivariateNormal
from keras_vae.layers import (
    BernoulliHead,
    CategoricalHead,
    ContinuousBernoulliHead,
    Head,
    MultivariateNormalHead,
    NormalHead,
)
from tests.oracles.gradients import gradient, value

RNG = np.random.default_rng(0)
SHARED = partial(NormalHead, "shared")
FEATURES = RNG.normal(size=(4, 5)).astype("float32")


def weights(layer):
    """Weights by name, as float64, with values that are not the initial ones."""
    rng = np.random.default_rng(1)
    for weight in layer.trainable_variables:
        weight.assign(rng.normal(size=weight.shape))
    named = {"/".join(w.path.split("/")[-2:]): w for w in layer.trainable_variables}
    return {name: ops.convert_to_numpy(w).astype("float64") for name, w in named.items()}


def built(head, shape=FEATURES.shape):
    head.build(shape)
    return head, weights(head)


def linear(features, weights, name):
    return features @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]


def test_learned_scale():
    head, w = built(NormalHead(event_shape=(3,)))
    found = value(head, FEATURES)
    assert_allclose(found["loc"], linear(FEATURES, w, "loc"), rtol=1e-4, atol=1e-5)
    raw = linear(FEATURES, w, "log_scale")
    assert_allclose(found["scale"], np.exp(15.0 * np.tanh(raw / 15.0)), rtol=1e-4)


def test_shared_scale_is_one_weight():
    head, w = built(NormalHead("shared", event_shape=(4, 3)))
    (name,) = [name for name in w if "log_scale" in name]
    assert w[name].shape == () and len(w) == 3
    expected = math.exp(15.0 * math.tanh(float(w[name]) / 15.0))
    assert_allclose(value(head, FEATURES)["scale"], np.full((4, 4, 3), expected), rtol=1e-5)


def test_fixed_scale_has_no_weight():
    head, w = built(NormalHead(0.25, event_shape=(3,)))
    assert sorted(w) == ["loc/bias", "loc/kernel"]
    assert (value(head, FEATURES)["scale"] == 0.25).all()
    assert len(head.variables) == 2


def test_full_factor():
    head, w = built(MultivariateNormalHead(event_shape=(3,)))
    found = value(head, FEATURES)
    raw = linear(FEATURES, w, "factor").reshape(4, 3, 3)
    diagonal = np.exp(15.0 * np.tanh(np.diagonal(raw, axis1=1, axis2=2) / 15.0))
    expected = np.tril(raw, -1) + diagonal[..., None] * np.eye(3)
    assert_allclose(found["scale_tril"], expected, rtol=1e-4, atol=1e-5)
    assert_allclose(found["loc"], linear(FEATURES, w, "loc"), rtol=1e-4, atol=1e-5)
    assert isinstance(head.distribution(found), MultivariateNormal)


@pytest.mark.parametrize("make", [BernoulliHead, ContinuousBernoulliHead, CategoricalHead])
def test_logits(make):
    head, w = built(make(event_shape=(2, 3)))
    found = value(head, FEATURES)
    expected = linear(FEATURES, w, "logits").reshape(4, 2, 3)
    assert_allclose(found["logits"], expected, rtol=1e-4, atol=1e-5)
    d = head.distribution(found)
    assert type(d) is head.family
    assert make.__name__ == f"{head.family.__name__}Head"
    assert (d.batch_shape, d.event_shape) == ((4,), (2, 3))


@pytest.mark.parametrize(
    ("event", "features", "kernel"),
    [
        ((6, 4, 1), (6, 4, 8), (8, 1)),  # a linear map of the channels at every pixel
        ((7, 10), (7, 5), (5, 10)),  # of the features at every place of a sequence
        ((6, 4, 1), (3, 2, 8), (48, 24)),  # other axes: flattened
        ((6, 4, 1), (8,), (8, 24)),
        ((3,), (8,), (8, 3)),
        ((3,), (2, 2, 8), (32, 3)),
    ],
)
def test_pointwise_where_axes_are_shared(event, features, kernel):
    head, w = built(BernoulliHead(event_shape=event), (None, *features))
    assert w["logits/kernel"].shape == kernel
    x = RNG.normal(size=(2, *features)).astype("float32")
    flat = x if kernel[0] == features[-1] else x.reshape(2, -1)
    expected = linear(flat, w, "logits").reshape(2, *event)
    assert_allclose(value(head, x)["logits"], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [-1e6, 1e6])
@pytest.mark.parametrize("make", [NormalHead, SHARED, MultivariateNormalHead])
def test_scales_are_bounded(make, size):
    """Whatever the network says, density and draws stay finite, with finite gradients."""
    head, _ = built(make(event_shape=(2,)))
    for weight in head.trainable_variables:
        scale = "scale" in weight.path or "factor" in weight.path
        raw = {(4,): [size, 0.0, 0.5, size], (2,): size, (): size}  # by shape of the bias
        bias = raw.get(tuple(weight.shape), 0.0) if scale else 0.0
        weight.assign(np.broadcast_to(np.asarray(bias, "float32"), weight.shape))

    def read(features):
        parameters = head(features)
        d = head.distribution(parameters)
        return d.log_prob(np.ones((4, 2))), d.entropy(), d.sample(seed=0), parameters

    *finite, parameters = value(read, FEATURES)
    assert all(np.isfinite(one).all() for one in finite)
    scale = parameters["scale"] if "scale" in parameters else parameters["scale_tril"]
    assert_allclose(scale.reshape(4, -1)[:, [0, -1]], np.exp(np.sign(size) * 15.0), rtol=1e-5)
    assert np.isfinite(gradient(lambda features: read(features)[0], FEATURES)).all()


class TestOptimal:
    """σ² is the mean squared error of the batch in training, its running mean otherwise."""

    shape = (2, 3)

    def batch(self, seed=0):
        rng = np.random.default_rng(seed)
        loc, x = rng.normal(size=(4, 5, *self.shape)), rng.normal(size=(4, 1, *self.shape))
        return loc.astype("float32"), x.astype("float32")

    def head(self):
        return built(NormalHead("optimal", event_shape=self.shape))[0]

    def parameters(self, loc):
        return {"loc": ops.convert_to_tensor(loc), "scale": ops.ones(loc.shape)}

    def test_training(self):
        loc, x = self.batch()
        d = self.head().distribution(self.parameters(loc), ops.convert_to_tensor(x))
        mse = np.mean((x - loc) ** 2)
        assert_allclose(d.variance(), np.full(loc.shape, mse), rtol=1e-5)
        # The likelihood of the batch at the maximum-likelihood variance.
        best = -0.5 * 6 * (math.log(2.0 * math.pi * mse) + 1.0)
        assert_allclose(ops.mean(d.log_prob(x)), best, rtol=1e-5)

    def test_gradient_is_that_of_the_best_likelihood(self):
        head, (loc, x) = self.head(), self.batch()

        def log_prob(loc):
            parameters = {"loc": loc, "scale": ops.ones_like(loc)}
            return head.distribution(parameters, ops.convert_to_tensor(x)).log_prob(x)

        mse = np.mean((x - loc) ** 2)
        # Of -(N D / 2) log MSE, where the variance moves with the mean.
        assert_allclose(gradient(log_prob, loc), (x - loc) / mse, rtol=1e-4, atol=1e-5)

    def test_missing_values_do_not_count(self):
        loc, x = self.batch()
        x[np.random.default_rng(2).uniform(size=x.shape) < 0.4] = np.nan
        d = self.head().distribution(self.parameters(loc), ops.convert_to_tensor(x))
        mse = np.nanmean((x - loc) ** 2)
        assert_allclose(d.variance(), np.full(loc.shape, mse), rtol=1e-5)

    def test_inference_uses_the_mean_of_the_batches(self):
        head, errors = self.head(), []
        for seed in range(3):
            loc, x = self.batch(seed)
            head.update(head.distribution(self.parameters(loc), ops.convert_to_tensor(x)), True)
            errors.append(np.mean((x - loc) ** 2))
            scale = ops.convert_to_numpy(head(FEATURES)["scale"])
            assert_allclose(scale, np.full((4, 2, 3), np.sqrt(np.mean(errors))), rtol=1e-5)
        before = [np.array(weight) for weight in head.get_weights()]
        broken = head.distribution(self.parameters(loc), ops.convert_to_tensor(np.inf * x))
        head.update(broken, ops.convert_to_tensor(False))  # where the loss breaks, nothing moves
        assert_allclose(head.best_variance, np.mean(errors), rtol=1e-5)
        for old, new in zip(before, head.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_a_question_changes_no_weight(self):
        head, (loc, x) = self.head(), self.batch()
        before = [np.array(weight) for weight in head.get_weights()]
        for _ in range(3):
            head.distribution(self.parameters(loc), ops.convert_to_tensor(x))
        for old, new in zip(before, head.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_old_batches_are_forgotten(self):
        head = self.head()
        head.updates.assign(1e6)
        loc, x = self.batch()
        head.update(head.distribution(self.parameters(loc), ops.convert_to_tensor(x)), True)
        assert_allclose(head.best_variance, 0.99 + 0.01 * np.mean((x - loc) ** 2), rtol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        NormalHead(),
        NormalHead("shared", event_shape=(2, 3)),
        NormalHead(0.3, name="x"),
        MultivariateNormalHead(event_shape=(3,)),
        BernoulliHead(),
        CategoricalHead(event_shape=(2, 3)),
        ContinuousBernoulliHead(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_configuration(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert "event_shape" in layer.get_config()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: NormalHead("learnt"),
            "`scale` of a NormalHead must be 'learned', 'shared', 'optimal' or a positive number "
            "(a fixed standard deviation); received scale='learnt'.",
        ),
        (
            lambda: NormalHead(-0.1),
            "`scale` of a NormalHead must be 'learned', 'shared', 'optimal' or a positive number "
            "(a fixed standard deviation); received scale=-0.1.",
        ),
        (
            lambda: BernoulliHead().build((None, 5)),
            "BernoulliHead does not know the shape of an event; write "
            "BernoulliHead(event_shape=(…)), or pass it as `head=` to an Encoder or Decoder.",
        ),
        (
            lambda: BernoulliHead(event_shape=(2, 3)).for_event((6,)),
            "BernoulliHead was made for events of shape (2, 3) and is now asked for events of "
            "shape (6,). Use one head object per Encoder or Decoder.",
        ),
        (
            lambda: MultivariateNormalHead(event_shape=(2, 3)).build((None, 5)),
            "MultivariateNormalHead models vectors, events with one axis; received "
            "event_shape=(2, 3). Use NormalHead for arrays.",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value) == message


def test_a_head_must_say_its_distribution():
    with pytest.raises(NotImplementedError):
        Head(event_shape=(3,)).distribution({})


def test_a_head_of_bits_may_mask_some_of_them():
    """Its own logits are finite and need no bound; those of a `call` of one's own may be ±∞."""

    class Border(BernoulliHead):
        """The first bit is 0 for certain."""

        def call(self, features):
            logits = super().call(features)["logits"]
            certain = ops.full_like(logits[:, :1], -math.inf)
            return {"logits": ops.concatenate([certain, logits[:, 1:]], axis=-1)}

    x = ops.array([[0.0, 1.0], [1.0, 1.0]], "float32")
    (plain, _), (masked, _) = built(BernoulliHead((2,))), built(Border((2,)))
    masked.set_weights(plain.get_weights())
    alone, found = (
        value(lambda head=head: head.distribution(head(FEATURES[:2])).factors().log_prob(x))
        for head in (plain, masked)
    )
    assert_allclose(found, [[0.0, alone[0, 1]], [-math.inf, alone[1, 1]]], rtol=1e-6)
