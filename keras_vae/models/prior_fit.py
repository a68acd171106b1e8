"""A prior that is fitted after training, to the latent variables of examples."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_vae.batches import run_in_batches, untuned
from keras_vae.data import examples_in
from keras_vae.keras_compat import KeepsPenalties
from keras_vae.latents import Latents, OneGroup
from keras_vae.latents.latents import Drawn
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

    def drawn(self, told: Told, seed: Seed) -> Drawn:
        """Latent variables, fresh where they are draws, and what their prior is given."""
        raise NotImplementedError

    def ready(self, prior: Any) -> dict[str, Prior]:
        """The prior of each group of latent variables, told what it describes."""
        raise NotImplementedError

    def take_prior(self, priors: dict[str, Prior]) -> None:
        """Use these priors from now on."""
        raise NotImplementedError

    def fit_prior(
        self,
        x: Any,
        prior: Any,
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
                `CausalTransformer`, over vectors `keras_vae.layers.NormalMixturePrior`. Of several
                levels of codes a dict, `{"z_1": …, "z_2": …}`, or a tuple, $z_1$ first.
            epochs: passes over the examples.
            batch_size: examples at a time.
            optimizer: as in `compile`.
            validation_data: held-out examples, or a tuple (x,) of them.
            callbacks: Keras callbacks.
            verbose: as in `fit`.
            seed: integer or `keras.random.SeedGenerator` for draws of z.

        Returns:
            The history, with `code_length`, the mean of −log p(z) in nats per example, and
            `val_code_length`; of several levels also `code_length_1`, `code_length_2`, …, and
            `code_length` is the sum of those that were fitted.

        Raises:
            ValueError: where the prior has nothing to fit, or does not fit the model.

        References:
            van den Oord, Vinyals & Kavukcuoglu 2017, section 3.3; Razavi et al. 2019, section 3.2.
        """
        told = self.told(x)
        held_out = validation_data[0] if isinstance(validation_data, tuple) else validation_data
        validation = None
        if held_out is not None:
            validation = untuned((self.told(held_out), None, None), batch_size)
        priors, noise = self.ready(prior), as_generator(seed)
        for one in priors.values():
            if not one.weights:
                raise ValueError(
                    f"A {type(one).__name__} has no weights, so there is nothing to fit. Over "
                    "codes take keras_vae.priors.PixelCNN(), over vectors "
                    "keras_vae.layers.NormalMixturePrior(latent_dim, components)."
                )
        first = keras.tree.map_structure(lambda a: a[:: -(-examples_in(told) // 4096)], told)
        drawn = self.drawn(first, noise)
        for name, one in priors.items():
            one.start(ops.convert_to_numpy(drawn[name][0]))
        data, *_ = untuned((told, None, None), batch_size, None, True)
        fitted = CodeLength(priors, self.drawn, noise)
        fitted.compile(optimizer)
        fitted.rest(False)
        try:
            history = fitted.fit(
                data,
                epochs=epochs,
                batch_size=batch_size,
                shuffle=data is told,
                validation_data=validation,
                callbacks=callbacks,
                verbose=verbose,
            )
        finally:
            fitted.rest(True)
        self.take_prior(priors)
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

    def drawn(self, told: Told, seed: Seed) -> Drawn:
        own = {name: value for name, value in told.items() if name != "condition"}
        return self.latents.drawn(own, seed, told.get("condition"))

    def ready(self, prior: Any) -> dict[str, Prior]:
        return self.latents.ready(prior, self.condition_shape)

    def take_prior(self, priors: dict[str, Prior]) -> None:
        if isinstance(self.latents, OneGroup):
            self.prior = priors["z"]
            return
        self.latents.take_prior(priors)
        self.train_function = self.test_function = self.predict_function = None
        self.__dict__.pop("__programs", None)


class Telling(keras.Model):
    """What tells the latent variables of examples, such as parameters of q(z|x); run by `predict`.

    Args:
        vae: the model.
    """

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae

    def call(self, x: Tensor) -> dict[str, Tensor]:
        told: dict[str, Tensor] = self.vae.latents.told(self.vae.draws(x, None, None))
        return told


class CodeLength(KeepsPenalties, keras.Model):
    """−log p(z) of the latent variables of examples; what trains is the prior of each group alone.

    The priors have no weight in common, and each is given the true values of the groups above: the
    sum trains each as if it were alone.

    Args:
        priors: p of each group.
        drawn: from what tells them to latent variables, and what their priors are given.
        noise: a `keras.random.SeedGenerator`.
    """

    def __init__(
        self,
        priors: dict[str, Prior],
        drawn: Callable[[Told, Seed], Drawn],
        noise: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.priors, self.drawn, self.noise = priors, drawn, noise
        self.code_length = keras.metrics.Mean("code_length")
        self.lengths = {
            name: keras.metrics.Mean(f"code_length{name.removeprefix('z')}")
            for name in priors
            if name != "z"
        }

    def call(self, told: Told, training: bool = False) -> dict[str, Tensor]:
        drawn = self.drawn(told, self.noise)
        return {
            name: -prior.log_prob(*drawn[name], training) for name, prior in self.priors.items()
        }

    def rest(self, rests: bool) -> None:
        """Let the priors rest, or train."""
        for prior in self.priors.values():
            prior.trainable = not rests

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        code_length = sum(y_pred.values())
        self.code_length.update_state(code_length)
        for name, metric in self.lengths.items():
            metric.update_state(y_pred[name])
        total = ops.mean(code_length)
        for penalty in self.losses:
            total = total + as_float(penalty)
        return total
