"""How far the bound is from the truth, and whose fault it is: the family's or the encoder's."""

from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.estimators.annealed import batches
from keras_vae.estimators.log_weights import BATCH_SIZE, chunks
from keras_vae.estimators.models import check_no_condition, check_vae
from keras_vae.latents import OneGroup
from keras_vae.networks import Encoder
from keras_vae.objectives import StickingTheLanding
from keras_vae.tensors import as_generator

if TYPE_CHECKING:
    from keras_vae.models import VAE


class InferenceGapErrors(NamedTuple):
    r"""Standard errors of an `InferenceGap` over its draws; nats, one value per example.

    The two differences are of the same draws, or of the same noise, and so are their errors. What
    the refinement leaves undone is in none of them.

    Attributes:
        log_likelihood: of log p(x); NaN where it cannot be known (see `LogLikelihood`).
        best_elbo: of the ELBO of the refined posterior.
        elbo: of the ELBO of the encoder's posterior.
        approximation: of log p(x) − best ELBO; NaN where that of log p(x) is.
        amortization: of best ELBO − ELBO.
    """

    log_likelihood: np.ndarray
    best_elbo: np.ndarray
    elbo: np.ndarray
    approximation: np.ndarray
    amortization: np.ndarray


class InferenceGap(NamedTuple):
    r"""The gap between log p(x) and the ELBO, taken apart; nats, one value per example.

    Attributes:
        log_likelihood: log p(x), by importance sampling from the refined posterior.
        best_elbo: ELBO of the best posterior of the family, fitted to each example by itself.
        elbo: ELBO of the encoder's posterior.
        standard_error: `InferenceGapErrors` of these three and of their two differences.
    """

    log_likelihood: np.ndarray
    best_elbo: np.ndarray
    elbo: np.ndarray
    standard_error: InferenceGapErrors | None = None

    @property
    def approximation(self) -> np.ndarray:
        """What the family of the posterior costs: log p(x) − best ELBO."""
        return self.log_likelihood - self.best_elbo

    @property
    def amortization(self) -> np.ndarray:
        """What sharing one encoder among all examples costs: best ELBO − ELBO."""
        return self.best_elbo - self.elbo


class Repeated(keras.utils.PyDataset):
    """The same batch, `steps` times."""

    def __init__(self, batch: tuple[np.ndarray, ...], steps: int) -> None:
        super().__init__()
        self.batch, self.steps = batch, steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        return self.batch


def frozen(layer: Any, latent_dim: int) -> Any:
    """A copy of a decoder or prior with the same weights, none of them trainable."""
    copy = type(layer).from_config(layer.get_config())
    copy.build((None, latent_dim))
    copy.set_weights(layer.get_weights())
    copy.trainable = False
    return copy


def inference_gap(
    vae: "VAE",
    x: Any,
    steps: int = 500,
    learning_rate: float = 0.05,
    num_samples: int = 500,
    seed: int | None = None,
    verbose: int = 0,
) -> InferenceGap:
    r"""The gap log p(x) − ELBO, split into approximation and amortization.

    $$\log p(x) - \mathcal L[q] = \underbrace{\log p(x) - \mathcal L[q^*]}_{\text{approximation}}
    + \underbrace{\mathcal L[q^*] - \mathcal L[q]}_{\text{amortization}}$$

    $q^*$ is the best posterior of the encoder's family for one example: its parameters are trained
    for this example alone, beginning at what the encoder says (Cremer, Li & Duvenaud 2018,
    equations 5 and 6). It is a VAE whose encoder is a table with one row per example, trained by
    `fit` with the decoder frozen, all examples at once. A large approximation gap asks for a richer
    family, a large amortization gap for a larger encoder or longer training.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        steps: training steps of the posteriors; the learning rate falls to 0 over them.
        learning_rate: of Adam, at the beginning.
        num_samples: draws for log p(x) and for both ELBOs.
        seed: integer for the draws.
        verbose: 1 shows progress bars.

    Returns:
        An `InferenceGap`.

    Raises:
        ValueError: if `steps` or `num_samples` is less than 1.
        NotImplementedError: if there are several groups of latent variables.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> decoder = keras_vae.Decoder((2,), (), head=keras_vae.layers.NormalHead(scale=0.5))
        >>> vae = keras_vae.VAE(encoder, decoder, seed=0)
        >>> vae.build((None, 2))
        >>> gap = inference_gap(vae, np.array([[1.0, 0.5], [0.0, -1.0]]), steps=300, seed=0)
        >>> bool(np.all(gap.approximation < 0.02))  # a single latent dimension has no covariance
        True
    """
    steps, num_samples = count("steps", steps), count("num_samples", num_samples)
    check_vae(vae)
    if not isinstance(vae.latents, OneGroup):
        raise NotImplementedError(
            "The gap is taken apart by refining parameters of each example, and of "
            f"{type(vae.latents).__name__} some of the posterior is a network that all examples "
            "share. The whole gap is vae.log_likelihood(x).value - vae.elbo(x)."
        )
    check_no_condition(vae)
    x, _ = vae.examples(x)
    if isinstance(x, dict):
        raise NotImplementedError(
            "x is a dict; the gap is taken apart on an array of examples, with NaN for what was "
            "not observed in a model with missing_values=True."
        )
    x = x.astype("float32")
    latent_dim, head = vae.encoder.latent_dim, vae.encoder.head
    # Where the prior has no weights it may be an object that cannot be copied.
    prior = frozen(vae.prior, latent_dim) if vae.prior.weights else vae.prior
    table = Encoder(latent_dim, hidden_units=(), head=type(head).from_config(head.get_config()))
    refined = type(vae)(
        table,
        frozen(vae.decoder, latent_dim),
        prior,
        StickingTheLanding(num_samples=8),
        seed=seed,
        missing_values=vae.missing_values,
    )
    if seed is None:
        # One for all that follows: differences are of the same noise.
        seed = int(ops.convert_to_numpy(as_generator(None).state)[0])
    rows = np.eye(len(x), dtype="float32")
    refined.build(rows.shape)
    # Row i of the table's linear maps is what the encoder's say of example i.
    body = vae.encoder.body  # any layer, and not always a model
    seen = [
        ops.convert_to_numpy(body(vae.observation(part).seen())) for part in batches(x, BATCH_SIZE)
    ]
    features = np.concatenate(seen).reshape(len(x), -1)
    table.set_weights([features @ w if w.ndim == 2 else w for w in head.get_weights()])
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    refined.compile(keras.optimizers.Adam(rate))
    refined.fit(Repeated((rows, x), steps), verbose=verbose)

    found = refined.log_likelihood(rows, num_samples, seed, y=x, verbose=verbose)
    best = log_weights_of(refined, rows, num_samples, seed, x)
    own = log_weights_of(vae, x, num_samples, seed, x)
    weights = np.exp(best - found.value[:, None])  # with a mean of 1
    known = np.where(np.isnan(found.standard_error), np.nan, 1.0)
    errors = InferenceGapErrors(
        found.standard_error,
        mean_error(best),
        mean_error(own),
        known * mean_error(weights - best),
        mean_error(best - own),
    )
    # The mean of log w has no variance at all at the exact posterior.
    return InferenceGap(found.value, best.mean(axis=1), own.mean(axis=1), errors)


def log_weights_of(
    vae: "VAE", inputs: np.ndarray, num_samples: int, seed: int | None, y: np.ndarray
) -> np.ndarray:
    """Log weights of all draws, of shape (n, num_samples)."""
    drawn = chunks(vae, inputs, num_samples, seed, BATCH_SIZE, 0, y)
    return np.concatenate([chunk["log_weights"] for _, chunk in drawn], axis=1, dtype="float64")


def mean_error(values: np.ndarray) -> np.ndarray:
    """Standard error of a mean over the last axis; NaN for a single value."""
    size = values.shape[-1]
    if size == 1:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray(values.std(axis=-1, ddof=1) / size**0.5)
