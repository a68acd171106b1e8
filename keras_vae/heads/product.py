"""One head for columns of several kinds."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_vae.arguments import Shape, positive_integers
from keras_vae.distributions import Distribution, Product, Support
from keras_vae.distributions.product import Columns, split
from keras_vae.heads.head import Head, Parameters
from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor


@register
class ProductHead(Head):
    r"""A head for each kind of column of a table: numbers, bits, classes, counts.

    $$\log p(x\mid z) = \sum_j \log p_j(x_{c_j}\mid z) \text{ nats}$$

    The columns of one head stand next to each other, in the order of the heads; a class with C
    values takes C columns, one-hot. Give real columns a common scale, such as mean 0 and variance
    1: each counts in the sum by its unit.

    Args:
        heads: a head for each group of columns.
        sizes: number of columns of each.
        event_shape: shape of one event, which is the sum of the sizes; set by the owner.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        TypeError: where a part is no head.
        ValueError: where there are not as many sizes as heads, or an event has another length.

    Examples:
        >>> from keras import ops
        >>> from keras_vae.heads import BernoulliHead, CategoricalHead, NormalHead, PoissonHead
        >>> heads = [NormalHead(), BernoulliHead(), CategoricalHead(), PoissonHead()]
        >>> head = ProductHead(heads, (2, 1, 3, 1)).for_event((7,))
        >>> head.distribution(head(ops.ones((5, 4))))
        Product(batch_shape=(5,), event_shape=(7,))
    """

    family = Product

    def __init__(
        self,
        heads: Sequence[Head],
        sizes: Shape,
        event_shape: tuple[int, ...] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        for head in heads:
            if not isinstance(head, Head):
                raise TypeError(
                    "The parts of a ProductHead are heads such as keras_vae.layers.NormalHead(); "
                    f"received {head!r}."
                )
        self.sizes = positive_integers("sizes", sizes)
        if len(self.sizes) != len(heads):
            raise ValueError(
                "A ProductHead needs the number of columns of each head; received "
                f"{len(heads)} heads and sizes={self.sizes}."
            )
        self.heads = [head.for_event((size,)) for head, size in zip(heads, self.sizes, strict=True)]

    @property
    def support(self) -> Support:
        """The support of each column."""
        parts = zip(self.heads, self.sizes, strict=True)
        return Columns(
            "values of the kind of their column",
            parts=tuple((head.family.__name__, head.support, size) for head, size in parts),
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if self.event_shape != (sum(self.sizes),):
            raise ValueError(
                f"The heads of this ProductHead describe {sum(self.sizes)} columns, sizes="
                f"{self.sizes}, and an event has the shape {self.event_shape}; expected "
                f"({sum(self.sizes)},)."
            )
        for head in self.heads:
            if not head.built:
                head.build(input_shape)

    def call(self, features: Tensor, training: bool = False) -> Parameters:
        return {
            f"{number}_{name}": value
            for number, head in enumerate(self.heads)
            for name, value in head(features, training=training).items()
        }

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Product:
        columns = [None] * len(self.heads) if target is None else split(target, self.sizes)
        named = [tuple(name.split("_", 1)) for name in parameters]
        return Product(
            [
                head.distribution(
                    {n: parameters[f"{i}_{n}"] for i, n in named if i == str(number)}, column
                )
                for number, (head, column) in enumerate(zip(self.heads, columns, strict=True))
            ]
        )

    def update(self, likelihood: Distribution, finite: Tensor) -> None:
        if isinstance(likelihood, Product):
            for head, part in zip(self.heads, likelihood.parts, strict=True):
                head.update(part, finite)

    def get_config(self) -> dict[str, Any]:
        heads = [keras.saving.serialize_keras_object(head) for head in self.heads]
        return {**super().get_config(), "heads": heads, "sizes": self.sizes}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ProductHead":
        heads = [keras.saving.deserialize_keras_object(head) for head in config["heads"]]
        return cls(**{**config, "heads": heads})
