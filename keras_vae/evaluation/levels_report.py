"""The report on codes of several levels: of each how many are in use, and how evenly."""

import textwrap
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from keras_vae.evaluation.codes_report import InUse, sentences
from keras_vae.evaluation.findings import Costs
from keras_vae.evaluation.group_costs import group_costs
from keras_vae.evaluation.rate import rate_distortion
from keras_vae.tensors import Seed


@dataclass(frozen=True, eq=False)
class LevelFindings(InUse):
    r"""What `report` found of one level of codes.

    Attributes:
        examples: number of examples n.
        rate: mean code length of the level, in nats per example.
        cells: number $N_l$ of codes of one example.
        counts: how many cells of all the examples have each code, of shape (num_codes,).
    """

    examples: int
    rate: float
    cells: int
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class LevelsReport(Costs):
    r"""What `report` found of codes of several levels; as text it is the table.

    Attributes:
        levels: the findings of each level, by its name, such as `z_1`.
    """

    levels: dict[str, LevelFindings]

    @cached_property
    def verdict(self) -> str:
        """What the numbers mean and what to try, level by level."""
        return "\n".join(
            f"{name}: {text}" for name, found in self.levels.items() for text in sentences(found)
        )

    def __str__(self) -> str:
        lines = self.costs(f"{len(self.levels)} levels of codes")
        for name, found in self.levels.items():
            size = len(found.counts)
            lines += [
                f"{name:<19}{found.rate:12.3f}   {found.cells} codes for each, of {size}",
                *(f"  {line[:17]}{line[19:]}" for line in found.lines()),
            ]
        paragraphs = self.verdict.split("\n")
        return "\n".join([*lines, "", *(textwrap.fill(text, 92) for text in paragraphs)])


def report_levels(vae: Any, x: Any, num_samples: int, seed: Seed, batch_size: int) -> LevelsReport:
    """The report on a model with several levels of codes."""
    settings = num_samples, seed, batch_size
    rate, distortion = rate_distortion(vae, x, *settings)
    rates = group_costs(vae, x, "kl", *settings)
    levels = {}
    for level, (name, codes) in zip(
        vae.latents.levels, vae.encode(x, batch_size).items(), strict=True
    ):
        counts = np.bincount(codes.ravel(), minlength=level.num_codes)
        levels[name] = LevelFindings(len(codes), float(rates[name]), codes[0].size, counts)
    beta = float(vae.current_beta())
    return LevelsReport(len(codes), beta, -rate - distortion, rate, distortion, levels)
