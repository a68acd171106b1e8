"""A trained VAE in one table: what it costs, what it says, which units it uses, and a verdict."""

import textwrap
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from keras import ops

from keras_vae.data import examples_in
from keras_vae.estimators.models import check_vae
from keras_vae.evaluation.activity import check_threshold, kl_of_factors, vary
from keras_vae.evaluation.aggregate import parts_of_the_rate
from keras_vae.evaluation.bounds import kl_bounds
from keras_vae.evaluation.codes import posterior_in_batches
from keras_vae.evaluation.codes_report import CodesReport, report_codes
from keras_vae.evaluation.densities import drawn_densities
from keras_vae.evaluation.findings import Findings
from keras_vae.evaluation.group_report import GroupsReport, report_groups
from keras_vae.evaluation.levels_report import LevelsReport, report_levels
from keras_vae.evaluation.moments import moments_of_codes
from keras_vae.evaluation.pairs import float64
from keras_vae.evaluation.rate import rate_distortion
from keras_vae.evaluation.verdict import sentences
from keras_vae.heads import NormalHead
from keras_vae.latents import OneGroup
from keras_vae.latents.levels_of_codes import LevelsOfCodes
from keras_vae.observations import values_of
from keras_vae.priors import StandardNormalPrior
from keras_vae.tensors import Seed

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE

Measured = TypeVar("Measured")

LARGEST = 2000
"""Examples, or features, of the largest covariance whose eigenvalues are computed."""


class Report(Findings):
    """What `report` found of one group of latent variables; as text it is the table."""

    @cached_property
    def verdict(self) -> str:
        """What the numbers mean and what to try, one sentence or two per line."""
        return "\n".join(sentences(self))

    def __str__(self) -> str:
        latent_dim, ceiling = len(self.active), f"of at most log n = {np.log(self.examples):.3f}"
        lower, upper = self.aggregate_kl_bounds
        of_all_data = f"   of all data {lower:.2f} to {upper:.2f}" if np.isfinite(upper) else ""
        lines = [
            *self.costs(f"{latent_dim} latent dimensions"),
            f"    I(x; z)        {self.mutual_information:12.3f}   {ceiling}",
            f"    KL(q(z)‖p(z))  {self.aggregate_kl:12.3f}{of_all_data}",
            f"active units       {self.active.sum():12d}   of {latent_dim}",
        ]
        if self.kl_per_dimension is not None:
            order = np.argsort(-self.kl_per_dimension, kind="stable")
            nats = ", ".join(f"z[{j}] {self.kl_per_dimension[j]:.3f}" for j in order)
            lines += textwrap.wrap(f"KL per dimension   {nats}", 92, subsequent_indent=19 * " ")
        paragraphs = self.verdict.split("\n")
        return "\n".join([*lines, "", *(textwrap.fill(text, 92) for text in paragraphs)])


def principal_variances(x: np.ndarray, number: int) -> np.ndarray:
    """The largest eigenvalues of the covariance of the data, in descending order.

    Args:
        x: examples, of shape (n, ...); of many with many features, evenly spaced ones are taken.
        number: how many; fewer where the data have fewer.
    """
    flat = x.reshape(len(x), -1)
    if min(flat.shape) > LARGEST:
        flat = flat[np.linspace(0, len(flat) - 1, LARGEST).astype(int)]
    centred = flat.astype("float64") - flat.mean(axis=0, dtype="float64")
    # Both products have the same eigenvalues above 0.
    square = centred @ centred.T if len(centred) < centred.shape[1] else centred.T @ centred
    values = np.linalg.eigvalsh(square / len(centred))[::-1][:number]
    return np.where(values > 1e-10 * values[0], values, 0.0)  # without the noise of rounding


def where_known(measure: Callable[..., Measured], *arguments: Any) -> Measured | None:
    """What a function measures; None for distributions that have no formula for it."""
    try:
        return measure(*arguments)
    except NotImplementedError:
        return None


def report_one_group(
    vae: "VAE", x: Any, num_samples: int, seed: Seed, threshold: float, batch_size: int
) -> Report:
    """The report on a model with one group of latent variables."""
    check_threshold(threshold)
    posterior = posterior_in_batches(vae, x, batch_size)
    densities = drawn_densities(vae, posterior, num_samples, seed)
    rate, distortion = rate_distortion(vae, x, num_samples, seed, batch_size)
    head, latent_dim = vae.decoder.head, vae.encoder.latent_dim
    sigma2 = variances = None
    if isinstance(head, NormalHead) and head.scale != "learned":
        given = None if vae.condition_shape is None else ops.zeros((1, *vae.condition_shape))
        likelihood = vae.likelihood(ops.zeros((1, latent_dim)), given)
        sigma2 = float(float64(likelihood.variance()).max())
        values = values_of("x", x, vae.missing_values)
        if given is None and not np.isnan(values).any():
            variances = principal_variances(values, latent_dim)
    return Report(
        examples=examples_in(x),
        beta=float(vae.current_beta()),
        elbo=-rate - distortion,
        rate=rate,
        distortion=distortion,
        mutual_information=min(rate, parts_of_the_rate(densities)[0].mutual_information),
        active=vary(ops.convert_to_numpy(posterior.mean()), threshold),
        kl_per_dimension=where_known(kl_of_factors, posterior, vae.prior.distribution()),
        codes=where_known(moments_of_codes, posterior),
        standard_prior=isinstance(vae.prior, StandardNormalPrior),
        decoder_variance=sigma2,
        data_variances=variances,
        aggregate_kl_bounds=kl_bounds(densities),
    )


def report(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    threshold: float = 0.01,
    batch_size: int = 128,
    verbose: bool = True,
) -> Report | GroupsReport | CodesReport | LevelsReport:
    r"""Print how good a model is and how it uses its code, with a verdict in words.

    $$-\mathrm{ELBO} = \text{distortion} + \underbrace{I(x;z)
    + \mathrm{KL}(q(z)\,\Vert\,p(z))}_{\text{rate}}$$

    The verdict says which latent dimensions are off and why, whether the codes leave holes in the
    prior or that so few examples cannot tell (`Report.holes`), and what to try. For a normal
    decoder with one σ it holds the model against the law of collapse: a linear VAE uses the
    directions of the data whose variance exceeds βσ², and no others (Lucas et al. 2019, section 4).
    A dimension counts as used where the mean of its posterior varies by more than `threshold`.

    Of several groups of latent variables it is what each group costs and uses, and which of them
    has collapsed (`GroupsReport`); of codes, how many of them are in use (`CodesReport`, and of
    several levels `LevelsReport`). What is defined for one group alone, such as I(x; z), is left
    out there.

    Args:
        vae: a trained model.
        x: array of examples, of shape (n, ...); some thousands are enough, since work grows
            with n².
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        threshold: least variance of an active dimension (see `active_units`).
        batch_size: examples at a time.
        verbose: print the table and the verdict.

    Returns:
        A `Report`, `GroupsReport`, `CodesReport` or `LevelsReport`: the numbers, the `verdict`, and
        the table as its text.

    Raises:
        ValueError: if the examples do not fit the model, or there is only one.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=2, hidden_units=())
        >>> decoder = keras_vae.Decoder((2,), (), head=keras_vae.layers.NormalHead(scale=1.0))
        >>> vae = keras_vae.VAE(encoder, decoder)
        >>> vae.build((None, 2))
        >>> for network in (encoder, decoder):
        ...     network.set_weights([np.zeros_like(w) for w in network.get_weights()])
        >>> found = report(vae, np.array([[0.1, 0.0], [-0.1, 0.0]]))
        2 examples, 2 latent dimensions, β = 1; nats per example
        ELBO                     −1.843
          distortion              1.843
          rate                    0.000
            I(x; z)               0.000   of at most log n = 0.693
            KL(q(z)‖p(z))         0.000
        active units                  0   of 2
        KL per dimension   z[0] 0.000, z[1] 0.000
        <BLANKLINE>
        The posterior has collapsed: 2 of 2 latent dimensions are off, posterior means hardly move
        with x. I(x; z) is 0.000 nats.
        βσ² = 1 (β = 1, σ² = 1) exceeds the variance of the data in every direction (at most 0.01):
        a linear VAE uses 0 of 2 dimensions at its optimum, and this one 0. More need a smaller βσ²:
        a smaller β or, where σ is fixed, one that is learned (NormalHead(scale='shared')).
        >>> found.active.sum().item()
        0
    """
    check_vae(vae)
    x, _ = vae.examples(x)
    if examples_in(x) < 2:
        raise ValueError("A report compares examples, at least two of them; received one.")
    found: Report | GroupsReport | CodesReport | LevelsReport
    if isinstance(vae.latents, LevelsOfCodes):
        found = report_levels(vae, x, num_samples, seed, batch_size)
    elif hasattr(vae.latents, "num_codes"):
        found = report_codes(vae, x, num_samples, seed, batch_size)
    elif isinstance(vae.latents, OneGroup):
        found = report_one_group(vae, x, num_samples, seed, threshold, batch_size)
    else:
        found = report_groups(vae, x, num_samples, seed, threshold, batch_size)
    if verbose:
        print(found)
    return found
