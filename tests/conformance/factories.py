"""Small models and layers that every check runs through.

A new model is one line in `MODELS`, a new layer one line in `LAYERS`.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import keras
import numpy as np

from keras_vae import VAE, VQVAE, Decoder, Encoder, latents, layers, objectives, schedules

# Batches of BATCH leave a rest. Few sizes are used besides: each is compiled anew.
N, BATCH, REST = 10, 4, 2
LATENT = 2

rng = np.random.default_rng(7)
VECTORS = rng.uniform(0.05, 0.95, (N, 8)).astype("float32")
IMAGES = VECTORS[:, :, None, None] * rng.uniform(0.1, 1.0, (N, 8, 4, 1)).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[rng.integers(0, 4, (N, 3))]
WITH_HOLES = np.where(rng.uniform(size=VECTORS.shape) < 0.25, np.float32("nan"), VECTORS)

# Two numbers, a bit, a class and a count.
MIXED = np.concatenate([WITH_HOLES[:, :3], ONE_HOT[:, 0], np.arange(N)[:, None] % 5], axis=1)


@keras.saving.register_keras_serializable(package="tests")
class Probe(keras.layers.Layer):
    """Passes its input on and notes, for each trace, whether it was told to train."""

    seen: ClassVar[list[tuple[str, bool]]] = []

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        self.seen.append((self.name, training))
        return inputs


@dataclass(frozen=True, eq=False)
class Factory:
    """Makes a small model or layer, the same each time, for the examples (or inputs) `x`.

    Args:
        new: returns an object that has not been compiled.
        x: examples, or inputs of a layer.
        variational: whether the model is a VAE, with a β and noise of its own.
        coupled: what of the logs depends, for one example, on the others in its batch.
        without: names of checks that do not apply, each with the reason.
    """

    new: Callable[[], Any]
    x: np.ndarray = field(default_factory=lambda: VECTORS)
    variational: bool = True
    coupled: tuple[str, ...] = ()
    without: dict[str, str] = field(default_factory=dict)

    def __call__(self) -> Any:
        keras.utils.set_random_seed(1)
        return self.new()

    def built(self) -> Any:
        """A model that has its weights, moved away from their initial zeros."""
        model = self()
        model.build((None, *self.x.shape[1:]))
        for number, weight in enumerate(model.trainable_variables):
            values = np.sin(np.arange(np.prod(weight.shape)) * 2.3 + number)
            weight.assign(0.4 * values.reshape(weight.shape))
        return model

    @functools.cached_property
    def kept(self) -> Any:
        """One built model for all checks that only look, because building takes long."""
        return self.built()


def vae(
    head: Any = "bernoulli",
    posterior: str = "normal",
    shape: tuple[int, ...] = (8,),
    bodies: tuple[Any, Any] | None = None,
    **kwargs: Any,
) -> VAE:
    """A VAE of 8 numbers in and 2 latent dimensions."""
    if bodies is None:
        parts: tuple[dict[str, Any], ...] = ({"hidden_units": (5,)}, {"hidden_units": (5,)})
    else:
        parts = ({"body": bodies[0]}, {"body": bodies[1]})
    encoder = Encoder(LATENT, head=posterior, activation="tanh", **parts[0])
    decoder = Decoder(shape, head=head, activation="tanh", **parts[1])
    return VAE(encoder, decoder, seed=3, **kwargs)


def several_groups(structure: Any) -> VAE:
    """A VAE of 8 numbers whose latent variables have a structure of their own."""
    decoder = Decoder((8,), (5,), activation="tanh")
    return VAE(layers.DenseBody((5,), "tanh"), decoder, seed=3, latents=structure)


def on_a_grid(structure: Any, channels: int) -> VAE:
    """A VAE of images whose features stand on a grid of 4×2 places."""
    body = keras.layers.Conv2D(channels, 3, strides=2, padding="same")
    transposed = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="tanh")
    return VAE(body, Decoder((8, 4, 1), body=transposed), seed=3, latents=structure)


def hierarchy() -> latents.QuantizedHierarchy:
    """Codes on grids of 4×2 and 2×1 places."""
    levels = [latents.VectorQuantized(4, 3, decay=0.5), latents.VectorQuantized(3, 2, decay=0.5)]
    return latents.QuantizedHierarchy(levels, 3, "tanh")


def normal(scale: Any) -> VAE:
    return vae(layers.NormalHead(scale=scale))


def mixed_head() -> layers.ProductHead:
    """Numbers, a bit, a class and a count."""
    heads = [
        layers.NormalHead(),
        layers.BernoulliHead(),
        layers.CategoricalHead(),
        layers.PoissonHead(),
    ]
    return layers.ProductHead(heads, (2, 1, 4, 1))


def noisy_body(name: str) -> keras.Sequential:
    """Everything that behaves differently in training, and penalties on weights and activity."""
    return keras.Sequential(
        [
            Probe(name=name),
            keras.layers.Dense(5, "tanh", kernel_regularizer="l2", activity_regularizer="l1"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3, seed=5),
        ]
    )


def functional_body(width: int) -> keras.Model:
    """A graph with two ways through, as a user would write it."""
    inputs = keras.Input((width,))
    one, other = keras.layers.Dense(4, "tanh")(inputs), keras.layers.Dense(3, "relu")(inputs)
    return keras.Model(inputs, keras.layers.Concatenate()([one, other]))


def conv_bodies() -> tuple[Any, Any]:
    return layers.ConvBody((3,), activation="tanh"), layers.ConvTransposeBody((8, 4, 1), (3,))


BEYOND_ELBO = {"check_loss_is_the_weighted_bound": "the objective is another one"}
PENALTIES = {
    "check_tiling": "each example has its own dropout",
    "check_weight_zero_is_absence": "batch normalization sees every example of its batch",
    "check_weighted_loss": "the loss has penalties, too",
    "check_loss_is_the_weighted_bound": "the loss has penalties, too",
}

POINT = {
    "check_steps_draw_other_noise": "the posterior is a point",
    "check_seed_decides_the_noise": "the posterior is a point",
}
CODES = {**BEYOND_ELBO, **POINT}
COOLING = schedules.Linear(1.0, 0.5, steps=3)

MODELS: dict[str, Factory] = {
    "bernoulli": Factory(vae),
    "continuous_bernoulli": Factory(lambda: vae("continuous_bernoulli")),
    "categorical": Factory(lambda: vae("categorical", shape=(3, 4)), ONE_HOT),
    "normal": Factory(lambda: vae("normal")),
    "normal_shared": Factory(lambda: normal("shared")),
    "normal_optimal": Factory(lambda: normal("optimal"), coupled=("loss",)),
    "normal_fixed": Factory(lambda: normal(0.3)),
    "multivariate_normal": Factory(lambda: vae("multivariate_normal")),
    "full_posterior": Factory(lambda: vae(posterior="multivariate_normal")),
    "mixture_prior": Factory(lambda: vae(prior=layers.NormalMixturePrior(LATENT, 3, seed=2))),
    "relevance_prior": Factory(lambda: vae(prior=layers.RelevancePrior(LATENT))),
    "ladder": Factory(lambda: several_groups(latents.Ladder((3, 2, 1), (4,), activation="tanh"))),
    "bottom_up": Factory(lambda: several_groups(latents.BottomUp((2, 1), (4,), activation="tanh"))),
    "vector_quantized": Factory(
        lambda: VQVAE((8, 4, 1), 4, 3, (4,), seed=3, blocks=1, decay=0.5), IMAGES, without=CODES
    ),
    "residual_quantized": Factory(
        lambda: on_a_grid(latents.ResidualQuantized(4, 3, 2, learned_by="gradient"), 3),
        IMAGES,
        without=CODES,
    ),
    "finite_scalar": Factory(
        lambda: on_a_grid(latents.FiniteScalar((3, 2)), 2), IMAGES, without=POINT
    ),
    "categorical_codes": Factory(
        lambda: on_a_grid(latents.Categorical(4, 3, COOLING), 4),
        IMAGES,
    ),
    "quantized_hierarchy": Factory(
        lambda: on_a_grid(hierarchy(), 3),
        IMAGES,
        without=CODES,
    ),
    "several_draws": Factory(
        lambda: vae(objective=objectives.ELBO(3, "monte_carlo")), without=BEYOND_ELBO
    ),
    "free_bits": Factory(
        lambda: vae(objective=objectives.FreeBits(0.5)), coupled=("loss",), without=BEYOND_ELBO
    ),
    "capacity": Factory(
        lambda: vae(objective=objectives.Capacity(schedules.Linear(0.5, 2.0, 3), 5.0)),
        coupled=("loss",),
        without=BEYOND_ELBO,
    ),
    "factor_vae": Factory(
        lambda: vae(objective=objectives.FactorVAE(2.0, hidden_units=(4,))),
        coupled=("loss", "critic_loss", "critic_accuracy"),
        without={
            **BEYOND_ELBO,
            "check_weighted_loss": "fakes are drawn by weight; tests/objectives/test_weighted.py",
        },
    ),
    "adversarial": Factory(
        lambda: vae(objective=objectives.AAE(hidden_units=(4,))),
        without=BEYOND_ELBO,
    ),
    "vae_gan": Factory(
        lambda: vae(objective=objectives.VAEGAN((8,), keras.layers.Dense(5, "tanh"), 0.5)),
        without={
            **BEYOND_ELBO,
            "check_regularizers_count": "draws of the prior are decoded too, and have activity",
        },
    ),
    "missing_values": Factory(lambda: vae("normal", missing_values=True), WITH_HOLES),
    "mixed_columns": Factory(
        lambda: vae(mixed_head(), missing_values=True), MIXED.astype("float32")
    ),
    "convolutional": Factory(lambda: vae(shape=(8, 4, 1), bodies=conv_bodies()), IMAGES),
    "functional_body": Factory(lambda: vae(bodies=(functional_body(8), functional_body(LATENT)))),
    "noisy_body": Factory(
        lambda: vae(bodies=(noisy_body("encoder"), noisy_body("decoder"))), without=PENALTIES
    ),
}

LATENTS = rng.normal(size=(N, LATENT)).astype("float32")
FEATURES = rng.normal(size=(N, 5)).astype("float32")
CHANNELS = rng.normal(size=(N, 8, 4, 3)).astype("float32")

LAYERS: dict[str, Factory] = {
    "poisson_head": Factory(lambda: layers.PoissonHead(event_shape=(8,)), FEATURES[:BATCH]),
    "product_head": Factory(lambda: mixed_head().for_event((8,)), FEATURES[:BATCH]),
    "dense_body": Factory(lambda: layers.DenseBody((5, 4), "tanh"), IMAGES[:BATCH]),
    "dense_body_identity": Factory(lambda: layers.DenseBody(()), IMAGES[:BATCH]),
    "conv_body": Factory(lambda: layers.ConvBody((3, 4)), IMAGES[:BATCH]),
    "conv_transpose_body": Factory(
        lambda: layers.ConvTransposeBody((8, 4, 1), (4, 3), kernel_size=2), LATENTS[:BATCH]
    ),
    "normal_head": Factory(lambda: layers.NormalHead(event_shape=(8,)), FEATURES[:BATCH]),
    "normal_head_shared": Factory(lambda: layers.NormalHead("shared", (8,)), FEATURES[:BATCH]),
    "normal_head_optimal": Factory(lambda: layers.NormalHead("optimal", (8,)), FEATURES[:BATCH]),
    "normal_head_fixed": Factory(lambda: layers.NormalHead(0.1, (8,)), FEATURES[:BATCH]),
    "multivariate_normal_head": Factory(
        lambda: layers.MultivariateNormalHead(event_shape=(3,)), FEATURES[:BATCH]
    ),
    "bernoulli_head": Factory(
        lambda: layers.BernoulliHead(event_shape=(8, 4, 1)), FEATURES[:BATCH]
    ),
    "bernoulli_head_pointwise": Factory(
        lambda: layers.BernoulliHead(event_shape=(8, 4, 1)), CHANNELS[:BATCH]
    ),
    "continuous_bernoulli_head": Factory(
        lambda: layers.ContinuousBernoulliHead(event_shape=(8,)), FEATURES[:BATCH]
    ),
    "categorical_head": Factory(
        lambda: layers.CategoricalHead(event_shape=(3, 4)), FEATURES[:BATCH]
    ),
}
