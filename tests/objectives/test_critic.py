"""A critic inside an objective: its own optimizer, saved and resumed."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder, Encoder
from keras_vae.objectives import ELBO, DReG, FactorVAE
from keras_vae.optimizers import PerPart
from tests.conformance.common import numpy
from tests.conformance.factories import BATCH, VECTORS
from tests.oracles.steps import EAGERLY


def factor_vae():
    keras.utils.set_random_seed(2)
    objective = FactorVAE(hidden_units=(8,))
    vae = VAE(Encoder(2, (5,)), Decoder((8,), (5,)), objective=objective, seed=0)
    optimizers = {"objective": keras.optimizers.Adam(1e-2)}
    vae.compile(PerPart(optimizers, rest=keras.optimizers.SGD(1e-2)), run_eagerly=EAGERLY)
    return vae


def weights(vae):
    return numpy({"vae": [*vae.encoder.weights, *vae.decoder.weights], "critic": critic(vae)})


def critic(vae):
    return vae.objective.critic.trainable_variables


def test_the_critic_is_trained_with_the_model_and_in_its_logs():
    vae = factor_vae()
    logs = vae.fit(VECTORS, batch_size=BATCH, verbose=0).history
    assert {"total_correlation", "critic_loss", "critic_accuracy"} <= logs.keys()
    assert_allclose(logs["critic_loss"], np.log(2.0), atol=0.3)
    assert {id(v) for v in critic(vae)} <= {id(v) for v in vae.trainable_variables}


def test_each_part_has_its_own_optimizer():
    """With the other one at rest only the part moves."""
    for rates, moving in (((1e-2, 0.0), "critic"), ((0.0, 1e-2), "vae")):
        vae = factor_vae()
        vae.build(VECTORS.shape)
        own, rest = map(keras.optimizers.SGD, rates)
        vae.compile(PerPart({"objective": own}, rest=rest), run_eagerly=EAGERLY)
        before = weights(vae)
        vae.fit(VECTORS, batch_size=BATCH, verbose=0)
        for part, after in weights(vae).items():
            moved = [np.abs(a - b).max() > 0 for a, b in zip(after, before[part], strict=True)]
            assert all(moved) if part == moving else not any(moved), part


def test_the_critic_is_trained_by_what_it_gets_wrong_alone():
    """The gradient of the critic is that of its own loss, and none of it reaches the encoder."""
    vae = factor_vae()
    vae.build(VECTORS.shape)
    vae.compile(keras.optimizers.SGD(1e-2), run_eagerly=EAGERLY)
    steady = VAE(vae.encoder, vae.decoder, objective=ELBO(), seed=0)
    steady.compile(keras.optimizers.SGD(1e-2), run_eagerly=EAGERLY)
    vae.objective.gamma = 0.0
    before = weights(vae)
    vae.train_on_batch(VECTORS)
    with_critic = weights(vae)["vae"]
    for variable, value in zip(
        [*vae.encoder.weights, *vae.decoder.weights], before["vae"], strict=True
    ):
        variable.assign(value)
    steady.train_on_batch(VECTORS)
    for one, other in zip(with_critic, weights(vae)["vae"], strict=True):
        assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_saved_and_resumed(tmp_path):
    straight = factor_vae()
    straight.fit(VECTORS, batch_size=BATCH, epochs=2, shuffle=False, verbose=0)
    vae = factor_vae()
    vae.fit(VECTORS, batch_size=BATCH, shuffle=False, verbose=0)
    vae.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    again.fit(VECTORS, batch_size=BATCH, shuffle=False, verbose=0)
    assert int(numpy(again.optimizer.parts["objective"].iterations)) == 6
    for part, expected in weights(straight).items():
        for one, other in zip(weights(again)[part], expected, strict=True):
            assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_compiled_is_eager():
    logs = []
    for eagerly in (True, False):
        vae = factor_vae()
        vae.run_eagerly = eagerly
        logs.append(vae.fit(VECTORS, batch_size=BATCH, shuffle=False, verbose=0).history)
    for name in logs[0]:
        assert_allclose(logs[0][name], logs[1][name], rtol=1e-4, err_msg=name)


def test_an_objective_takes_the_place_of_another():
    """In a trained model, with logs of its own; the critic that goes is no longer trained."""
    vae = factor_vae()
    vae.fit(VECTORS, batch_size=BATCH, verbose=0)
    gone = {id(v) for v in critic(vae)}
    vae.objective = DReG(3)
    vae.compile("sgd", run_eagerly=EAGERLY)
    logs = vae.fit(VECTORS, batch_size=BATCH, verbose=0).history
    assert "critic_loss" not in logs and not gone & {id(v) for v in vae.weights}
    vae.objective = FactorVAE(hidden_units=(8,))
    vae.compile("sgd", run_eagerly=EAGERLY)
    assert "critic_loss" in vae.fit(VECTORS, batch_size=BATCH, verbose=0).history
    assert_array_equal(vae.predict(VECTORS, verbose=0)["z"].shape, (len(VECTORS), 1, 2))


@pytest.mark.parametrize("name", ["critic", "beta"])
def test_an_optimizer_of_no_part_says_so(name):
    vae = VAE(Encoder(2, (5,)), Decoder((8,), (5,)))
    vae.compile(PerPart({name: "adam"}, rest="adam"), run_eagerly=EAGERLY)
    with pytest.raises(ValueError, match=f"'{name}' is no part of the VAE with trainable"):
        vae.fit(VECTORS, verbose=0)
