"""The maximum mean discrepancy: a divergence of two samples."""

from keras import ops

from keras_vae.tensors import Tensor


def mmd(z: Tensor, reference: Tensor, weights: Tensor | None = None) -> Tensor:
    r"""Squared maximum mean discrepancy of two samples, unbiased, with inverse multiquadrics.

    $$\widehat{\mathrm{MMD}}^2 = \frac1{B(B-1)}\sum_{i\ne j}k(z_i, z_j)
    + \frac1{R(R-1)}\sum_{i\ne j}k(r_i, r_j) - \frac2{BR}\sum_{i,j}k(z_i, r_j),\qquad
    k(a, b) = \sum_{s}\frac{2sK}{2sK + \lVert a - b\rVert^2}$$

    over the scales s of 0.1, 0.2, 0.5, 1, 2, 5 and 10, K being the latent dimension: 2K is the mean
    squared distance of two draws of N(0, I). It is 0 on average where both samples are of one
    distribution, and single values may then be negative.

    Args:
        z: one sample, of shape (B, latent_dim).
        reference: the other one, of shape (R, latent_dim).
        weights: weights of z, of shape (B,): 0 is absent, 2 is there twice; None is 1 for each.

    Returns:
        A scalar without unit, at most 14: twice the number of scales.

    References:
        Gretton et al. 2012, A Kernel Two-Sample Test, equation 3. Tolstikhin et al. 2018,
        Wasserstein Auto-Encoders, section 4 (the kernel).

    Examples:
        Two points at 0 and two at 1: within a sample each term of k is 1, across 2s/(2s + 1).

        >>> from keras import ops
        >>> z, reference = ops.zeros((2, 1)), ops.ones((2, 1))
        >>> scales = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
        >>> print(f"{float(mmd(z, reference)):.3f}")
        5.439
        >>> print(f"{sum(2.0 / (2.0 * s + 1.0) for s in scales):.3f}")  # 2 (1 - 2s/(2s + 1))
        5.439
        >>> print(f"{float(mmd(reference, reference)):.1f}")
        0.0
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
