"""A VAE under a condition: by label, dense and convolutional, through every verb."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import stats

import keras_vae
from keras_vae import VAE, Decoder, Encoder, latents
from keras_vae.layers import ConvBody, ConvTransposeBody, DenseBody, NormalHead

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, 24)
C = np.eye(3, dtype="float32")[LABELS]
IMAGES = (RNG.uniform(size=(24, 4, 4, 1)) < 0.2 + 0.3 * LABELS[:, None, None, None]).astype(
    "float32"
)


def dense():
    return VAE(Encoder(2, (6,)), Decoder((4, 4, 1), (6,)), seed=0, condition_shape=(3,))


def convolutional():
    encoder = Encoder(2, body=ConvBody((4,)))
    decoder = Decoder((4, 4, 1), body=ConvTransposeBody((4, 4, 1), (4,)))
    return VAE(encoder, decoder, seed=0, condition_shape=3)


def ladder():
    structure = latents.Ladder((3, 2), (6,))
    decoder = Decoder((4, 4, 1), (6,))
    return VAE(DenseBody((6,)), decoder, seed=0, latents=structure, condition_shape=(3,))


def grid():
    structure = latents.VectorQuantized(8, 4, seed=0)
    body = keras.layers.Conv2D(4, 3, 2, "same")
    decoder = Decoder((4, 4, 1), body=keras.layers.Conv2DTranspose(4, 3, 2, "same"))
    return VAE(body, decoder, seed=0, latents=structure, condition_shape=(3,))


@pytest.mark.parametrize("make", [dense, convolutional, ladder, grid])
def test_every_verb(make, tmp_path):
    data = {"x": IMAGES, "condition": C}
    vae = make()
    vae.compile(keras.optimizers.Adam(0.01))
    history = vae.fit(data, epochs=2, batch_size=8, validation_data=(data,), verbose=0).history
    assert np.isfinite(history["val_elbo"]).all()
    weighted = vae.evaluate(data, sample_weight=np.ones(24), verbose=0, return_dict=True)
    assert np.isfinite(weighted["elbo"])
    codes = vae.encode(data)
    again = vae.reconstruct(data)
    assert again.shape == IMAGES.shape
    assert_allclose(again, vae.decode(codes, C), atol=1e-6)
    # Another condition makes another reconstruction of the same code.
    assert np.abs(vae.decode(codes, np.roll(C, 1, axis=1)) - again).max() > 1e-6
    drawn = vae.generate(24, C, seed=1)
    assert drawn.shape == IMAGES.shape
    bits = vae.generate(24, condition=C, seed=1, sample=True)
    assert np.isin(bits, (0.0, 1.0)).all()
    elbo = vae.elbo(data, num_samples=2, seed=0)
    assert elbo.shape == (24,) and np.isfinite(elbo).all()
    if not vae.latents.point:
        assert np.isfinite(vae.log_likelihood(data, 20, seed=0).value).all()
    assert {"z", "z_1", "z_2"} & set(vae.predict(data, verbose=0))
    vae.save(tmp_path / "conditional.keras")
    loaded = keras.saving.load_model(tmp_path / "conditional.keras")
    assert_allclose(loaded.reconstruct(data), again, atol=1e-6)
    loaded.fit(data, batch_size=12, verbose=0)


def linear_gaussian():
    """z ~ N(0, 1), x = 1.5 z + 2c + noise of variance 1/4, with its exact posterior."""
    vae = VAE(
        Encoder(1, ()),
        Decoder((1,), (), head=NormalHead(0.5)),
        seed=0,
        condition_shape=(1,),
    )
    vae.build((None, 1))
    variance = 0.25 / (1.5**2 + 0.25)
    gain = 1.5 / (1.5**2 + 0.25)
    raw = 15.0 * np.arctanh(np.log(variance**0.5) / 15.0)
    zeros = np.zeros((2, 1))
    vae.encoder.set_weights(
        [np.array([[gain], [-2.0 * gain]]), np.zeros(1), zeros, np.array([raw])]
    )
    vae.decoder.set_weights([np.array([[1.5], [2.0]]), np.zeros(1)])
    return vae


def test_evidence_under_a_condition_is_exact():
    """log p(x|c) = log N(x; 2c, 1.5² + ¼), and the exact posterior closes the gap."""
    vae = linear_gaussian()
    x = RNG.normal(size=(6, 1)).astype("float32")
    c = RNG.normal(size=(6, 1)).astype("float32")
    exact = stats.norm.logpdf(x, 2.0 * c, 2.5**0.5)[:, 0]
    data = {"x": x, "condition": c}
    found = vae.log_likelihood(data, 5, seed=0)
    assert_allclose(found.value, exact, atol=1e-5)
    assert_allclose(vae.decode(vae.encode(data), c), vae.reconstruct(data), atol=1e-6)
    many = vae.generate(4000, np.ones((4000, 1)), seed=0, sample=True)
    assert_allclose([many.mean(), many.var()], [2.0, 2.5], atol=0.2)


def batches(given):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(given).batch(8)


def test_datasets_of_dicts():
    data = {"x": IMAGES, "condition": C}
    vae = dense()
    vae.compile(keras.optimizers.Adam(0.01))
    vae.fit(batches(data), shuffle=False, verbose=0)
    expected = vae.encode(data)
    assert_allclose(vae.encode(batches(data)), expected, atol=1e-5)
    assert_allclose(vae.reconstruct(batches(data)), vae.reconstruct(data), atol=1e-5)
    assert_allclose(vae.elbo(batches(data), seed=0), vae.elbo(data, seed=0), rtol=1e-4)
    # A target beside the dict: the decoder describes it.
    vae.fit(batches((data, 1.0 - IMAGES)), shuffle=False, verbose=0)
    vae.fit(data, 1.0 - IMAGES, verbose=0)


class Named(keras.layers.Layer):
    """A body that names the condition gets it as it is."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(5)

    def build(self, inputs_shape, condition_shape):
        assert tuple(condition_shape)[1:] == (2, 2)
        self.dense.build((None, 4))

    def call(self, inputs, condition):
        assert tuple(condition.shape[1:]) == (2, 2)
        return self.dense(ops.reshape(condition, (-1, 4)))


def test_a_body_that_names_the_condition_gets_it_as_it_is():
    vae = VAE(Encoder(2, body=Named()), Decoder((3,), body=Named()), seed=0, condition_shape=(2, 2))
    vae.compile("adam")
    data = {"x": np.ones((8, 3), "float32") * 0.5, "condition": RNG.normal(size=(8, 2, 2))}
    vae.fit(data, verbose=0)
    assert vae.reconstruct(data).shape == (8, 3)


def test_a_picture_as_condition_stands_beside_the_channels():
    """Half a picture is the condition of the other half: inpainting."""
    left = IMAGES * np.array([1.0, 1.0, 0.0, 0.0])[:, None]
    encoder = Encoder(2, body=ConvBody((4,)))
    decoder = Decoder((4, 4, 1), hidden_units=(6,))
    vae = VAE(encoder, decoder, seed=0, condition_shape=(4, 4, 1))
    vae.build((None, 4, 4, 1))
    assert encoder.body.stack[0].kernel.shape[2] == 2
    assert vae.reconstruct({"x": IMAGES, "condition": left}).shape == IMAGES.shape


def test_several_draws_see_the_condition_of_their_example():
    vae = dense()
    vae.build((None, 4, 4, 1))
    z = RNG.normal(size=(5, 24, 2)).astype("float32")
    of_draws = vae.decoder(z, condition=C)["logits"]
    assert of_draws.shape == (5, 24, 4, 4, 1)
    alone = [vae.decoder(one, condition=C)["logits"] for one in z]
    assert_allclose(
        ops.convert_to_numpy(of_draws), [ops.convert_to_numpy(a) for a in alone], atol=1e-6
    )


def test_whole_numbers_stay_whole_under_mixed_precision():
    """Token ids above 256 have no bfloat16 of their own."""
    ids = np.arange(600).reshape(100, 6)
    kept = keras.Sequential([keras.layers.Embedding(600, 3), keras.layers.Flatten()])
    policy = keras.DTypePolicy("mixed_bfloat16")
    encoder = Encoder(2, body=kept, dtype=policy)
    parameters = ops.convert_to_numpy(encoder(ids)["loc"])
    assert len(np.unique(parameters, axis=0)) == 100
    assert "int" in keras.backend.standardize_dtype(ids.dtype)
    # Bits are numbers for all other bodies.
    bits = np.ones((2, 4, 4, 1), "uint8")
    assert_allclose(
        ops.convert_to_numpy(Encoder(2, body=ConvBody((2,)))(bits)["scale"]), 1.0, atol=1e-6
    )


DATA = {"x": IMAGES, "condition": C}
BAD = {
    "an array": (
        lambda v: v.fit(IMAGES),
        ["is an array", "condition of shape (3,)", '"condition"'],
    ),
    "no condition": (lambda v: v.fit({"x": IMAGES}), ["lacks the condition", "(3,)"]),
    "another key": (lambda v: v.fit({"image": IMAGES}), ["'image'", "expected 'x'"]),
    "a key too many": (lambda v: v.fit({**DATA, "label": C}), ["'label'", "expected 'x'"]),
    "labels": (lambda v: v.fit({"x": IMAGES, "condition": LABELS}), ["labels", "to_categorical"]),
    "labels in a column": (
        lambda v: v.fit({"x": IMAGES, "condition": LABELS[:, None]}),
        ["labels", "to_categorical"],
    ),
    "words": (
        lambda v: v.fit({"x": IMAGES, "condition": np.array(["a"] * 24)}),
        ["labels", "to_categorical"],
    ),
    "another length": (
        lambda v: v.fit({"x": IMAGES, "condition": C[:5]}),
        ["(5, 3)", "24 examples"],
    ),
    "another shape": (lambda v: v.fit({"x": IMAGES, "condition": C[:, :2]}), ["(2,)", "(3,)"]),
    "NaN": (lambda v: v.fit({"x": IMAGES, "condition": C * np.nan}), ["condition", "NaN"]),
    "decode without": (lambda v: v.decode(np.zeros((2, 2))), ["condition is missing", "(2, 3)"]),
    "generate without": (
        lambda v: v.generate(2),
        ["condition is missing", "generate(n, condition)"],
    ),
    "generate too few": (lambda v: v.generate(4, C[:2]), ["(2, 3)", "4 examples"]),
    "a mask of another shape": (
        lambda v: v.fit({**DATA, "observed": np.ones((24, 4), bool)}),
        ["(24, 4)", "(24, 4, 4, 1)"],
    ),
    "a mask of numbers": (
        lambda v: v.fit({**DATA, "observed": IMAGES * 0.5}),
        ["True", "observed"],
    ),
    "nothing observed": (
        lambda v: v.fit({**DATA, "observed": np.zeros_like(IMAGES, bool)}),
        ["False everywhere"],
    ),
}


@pytest.mark.one_backend("sentences are the same on all")
@pytest.mark.parametrize("case", BAD)
def test_bad_conditions_get_a_sentence(case):
    do, words = BAD[case]
    vae = dense()
    vae.compile("adam")
    with pytest.raises(ValueError) as error:
        do(vae)
    for word in words:
        assert word in str(error.value), str(error.value)


@pytest.mark.parametrize("shape", [(8,), (4, 4, 1)])
def test_a_linear_model_and_a_batch_of_known_size(shape):
    vae = VAE(Encoder(2, ()), Decoder(shape, ()), condition_shape=(3,))
    vae.build((10, *shape))
    x = np.full((5, *shape), 0.5, "float32")
    assert vae.reconstruct({"x": x, "condition": C[:5]}).shape == x.shape


@pytest.mark.one_backend("sentences are the same on all")
def test_a_model_without_condition_takes_none():
    vae = VAE(Encoder(2, ()), Decoder((4, 4, 1), ()))
    for do in (
        lambda: vae.fit(DATA),
        lambda: vae.generate(24, C),
        lambda: vae.decode(np.zeros((24, 2)), C),
    ):
        with pytest.raises(ValueError, match="made without"):
            vae.compile("adam")
            do()


def test_a_posterior_outside_of_the_prior_is_refused():
    class UnitPrior(keras_vae.priors.StandardNormalPrior):
        def distribution(self):
            return keras_vae.distributions.ContinuousBernoulli(ops.zeros((2,)))

    with pytest.raises(ValueError, match=r"draws any real value.*values in \[0, 1\]"):
        VAE(Encoder(2, ()), Decoder((3,), ()), prior=UnitPrior(2))
