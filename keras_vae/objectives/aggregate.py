"""Objectives that look at the aggregate posterior, q(z) = mean of q(z|x) over the data."""

from typing import Any, Literal

from keras import ops

from keras_vae.divergences import mmd
from keras_vae.keras_compat import register
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Tensor, as_float


def stratified_log_weights(weights: Tensor, dataset_size: int) -> Tensor:
    r"""Log-weights with which a batch stands for the data set, of shape (B, B); rows sum to 1.

    Row i weighs the posteriors of the batch in the estimate of q(z_i): the example itself stands
    for one of n, the others share the rest,

    $$q(z_i)\approx\frac1n\,q(z_i\mid x_i) + \frac{n-1}n\,\frac1{B-1}\sum_{j\ne i}q(z_i\mid x_j)$$

    These are the stratified weights of Chen et al. 2018, appendix C.2, averaged over the choice of
    the example that is to stand for what the batch lacks; they do not depend on the order.

    Args:
        weights: weights of the examples, of shape (B,): 0 is absent, 2 is there twice.
        dataset_size: number of training examples n.
    """
    positions = ops.cumsum(ops.ones_like(weights))
    itself = as_float(ops.equal(positions[:, None], positions[None, :]))
    # An example that is there twice has a copy among the others.
    others = weights[None, :] * (1.0 - itself) + ops.relu(weights - 1.0)[None, :] * itself
    share = ops.divide_no_nan(others, ops.sum(others, axis=1, keepdims=True))
    mixed = itself / dataset_size + (1.0 - 1.0 / dataset_size) * share
    # Where there are no others, the example is all there is.
    return ops.log(mixed) - ops.log(ops.sum(mixed, axis=1, keepdims=True))


@register
class BetaTC(Objective):
    r"""ELBO with β on the total correlation of the aggregate posterior alone.

    $$J = -\log p(x\mid z) + I_q(x; z) + \beta\,\mathrm{KL}\Big(q(z)\,\Big\Vert
    \prod_j q(z_j)\Big) + \sum_j\mathrm{KL}(q(z_j)\,\Vert\,p(z_j))$$

    Chen et al. 2018, equation 2, with $\log q(z)$ and $\log q(z_j)$ estimated from the batch by
    `stratified_log_weights`. At β = 1 the three terms are the Monte Carlo KL. One draw per example.

    The terms are biased where a batch is too small to hold the neighbours of its codes. Measured
    with n = 60,000 and ten independent latent variables, whose total correlation is exactly 0: at
    posterior scales of 0.5 (6.9 nats of information) it is estimated as −1.6, −0.9 and −0.4 nats
    in batches of 64, 256 and 1024; at 0.3 (12.0 nats) as 1.6, 1.3 and 1.4. No batch of these sizes
    measures it: compare runs of one batch size.

    Args:
        dataset_size: number of training examples n.

    Raises:
        ValueError: where a batch holds more examples than the data set.
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
        z, size = terms.z[0], terms.z.shape[1]
        if terms.sample_weight is None and size is not None and size > self.dataset_size:
            raise ValueError(
                f"BetaTC(dataset_size={self.dataset_size}) received a batch of {size} examples. "
                "`dataset_size` is the number of training examples, such as len(x_train), and no "
                "batch can hold more of them: correct it, or choose a smaller batch_size."
            )
        log_weights = stratified_log_weights(terms.example_weights, self.dataset_size)
        at = z[:, None, :]  # (z_i, q_j, dimension)
        joint = ops.logsumexp(log_weights + terms.posterior.log_prob(at), axis=1)
        marginal = terms.posterior.marginals().log_prob(at)
        product = ops.sum(ops.logsumexp(log_weights[..., None] + marginal, axis=1), axis=-1)
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
    mean covariance of the posteriors (kind II): $\mathrm{Cov}[z] = \mathrm{Cov}[\mu(x)]
    + \mathbb E[\mathrm{Cov}[z\mid x]]$. Both are weighted like the loss. Kumar et al. 2018,
    equations 6 and 7.

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
        centred = mean - terms.batch_mean(mean)
        covariance = terms.batch_mean(centred[:, :, None] * centred[:, None, :])
        identity = ops.eye(mean.shape[-1])
        if self.kind == "II":
            covariance = covariance + terms.batch_mean(terms.posterior.covariance())
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
        discrepancy = mmd(
            terms.z[0], terms.prior.sample(shape, seed=terms.noise), terms.sample_weight
        )
        kl = (1.0 - self.alpha) * beta * terms.kl
        pull = (self.alpha + self.weight - 1.0) * discrepancy
        return terms.reconstruction_loss + kl + pull

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha, "weight": self.weight}
