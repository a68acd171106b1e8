"""Every network is told whether it trains: in `fit` True, in `evaluate` and in questions False."""

import keras
import pytest

from keras_vae.networks import Network
from tests.conformance.factories import MODELS, Probe
from tests.oracles.steps import EAGERLY

SEEN = Probe.seen


def networks(part):
    """All networks inside a model: encoder, decoder, and those of its latents."""
    return [layer for layer in part._flatten_layers() if isinstance(layer, Network)]


def probed(name):
    """A model in which the body of every network begins with a probe."""
    model = MODELS[name]()
    bodies = []
    for number, network in enumerate(networks(model)):
        bodies.append(f"probe_{number}")
        network.body = keras.Sequential([Probe(name=bodies[-1]), network.body])
    if not isinstance(model.encoder, Network):
        bodies.append("probe_encoder")
        model.encoder = keras.Sequential([Probe(name=bodies[-1]), model.encoder])
    model.compile("sgd", run_eagerly=EAGERLY)
    model.build((None, *MODELS[name].x.shape[1:]))
    return model, set(bodies)


@pytest.mark.parametrize("name", MODELS)
def test_every_network_is_told(name):
    model, probes = probed(name)
    x = MODELS[name].x[:5]  # one size everywhere: each is compiled anew on JAX
    for run, told in (
        (lambda: model.fit(x, batch_size=5, verbose=0), probes),
        (lambda: model.evaluate(x, verbose=0), set()),
        (lambda: model.reconstruct(x), set()),
        (lambda: model.generate(5), set()),
    ):
        SEEN.clear()
        run()
        # Keras asks for shapes besides, without training.
        assert {probe for probe, training in SEEN if training and probe in probes} == told
