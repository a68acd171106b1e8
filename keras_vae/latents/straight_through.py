"""How a gradient passes a step that has none: from the code to the feature it was chosen for."""

from collections.abc import Callable

from keras import ops

from keras_vae.tensors import Tensor


def straight_through(features: Tensor, vectors: Tensor) -> Tensor:
    r"""The vectors, bit by bit; their gradient goes to the features as it is.

    $$q + (h - \mathrm{sg}(h))$$

    Written as $h + \mathrm{sg}(q - h)$, rounding would change a third of the numbers.

    References:
        Bengio, Léonard & Courville 2013; van den Oord et al. 2017, section 3.2.
    """
    return ops.stop_gradient(vectors) + (features - ops.stop_gradient(features))


def rotation(features: Tensor, vectors: Tensor) -> Tensor:
    r"""The vectors, bit by bit; their gradient is turned and scaled as the feature was.

    $$\tilde q = \mathrm{sg}\Big(\frac{\lVert q\rVert}{\lVert h\rVert} R\Big) h,\qquad
    R = I - 2rr^\top + 2\hat q\hat h^\top,\quad
    \hat h = \frac h{\lVert h\rVert},\ \hat q = \frac q{\lVert q\rVert},\
    r = \frac{\hat h + \hat q}{\lVert\hat h + \hat q\rVert}$$

    R is the rotation in the plane of h and q that takes the one direction to the other, so that
    $\tilde q = q$. The gradient goes straight through where there is no such plane (one dimension,
    opposite vectors, a q of length 0), and where h is shorter than a hundredth of q, which would
    multiply it by more than a hundred.

    References:
        Fifty et al. 2024, Restructuring Vector Quantization with the Rotation Trick, section 4.
    """
    if features.shape[-1] == 1:
        return straight_through(features, vectors)
    h, q = ops.stop_gradient(features), ops.stop_gradient(vectors)
    (length, unit), (wanted, towards) = direction(h), direction(q)
    norm, between = direction(unit + towards)
    turned = features - 2.0 * between * dot(between, features) + 2.0 * towards * dot(unit, features)
    plane = ops.logical_and(norm > 1e-3, ops.logical_and(wanted > LEAST, length > 0.01 * wanted))
    return straight_through(ops.where(plane, wanted / length * turned, features), vectors)


LEAST = 1e-8
"""Length below which a vector has no direction."""

GRADIENTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "straight_through": straight_through,
    "rotation": rotation,
}


def dot(one: Tensor, other: Tensor) -> Tensor:
    """Inner products along the last axis, which stays."""
    return ops.sum(one * other, axis=-1, keepdims=True)


def direction(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Lengths of vectors, and vectors of length 1 (of those near 0: shorter ones).

    The gradient at 0 is finite.
    """
    length = ops.sqrt(ops.maximum(dot(vectors, vectors), LEAST**2))
    return length, vectors / length
