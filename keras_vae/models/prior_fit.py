"""A prior that is fitted after training, to the latent variables of examples."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_vae.data import examples_in, run_in_batches
from keras_vae.keras_compat import replacing
from keras_vae.latents import Latents, OneGroup
from keras_vae.priors import Prior
from keras_vae.tensors import Seed, Tensor, as_float, as_generator

BATCH_SIZE = 1024
"""Examples that are encoded at a time."""

Told = dict[str, Any]
"""What tells the latent variables of examples: codes, or the parameters of their posteriors."""


class FitsPrior:
    """A model whose prior can be fitted after training, everything else at rest.

    A model writes `told`, `drawn`, `ready` and `take_prior`.
    """

    def told(self, x: Any) -> Told:
        """What tells the latent variables of examples, and their condition, as NumPy arrays."""
        raise NotImplementedError

    def drawn(self, told: Told, seed: Seed) -> Tensor:
        """Latent variables, of shape (B, ...), fresh where they are draws."""
        raise NotImplementedError

    def ready(self, prior: Any) -> Prior:
        """The prior, told what it describes."""
        raise NotImplementedError

    def take_prior(self, prior: Prior) -> None:
        """Use a prior from now on."""
        raise NotImplementedError

    def fit_prior(
        self,
        x: Any,
        prior: Prior,
        epochs: int = 1,
        batch_size: int = 128,
        optimizer: Any = "adam",
        validation_data: Any = None,
        callbacks: Any = None,
        verbose: Any = "auto",
        seed: Seed = None,
    ) -> keras.callbacks.History:
        r"""Fit a prior to the latent variables of examples, and use it from then on.

        $$\min_p\ \frac1n\sum_{i=1}^n \mathbb E_{q(z\mid x_i)}[-\log p(z)]\text{ nats}$$

        The prior alone is trained: the examples are encoded once, in inference mode, and the model
        keeps its optimizer, its step and what is frozen. Afterwards the prior rests as well
        (`prior.trainable` is False). `elbo`, `evaluate` and `generate` use it. The same prior may
        be fitted again and goes on from where it is.

        Args:
            x: examples, as `fit` takes them.
            prior: a prior with weights: over codes `keras_vae.priors.PixelCNN` or
                `CausalTransformer`, over vectors `keras_vae.layers.NormalMixturePrior`.
            epochs: passes over the examples.
            batch_size: examples at a time.
            optimizer: as in `compile`.
            validation_data: held-out examples, or a tuple (x,) of them.
            callbacks: Keras callbacks.
            verbose: as in `fit`.
            seed: integer or `keras.random.SeedGenerator` for draws of z.

        Returns:
            The history, with `code_length`, the mean of −log p(z) in nats per example, and
            `val_code_length`.

        Raises:
            ValueError: where the prior has nothing to fit, or does not fit the model.

        References:
            van den Oord, Vinyals & Kavukcuoglu 2017, section 3.3; Razavi et al. 2019, section 3.2.
        """
        told = self.told(x)
        held_out = validation_data[0] if isinstance(validation_data, tuple) else validation_data
        validation = None if held_out is None else (self.told(held_out),)
        prior, noise = self.ready(prior), as_generator(seed)
        if not prior.weights:
            raise ValueError(
                f"A {type(prior).__name__} has no weights, so there is nothing to fit. Over codes "
                "take keras_vae.priors.PixelCNN(), over vectors "
                "keras_vae.layers.NormalMixturePrior(latent_dim, components)."
            )
        first = keras.tree.map_structure(lambda a: a[:: -(-examples_in(told) // 4096)], told)
        prior.start(ops.convert_to_numpy(self.drawn(first, noise)))
        fitted = CodeLength(prior, self.drawn, noise)
        fitted.compile(optimizer)
        prior.trainable = True
        try:
            history = fitted.fit(
                told,
                epochs=epochs,
                batch_size=batch_size,
                validation_data=validation,
                callbacks=callbacks,
                verbose=verbose,
            )
        finally:
            prior.trainable = False
        self.take_prior(prior)
        return history


class FitsLatentPrior(FitsPrior):
    """Fits a prior to the latent variables of a VAE."""

    latents: Latents
    condition_shape: Any
    examples: Any
    program: Any
    draws: Any

    def told(self, x: Any) -> Told:
        x, _ = self.examples(x, scored=False)
        told: Told = run_in_batches(self.program(Telling), x, BATCH_SIZE)
        return told if self.condition_shape is None else {**told, "condition": x["condition"]}

    def drawn(self, told: Told, seed: Seed) -> Tensor:
        own = {name: value for name, value in told.items() if name != "condition"}
        return self.latents.drawn(own, seed)

    def ready(self, prior: Any) -> Prior:
        ready: Prior = self.latents.ready(prior, self.condition_shape)
        return ready

    def take_prior(self, prior: Prior) -> None:
        if isinstance(self.latents, OneGroup):
            self.prior = prior
            return
        latents: Any = self.latents
        with replacing(latents, "prior"):
            latents.prior = prior
        self.train_function = self.test_function = self.predict_function = None
        self.__dict__.pop("__programs", None)


class Telling(keras.Model):
    """What tells the latent variables of examples, run by `predict`.

    Args:
        vae: the model.
    """

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae

    def call(self, x: Tensor) -> dict[str, Tensor]:
        told: dict[str, Tensor] = self.vae.latents.told(self.vae.draws(x, None, None))
        return told


class CodeLength(keras.Model):
    """−log p(z) of the latent variables of examples; what trains is the prior alone.

    Args:
        prior: p(z).
        drawn: from what tells them to latent variables.
        noise: a `keras.random.SeedGenerator`.
    """

    def __init__(
        self, prior: Prior, drawn: Callable[[Told, Seed], Tensor], noise: Any, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.prior, self.drawn, self.noise = prior, drawn, noise
        self.code_length = keras.metrics.Mean("code_length")

    def call(self, told: Told, training: bool = False) -> Tensor:
        told = dict(told)
        condition = told.pop("condition", None)
        return -self.prior.log_prob(self.drawn(told, self.noise), condition, training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        self.code_length.update_state(y_pred)
        total = ops.mean(y_pred)
        for penalty in self.losses:
            total = total + as_float(penalty)
        return total
