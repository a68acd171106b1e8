"""The plain autoencoder: linear, non-linear, sparse, denoising."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.batches import run_in_batches
from keras_vae.data import as_numpy, check_kind, check_numbers, check_shape, is_array
from keras_vae.distributions import Normal
from keras_vae.keras_compat import register
from keras_vae.latents.latents import Drawn
from keras_vae.models.averages import Averages, weights_of
from keras_vae.models.base import CheckedModel
from keras_vae.models.parts import as_model
from keras_vae.models.prior_fit import FitsPrior, Told
from keras_vae.priors import Prior
from keras_vae.priors.prior import as_prior, check_event
from keras_vae.tensors import Seed, Tensor, as_float


@register
class Autoencoder(FitsPrior, CheckedModel):
    r"""Autoencoder: a code h = f(x) and a reconstruction x̂ = g(h), both deterministic.

    $$J = -\log\mathcal N(x;\hat x, I) = \tfrac12\lVert x-\hat x\rVert^2
    + \tfrac D2\log 2\pi,\qquad \hat x = g(f(x))$$

    in nats per example, constants included: the reconstruction loss of a VAE whose decoder has
    unit variance, so that the two can be compared. Logs: `loss` (with the regularizers),
    `reconstruction_loss`, and `squared_error` $=\lVert x-\hat x\rVert^2$ per example.

    - Linear: two `Dense` layers without activation learn the subspace of PCA.
    - Sparse: a layer of the encoder with `activity_regularizer=keras.regularizers.L1(γ)`, or
      `keras_vae.regularizers.BernoulliKL(target)`.
    - Denoising: `corruption=` any Keras layer, such as `keras.layers.GaussianNoise(0.5)` or
      `keras.layers.Dropout(0.3)`. It is in the way of x during training alone, and the loss
      compares with the clean x. For noise that the data bring with them give the clean data as y:
      `y`, if given, is what is reconstructed instead of x.

    Args:
        encoder_body: any Keras layer or model from x to the code h.
        decoder_body: any Keras layer or model from the code to a reconstruction of the shape of x.
        corruption: any Keras layer, or None.
        prior: a prior over codes, which `fit_prior` puts here; `generate` draws from it.
        **kwargs: passed to `keras.Model`.

    References:
        Baldi & Hornik 1989 (linear); Ng 2011 (sparse); Vincent et al. 2008 (denoising).

    Examples:
        >>> import numpy as np
        >>> model = Autoencoder(keras.layers.Dense(2), keras.layers.Dense(5))
        >>> model.compile("adam")
        >>> history = model.fit(np.ones((20, 5)), verbose=0)
        >>> sorted(history.history)
        ['loss', 'reconstruction_loss', 'squared_error']
        >>> model.encode(np.ones((20, 5))).shape, model.reconstruct(np.ones((20, 5))).shape
        ((20, 2), (20, 5))
    """

    parts = ("encoder_body", "decoder_body", "corruption", "prior")

    def __init__(
        self,
        encoder_body: keras.layers.Layer,
        decoder_body: keras.layers.Layer,
        corruption: keras.layers.Layer | None = None,
        prior: Prior | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.encoder_body = as_model("encoder_body", encoder_body)
        self.decoder_body = as_model("decoder_body", decoder_body)
        self.corruption, self.prior = corruption, prior
        self.averages = Averages(("reconstruction_loss", "squared_error"))

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.example_shape = tuple(input_shape[1:])
        code = self.encoder_body(keras.KerasTensor(input_shape, self.compute_dtype))
        self.code_shape = tuple(code.shape[1:])
        self.decoder_body(code)

    def call(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        x = ops.cast(x, self.compute_dtype)
        if self.corruption is not None:
            x = self.corruption(x, training=training)
        code = self.encoder_body(x, training=training)
        return {"code": code, "reconstruction": self.decoder_body(code, training=training)}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        target = as_float(x if y is None else y)
        likelihood = Normal(y_pred["reconstruction"], 1.0, event_ndim=len(target.shape) - 1)
        losses = -likelihood.log_prob(target)
        squared_error = likelihood.sum_event(ops.square(target - likelihood.mean()))
        weights = weights_of(sample_weight)
        parts = {"reconstruction_loss": losses, "squared_error": squared_error}
        self.averages.update_state(parts, weights)
        return self.total_loss(losses, weights)

    def encode(self, x: Any, batch_size: int = 1024) -> np.ndarray:
        """Codes of x, in batches: NumPy in, NumPy out; nothing is corrupted."""
        return output_in_batches(self.encoder_body, self.inputs(x), batch_size)

    def decode(self, code: Any, batch_size: int = 1024) -> np.ndarray:
        """Reconstructions from codes, in batches: NumPy in, NumPy out."""
        check_kind("code", code)
        if self.built and is_array(code):
            check_numbers("code", as_numpy(code))
            check_shape("code", code, self.code_shape, "the decoder_body takes codes")
        return output_in_batches(self.decoder_body, code, batch_size)

    def reconstruct(self, x: Any, batch_size: int = 1024) -> np.ndarray:
        """Reconstructions of x as it is, in batches: NumPy in, NumPy out."""
        return self.decode(self.encode(x, batch_size), batch_size)

    def told(self, x: Any) -> Told:
        return {"z": self.encode(self.examples(x, scored=False)[0])}

    def drawn(self, told: Told, seed: Seed) -> Drawn:
        return {"z": (told["z"], None)}

    def ready(self, prior: Any) -> dict[str, Prior]:
        prior = as_prior(prior)
        check_event(prior, self.code_shape)
        return {"z": prior}

    def take_prior(self, priors: dict[str, Prior]) -> None:
        self.prior = priors["z"]

    def generate(self, num_samples: int, seed: Seed = None, batch_size: int = 1024) -> np.ndarray:
        """Reconstructions of codes drawn from the prior that `fit_prior` fitted.

        Raises:
            ValueError: before a prior has been fitted.
        """
        num_samples = count("num_samples", num_samples)
        if self.prior is None:
            raise ValueError(
                "An Autoencoder has no prior to draw codes from. Fit one to its codes: "
                "autoencoder.fit_prior(x, keras_vae.layers.NormalMixturePrior(latent_dim, 10))."
            )
        code = self.prior.distribution().sample((num_samples,), seed=seed)
        return self.decode(ops.convert_to_numpy(code), batch_size)

    def elbo(self, *args: Any, **kwargs: Any) -> np.ndarray:
        """Not there: a deterministic code has no density to compare with that of a prior.

        Raises:
            NotImplementedError: always, with the reason.
        """
        raise NotImplementedError(
            "An Autoencoder has no ELBO: its code is a point among real numbers, whose code length "
            "is infinite. A keras_vae.VAE has one; so have codes, keras_vae.VQVAE."
        )

    def check_data(self, name: str, x: Any, y: Any | None) -> Any:
        check_numbers(name, x)
        target, shape, wanted = name, tuple(x.shape[1:]), tuple(x.shape[1:])
        if y is not None:
            target, wanted = f"the target y of {name}", tuple(y.shape[1:])
            check_numbers(target, y)
        made = self.made_of(name, shape)
        if made != wanted:
            raise ValueError(
                f"{target} holds examples of shape {wanted}, but the autoencoder turns examples "
                f"of shape {shape} into reconstructions of shape {made}. Make it with a "
                f"decoder_body that ends in keras.layers.Reshape({wanted}), or reshape the data."
            )
        return x

    def check_inputs(self, name: str, x: Any) -> Any:
        check_numbers(name, x)
        self.made_of(name, tuple(x.shape[1:]))
        return x

    def made_of(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of the reconstruction of examples of a shape."""
        seen = f", built for examples of shape {self.example_shape}" if self.built else ""
        # One example must stay one: TensorFlow lets a body reshape two small ones into one.
        examples = 1 if self.built else None
        try:
            outputs = self(keras.KerasTensor((examples, *shape), self.compute_dtype))
            if outputs["reconstruction"].shape[0] != examples:
                raise ValueError("The bodies turn one example into several.")
        except Exception as error:
            raise ValueError(
                f"{name} holds examples of shape {shape}, which do not pass through the bodies of "
                f"this autoencoder{seen}. Reshape the data, or make a new Autoencoder whose bodies "
                "fit them."
            ) from error
        return tuple(outputs["reconstruction"].shape[1:])

    def why_no_loss(self, value: Any) -> str:
        return (
            f"compile(loss={value!r}): an Autoencoder carries its loss, -log N(x; x̂, I) in nats "
            'per example. Write autoencoder.compile("adam"); for another likelihood use a '
            "keras_vae.VAE with Decoder(..., head=…)."
        )


def output_in_batches(body: keras.Model, inputs: Any, batch_size: int) -> np.ndarray:
    """Output of a body for many inputs."""
    floatx = keras.config.floatx()
    inputs = np.asarray(inputs, floatx) if is_array(inputs) else inputs
    return np.asarray(run_in_batches(body, inputs, batch_size), floatx)
