"""Objectives that look at the aggregate posterior, q(z) = mean of q(z|x) over the data."""

from typing import Any, Literal

from keras import ops

from keras_vae.divergences import mmd
from keras_vae.keras_compat import register
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Tensor


def stratified_log_weights(positions: Tensor, dataset_size: int) -> Tensor:
    """Log-weights with which a batch stands for the data set, of shape (B, B); rows sum to 1.

    Row i weighs the posteriors of the batch in the estimate of q(z_i): the example itself stands
    for one of n, one other for all that the batch lacks, the rest for one of B − 1 each (Chen et
    al. 2018, appendix C.2, where the batch has M + 1 examples).

    Args:
        positions: 0, 1, …, B − 1 as floats.
        dataset_size: number of training examples n.
    """
    size = ops.max(positions) + 1.0
    others = size - 1.0
    row, column = positions[:, None], positions[None, :]
    following = ops.equal(column, ops.mod(row + 1.0, size))
    rest = ops.where(following, (dataset_size - others) / (dataset_size * others), 1.0 / others)
    return ops.log(ops.where(ops.equal(row, column), 1.0 / dataset_size, rest))


@register
class BetaTC(Objective):
    r"""ELBO with β on the total correlation of the aggregate posterior alone.

    $$J = -\log p(x\mid z) + I_q(x; z) + \beta\,\mathrm{KL}\Big(q(z)\,\Big\Vert
    \prod_j q(z_j)\Big) + \sum_j\mathrm{KL}(q(z_j)\,\Vert\,p(z_j))$$

    Chen et al. 2018, equation 2, with $\log q(z)$ and $\log q(z_j)$ by minibatch stratified
    sampling. At β = 1 the three terms are the Monte Carlo KL. One draw per example; batches have
    at least three examples.

    Args:
        dataset_size: number of training examples n.
    """

    def __init__(self, dataset_size: int) -> None:
        super().__init__()
        if dataset_size < 3:
            raise ValueError(
                "`dataset_size` is the number of training examples, at least 3; received "
                f"dataset_size={dataset_size}."
            )
        self.dataset_size = dataset_size

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        z = terms.z[0]
        positions = ops.cumsum(ops.ones_like(z[:, 0])) - 1.0
        log_weights = stratified_log_weights(positions, self.dataset_size)
        log_density = terms.posterior.factors().log_prob(z[:, None, :])  # (z_i, q_j, dimension)
        joint = ops.logsumexp(log_weights + ops.sum(log_density, axis=-1), axis=1)
        product = ops.sum(ops.logsumexp(log_weights[..., None] + log_density, axis=1), axis=-1)
        mutual_information = terms.log_posterior[0] - joint
        rest = mutual_information + beta * (joint - product) + product - terms.log_prior[0]
        return rest - terms.log_likelihood[0]

    def get_config(self) -> dict[str, Any]:
        return {"dataset_size": self.dataset_size}


@register
class DIPVAE(Objective):
    r"""ELBO and a penalty on the covariance of the aggregate posterior.

    $$J = \mathrm{ELBO\ loss} + \gamma_{od}\sum_{i\ne j}\Sigma_{ij}^2
    + \gamma_d\sum_i (\Sigma_{ii}-1)^2$$

    Σ is the covariance over the batch of the posterior means (kind I), or of z, which adds the
    mean posterior variance to its diagonal (kind II). Kumar et al. 2018, equations 6 and 7.

    Args:
        off_diagonal: weight $\gamma_{od}$.
        diagonal: weight $\gamma_d$.
        kind: `"I"` or `"II"`.
        num_samples: number of draws per example.
    """

    def __init__(
        self,
        off_diagonal: float = 10.0,
        diagonal: float = 100.0,
        kind: Literal["I", "II"] = "I",
        num_samples: int = 1,
    ) -> None:
        super().__init__(num_samples)
        if kind not in ("I", "II"):
            raise ValueError(f"`kind` must be 'I' or 'II'; received kind={kind!r}.")
        self.off_diagonal, self.diagonal, self.kind = off_diagonal, diagonal, kind

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        mean = terms.posterior.mean()
        centred = mean - ops.mean(mean, axis=0)
        covariance = ops.mean(centred[:, :, None] * centred[:, None, :], axis=0)
        identity = ops.eye(mean.shape[-1])
        if self.kind == "II":
            covariance = covariance + identity * ops.mean(terms.posterior.variance(), axis=0)
        off, on = covariance * (1.0 - identity), (covariance - 1.0) * identity
        penalty = self.off_diagonal * ops.sum(off**2) + self.diagonal * ops.sum(on**2)
        return terms.reconstruction_loss + beta * terms.kl + penalty

    def get_config(self) -> dict[str, Any]:
        own = {"off_diagonal": self.off_diagonal, "diagonal": self.diagonal, "kind": self.kind}
        return {**super().get_config(), **own}


@register
class InfoVAE(Objective):
    r"""ELBO with less KL and a maximum mean discrepancy between q(z) and the prior.

    $$J = -\log p(x\mid z) + (1-\alpha)\beta\,\mathrm{KL}(q(z\mid x)\,\Vert\,p(z))
    + (\alpha+\gamma-1)\,\mathrm{MMD}(q(z), p(z))$$

    Zhao et al. 2019, equation 6. With α = 1 only the aggregate posterior is pulled to the prior:
    the Wasserstein autoencoder of Tolstikhin et al. 2018.

    Args:
        alpha: α; 1 for a Wasserstein autoencoder.
        weight: γ.
        num_samples: number of draws per example; the discrepancy uses the first.
    """

    def __init__(self, alpha: float = 1.0, weight: float = 100.0, num_samples: int = 1) -> None:
        super().__init__(num_samples)
        self.alpha, self.weight = float(alpha), float(weight)

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        shape = tuple(ops.shape(terms.z)[1:2])
        discrepancy = mmd(terms.z[0], terms.prior.sample(shape, seed=terms.noise))
        kl = (1.0 - self.alpha) * beta * terms.kl
        pull = (self.alpha + self.weight - 1.0) * discrepancy
        return terms.reconstruction_loss + kl + pull

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha, "weight": self.weight}
