"""`jit_compile=True` where it is not the usual way: on PyTorch."""

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
]


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


@pytest.mark.parametrize("name", ["bernoulli", "ladder"])
def test_the_loss_is_one_graph(name):
    """A compiled step is left in Keras' seed generator and in the backward pass alone."""
    import torch

    x = torch.tensor(MODELS[name].x[:BATCH])
    model = MODELS[name].built()
    outputs = model(x, training=True)
    torch._dynamo.reset()
    found = torch._dynamo.explain(lambda: model.compute_loss(x=x, y_pred=outputs))()
    assert found.graph_break_count == 0, found.break_reasons
