"""The maximum mean discrepancy: a divergence of two samples."""

from keras import ops

from keras_vae.tensors import Tensor, as_float


def mmd(z: Tensor, reference: Tensor) -> Tensor:
    r"""Squared maximum mean discrepancy of two samples, unbiased, with an inverse multiquadric.

    $$k(a, b) = \sum_{s}\frac{2sK}{2sK + \lVert a - b\rVert^2}$$

    over scales s from 0.1 to 10 (Tolstikhin et al. 2018, section 4).
    """

    def one_minus_kernel(a: Tensor, b: Tensor) -> Tensor:
        distance = ops.sum(ops.square(a[:, None, :] - b[None, :, :]), axis=-1)
        base = 2.0 * a.shape[-1]
        return sum(distance / (s * base + distance) for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0))

    # The ones of the kernels cancel; left out, they cost no digits, and neither does i = j.
    size = as_float(ops.shape(z)[0])
    within = one_minus_kernel(z, z) + one_minus_kernel(reference, reference)
    across = 2.0 * ops.mean(one_minus_kernel(z, reference))
    return across - ops.sum(within) / (size * (size - 1.0))
