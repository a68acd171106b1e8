"""The report on codes: how many of a codebook are in use, and how evenly."""

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from keras_vae.evaluation.findings import Costs
from keras_vae.evaluation.rate import rate_distortion
from keras_vae.tensors import Seed

ENOUGH = 10
"""Cells for each code, below which a code that is in no cell may be there by luck."""

WORTH = 1.0
"""Nats per example that a prior which knows the codes must save before that is mentioned."""


class InUse:
    """How many codes are in use, of a report that has counted them."""

    examples: int
    rate: float
    cells: int
    counts: np.ndarray

    @property
    def used(self) -> int:
        """How many codes are in use by these examples."""
        return int(np.count_nonzero(self.counts))

    @property
    def dead(self) -> np.ndarray:
        """The codes that no cell of these examples has."""
        return np.flatnonzero(self.counts == 0)

    @property
    def perplexity(self) -> float:
        r"""How many codes in even use would be as diverse: $\exp(-\sum_k s_k\log s_k)$.

        $s_k$ is the share of code k in all cells of all examples; between 1 and `used`.
        """
        shares = self.counts[self.counts > 0] / self.counts.sum()
        return math.exp(-float(np.sum(shares * np.log(shares))))

    def lines(self) -> list[str]:
        """The lines of the table that say it."""
        size = len(self.counts)
        return [
            f"codes in use       {self.used:12d}   of {size}",
            f"perplexity         {self.perplexity:12.3f}   of at most {size}",
        ]


@dataclass(frozen=True, eq=False)
class CodesReport(InUse, Costs):
    r"""What `report` found of codes; as text it is the table.

    Attributes:
        cells: number N of codes of one example.
        counts: how many cells of all the examples have each code, of shape (num_codes,).
    """

    cells: int
    counts: np.ndarray

    @cached_property
    def verdict(self) -> str:
        """What the numbers mean and what to try, one sentence or two per line."""
        return "\n".join(sentences(self))

    def __str__(self) -> str:
        lines = [*self.costs(f"{self.cells} codes for each, of {len(self.counts)}"), *self.lines()]
        paragraphs = self.verdict.split("\n")
        return "\n".join([*lines, "", *(textwrap.fill(text, 92) for text in paragraphs)])


def sentences(report: InUse) -> Iterator[str]:
    """The verdict on codes."""
    size, used = len(report.counts), report.used
    total = report.examples * report.cells
    if used == size:
        yield f"{size} of {size} codes are in use."
    elif used == 1:
        yield (
            f"The codes have collapsed: every cell has code {int(report.counts.argmax())}, and the "
            "decoder is told nothing about x."
        )
    else:
        yield f"{size - used} of {size} codes are dead: no cell of these examples has them."
    if used < size:
        yield (
            what_to_try(report, total)
            if total >= ENOUGH * size
            else (
                f"{total:,} cells are few for {size} codes: with more examples fewer may be dead."
            )
        )
    told = report.cells * math.log(report.perplexity)
    if used > 1 and report.rate - told > WORTH:
        yield (
            f"They are in uneven use: a prior that knew how often each one occurs would make the "
            f"rate {told:.1f} nats instead of {report.rate:.1f}."
        )


def what_to_try(report: InUse, total: int) -> str:
    """What brings dead codes back, or does without them."""
    return (
        f"Their vectors are too far from the features to be the nearest in any of {total:,} cells. "
        "Try features of the size that the codebook starts with (keras.layers.BatchNormalization() "
        f"at the end of the body), a smaller decay, or a smaller num_codes: {report.used} are used."
    )


def report_codes(vae: Any, x: Any, num_samples: int, seed: Seed, batch_size: int) -> CodesReport:
    """The report on a model whose latent variables are codes."""
    rate, distortion = rate_distortion(vae, x, num_samples, seed, batch_size)
    codes = vae.encode(x, batch_size)
    counts = np.bincount(codes.ravel(), minlength=vae.latents.num_codes)
    beta, cells = float(vae.current_beta()), codes[0].size
    return CodesReport(len(codes), beta, -rate - distortion, rate, distortion, cells, counts)
