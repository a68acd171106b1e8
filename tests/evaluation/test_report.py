"""The report: its numbers on the linear VAE, where they are known, and the words it finds."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder
from keras_vae.evaluation import (
    CodeMoments,
    KLBounds,
    Report,
    active_units,
    aggregate_kl,
    code_moments,
    kl_per_dimension,
    report,
    reports,
)
from keras_vae.layers import NormalHead, NormalMixturePrior
from tests.oracles.exact import gaussian_data
from tests.oracles.linear_vae import EIGENVALUES, OPTIMA, linear_vae, optimum, set_optimum

CLOSE = 0.02  # the threshold of 0.01 on the variance of means moves the law by 1 %


@pytest.mark.parametrize(("variance", "beta", "active", "likelihood", "kl", "objective"), OPTIMA)
def test_the_verdict_obeys_the_law(variance, beta, active, likelihood, kl, objective):
    x, axes = gaussian_data(EIGENVALUES)
    vae = linear_vae(5, 2, scale=variance**0.5, beta=beta)
    set_optimum(vae, EIGENVALUES, axes, 0.0, beta * variance)
    found = report(vae, x, num_samples=2, seed=0, verbose=False)
    assert found.active.sum() == found.linear_active_units == active
    assert_allclose(found.decoder_variance, variance, rtol=1e-5)
    assert_allclose(found.data_variances, EIGENVALUES[:2], rtol=1e-5)
    assert_allclose([found.rate, found.kl_per_dimension.sum()], kl, rtol=1e-5)
    assert_allclose(found.elbo, -found.rate - found.distortion, rtol=1e-12)
    if active == 2:
        assert found.verdict.startswith("2 of 2 latent dimensions are in use.")
        assert "βσ²" not in found.verdict
    else:
        assert found.verdict.startswith("1 of 2 latent dimensions is off (z[1]): its posterior")
        law = f"βσ² = {beta * variance:.3g} (β = {beta:.3g}, σ² = {variance:.3g}) exceeds the "
        law += "variance of the data in all but 1 direction: a linear VAE uses 1 of 2 "
        assert law + "dimensions at its optimum, and this one 1. More need" in found.verdict


@pytest.mark.parametrize("seed", range(4))
def test_the_verdict_obeys_the_law_on_random_spectra(seed):
    rng = np.random.default_rng(seed)
    dimension = int(rng.integers(3, 8))
    latent_dim = int(rng.integers(1, dimension))
    eigenvalues = np.sort(rng.gamma(1.0, 2.0, dimension))[::-1] + 0.05
    beta, variance = rng.uniform(0.5, 4.0), rng.uniform(0.1, 1.0)
    effective = beta * variance
    eigenvalues[np.abs(eigenvalues / effective - 1.0) < CLOSE] *= 1.0 + 2.0 * CLOSE
    x, axes = gaussian_data(eigenvalues, mean=1.0, seed=seed)
    vae = linear_vae(dimension, latent_dim, scale=variance**0.5, beta=beta)
    set_optimum(vae, eigenvalues, axes, 1.0, effective)
    found = report(vae, x, seed=0, verbose=False)
    law = eigenvalues[:latent_dim] > effective
    assert found.active.tolist() == law.tolist()
    assert found.linear_active_units == law.sum()
    assert_allclose(found.rate, optimum(eigenvalues, latent_dim, variance, beta)[1], rtol=1e-4)
    off = latent_dim - law.sum()
    if 0 < off < latent_dim:
        assert found.verdict.startswith(f"{off} of {latent_dim} latent dimensions")
    words = {0: "are in use", latent_dim: "has collapsed"}.get(off, "off (z[")
    assert words in found.verdict.split("\n")[0]
    assert ("More need a smaller βσ²" in found.verdict) == (off > 0)


def test_the_table(capsys):
    x, axes = gaussian_data(EIGENVALUES)
    vae = linear_vae(5, 2, scale=0.5, beta=10.0)
    set_optimum(vae, EIGENVALUES, axes, 0.0, 2.5)
    found = report(vae, x, num_samples=3, seed=1)
    printed = capsys.readouterr().out
    assert printed == f"{found}\n"
    lines = printed.split("\n")
    assert lines[0] == "16 examples, 2 latent dimensions, β = 10; nats per example"
    assert [line.split()[-1] for line in lines[1:4]] == [
        f"{value:.3f}".replace("-", "−") for value in (found.elbo, found.distortion, found.rate)
    ]
    assert "    0.235" in lines[3] and "of at most log n = 2.773" in lines[4]
    assert lines[6].split() == ["active", "units", "1", "of", "2"]
    assert lines[7] == "KL per dimension   z[0] 0.235, z[1] 0.000"
    assert_allclose(found.aggregate_kl, aggregate_kl(vae, x, 3, seed=1), rtol=1e-4, atol=1e-5)
    assert max(map(len, lines)) <= 100


def numbers(**changes):
    """A healthy report of 3 dimensions, with changes."""
    healthy = {
        "examples": 1000,
        "beta": 1.0,
        "elbo": -10.0,
        "rate": 3.0,
        "distortion": 7.0,
        "mutual_information": 2.8,
        "active": np.array([True, True, True]),
        "kl_per_dimension": np.array([1.5, 1.0, 0.5]),
        "codes": CodeMoments(np.zeros(3), np.ones(3), np.full(3, 0.1)),
        "aggregate_kl_bounds": KLBounds(0.1, 0.25),
    }
    return Report(**{**healthy, **changes})


NONE = np.zeros(3, bool)
SOME = np.array([True, False, True])
WIDE = CodeMoments(np.zeros(3), np.array([50.0, 1.0, 1.0]), np.full(3, 0.01))
LAW = {"decoder_variance": 0.5, "data_variances": np.array([4.0, 2.0, 0.2])}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            [
                "3 of 3 latent dimensions are in use",
                "codes fill the prior: KL(q(z)‖p(z)) is at most 0.25",
            ],
        ),
        (
            {"rate": 0.3, "mutual_information": 0.2},
            ["3 of 3 latent dimensions are in use", "say little: I(x; z) is 0.20 nats"],
        ),
        (
            {"active": SOME, "kl_per_dimension": np.array([1.5, 0.0, 1.5])},
            ["1 of 3 latent dimensions is off (z[1])", "need not be a fault", "KLAnnealing"],
        ),
        ({"active": SOME}, ["Off, and yet 1.00 nats are paid for z[1]", "Train longer"]),
        ({"active": SOME, "kl_per_dimension": None}, ["is off (z[1])"]),
        ({"active": SOME, "beta": 4.0}, ["β = 4 makes every nat", "Try a smaller β."]),
        (
            {"active": NONE, "rate": 0.0, "mutual_information": 0.0},
            ["has collapsed: 3 of 3", "I(x; z) is 0.000", "FreeBits"],
        ),
        (
            {"active": SOME, **LAW},
            ["in all but 2 directions", "uses 2 of 3", "this one 2. More need"],
        ),
        (
            {"active": np.array([True, False, False]), **LAW},
            ["this one 1. Either its decoder is not linear and needs fewer, or they were lost"],
        ),
        (LAW, ["this one 3. Either its decoder is not linear, or its training has not settled"]),
        (
            {"active": SOME, "decoder_variance": 0.1, "data_variances": LAW["data_variances"]},
            ["is below the variance of the data in 3 directions", "this one 2. Either"],
        ),
        (
            {"active": NONE, "decoder_variance": 5.0, "data_variances": LAW["data_variances"]},
            ["exceeds the variance of the data in every direction (at most 4)", "scale='shared'"],
        ),
        (
            {"rate": 20.0, "mutual_information": 6.9, "aggregate_kl_bounds": KLBounds(0.0, 13.2)},
            ["I(x; z) is at its ceiling", "about the means and variances of the prior"],
        ),
        (
            {"rate": 90.0, "mutual_information": 6.9, "beta": 0.001},
            ["β = 0.001 makes posteriors narrow (σ near 0.32"],
        ),
        (
            {"beta": 0.5, "codes": WIDE, "aggregate_kl_bounds": KLBounds(22.4, 23.0)},
            [
                "at least 22.40 nats, as if they kept to 0.0% of its mass",
                "alone make 22.54 nats of it",
                "z[0] (mean 0.00, standard deviation 7.07)",
                "A β above 0.5 pulls the codes to the prior.",
            ],
        ),
        (
            {"rate": 5.3, "mutual_information": 3.0, "aggregate_kl_bounds": KLBounds(2.3, 2.6)},
            ["KL(q(z)‖p(z)) is at least 2.30 nats, as if they kept to 10.0%", "Train longer"],
        ),
        (
            {"codes": WIDE, "standard_prior": False, "aggregate_kl_bounds": KLBounds(2.3, 2.6)},
            ["leave holes in the prior"],
        ),
        (
            {"rate": 8.4, "mutual_information": 6.0, "aggregate_kl_bounds": KLBounds(0.0, 2.5)},
            [
                "1000 examples cannot tell whether the codes leave holes in the prior: "
                "KL(q(z)‖p(z)) of all data is between 0.00 and 2.50 nats. Codes of 8.4 "
                "nats can tell e^8.4 = 4,447 examples apart, and it takes about as many of them."
            ],
        ),
        (
            {
                "examples": 19,
                "mutual_information": 1.0,
                "aggregate_kl_bounds": KLBounds(0.0, np.inf),
            },
            ["19 examples cannot tell whether the codes leave holes in the prior. Codes of 3"],
        ),
    ],
)
def test_verdicts(changes, said):
    verdict = numbers(**changes).verdict
    for words in said:
        assert words in verdict


@pytest.mark.parametrize(
    ("changes", "unsaid"),
    [
        ({}, ["βσ²", "off", "ceiling", "holes", "Try"]),
        ({"decoder_variance": 0.1, "data_variances": LAW["data_variances"]}, ["βσ²"]),
        ({"active": NONE, "rate": 5.0, "mutual_information": 0.0}, ["holes", "fill", "ceiling"]),
        (
            {"rate": 90.0, "mutual_information": 6.9, "aggregate_kl_bounds": KLBounds(0.0, 83.2)},
            ["holes", "fill the prior", "narrow"],
        ),
        ({"aggregate_kl_bounds": KLBounds(2.3, 2.6), "standard_prior": False}, ["means", "fill"]),
        ({"active": SOME, "beta": 0.0}, ["paid for"]),
    ],
)
def test_what_the_numbers_do_not_say_is_not_said(changes, unsaid):
    verdict = numbers(**changes).verdict
    for words in unsaid:
        assert words not in verdict


def test_the_misfit_of_moments_is_a_lower_bound():
    """Of a mixture of two codes, whose KL to the prior is known to be larger."""
    found = numbers(codes=WIDE)
    expected = 0.5 * (50.0 - 1.0 - np.log(50.0))
    assert_allclose(found.misfit_per_dimension, [expected, 0.0, 0.0], rtol=1e-12)
    z = np.linspace(-15, 15, 20001)
    halves = [np.exp(-0.5 * ((z - m) / 0.5) ** 2) / (0.5 * np.sqrt(2 * np.pi)) for m in (-2, 2.5)]
    q = np.mean(halves, axis=0)
    log_p = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    exact = np.sum(q * (np.log(q + 1e-300) - log_p)) * (z[1] - z[0])
    moments = CodeMoments(np.array([0.25]), np.array([0.25 + 2.25**2]), np.array([0.25]))
    bound = numbers(codes=moments, active=np.array([True])).misfit_per_dimension.sum()
    assert 1.0 < bound < exact


def test_a_report_encodes_once_and_says_what_the_functions_say(monkeypatch):
    x, axes = gaussian_data(EIGENVALUES)
    vae = linear_vae(5, 2)
    set_optimum(vae, EIGENVALUES, axes, 0.0, 1.0)
    encoded, original = [], reports.posterior_in_batches
    monkeypatch.setattr(
        reports, "posterior_in_batches", lambda *given: encoded.append(1) or original(*given)
    )
    found = report(vae, x, seed=0, verbose=False)
    assert len(encoded) == 1
    np.testing.assert_array_equal(found.active, active_units(vae, x))
    assert_allclose(found.kl_per_dimension, kl_per_dimension(vae, x), rtol=1e-6)
    assert_allclose(found.codes, code_moments(vae, x), rtol=1e-6)


def test_principal_variances(monkeypatch):
    x, _ = gaussian_data([3.0, 1.0, 0.0, 0.0], examples=12, mean=5.0)
    expected = [3.0, 1.0, 0.0]
    assert_allclose(reports.principal_variances(x, 3), expected, rtol=1e-6, atol=1e-9)
    assert reports.principal_variances(x, 3)[2] == 0.0
    flat = np.tile(x, (1, 9)).reshape(12, 4, 9)  # more features than examples
    assert_allclose(reports.principal_variances(flat, 2), [27.0, 9.0], rtol=1e-6)
    monkeypatch.setattr(reports, "LARGEST", 10)
    assert reports.principal_variances(flat, 100).shape == (10,)


@pytest.mark.parametrize("parts", ["full", "mixture"])
def test_models_without_kl_per_dimension(parts):
    head = "multivariate_normal" if parts == "full" else "normal"
    prior = NormalMixturePrior(2, 3, seed=0) if parts == "mixture" else None
    vae = VAE(Encoder(2, hidden_units=(), head=head), Decoder((4,), hidden_units=(3,)), prior)
    vae.build((None, 4))
    x = np.random.default_rng(0).uniform(size=(20, 4))
    found = report(vae, x, seed=0, verbose=False)
    assert found.kl_per_dimension is None and "KL per dimension" not in str(found)
    assert found.linear_active_units is None
    assert found.mutual_information <= found.rate and np.isfinite(found.elbo)


def test_missing_values():
    head = NormalHead(scale=0.5)
    vae = VAE(Encoder(1, ()), Decoder((3,), (), head=head), missing_values=True)
    vae.build((None, 3))
    x = np.random.default_rng(0).normal(size=(20, 3))
    assert report(vae, x, seed=0, verbose=False).linear_active_units is not None
    found = report(vae, np.where(x > 1.0, np.nan, x), seed=0, verbose=False)
    assert found.linear_active_units is None and np.isfinite(found.elbo)


def test_what_does_not_fit_gets_a_sentence():
    vae = linear_vae(5, 2)
    with pytest.raises(ValueError, match="at least two of them; received one"):
        report(vae, np.zeros((1, 5)))
    with pytest.raises(ValueError, match=r"examples of shape \(4,\)"):
        report(vae, np.zeros((3, 4)))
