"""Several levels of codes, each with a quantizer and a prior of its own."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import Shape, is_several
from keras_vae.keras_compat import KeepsFrozen
from keras_vae.latents.codes import VECTORS, Codes
from keras_vae.latents.group import Group
from keras_vae.latents.latents import Drawn, Draws, Latents
from keras_vae.priors.autoregressive import enlarged
from keras_vae.tensors import Seed, Tensor, as_generator


class LevelsOfCodes(KeepsFrozen, Latents, keras.layers.Layer):
    r"""Base of structures that have a quantizer on each of several grids, coarse above fine.

    $$p(z) = p(z_L)\prod_{l<L} p(z_l\mid z_{l+1},\dots,z_L)$$

    What is said of one level is said by its quantizer; the logs have its number behind the name.
    The decoder sees the vectors of all levels, enlarged to the finest grid, side by side.

    A subclass sets `grids` and `shape` in `build`, and writes `infer` and `start`.

    Args:
        levels: the quantizer of each level, $z_1$ (next to the data, the finest) first.
        **kwargs: passed to `keras.layers.Layer`.

    Attributes:
        grids: shape of the grid of each level.

    Raises:
        ValueError: where a level is no quantizer, or stands twice, or there is but one.
    """

    point = True
    seen = VECTORS
    grids: tuple[tuple[int, ...], ...]

    def __init__(self, levels: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.levels: list[Any] = checked(levels)
        self.groups = tuple(f"z_{number + 1}" for number in range(len(self.levels)))
        self.betas = (1.0,) * len(self.levels)
        for number, level in enumerate(self.levels, start=1):
            if level.use is not None:
                level.use.suffix = f"_{number}"
        self.measures = ("code_length", *self.numbered("measures"))
        self.latest = self.numbered("latest")

    def numbered(self, names: str) -> tuple[str, ...]:
        """Names that levels have in an attribute, with the number of the level behind."""
        return tuple(
            f"{name}_{number}"
            for number, level in enumerate(self.levels, start=1)
            for name in getattr(level, names)
        )

    def width(self, lowest: int) -> int:
        """Length of the vectors of the levels from one on, side by side."""
        return sum(level.code_dim for level in self.levels[lowest:])

    def passed_on(self, draws: Draws) -> list[Tensor]:
        """The vectors of the levels in `draws`, $z_1$ first, with a gradient straight through."""
        return [level.decoder_input(found) for level, found in self.each(draws)]

    def vectors(self, codes: dict[str, Tensor]) -> list[Tensor]:
        """The vectors of the levels in `codes`, $z_1$ first, without a gradient."""
        return [
            ops.stop_gradient(level.vectors(codes[name]))
            for name, level in zip(self.groups, self.levels, strict=True)
            if name in codes
        ]

    def each(self, draws: Draws) -> list[tuple[Any, Draws]]:
        """Each level in `draws`, and its draws as it names them."""
        pairs = zip(self.groups, self.levels, strict=True)
        return [(level, {"z": draws[name]}) for name, level in pairs if name in draws]

    def given(self, index: int, above: list[Tensor], condition: Tensor | None) -> Tensor | None:
        """What the prior of a level is given: the condition, and in its places what stands above.

        Args:
            index: of the level, from 0.
            above: vectors of the levels above, of shape (B, ...).
            condition: of the examples, of shape (B, k).
        """
        if not above:
            return condition
        vectors = side_by_side(above, self.grids[index])
        if condition is None:
            return vectors
        told = ops.cast(ops.convert_to_tensor(condition), vectors.dtype)
        told = ops.reshape(told, (-1, *[1] * len(self.grids[index]), told.shape[-1]))
        told = ops.broadcast_to(told, (*ops.shape(vectors)[:-1], told.shape[-1]))
        return ops.concatenate([vectors, told], axis=-1)

    def group(self, name: str, draws: Draws) -> Group:
        group: Group = self.levels[self.groups.index(name)].group(name, draws)
        return group

    def decoder_input(self, draws: Draws) -> Tensor:
        return side_by_side(self.passed_on(draws), self.grids[0])

    def generate(
        self,
        num_samples: int,
        seed: Seed = None,
        condition: Tensor | None = None,
        temperature: float = 1.0,
    ) -> Tensor:
        noise = as_generator(seed)
        vectors: list[Tensor] = []
        for index, level in reversed(list(enumerate(self.levels))):
            given = None if level.prior is None else self.given(index, vectors, condition)
            vectors.insert(0, level.generate(num_samples, noise, given, temperature))
        return side_by_side(vectors, self.grids[0])

    @property
    def needed(self) -> tuple[str, ...]:
        return self.groups

    @property
    def written(self) -> bool:
        return any(level.written for level in self.levels)

    def ready(self, prior: Any, condition_shape: tuple[int, ...] | None) -> dict[str, Any]:
        if isinstance(prior, (tuple, list)) and len(prior) == len(self.groups):
            prior = dict(zip(self.groups, prior, strict=True))
        if not isinstance(prior, dict) or not prior or not set(prior) <= set(self.groups):
            keys = f" of {', '.join(map(repr, prior))}" if isinstance(prior, dict) else ""
            raise TypeError(
                f"Each of the {len(self.levels)} levels has a prior of its own; received a "
                f"{type(prior).__name__}{keys}. Write "
                "{"
                + ", ".join(f'"{name}": keras_vae.priors.PixelCNN()' for name in self.groups)
                + "}, or some of them."
            )
        if condition_shape is not None and len(condition_shape) > 1:
            raise ValueError(
                f"The priors of a {type(self).__name__} take a condition that is a vector; this "
                f"model has conditions of shape {condition_shape}."
            )
        found = {}
        for index, (name, level) in enumerate(zip(self.groups, self.levels, strict=True)):
            if name in prior:
                told, above = condition_shape, self.width(index + 1)
                if above:
                    told = (*self.grids[index], above + sum(condition_shape or ()))
                found[name] = level.ready(prior[name], told)["z"]
        return found

    def take_prior(self, priors: dict[str, Any]) -> None:
        for name, prior in priors.items():
            self.levels[self.groups.index(name)].take_prior({"z": prior})

    def told(self, draws: Draws) -> dict[str, Tensor]:
        return {name: draws[name]["z"][0] for name in self.groups}

    def drawn(self, told: dict[str, Tensor], seed: Seed, condition: Tensor | None) -> Drawn:
        vectors = self.vectors(told)
        return {
            name: (told[name], self.given(index, vectors[index + 1 :], condition))
            for index, name in enumerate(self.groups)
        }

    def measure(self, draws: Draws) -> dict[str, Tensor]:
        found, total = {}, 0.0
        for number, (level, own) in enumerate(self.each(draws), start=1):
            measured = level.measure(own)
            total = total + measured["code_length"]
            found.update({f"{name}_{number}": value for name, value in measured.items()})
        return {"code_length": total, **found}

    def observe(self, draws: Draws, sample_weight: Tensor | None) -> None:
        for level, own in self.each(draws):
            level.observe(own, sample_weight)

    @property
    def first_examples(self) -> int:
        return max(level.first_examples for level in self.levels)

    def check(self, name: str, z: np.ndarray) -> None:
        self.levels[self.groups.index(name)].check(name, z)

    def update(self, draws: Draws, sample_weight: Tensor | None, finite: Tensor) -> None:
        for level, own in self.each(draws):
            level.update(own, sample_weight, finite)

    def penalty(self, draws: Draws) -> Tensor:
        return sum(level.penalty(own) for level, own in self.each(draws))

    def get_config(self) -> dict[str, Any]:
        levels = [keras.saving.serialize_keras_object(level) for level in self.levels]
        return {**super().get_config(), "levels": levels}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LevelsOfCodes":
        levels = [keras.saving.deserialize_keras_object(level) for level in config["levels"]]
        found: LevelsOfCodes = super().from_config({**config, "levels": levels})
        return found


def side_by_side(vectors: list[Tensor], grid: Shape) -> Tensor:
    """Vectors on several grids, each enlarged to one of them, joined along the last axis."""
    return ops.concatenate([enlarged(some, grid) for some in vectors], axis=-1)


def checked(levels: Any) -> list[Codes]:
    """The quantizers of at least two levels, or a sentence."""
    levels = list(levels) if is_several(levels) else [levels]
    for level in levels:
        if not isinstance(level, Codes) or not level.point:
            raise ValueError(
                "`levels` must be the quantizer of each level, such as latents.VectorQuantized, "
                f"ResidualQuantized or FiniteScalar; received a {type(level).__name__}."
            )
    if len({id(level) for level in levels}) != len(levels):
        raise ValueError(
            "One quantizer stands at two levels of `levels`. Make one for each, as each level has "
            "codes of its own."
        )
    if len(levels) < 2:
        raise ValueError(
            f"`levels` must be at least two quantizers; received {len(levels)}. One alone needs no "
            "hierarchy: VAE(body, decoder, latents=latents.VectorQuantized(…))."
        )
    return levels
