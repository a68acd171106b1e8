"""The variational autoencoder."""

from typing import Any

import keras
from keras import ops

from keras_vae.arguments import Shape, nonnegative, whole, yes_or_no
from keras_vae.bodies.given import one_tensor
from keras_vae.keras_compat import register, replacing
from keras_vae.latents import Latents, OneGroup
from keras_vae.latents.latents import Draws
from keras_vae.models.averages import Averages, weights_of
from keras_vae.models.observing import ObservingModel
from keras_vae.models.parts import check_parts, check_supports, shape_of_condition
from keras_vae.models.prior_fit import FitsLatentPrior
from keras_vae.models.verbs import Verbs
from keras_vae.networks import Decoder, Features, Network
from keras_vae.networks.conditions import features_of, symbolic_condition
from keras_vae.objectives import ELBO, Objective, Terms
from keras_vae.priors import StandardNormalPrior
from keras_vae.priors.prior import as_prior, check_event
from keras_vae.schedules import Schedule
from keras_vae.tensors import Seed, Tensor, as_float

Outputs = dict[str, Tensor]


@register
class VAE(Verbs, FitsLatentPrior, ObservingModel):
    r"""Variational autoencoder: encoder q(z|x), decoder p(x|z), prior p(z), an objective, and β.

    $$\log p(x) \ge \mathbb E_{q(z\mid x)}[\log p(x\mid z)] - \mathrm{KL}(q(z\mid x)\,\Vert\,p(z))$$

    Trained with `compile` and `fit`; `x` is encoded, and `y`, if given, is what the decoder
    describes instead of `x` (denoising). A dict `{"x": x, "observed": mask}` tells which values
    were seen, as NaN does with `missing_values`. Logs, in nats per example: `loss` (the objective
    and the regularizers), `reconstruction_loss`, `kl_loss`, `elbo` (always at β = 1) and `beta`; of
    several groups of latent variables also `kl_loss_1`, `kl_loss_2`, …, which sum to `kl_loss`.

    Args:
        encoder: a `keras_vae.Encoder`; with `latents`, any Keras layer or model from x to features.
        decoder: a `keras_vae.Decoder`.
        prior: a `keras_vae.layers.Prior`, or any object with `log_prob` and `sample`; None is the
            standard normal.
        objective: a `keras_vae.objectives.Objective`; None is the `ELBO`.
        beta: weight of the KL term, a number or a schedule of the training step.
        seed: integer for the noise of training.
        missing_values: take NaN for values that were not observed: the encoder sees 0 in their
            place and the likelihood leaves them out (Mattei & Frellsen 2019).
        latents: what stands between encoder and decoder, such as `keras_vae.latents.Ladder`; None
            is one group, made of the head of the encoder and the prior.
        condition_shape: shape of a condition c of each example, such as `(10,)` for one-hot labels,
            which makes them q(z given x, c) and p(x given z, c); data are then dicts,
            `{"x": x, "condition": c}`.
        **kwargs: passed to `keras.Model`.

    References:
        Kingma & Welling 2014, Auto-Encoding Variational Bayes.

    Examples:
        >>> import numpy as np
        >>> from keras_vae import Encoder
        >>> encoder = Encoder(latent_dim=2, hidden_units=(16,))
        >>> decoder = Decoder((8, 8), hidden_units=(16,))
        >>> vae = VAE(encoder, decoder, seed=0)
        >>> vae.compile("adam")
        >>> history = vae.fit(np.ones((20, 8, 8)), verbose=0)
        >>> sorted(history.history)
        ['beta', 'elbo', 'kl_loss', 'loss', 'reconstruction_loss']
        >>> vae.encode(np.ones((20, 8, 8))).shape
        (20, 2)
        >>> vae.generate(5, seed=0).shape
        (5, 8, 8)
    """

    parts = ("encoder", "decoder", "prior", "objective", "beta", "latents")
    annealed = False
    """Whether a `KLAnnealing` gave the model its β."""

    def __init__(
        self,
        encoder: keras.layers.Layer,
        decoder: Decoder,
        prior: Any = None,
        objective: Objective | None = None,
        beta: float | Schedule = 1.0,
        seed: int | None = None,
        missing_values: bool = False,
        *,
        latents: Latents | None = None,
        condition_shape: int | Shape | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_parts(encoder, decoder, prior, latents)
        if latents is None:
            prior = StandardNormalPrior(encoder.latent_dim) if prior is None else as_prior(prior)
            latents = OneGroup(encoder.head, prior)
            check_event(prior, latents.shape)
            check_supports(encoder.head.support, prior)
        self.encoder = encoder if isinstance(encoder, keras.Model) else Features(encoder)
        self.decoder = decoder.for_given(latents.shape) if latents.shape else decoder
        self.condition_shape = shape = shape_of_condition(condition_shape)
        for network in (encoder, decoder):
            if isinstance(network, Network):
                network.for_condition(shape)
        self.prior, self.latents = prior, latents
        self.objective = ELBO() if objective is None else objective
        self.beta = beta
        self.seed = seed = None if seed is None else whole("seed", seed, 0)
        self.noise = keras.random.SeedGenerator(seed)
        self.missing_values = yes_or_no("missing_values", missing_values)
        self.step = self.add_weight((), "zeros", dtype="int", trainable=False, name="step")
        groups = latents.groups if len(latents.groups) > 1 else ()
        self.kl_losses = {f"kl_loss_{group.removeprefix('z_')}": group for group in groups}
        self.averages = self.new_averages()

    def new_averages(self) -> Averages:
        """What the logs show: the parts of the bound, and what the parts of the model add."""
        parts = (*self.kl_losses, *self.latents.measures, *self.objective.measures)
        means = ("elbo", "reconstruction_loss", "kl_loss", *parts)
        return Averages(means, ("beta", *self.latents.latest))

    def replaced(self, name: str) -> None:
        if name == "prior":
            self.latents = OneGroup(self.encoder.head, self.prior)
        elif name == "objective":
            if not self.objective.built:
                self.objective.build((None, *self.latents.shape))
            if self.averages.means != (new := self.new_averages()).means:
                with replacing(self, "averages"):
                    self.averages = new

    def build(self, input_shape: Any) -> None:
        x_shape = input_shape["x"] if isinstance(input_shape, dict) else input_shape
        self.example_shape, condition = tuple(x_shape[1:]), symbolic_condition(self)
        x = keras.KerasTensor((None, *self.example_shape), dtype=self.compute_dtype)
        features = features_of(self.encoder, x, condition)
        if not self.latents.built:
            self.latents.build(one_tensor(features).shape)
        self.decoder.for_given(self.latents.shape)
        z = keras.KerasTensor((None, *self.latents.shape), dtype=self.compute_dtype)
        self.decoder(z, condition=condition)
        if not self.objective.built:
            self.objective.build((None, *self.latents.shape))

    def call(self, x: Tensor, training: bool = False) -> Outputs:
        return self.draw(x, self.objective.num_samples, self.noise, training)

    def draw(self, x: Tensor, num_samples: int, seed: Seed, training: bool = False) -> Outputs:
        """Encode a batch, draw z, decode: what `call` returns, a flat dict with the batch first."""
        draws, condition = self.draws(x, num_samples, seed, training), self.observation(x).condition
        z = self.latents.decoder_input(draws)
        likelihood = self.decoder(z, training=training, condition=condition)
        described = {f"likelihood_{k}": ops.swapaxes(v, 0, 1) for k, v in likelihood.items()}
        return {**self.latents.outputs(draws), **described}

    def infer(self, x: Tensor, num_samples: int | None = 1, seed: Seed = None) -> Outputs:
        """`draw` without decoding; `num_samples=None` takes the mean of q(z|x) as the one draw."""
        return self.latents.outputs(self.draws(x, num_samples, seed))

    def draws(
        self, x: Tensor, num_samples: int | None, seed: Seed, training: bool = False
    ) -> Draws:
        """Draws of q(z|x) with all that says what they cost (see `latents.Latents.infer`)."""
        given = self.observation(x)
        features = features_of(self.encoder, given.seen(), given.condition, training)
        return self.latents.infer(features, num_samples, seed, training, given.condition)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        beta = self.current_beta()
        weights = weights_of(sample_weight)
        draws = self.latents.draws(y_pred)
        terms = self.terms(x, y_pred, training, weights, y)
        losses = self.objective(terms, beta) + self.latents.penalty(draws)
        reconstruction_loss, kl_loss = terms.reconstruction_loss, terms.kl
        averaged = {
            "elbo": -reconstruction_loss - kl_loss,
            "reconstruction_loss": reconstruction_loss,
            "kl_loss": kl_loss,
            **{name: terms.groups[group].kl for name, group in self.kl_losses.items()},
            **self.latents.measure(draws),
            **self.objective.measure(terms),
            "beta": beta,
        }
        self.averages.update_state(averaged, weights)
        self.latents.observe(draws, weights)
        total = self.total_loss(losses, weights)
        if training:
            # Tied to the batch: TensorFlow also runs what does not need it when data run out.
            finite = ops.isfinite(total)
            self.latents.update(draws, weights, finite)
            self.decoder.head.update(terms.likelihood, finite)
            self.step.assign(self.step + ops.cast(finite, self.step.dtype))
        return total

    def terms(
        self,
        x: Tensor,
        outputs: Outputs,
        training: bool = False,
        sample_weight: Tensor | None = None,
        y: Any = None,
    ) -> Terms:
        """The log-probabilities of a batch, from what `call` or `infer` returned for it.

        Args:
            x: what was encoded.
            outputs: what came of it.
            training: whether the heads see the data, for parameters with a closed form.
            sample_weight: weights of the examples, of shape (B,).
            y: what the decoder describes instead of x.
        """
        condition = self.observation(x).condition
        described = self.observation(x if y is None else y)
        x, observed = as_float(described.x), described.observed
        target = x if training else None
        if training and observed is not None:
            target = ops.where(observed, x, float("nan"))
        if training and sample_weight is not None:
            # For a head that fits a parameter to the data, examples of weight 0 are missing.
            absent = ops.reshape(sample_weight == 0.0, (-1, *[1] * (len(x.shape) - 1)))
            target = ops.where(absent, float("nan"), target)
        start, draws = "likelihood_", self.latents.draws(outputs)
        likelihood = {
            k.removeprefix(start): ops.swapaxes(v, 0, 1)
            for k, v in outputs.items()
            if k.startswith(start)
        }
        return Terms(
            x=x,
            groups={name: self.latents.group(name, draws) for name in self.latents.groups},
            likelihood=self.decoder.distribution(likelihood, target) if likelihood else None,
            decode=lambda z: self.decoder.distribution(
                self.decoder(z, training=training, condition=condition), target
            ),
            step=self.step,
            observed=observed,
            noise=self.noise,
            sample_weight=sample_weight,
            support=self.decoder.head.support,
            training=training,
        )

    @property
    def beta(self) -> float | Schedule:
        """Weight of the KL term: a number, or a schedule of the training step.

        A new value takes effect at the next step, also inside `fit` and `evaluate`. It is compiled
        into the step, so that every change compiles once more; a schedule never does.
        """
        return self._beta

    @beta.setter
    def beta(self, value: float | Schedule) -> None:
        if isinstance(value, Schedule):
            if value.steps is None:
                raise ValueError(
                    f"The schedule {value!r} has no length; write steps=…, or give it to "
                    "keras_vae.callbacks.KLAnnealing with epochs= or fraction=."
                )
        else:
            value = nonnegative("beta", value)
        if getattr(self, "_beta", None) != value:
            self._beta = value
            # β is traced into the compiled steps, which a callback may find in use. The old ones go
            # first: JAX takes a new one for the one that still lives.
            made = [
                n for n in ("train", "test") if getattr(self, f"{n}_function", None) is not None
            ]
            self.train_function = self.test_function = None
            for name in made:
                getattr(self, f"make_{name}_function")()

    def current_beta(self) -> Tensor:
        """β at the present training step."""
        return as_float(self.beta(self.step) if isinstance(self.beta, Schedule) else self.beta)

    def why_no_loss(self, value: Any) -> str:
        return (
            f"compile(loss={value!r}): a VAE carries its loss, the negative ELBO by default. Write "
            'vae.compile("adam"), choose the likelihood in Decoder(..., head=…), and any other '
            "objective in VAE(..., objective=…)."
        )

    def get_config(self) -> dict[str, Any]:
        names = ("seed", "missing_values", "condition_shape")
        own: dict[str, Any] = {name: getattr(self, name) for name in names}
        if isinstance(self.latents, OneGroup):
            own["latents"] = None  # made anew of encoder and prior
        return {**super().get_config(), **own}
