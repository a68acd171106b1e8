"""The numbers of a report, and what follows from them without a word."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keras_vae.evaluation.bounds import UNKNOWN, KLBounds
from keras_vae.evaluation.moments import CodeMoments

HOLES = 1.0
"""Nats of KL(q(z) ‖ p(z)) from which on the codes are said to leave part of the prior empty."""


@dataclass(frozen=True, eq=False)
class Costs:
    r"""What a model costs, whatever the structure of its latent variables; nats per example.

    Attributes:
        examples: number of examples n.
        beta: β at the present training step.
        elbo: mean ELBO, at β = 1: −(rate + distortion).
        rate: mean KL(q(z|x) ‖ p(z)).
        distortion: mean −log p(x|z).
    """

    examples: int
    beta: float
    elbo: float
    rate: float
    distortion: float

    def costs(self, code: str) -> list[str]:
        """The first lines of the table; `code` says what the latent variables are."""
        costs = {"ELBO": self.elbo, "  distortion": self.distortion, "  rate": self.rate}
        return [
            f"{self.examples} examples, {code}, β = {self.beta:.4g}; nats per example",
            *(f"{name:<19}{nats:12.3f}".replace("-", "−") for name, nats in costs.items()),
        ]

    @property
    def holes(self) -> bool | None:
        """Whether the codes leave holes in the prior: None, not known but of one group."""
        return None


@dataclass(frozen=True, eq=False)
class Findings(Costs):
    r"""The numbers of a report on one group of latent variables, in nats per example.

    Attributes:
        mutual_information: I(x; z), at most log n.
        active: which latent dimensions depend on the data, of shape (latent_dim,).
        kl_per_dimension: mean KL of each, of shape (latent_dim,); None where posterior or prior
            does not factorize.
        codes: means and variances of q(z); None where the posterior's variance has no formula.
        standard_prior: whether p(z) is the standard normal.
        decoder_variance: σ² of a normal decoder with one σ; None for any other.
        data_variances: largest variances of the data along their principal directions, at most
            latent_dim of them; None where `decoder_variance` is, or values are missing.
        aggregate_kl_bounds: KL(q(z) ‖ p(z)) of all data from below and from above (see
            `evaluation.aggregate_kl_bounds`).
    """

    mutual_information: float
    active: np.ndarray
    kl_per_dimension: np.ndarray | None
    codes: CodeMoments | None
    standard_prior: bool = True
    decoder_variance: float | None = None
    data_variances: np.ndarray | None = None
    aggregate_kl_bounds: KLBounds = UNKNOWN

    @property
    def aggregate_kl(self) -> float:
        """KL(q(z) ‖ p(z)) of these examples: the rate less I(x; z); of all data it is less."""
        return max(0.0, self.rate - self.mutual_information)

    @property
    def holes(self) -> bool | None:
        r"""Whether the codes of all data leave holes in the prior.

        True where KL(q(z) ‖ p(z)) is certainly above 1 nat, as if the codes kept to $e^{-1}$ = 37 %
        of the prior's mass, or to less; False where it is certainly below; None where so few
        examples cannot tell. Certain is what `aggregate_kl_bounds` says.
        """
        if self.aggregate_kl_bounds.lower > HOLES:
            return True
        return False if self.aggregate_kl_bounds.upper < HOLES else None

    @cached_property
    def misfit_per_dimension(self) -> np.ndarray | None:
        r"""KL of the normal with the mean and variance of q(z_j) to the standard normal prior.

        Its sum is a lower bound of KL(q(z) ‖ p(z)), whatever the shape of q(z): the normal of the
        same moments is the closest of its family. Of shape (latent_dim,); None under any other
        prior.
        """
        if not self.standard_prior or self.codes is None:
            return None
        mean, variance, _ = self.codes
        return 0.5 * (variance + mean**2 - 1.0 - np.log(variance))

    @cached_property
    def linear_active_units(self) -> int | None:
        r"""How many dimensions a linear VAE would use: $\#\{i\le K: \lambda_i > \beta\sigma^2\}$.

        The number at the optimum of the ELBO with this β, σ² and latent_dim, on these data
        (Lucas et al. 2019); None where the decoder has no single σ.
        """
        if self.decoder_variance is None or self.data_variances is None:
            return None
        return int(np.sum(self.data_variances > self.beta * self.decoder_variance))
