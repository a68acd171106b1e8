"""What one does with a trained VAE: NumPy in, NumPy out, in batches."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import Shape, count
from keras_vae.batches import run_in_batches
from keras_vae.data import as_numpy, check_kind, check_numbers, check_shape, gathered, is_array
from keras_vae.distributions import Distribution
from keras_vae.estimators import LogLikelihood, estimate_elbo, estimate_log_likelihood, impute
from keras_vae.latents import Latents, OneGroup
from keras_vae.networks import Decoder
from keras_vae.observations import check_condition, x_of
from keras_vae.tensors import Seed, Tensor, as_generator


class Verbs:
    """Encode, decode, reconstruct, generate, impute, and the two estimates of log p(x)."""

    encoder: Any
    decoder: Decoder
    latents: Latents
    missing_values: bool
    condition_shape: Shape | None
    built: bool
    build: Any
    example_shape: Any
    inputs: Any
    infer: Any
    terms: Any
    observation: Any
    examples: Any
    program: Any

    def posterior(self, x: Tensor) -> Distribution:
        """q(z|x) for a batch of tensors.

        Raises:
            ValueError: if the shape of x is not that of the examples the model was built for.
            NotImplementedError: if there are several groups of latent variables.
        """
        if self.built:
            check_shape("x", x_of(x), self.example_shape, "the encoder was built for examples")
        return self.terms(x, self.infer(x, None)).posterior

    def likelihood(self, z: Tensor, condition: Tensor | None = None) -> Distribution:
        """p(x|z) for a batch of latent vectors, or p(x|z, c).

        Of codes z is what the decoder sees, `vae.latents.vectors(codes)`.

        Raises:
            ValueError: if z has not the shape that the latent variables have.
        """
        self._check_shape_of_codes(z)
        return self.decoder.distribution(self.decoder(z, condition=condition))

    def encode(self, x: Any, batch_size: int = 1024) -> Any:
        """Means of q(z|x), in batches: NumPy in, NumPy of shape (n, latent_dim) out.

        Of several groups a dict by name, such as `z_1`, each the mean at the mean of those that it
        depends on; of codes integers, of shape (n, *grid).
        """
        codes = run_in_batches(self.program(Means), self.inputs(x), batch_size)
        means = {name: codes[name][:, 0] for name in self.latents.groups}
        return means if len(means) > 1 else means[self.latents.groups[0]]

    def decode(self, z: Any, condition: Any = None, batch_size: int = 1024) -> np.ndarray:
        """Means of p(x|z), in batches: NumPy in, NumPy of shape (n, ...) out.

        Args:
            z: what `encode` returns; of several groups what the decoder sees alone will do, which
                is `z_1` of a ladder, and all of them of a `latents.QuantizedHierarchy`. The groups
                may come from different examples.
            condition: what each example is given, for a model with `condition_shape`.
            batch_size: examples at a time.

        Raises:
            ValueError: if z or the condition has not the shape that the model takes.
        """
        if not isinstance(self.latents, OneGroup):
            codes: dict[str, Any] = z if isinstance(z, dict) else {self.latents.groups[0]: z}
            self._check_groups(codes, isinstance(z, dict))
            draws = {}
            for name, code in codes.items():
                code = self._codes(code)
                self.latents.check(name, code)
                draws[name] = {"z": ops.convert_to_tensor(code)[None]}
            counted = {name: len(draws[name]["z"][0]) for name in self.latents.needed}
            if len(set(counted.values())) > 1:
                raise ValueError(
                    f"The groups of z have different numbers of examples, {counted}; expected one "
                    "of each group for each example."
                )
            z = ops.convert_to_numpy(self.latents.decoder_input(draws))[0]
        z = self._codes(z)
        self._check_shape_of_codes(z)
        condition = self._condition(condition, len(z))
        found: np.ndarray = self._decoded(z, condition, batch_size).mean()
        return ops.convert_to_numpy(found)

    def _condition(self, condition: Any, examples: int) -> np.ndarray | None:
        if self.condition_shape is None:
            if condition is not None:
                raise ValueError(
                    "A condition came, and this model was made without. Write "
                    "VAE(..., condition_shape=(k,)), k being its length for one example."
                )
            return None
        if condition is None:
            raise ValueError(
                f"The condition is missing, of shape {(examples, *self.condition_shape)}: write "
                "vae.decode(z, condition) or vae.generate(n, condition)."
            )
        return check_condition("condition", condition, self.condition_shape, examples)

    def _decoded(self, z: np.ndarray, condition: np.ndarray | None, batch_size: int) -> Any:
        """p(x|z) of many examples."""
        if condition is None:
            parameters = run_in_batches(self.decoder, z, batch_size)
        else:
            inputs = {"z": z, "condition": condition}
            parameters = run_in_batches(self.program(Decoding), inputs, batch_size)
        return self.decoder.distribution(parameters)

    def _check_groups(self, z: dict[str, Any], given: bool) -> None:
        names, needed = self.latents.groups, self.latents.needed
        if not set(needed) <= set(z) <= set(names):
            came = f"a dict with the keys {', '.join(map(repr, z))}" if given else "no dict"
            raise ValueError(
                f"z is {came}; expected some of {', '.join(map(repr, names))}, "
                f"{', '.join(map(repr, needed))} among them, as `encode` returns them."
            )

    def _codes(self, z: Any) -> np.ndarray:
        check_kind("z", z)
        z = as_numpy(z) if is_array(z) else gathered(z)[0]
        check_numbers("z", z)
        return z

    def _check_shape_of_codes(self, z: Any) -> None:
        # All but the last axes count: draws, and examples.
        shape, seen = self.latents.shape, self.latents.seen
        z = z[0] if len(z.shape) == len(shape) + 2 else z
        check_shape("z", z, shape, f"the decoder takes {seen}")

    def reconstruct(self, x: Any, batch_size: int = 1024) -> np.ndarray:
        """Decoded posterior means; the same x gives the same answer."""
        if self.condition_shape is None:
            return self.decode(self.encode(x, batch_size), None, batch_size)
        x, _ = self.examples(x, scored=False)
        return self.decode(self.encode(x, batch_size), x["condition"], batch_size)

    def impute(self, x: np.ndarray, batch_size: int = 1024, **kwargs: Any) -> np.ndarray:
        """Fill NaN from what was observed, by one reconstruction or by draws (see `impute`)."""
        return impute(self, x, batch_size, **kwargs)

    def generate(
        self,
        num_samples: int,
        condition: Any = None,
        seed: Seed = None,
        sample: bool = False,
        batch_size: int = 1024,
        temperature: float = 1.0,
    ) -> np.ndarray:
        """Means of p(x|z) for z drawn from the prior, or draws of it.

        Args:
            num_samples: number of draws n.
            condition: what each draw is given, of shape (n, ...), for a model with
                `condition_shape`.
            seed: integer or `keras.random.SeedGenerator`.
            sample: draw x as well, bits or noise and all, instead of the mean of p(x|z).
            batch_size: examples to decode at a time.
            temperature: of a prior that writes codes: near 0 it takes the likeliest, 1 draws from
                it.

        Raises:
            ValueError: if `num_samples` is no integer of at least 1, or there is not one condition
                for each.
        """
        num_samples = count("num_samples", num_samples)
        condition, noise = self._condition(condition, num_samples), as_generator(seed)
        heated = {} if temperature == 1.0 else {"temperature": temperature}
        if heated and not self.latents.written:
            raise ValueError(
                f"temperature={temperature!r} is for a prior that writes codes, such as "
                "keras_vae.priors.PixelCNN after vae.fit_prior; this model has none."
            )
        z = ops.convert_to_numpy(self.latents.generate(num_samples, noise, condition, **heated))
        likelihood = self._decoded(z, condition, batch_size)
        x = likelihood.sample((), seed=noise) if sample else likelihood.mean()
        return np.asarray(ops.convert_to_numpy(x))

    def elbo(self, x: Any, num_samples: int = 1, seed: Seed = None, **kwargs: Any) -> np.ndarray:
        """The ELBO of each example in nats, at β = 1 (see `estimate_elbo`)."""
        return estimate_elbo(self, x, num_samples, seed, **kwargs)

    def log_likelihood(
        self, x: Any, num_samples: int = 500, seed: Seed = None, **kwargs: Any
    ) -> LogLikelihood:
        """Log p(x) of each example by importance sampling (see `estimate_log_likelihood`)."""
        if self.latents.point:
            raise NotImplementedError(
                f"Of {type(self.latents).__name__} the posterior is a point, and log p(x) cannot "
                "be estimated by weighing draws from a point. What there is without sampling is "
                "vae.elbo(x), a lower bound of log p(x)."
            )
        return estimate_log_likelihood(self, x, num_samples, seed, **kwargs)


class Means(keras.Model):
    """The means of all groups of latent variables, run by `predict`.

    Args:
        vae: the model.
    """

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae

    def call(self, x: Tensor) -> dict[str, Tensor]:
        means: dict[str, Tensor] = self.vae.infer(x, None)
        return means


class Decoding(keras.Model):
    """The decoder of z under a condition, run by `predict`.

    Args:
        vae: the model.
    """

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.decoder = vae.decoder

    def call(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        described: dict[str, Tensor] = self.decoder(inputs["z"], condition=inputs["condition"])
        return described
