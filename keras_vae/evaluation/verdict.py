"""What the numbers of a report mean, in words, and what to try."""

from collections.abc import Iterator

import numpy as np

from keras_vae.evaluation.findings import HOLES, Findings
from keras_vae.evaluation.moments import CodeMoments

WASTE = 0.1
"""Nats that a dimension without information may cost before that is mentioned."""

CEILING = 0.1
"""Distance of I(x; z) from log n, in nats, below which nothing is concluded from it."""


def sentences(report: Findings) -> Iterator[str]:
    """The verdict on a report, topic by topic."""
    yield units(report)
    yield from faint(report)
    yield from waste(report)
    yield from why_off(report)
    if report.active.any():
        saturated = np.log(report.examples) - report.mutual_information < CEILING
        if saturated:
            yield at_the_ceiling(report)
        yield from holes(report, saturated)


def named(dimensions: np.ndarray, group: str = "z") -> str:
    """Names of latent dimensions; of many, the first dozen."""
    names = [f"{group}[{dimension}]" for dimension in dimensions[:12]]
    return ", ".join([*names, "…"] if len(dimensions) > 12 else names)


def units(report: Findings) -> str:
    """Which dimensions are in use."""
    off, size = np.flatnonzero(~report.active), len(report.active)
    if len(off) == 0:
        return f"{size} of {size} latent dimensions are in use."
    if len(off) == size:
        return (
            f"The posterior has collapsed: {size} of {size} latent dimensions are off, "
            f"posterior means hardly move with x. I(x; z) is {report.mutual_information:.3f} nats."
        )
    be, their = ("is", "its") if len(off) == 1 else ("are", "their")
    return (
        f"{len(off)} of {size} latent dimensions {be} off ({named(off)}): {their} posterior mean "
        "hardly moves with x."
    )


def faint(report: Findings) -> Iterator[str]:
    """Dimensions in use that say next to nothing, all together."""
    said = report.mutual_information
    if report.active.any() and said < np.log(2.0) < np.log(report.examples):
        yield (
            f"Together they say little: I(x; z) is {said:.2f} nats, and to tell two halves of the "
            "data apart takes log 2 = 0.69. Longer training or a smaller β lets them say more."
        )


def waste(report: Findings) -> Iterator[str]:
    """Dimensions that cost KL without a mean that moves."""
    if report.kl_per_dimension is not None and report.beta > 0.0:
        yield from paid_for_nothing(report.active, report.kl_per_dimension)


def paid_for_nothing(active: np.ndarray, nats: np.ndarray, group: str = "z") -> Iterator[str]:
    """Nats of dimensions that are off."""
    costly = np.flatnonzero(~active & (nats > WASTE))
    if len(costly):
        yield (
            f"Off, and yet {nats[costly].sum():.2f} nats are paid for {named(costly, group)}, "
            "without a mean that moves with x. Train longer."
        )


def why_off(report: Findings) -> Iterator[str]:
    """The law of collapse where it applies, and what would bring dimensions back."""
    used, size = int(report.active.sum()), len(report.active)
    linear, variance, variances = (
        report.linear_active_units,
        report.decoder_variance,
        report.data_variances,
    )
    if linear is None or variance is None or variances is None:
        if used < size:
            yield without_the_law(report)
        return
    if used == linear == size:
        return
    beta = report.beta
    law = f"βσ² = {beta * variance:.3g} (β = {beta:.3g}, σ² = {variance:.3g}) "
    if linear == 0:
        law += f"exceeds the variance of the data in every direction (at most {variances[0]:.3g})"
    elif linear < size:
        ways = "direction" if linear == 1 else "directions"
        law += f"exceeds the variance of the data in all but {linear} {ways}"
    else:
        law += f"is below the variance of the data in {size} directions"
    law += f": a linear VAE uses {linear} of {size} dimensions at its optimum, and this one {used}."
    if used < linear:
        law += (
            " Either its decoder is not linear and needs fewer, or they were lost in training: "
            "train longer, or start with a smaller β that rises (callbacks.KLAnnealing)."
        )
    elif used > linear:
        law += " Either its decoder is not linear, or its training has not settled."
    else:
        law += (
            " More need a smaller βσ²: a smaller β or, where σ is fixed, one that is learned "
            "(NormalHead(scale='shared'))."
        )
    yield law


def without_the_law(report: Findings) -> str:
    """What to try where nothing says how many dimensions there should be."""
    if report.beta > 1.0:
        return (
            f"β = {report.beta:.3g} makes every nat of the code cost more than it is worth in "
            "the ELBO. Try a smaller β."
        )
    warm = "a start with a smaller β that rises (callbacks.KLAnnealing)"
    if report.active.any():
        return (
            "That need not be a fault: what these dimensions could say may not be worth its KL. If "
            f"they were lost early in training, {warm} brings them back."
        )
    return (
        f"Try {warm}, some nats free of charge (objectives.FreeBits), or a decoder that is less "
        "able to describe the data alone."
    )


def at_the_ceiling(report: Findings) -> str:
    """What cannot be known from so few examples."""
    text = (
        f"I(x; z) is at its ceiling log n: the posteriors of these {report.examples} examples "
        "hardly overlap. The true I(x; z) may be larger, and KL(q(z)‖p(z)) smaller by as much; "
        "more examples would tell."
    )
    if report.beta < 1.0 and report.codes is not None:
        width = np.sqrt(np.mean(report.codes.noise[report.active]))
        text += (
            f" β = {report.beta:.3g} makes posteriors narrow (σ near {width:.2g} in the dimensions "
            "in use); a β nearer to 1 widens them."
        )
    return text


def holes(report: Findings, saturated: bool) -> Iterator[str]:
    """Whether draws from the prior look like codes of data."""
    misfit = report.misfit_per_dimension
    if report.holes:
        yield " ".join(found_holes(report))
    elif report.holes is False:
        upper = report.aggregate_kl_bounds.upper
        yield f"The codes fill the prior: KL(q(z)‖p(z)) is at most {upper:.2f} nats."
    elif not saturated:
        yield unknown(report)
    elif misfit is not None and misfit.sum() < HOLES:
        yield "The codes have about the means and variances of the prior."


def found_holes(report: Findings) -> Iterator[str]:
    """What holes mean, where the codes are instead, and what to try."""
    lower, _ = report.aggregate_kl_bounds
    yield (
        f"The codes leave holes in the prior: KL(q(z)‖p(z)) is at least {lower:.2f} nats, as if "
        f"they kept to {np.exp(-lower):.1%} of its mass. Draws from the prior may decode to "
        "nothing like the data."
    )
    codes, misfit = report.codes, report.misfit_per_dimension
    if codes is not None and misfit is not None and misfit.sum() > HOLES:
        yield away_from_the_prior(codes, misfit)
    if report.beta < 1.0:
        yield f"A β above {report.beta:.3g} pulls the codes to the prior."
    else:
        yield (
            "Train longer, or let the prior learn where the codes are (layers.NormalMixturePrior)."
        )


def unknown(report: Findings) -> str:
    """That so few examples cannot tell, and how many would."""
    lower, upper = report.aggregate_kl_bounds
    text = f"{report.examples} examples cannot tell whether the codes leave holes in the prior"
    if np.isfinite(upper):
        text += f": KL(q(z)‖p(z)) of all data is between {lower:.2f} and {upper:.2f} nats"
    enough = np.exp(report.rate)
    if not report.examples < enough < 1e6:
        return f"{text}."
    return (
        f"{text}. Codes of {report.rate:.1f} nats can tell e^{report.rate:.1f} = {enough:,.0f} "
        "examples apart, and it takes about as many of them."
    )


def away_from_the_prior(codes: CodeMoments, misfit: np.ndarray) -> str:
    """Where the codes are, if their means and variances show that the prior is elsewhere."""
    where = ", ".join(
        f"z[{j}] (mean {codes.mean[j]:.2f}, standard deviation {codes.variance[j] ** 0.5:.2f})"
        for j in np.argsort(-misfit)[:3]
    )
    return (
        f"The means and variances of the codes alone make {misfit.sum():.2f} nats of it. The prior "
        f"has mean 0 and standard deviation 1; farthest from it: {where}."
    )
