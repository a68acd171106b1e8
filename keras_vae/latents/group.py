"""One group of latent variables: what was drawn, and what the draws cost."""

from typing import Any

from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.divergences import closed_form, kl_divergence
from keras_vae.tensors import Tensor, cached_property


class Group:
    r"""One group of the latent variables of a batch: two distributions, and draws of the first.

    Each cost is computed when it is first asked for. With S draws and B examples:

    | attribute | meaning | shape |
    |---|---|---|
    | `log_posterior` | $\log q(z\mid x)$ | (S, B) |
    | `log_prior` | $\log p(z)$ | (S, B) |
    | `kl` | KL(q ‖ p): one of the next two, the first where it exists | (B,) |
    | `closed_form_kl` | the formula of the pair | (B,) |
    | `monte_carlo_kl` | mean over the draws of log q − log p | (B,) |
    | `kl_per_dimension` | the same of each latent dimension | (B, ...) |

    Where a group depends on draws of the group above it, its two distributions have the batch shape
    (S, B), and the KL is a mean over the draws of closed forms.

    Args:
        posterior: q(z given x), of batch shape (B,) or (S, B).
        prior: p(z), of any batch shape that broadcasts against it; None where `log_prior` says all.
        z: draws from the posterior, of shape (S, B, ...).
        log_posterior: log q of the draws, where it came with the drawing.
        log_prior: log p of the draws, where a network gave it; there is no closed form then.
        beta: weight of this group, which multiplies the β of the model.
        prior_sees_draw: whether p hangs, by way of other groups, on the very draws z. The formula
            of the pair is then not the cost, since it would draw z anew; the draws estimate it.
    """

    def __init__(
        self,
        posterior: Distribution,
        prior: Any,
        z: Tensor,
        log_posterior: Tensor | None = None,
        log_prior: Tensor | None = None,
        beta: float = 1.0,
        prior_sees_draw: bool = False,
    ) -> None:
        self.posterior, self.prior, self.z, self.beta = posterior, prior, z, beta
        self._log_posterior, self._log_prior = log_posterior, log_prior
        self._prior_sees_draw = prior_sees_draw

    @cached_property
    def log_posterior(self) -> Tensor:
        given = self._log_posterior
        return self.posterior.log_prob(self.z) if given is None else given

    @cached_property
    def log_prior(self) -> Tensor:
        return self.prior.log_prob(self.z) if self._log_prior is None else self._log_prior

    @cached_property
    def has_closed_form(self) -> bool:
        """Whether the KL divergence of this group is known without draws."""
        drawn = self._prior_sees_draw or self._log_prior is not None
        return not drawn and closed_form(self.posterior, self.prior) is not None

    @cached_property
    def kl(self) -> Tensor:
        return self.closed_form_kl if self.has_closed_form else self.monte_carlo_kl

    @cached_property
    def closed_form_kl(self) -> Tensor:
        return over_draws(kl_divergence(self.posterior, self.prior), 1)

    @cached_property
    def monte_carlo_kl(self) -> Tensor:
        return ops.mean(self.log_posterior - self.log_prior, axis=0)

    @cached_property
    def kl_per_dimension(self) -> Tensor:
        if self._log_prior is not None:
            raise NotImplementedError(
                "The prior of this group is given by the log-density of the draws alone, which "
                "does not say what each latent dimension costs. `kl` is what the group costs."
            )
        q, p = self.posterior.factors(), self.prior.factors()
        if self._prior_sees_draw:
            return ops.mean(q.log_prob(self.z) - p.log_prob(self.z), axis=0)
        nats = kl_divergence(q, p)
        return over_draws(nats, 1 + self.posterior.event_ndim)


def over_draws(values: Tensor, ndim: int) -> Tensor:
    """Mean over the draws, where values with `ndim` axes have one of draws in front."""
    return ops.mean(values, axis=0) if len(values.shape) > ndim else values
