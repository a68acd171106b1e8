"""The maximum mean discrepancy: a divergence of two samples."""

from keras import ops

from keras_vae.tensors import Tensor


def mmd(z: Tensor, reference: Tensor, weights: Tensor | None = None) -> Tensor:
    r"""Squared maximum mean discrepancy of two samples, unbiased, with an inverse multiquadric.

    $$k(a, b) = \sum_{s}\frac{2sK}{2sK + \lVert a - b\rVert^2}$$

    over scales s from 0.1 to 10 (Tolstikhin et al. 2018, section 4).

    Args:
        z: one sample, of shape (B, latent_dim).
        reference: the other one, of shape (R, latent_dim).
        weights: weights of z, of shape (B,): 0 is absent, 2 is there twice; None is 1 for each.
    """

    def one_minus_kernel(a: Tensor, b: Tensor) -> Tensor:
        distance = ops.sum(ops.square(a[:, None, :] - b[None, :, :]), axis=-1)
        base = 2.0 * a.shape[-1]
        return sum(distance / (s * base + distance) for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0))

    def mean_of_pairs(a: Tensor, weights: Tensor) -> Tensor:
        # Pairs of copies count, those of an example with itself do not.
        alone = ops.sum(ops.minimum(weights, ops.square(weights)))
        total = ops.sum(weights[:, None] * one_minus_kernel(a, a) * weights[None, :])
        return ops.divide_no_nan(total, ops.square(ops.sum(weights)) - alone)

    if weights is None:
        weights = ops.ones_like(z[:, 0])
    # The ones of the kernels cancel; left out, they cost no digits, and neither does i = j.
    within = mean_of_pairs(z, weights) + mean_of_pairs(reference, ops.ones_like(reference[:, 0]))
    across = ops.sum(weights * ops.mean(one_minus_kernel(z, reference), axis=1))
    return 2.0 * ops.divide_no_nan(across, ops.sum(weights)) - within
