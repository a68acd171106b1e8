"""What an objective sees of one batch."""

import math
from collections.abc import Callable

from keras import ops

from keras_vae.distributions import Distribution, Point, Support
from keras_vae.latents import Group
from keras_vae.tensors import Seed, Tensor, cached_property


class Terms:
    r"""What an objective sees of one batch: log-probabilities, never the model.

    Each term is computed when it is first asked for. With S draws and B examples, and sums over the
    groups of latent variables where there are several:

    | attribute | meaning | shape |
    |---|---|---|
    | `log_likelihood` | $\log p(x\mid z)$ | (S, B) |
    | `reconstruction_loss` | −log p(x given z), mean over the draws | (B,) |
    | `log_prior` | $\log p(z)$ | (S, B) |
    | `log_posterior` | $\log q(z\mid x)$ | (S, B) |
    | `log_weights` | log p(x given z) + log p(z) − log q(z given x) | (S, B) |
    | `kl` | KL(q ‖ p): closed form where there is one, else the mean over the draws | (B,) |
    | `weighted_kl` | the same with the weight of each group, for the loss | (B,) |
    | `monte_carlo_kl` | the mean over the draws in any case | (B,) |
    | `weighted_ratio` | log p(z) − log q(z given x) with the weight of each group | (S, B) |
    | `example_weights` | weights of the examples, 1 where none were given | (B,) |
    | `present` | x, with 1 in place of all values of an example of weight 0 | (B, ...) |
    | `groups` | the groups by name, each with its own terms | |
    | `likelihood`, `step` | p(x given z), training step | |
    | `noted` | what the objective notes for the logs, by name | (B,) each |

    Of a model with one group of latent variables there are also `z` of shape (S, B, ...),
    `posterior`, `prior`, and `kl_per_dimension` of shape (B, ...).

    Args:
        x: data, of shape (B, ...).
        groups: a `keras_vae.latents.Group` for each name.
        likelihood: p(x given z), of batch shape (S, B); None decodes z when it is needed.
        decode: from z of shape (S, B, ...) to p(x given z).
        step: training step.
        observed: booleans of the shape of x, True where a value was seen; `log_likelihood` is that
            of these. None is all.
        noise: seed for objectives that draw from the prior.
        sample_weight: weights of the examples, of shape (B,); None is 1 for each.
        support: values that the likelihood describes; None asks the likelihood. An example with
            others has a `log_likelihood` of NaN, unless its weight is 0.
        training: whether networks of the objective behave as in training.
    """

    def __init__(
        self,
        x: Tensor,
        groups: dict[str, Group],
        likelihood: Distribution | None = None,
        decode: Callable[[Tensor], Distribution] | None = None,
        step: Tensor = 0,
        observed: Tensor | None = None,
        noise: Seed = None,
        sample_weight: Tensor | None = None,
        support: Support | None = None,
        training: bool = False,
    ) -> None:
        self.x, self.groups, self.decode, self.step = x, groups, decode, step
        self.observed, self.noise, self.sample_weight = observed, noise, sample_weight
        self.support, self.training = support, training
        self.noted: dict[str, Tensor] = {}
        if likelihood is not None:
            self.likelihood = likelihood

    @cached_property
    def likelihood(self) -> Distribution:
        if self.decode is None:
            raise ValueError("These terms cannot decode other draws; give Terms(..., decode=…).")
        return self.decode(self.z)

    @cached_property
    def only(self) -> Group:
        """The one group of latent variables that there is.

        Raises:
            NotImplementedError: if there are several.
        """
        if len(self.groups) > 1:
            raise NotImplementedError(
                "This needs one group of latent variables, and the model has "
                f"{len(self.groups)}: {', '.join(self.groups)}. Objectives for any number of "
                "groups are ELBO, FreeBits, Capacity, IWAE, CIWAE, MIWAE, Renyi and "
                "StickingTheLanding."
            )
        (group,) = self.groups.values()
        return group

    @property
    def z(self) -> Tensor:
        """Draws of the one group."""
        return self.only.z

    @property
    def posterior(self) -> Distribution:
        """q(z|x) of the one group."""
        return self.only.posterior

    @property
    def prior(self) -> Distribution:
        """p(z) of the one group."""
        return self.only.prior

    @property
    def kl_per_dimension(self) -> Tensor:
        """KL of each latent dimension of the one group."""
        return self.only.kl_per_dimension

    def at(self, z: Tensor) -> "Terms":
        """The terms of the same batch at other draws of the one group, of shape (S, B, ...)."""
        (name,) = self.groups
        group = Group(self.posterior, self.prior, z, beta=self.only.beta)
        settings = ("step", "observed", "noise", "sample_weight", "support", "training")
        given = {setting: getattr(self, setting) for setting in settings}
        return Terms(self.x, {name: group}, decode=self.decode, **given)

    def batch_mean(self, values: Tensor) -> Tensor:
        """Mean over the examples on the first axis, weighted like the loss."""
        if self.sample_weight is None:
            return ops.mean(values, axis=0)
        weighted = ops.tensordot(self.sample_weight, values, 1)
        return ops.divide_no_nan(weighted, ops.sum(self.sample_weight))

    @cached_property
    def example_weights(self) -> Tensor:
        given = self.sample_weight
        return ops.ones_like(self.log_posterior[0]) if given is None else given

    @cached_property
    def present(self) -> Tensor:
        if self.sample_weight is None:
            return self.x
        axes = (-1, *[1] * (len(self.x.shape) - 1))
        return ops.where(ops.reshape(self.absent, axes), 1.0, self.x)  # NaN · 0 is NaN

    @cached_property
    def log_likelihood(self) -> Tensor:
        x = self.present
        described = (self.support or self.likelihood.support).describes(x, self.observed)
        if self.sample_weight is not None:
            described = ops.logical_or(described, self.absent)
        if self.observed is None:  # a likelihood of one's own need not know of masks
            nats = self.likelihood.log_prob(x)
        else:
            x = ops.where(self.observed, x, 1.0)  # which need not do it
            nats = self.likelihood.log_prob(x, self.observed)
        return ops.where(described, nats, math.nan)

    @cached_property
    def absent(self) -> Tensor:
        """Which examples have a weight of 0."""
        return ops.equal(self.example_weights, 0.0)

    @cached_property
    def reconstruction_loss(self) -> Tensor:
        return -ops.mean(self.log_likelihood, axis=0)

    @cached_property
    def log_prior(self) -> Tensor:
        return sum(group.log_prior for group in self.groups.values())

    @cached_property
    def log_posterior(self) -> Tensor:
        return sum(group.log_posterior for group in self.groups.values())

    @cached_property
    def log_weights(self) -> Tensor:
        return self.log_likelihood + self.log_prior - self.log_posterior

    @cached_property
    def kl(self) -> Tensor:
        return sum(group.kl for group in self.groups.values())

    @cached_property
    def weighted_kl(self) -> Tensor:
        return sum(group.beta * group.kl for group in self.groups.values())

    @cached_property
    def monte_carlo_kl(self) -> Tensor:
        return sum(group.monte_carlo_kl for group in self.groups.values())

    @cached_property
    def weighted_ratio(self) -> Tensor:
        if any(isinstance(group.posterior, Point) for group in self.groups.values()):
            raise NotImplementedError(
                "The posterior is a point, and draws from a point cannot be weighed. Use the ELBO "
                "with its exact KL: objectives.ELBO()."
            )
        ratios = (g.beta * (g.log_prior - g.log_posterior) for g in self.groups.values())
        return sum(ratios)
