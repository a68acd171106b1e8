"""One group of latent variables: the posterior of an encoder's head, and a prior."""

from typing import Any

from keras import ops

from keras_vae.heads import Head
from keras_vae.heads.head import Parameters
from keras_vae.latents.group import Group
from keras_vae.latents.latents import Drawn, Draws, Latents
from keras_vae.priors import AutoregressivePrior, Prior
from keras_vae.priors.prior import as_prior, check_event
from keras_vae.tensors import Seed, Tensor


class OneGroup(Latents):
    r"""The latent variables of a VAE as it is mostly meant: one posterior, one prior.

    $$z\sim q(z\mid x),\qquad \mathrm{KL}(q(z\mid x)\,\Vert\,p(z))$$

    It owns nothing: the variables are those of the encoder's head and of the prior, which the model
    holds. Its features are the parameters that the encoder returns, and they leave `call` as
    `posterior_…`, of shape (B, ...), beside `z` of shape (B, S, ...).

    Args:
        head: the head of the encoder.
        prior: p(z).
    """

    def __init__(self, head: Head, prior: Prior) -> None:
        self.head, self.prior = head, prior
        self.shape = tuple(head.event_shape or ())

    def infer(
        self,
        features: Parameters,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        posterior = self.head.distribution(features)
        z = posterior.mean()[None]
        if num_samples is not None:
            z = posterior.sample((num_samples,), seed=seed)
        return {"z": {"posterior": features, "z": z}}

    def group(self, name: str, draws: Draws) -> Group:
        given: dict[str, Any] = draws[name]
        posterior = self.head.distribution(given["posterior"])
        return Group(posterior, self.prior.distribution(), given["z"])

    def generate(
        self, num_samples: int, seed: Seed = None, condition: Tensor | None = None
    ) -> Tensor:
        return self.prior.distribution().sample((num_samples,), seed=seed)

    def ready(self, prior: Any, condition_shape: tuple[int, ...] | None) -> dict[str, Prior]:
        if isinstance(prior, AutoregressivePrior):
            raise ValueError(
                f"A {type(prior).__name__} writes codes, and the latent variables of this model "
                "are real numbers. Take a keras_vae.layers.NormalMixturePrior."
            )
        prior = as_prior(prior)
        check_event(prior, self.shape)
        return {"z": prior}

    def told(self, draws: Draws) -> dict[str, Tensor]:
        posterior: dict[str, Tensor] = draws["z"]["posterior"]
        return posterior

    def drawn(self, told: dict[str, Tensor], seed: Seed, condition: Tensor | None) -> Drawn:
        return {"z": (self.head.distribution(told).sample((), seed=seed), condition)}

    def get_config(self) -> dict[str, Any]:
        """Nothing: encoder and prior, which are saved with the model, say it all."""
        return {}

    def outputs(self, draws: Draws) -> dict[str, Tensor]:
        given = draws["z"]
        posterior = {f"posterior_{name}": value for name, value in given["posterior"].items()}
        return {"z": ops.swapaxes(given["z"], 0, 1), **posterior}

    def draws(self, outputs: dict[str, Tensor]) -> Draws:
        start = "posterior_"
        posterior = {k.removeprefix(start): v for k, v in outputs.items() if k.startswith(start)}
        return {"z": {"posterior": posterior, "z": ops.swapaxes(outputs["z"], 0, 1)}}
