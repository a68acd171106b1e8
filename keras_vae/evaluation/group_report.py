"""The report on several groups of latent variables: what each costs, and which are in use."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from keras_vae.data import examples_in
from keras_vae.evaluation.activity import active_units
from keras_vae.evaluation.findings import Costs
from keras_vae.evaluation.group_costs import group_costs, groups_at_the_mean
from keras_vae.evaluation.rate import rate_distortion
from keras_vae.evaluation.verdict import named, paid_for_nothing
from keras_vae.tensors import Seed

SILENT = 0.01
"""Nats of a KL below which a group says nothing of its own."""


class GroupFindings(NamedTuple):
    r"""What one of several groups of latent variables costs and uses.

    Attributes:
        kl: its part of the rate, in nats per example, such as the mean over the data of
            $\mathrm{KL}(q(z_l\mid z_{l+1}, x)\,\Vert\,p(z_l\mid z_{l+1}))$.
        active: which of its dimensions vary over the data (see `active_units`).
        kl_per_dimension: the part of each dimension; None where the group does not factorize.
        divergence: whether `kl` is a mean of KL divergences. In latents.BottomUp it is one for the
            top alone; the others are log-ratios, which may be below zero.
    """

    kl: float
    active: np.ndarray
    kl_per_dimension: np.ndarray | None
    divergence: bool = True


@dataclass(frozen=True, eq=False)
class GroupsReport(Costs):
    r"""What `report` found of several groups of latent variables; as text it is the table.

    $$\text{rate} = \sum_l \mathrm{KL}_l$$

    I(x; z), KL(q(z) ‖ p(z)) and holes are those of one group, and are left out.

    Attributes:
        groups: a `GroupFindings` for each name, such as `z_1`, the one next to the data first.
    """

    groups: dict[str, GroupFindings]

    @cached_property
    def verdict(self) -> str:
        """What the numbers mean and what to try, one sentence or two per line."""
        return "\n".join(sentences(self))

    def __str__(self) -> str:
        lines = self.costs(f"{len(self.groups)} groups of latent variables")
        for name, (kl, active, _, _) in self.groups.items():
            lines.append(f"    {name:<15}{kl:12.3f}   {active.sum()} of {active.size} units active")
        for name, (_, _, nats, _) in self.groups.items():
            if nats is not None:
                order = np.argsort(-nats.ravel(), kind="stable")
                told = ", ".join(f"{name}[{j}] {nats.ravel()[j]:.3f}" for j in order)
                told = f"{'KL of ' + name:<19}{told}"
                lines += textwrap.wrap(told, 92, subsequent_indent=19 * " ")
        paragraphs = self.verdict.split("\n")
        return "\n".join([*lines, "", *(textwrap.fill(text, 92) for text in paragraphs)])


def sentences(report: GroupsReport) -> Iterator[str]:
    """The verdict, group by group."""
    lost = []
    for name, found in report.groups.items():
        silent = found.divergence and found.kl < SILENT
        if silent or not found.active.any():
            lost.append(name)
        yield use(name, found, silent)
        if found.kl_per_dimension is not None and report.beta > 0.0:
            nats = found.kl_per_dimension.ravel()
            yield from paid_for_nothing(found.active.ravel(), nats, name)
    if lost:
        warm = "Try a start with a smaller β that rises (callbacks.KLAnnealing)"
        if len(lost) == len(report.groups):
            yield f"{warm}, or some nats free of charge (objectives.FreeBits)."
        else:
            yield f"{warm}, or a weight below 1 for a group that collapsed (betas=…)."
        if not all(found.divergence for found in report.groups.values()):
            yield "With latents.Ladder in place of latents.BottomUp the data speak to every group."
    yield (
        "I(x; z), KL(q(z)‖p(z)) and holes are defined for one group of latent variables, and are "
        "left out."
    )


def use(name: str, found: GroupFindings, silent: bool) -> str:
    """Which dimensions of a group are in use."""
    active = found.active.ravel()
    off, size = np.flatnonzero(~active), active.size
    if len(off) == size:
        return (
            f"{name} has collapsed: {size} of {size} latent dimensions are off, posterior means "
            f"hardly move with x, at {found.kl:.3f} nats."
        )
    if silent:
        return (
            f"{name} has collapsed: its posterior is its prior, up to {found.kl:.3f} nats, and it "
            "says nothing of its own."
        )
    if len(off) == 0:
        return f"{name}: {size} of {size} latent dimensions are in use."
    be, their = ("is", "its") if len(off) == 1 else ("are", "their")
    return (
        f"{name}: {len(off)} of {size} latent dimensions {be} off ({named(off, name)}): {their} "
        "posterior mean hardly moves with x."
    )


def report_groups(
    vae: Any, x: Any, num_samples: int, seed: Seed, threshold: float, batch_size: int
) -> GroupsReport:
    """The report on a model with several groups of latent variables."""
    settings = num_samples, seed, batch_size
    per_dimension: Any
    try:
        per_dimension = group_costs(vae, x, "kl_per_dimension", *settings)
        kl = {name: nats.sum() for name, nats in per_dimension.items()}
    except NotImplementedError:
        per_dimension, kl = {}, group_costs(vae, x, "kl", *settings)
    distortion = rate_distortion(vae, x, *settings).distortion
    active, rate = active_units(vae, x, threshold, batch_size), float(sum(kl.values()))
    groups = {
        name: GroupFindings(
            float(kl[name]), active[name], per_dimension.get(name), group.has_closed_form
        )
        for name, group in groups_at_the_mean(vae, x).items()
    }
    beta = float(vae.current_beta())
    return GroupsReport(examples_in(x), beta, -rate - distortion, rate, distortion, groups)
