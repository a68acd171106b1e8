"""What a VAE looks at in its data: x, condition and mask against encoder and decoder."""

from typing import Any

import keras
from keras import ops

from keras_vae.arguments import Shape
from keras_vae.data import check_no_labels, check_numbers, check_observations, check_shape
from keras_vae.latents import Latents
from keras_vae.models.base import CheckedModel
from keras_vae.models.finite import why_outside
from keras_vae.models.starting import spread
from keras_vae.networks import Decoder
from keras_vae.networks.conditions import features_of
from keras_vae.observations import (
    Observation,
    check_observation,
    checked,
    observation,
    values_of,
    x_of,
)


class ObservingModel(CheckedModel):
    """A model of observations: arrays, or dicts of `"x"`, `"condition"` and `"observed"`."""

    encoder: keras.layers.Layer
    decoder: Decoder
    latents: Latents
    condition_shape: Shape | None
    missing_values: bool
    example_shape: Shape

    def observation(self, x: Any) -> Observation:
        """A batch of tensors with its condition and one mask of what was observed."""
        return observation(x, self.missing_values)

    @property
    def waits(self) -> bool:
        return self.latents.first_examples > 0

    def start(self, x: Any, sample_weight: Any = None) -> None:
        if wanted := self.latents.first_examples:
            first = [self.observation(some) for some in spread(x, sample_weight, wanted)]
            found = [features_of(self.encoder, some.seen(), some.condition) for some in first]
            self.latents.start(ops.concatenate(found))

    def check_structure(self, name: str, x: Any) -> None:
        check_observation(name, x, self.condition_shape)

    def check_data(self, name: str, x: Any, y: Any | None) -> Any:
        decoder, missing = self.decoder, self.missing_values
        x = checked(name, x, self.condition_shape) if isinstance(x, dict) else x
        described, values = name, values_of(name, x, missing)
        masked = missing or (y is None and isinstance(x, dict) and "observed" in x)
        if y is not None:
            described, values = f"the target y of {name}", y
            check_no_labels(described, y, decoder.event_shape)
        head, shape = decoder.head, decoder.event_shape
        check_observations(described, values, head.family, head.support, shape, masked)
        if self.built:
            wanted = "the encoder was built for examples"
            check_shape(name, x_of(x), self.example_shape, wanted)
        return x

    def check_inputs(self, name: str, x: Any) -> Any:
        x = checked(name, x, self.condition_shape) if isinstance(x, dict) else x
        values, head = values_of(name, x, self.missing_values), self.decoder.head
        shape = self.example_shape if self.built else self.decoder.event_shape
        build = f"build the model for them: vae.build({(None, *values.shape[1:])})"
        wanted = "the encoder takes examples"
        check_shape(name, values, shape, wanted, "" if self.built else build)
        head.support.warn_of_scale(name, check_numbers(name, values, missing_values=True))
        return x

    def why_not_finite(self, nan: set[str]) -> str | None:
        head = self.decoder.head
        return why_outside(nan, head.support, head.family.__name__)
