"""An optimizer for each part of a model."""

import weakref
from typing import Any, Self

import keras

from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor


@register
class PerPart(keras.optimizers.Optimizer):
    """Optimizers for parts of a model, and one for all the rest.

    A critic, for example, is best trained at its own rate. A model is told its optimizer by
    `compile`; parts are attributes of the model, such as `"objective"`, `"encoder"`, `"prior"`.

    Args:
        parts: for each name of an attribute of the model the optimizer of its variables.
        rest: the optimizer of all other variables.
        **kwargs: passed to `keras.optimizers.Optimizer`.

    Raises:
        ValueError: where a name is no part of the model with trainable variables, when the
            optimizer is built.

    Examples:
        >>> from keras.optimizers import Adam
        >>> optimizer = PerPart({"objective": Adam(1e-4)}, rest=Adam(1e-3))
        >>> sorted(optimizer.parts)
        ['objective']
    """

    def __init__(
        self,
        parts: dict[str, keras.optimizers.Optimizer],
        rest: keras.optimizers.Optimizer,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"learning_rate": 0.0, **kwargs})
        self.parts = {name: keras.optimizers.get(one) for name, one in parts.items()}
        self.rest = keras.optimizers.get(rest)
        self.owner: Any = lambda: None

    def for_model(self, model: keras.Model) -> None:
        """Tell the optimizer whose parts it trains."""
        self.owner = weakref.ref(model)

    def build(self, variables: list[Any]) -> None:
        """Share the variables out among the optimizers."""
        if self.built:
            return
        model = self.owner()
        if model is None:
            raise ValueError(
                "PerPart belongs to a model of this package, which tells it whose parts it "
                "trains: write vae.compile(PerPart(…)) before anything is trained."
            )
        super().build(variables)
        place = {id(variable): number for number, variable in enumerate(variables)}
        self.shares: list[tuple[Any, list[int]]] = []
        for name, optimizer in self.parts.items():
            part = getattr(model, name, None)
            own = [place.pop(id(v)) for v in getattr(part, "trainable_variables", ())]
            if not own:
                raise ValueError(
                    f"PerPart has an optimizer for {name!r}, but {name!r} is no part of the "
                    f"{type(model).__name__} with trainable variables. Parts are attributes of the "
                    "model, such as 'encoder', 'decoder', 'objective'."
                )
            self.shares.append((optimizer, own))
        self.shares.append((self.rest, list(place.values())))
        for optimizer, own in self.shares:
            optimizer.build([variables[number] for number in own])

    @property
    def variables(self) -> list[Any]:
        """Variables of all the optimizers."""
        own = [*self.parts.values(), self.rest]
        return [*super().variables, *(v for optimizer in own for v in optimizer.variables)]

    def apply(self, grads: list[Tensor], trainable_variables: Any = None) -> None:
        """Hand each optimizer its gradients."""
        if not self.built:
            self.build(list(trainable_variables))
        self.iterations.assign_add(1)
        for optimizer, own in self.shares:
            variables = [self._trainable_variables[number] for number in own]
            optimizer.apply([grads[number] for number in own], variables)

    def get_config(self) -> dict[str, Any]:
        save = keras.saving.serialize_keras_object
        parts = {name: save(optimizer) for name, optimizer in self.parts.items()}
        return {"name": self.name, "parts": parts, "rest": save(self.rest)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """The optimizer with these optimizers for parts."""
        load = keras.saving.deserialize_keras_object
        parts = {name: load(one, custom_objects) for name, one in config["parts"].items()}
        return cls(**{**config, "parts": parts, "rest": load(config["rest"], custom_objects)})


def tell(optimizer: Any, model: keras.Model) -> None:
    """Tell a `PerPart` whose parts it trains, also where another optimizer stands around it."""
    while optimizer is not None:
        if isinstance(optimizer, PerPart):
            optimizer.for_model(model)
        optimizer = getattr(optimizer, "inner_optimizer", None)
