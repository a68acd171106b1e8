"""`jit_compile=True` where it is not the usual way: on PyTorch."""

import copy

import keras
import numpy as np
import pytest

from tests.conformance.factories import BATCH, MODELS, VECTORS
from tests.oracles.noise import no_noise

pytestmark = [
    pytest.mark.skipif(
        keras.config.backend() != "torch", reason="the other backends compile in every other test"
    ),
    # While it compiles, and by PyTorch, of itself.
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor"),
    pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:<class 'torch.autograd.function.Function'>"),
]

STEP_OF_KERAS = {"normal", "train_step"}
"""Where a compiled step leaves the graph of itself: the noise of Keras, and `loss.backward()`."""

BREAKS_OF_KERAS = {"noisy_body": "batch normalization and dropout break the graph of themselves"}


def test_jit_compiled_training_is_the_training():
    """One small model: compiling takes PyTorch half a minute."""
    logs, x = [], VECTORS[: 2 * BATCH]
    for jit_compile in (True, False):
        model = MODELS["bernoulli"]()
        model.compile(keras.optimizers.SGD(0.01), jit_compile=jit_compile)
        with no_noise():
            history = model.fit(x, batch_size=BATCH, shuffle=False, epochs=2, verbose=0)
        logs.append(history.history)
    for name, values in logs[0].items():
        np.testing.assert_allclose(values, logs[1][name], rtol=1e-4, err_msg=name)


def test_jit_compiled_estimates_are_the_estimates():
    """A chunk of draws is compiled, and gives what the chunk gives: for all three that draw."""
    incomplete, filled = MODELS["missing_values"].built(), []
    gaps = MODELS["missing_values"].x[:3]
    assert np.isnan(gaps).any()
    model, found, x = MODELS["bernoulli"].built(), [], VECTORS[:3]
    for jit_compile in (False, True, False):
        model.compile(keras.optimizers.SGD(0.01), jit_compile=jit_compile)
        estimate = model.log_likelihood(x, 6, seed=1, batch_size=2)
        elbo = model.elbo(x, 6, seed=1, batch_size=2)
        found.append([estimate.value, estimate.effective_sample_size, elbo])
        incomplete.compile("adam", jit_compile=jit_compile)
        filled.append(incomplete.impute(gaps, 6, num_samples=6, seed=1))
    np.testing.assert_allclose(filled[1], filled[0], rtol=1e-5)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)
    np.testing.assert_array_equal(found[2], found[0])
    programs = model.__dict__["__programs"].values()
    compiled = [hasattr(program.after, "_torchdynamo_orig_callable") for program in programs]
    assert compiled == [False, False, True, True]
    copy.deepcopy(model)


def call_alone(layer, *args, **kwargs):
    """A layer without what Keras does around its `call`, which takes ten seconds to trace."""
    if "training" not in layer.call.__code__.co_varnames:
        kwargs.pop("training", None)
    return layer.call(*args, **kwargs)


@pytest.mark.parametrize("name", MODELS)
def test_forward_pass_and_loss_are_one_graph(name, monkeypatch):
    """A compiled step is left in Keras' seed generator, backward pass and optimizer alone."""
    import torch

    x, model = torch.tensor(MODELS[name].x[:BATCH]), MODELS[name].built()
    given = model(x, training=True) if name in BREAKS_OF_KERAS else None

    def loss():
        outputs = model(x, training=True) if given is None else given
        return model.compute_loss(x=x, y_pred=outputs)

    monkeypatch.setattr(keras.layers.Layer, "__call__", call_alone)
    torch._dynamo.reset()
    with no_noise():
        found = torch._dynamo.explain(loss)()
    assert found.graph_break_count == 0, found.break_reasons


def test_the_whole_step_is_left_where_that_of_plain_keras_is(monkeypatch):
    """Once for the noise, and once for the gradient; the optimizer and the logs are in it."""
    import torch

    x, model = torch.tensor(MODELS["bernoulli"].x[:BATCH]), MODELS["bernoulli"].built()
    model.compile("adam")
    model.train_on_batch(x)  # makes the metrics
    monkeypatch.setattr(keras.layers.Layer, "__call__", call_alone)
    torch._dynamo.reset()
    found = torch._dynamo.explain(model.train_step)((x,))
    assert {reason.user_stack[-1].name for reason in found.break_reasons} <= STEP_OF_KERAS
    assert found.graph_break_count <= 3, found.break_reasons
