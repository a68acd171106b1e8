"""The report where latent variables have several groups, or are codes."""

import math

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder, Encoder, latents, layers
from keras_vae.evaluation import (
    CodesReport,
    GroupFindings,
    GroupsReport,
    kl_per_dimension,
    rate_distortion,
    report,
)
from tests.conformance.factories import IMAGES, MODELS, VECTORS

N = len(VECTORS)


def ladder():
    """Two groups; what the network says of each is set by hand."""
    vae = VAE(layers.DenseBody(()), Decoder((8,), ()), latents=latents.Ladder((2, 1), ()))
    vae.build((None, 8))
    for part in (vae.latents, vae.decoder):
        part.set_weights([np.zeros_like(weight) for weight in part.get_weights()])
    return vae


def test_the_kl_of_each_group_is_exact():
    """Linear maps with σ = 1 everywhere: q(z_2) = N(x_0, 1), q(z_1) = N((w·x_1, 0) / 2, ½)."""
    vae = ladder()
    one, two = vae.latents.words
    kernel = np.zeros((8, 2), "float32")
    kernel[1, 0] = 3.0
    one.loc.kernel.assign(kernel)
    two.loc.kernel.assign(np.eye(8, 1))
    found = report(vae, VECTORS, seed=0, verbose=False)
    # Of N(m, ½) from N(0, 1): ½ (½ + m² − 1 + log 2).
    fixed = 0.5 * (math.log(2.0) - 0.5)
    moved = fixed + 0.5 * np.mean((1.5 * VECTORS[:, 1].astype("float64")) ** 2)
    above = 0.5 * np.mean(VECTORS[:, 0].astype("float64") ** 2)
    assert_allclose(found.groups["z_1"].kl_per_dimension, [moved, fixed], rtol=1e-5)
    assert_allclose(found.groups["z_2"].kl_per_dimension, [above], rtol=1e-5)
    assert_allclose(found.rate, moved + fixed + above, rtol=1e-5)
    assert_allclose(found.elbo, -found.rate - 8 * math.log(2.0), rtol=1e-5)
    assert found.groups["z_1"].active.tolist() == [True, False]
    assert found.holes is None


@pytest.mark.parametrize("name", ["ladder", "bottom_up"])
def test_the_parts_add_up(name):
    """One draw or three: the sum over groups and dimensions is the rate of the same draws."""
    vae = MODELS[name].built()
    for batch_size in (N, 4):
        settings = {"num_samples": 3, "seed": 1, "batch_size": batch_size}
        found = report(vae, VECTORS, verbose=False, **settings)
        nats = kl_per_dimension(vae, VECTORS, **settings)
        assert list(nats) == list(found.groups) == list(vae.latents.groups)
        assert_allclose(sum(of_group.sum() for of_group in nats.values()), found.rate)
        rate, distortion = rate_distortion(vae, VECTORS, **settings)
        assert_allclose([found.rate, found.distortion], [rate, distortion], rtol=1e-5)
        for group, part in found.groups.items():
            assert_allclose(part.kl_per_dimension, nats[group])
    assert found.groups["z_1"].divergence == (name == "ladder")


def test_a_group_that_says_nothing_is_named(capsys):
    vae = ladder()
    word = vae.latents.words[0]
    word.loc.kernel.assign(np.eye(8, 2))
    found = report(vae, VECTORS, seed=0)
    assert capsys.readouterr().out == f"{found}\n"
    lines = str(found).split("\n")
    assert lines[0] == f"{N} examples, 2 groups of latent variables, β = 1; nats per example"
    assert lines[4].split()[0] == "z_1" and lines[4].endswith("2 of 2 units active")
    assert lines[5] == "    z_2                   0.000   0 of 1 units active"
    assert lines[6].startswith("KL of z_1          z_1[") and max(map(len, lines)) <= 92
    assert "z_1: 2 of 2 latent dimensions are in use.\nz_2 has collapsed: 1 of 1" in found.verdict


def groups(**changes):
    healthy = GroupFindings(2.0, np.array([True, True]), np.array([1.5, 0.5]))
    parts = {"z_1": healthy, "z_2": healthy._replace(**changes)}
    return GroupsReport(100, 1.0, -10.0, 4.0, 6.0, parts)


@pytest.mark.parametrize(
    ("changes", "said", "advised"),
    [
        ({}, "z_2: 2 of 2 latent dimensions are in use.", False),
        (
            {"active": np.array([True, False])},
            "z_2: 1 of 2 latent dimensions is off (z_2[1])",
            False,
        ),
        ({"active": np.zeros(2, bool)}, "z_2 has collapsed: 2 of 2 latent dimensions are", True),
        (
            {"active": np.array([False, True])},
            "Off, and yet 1.50 nats are paid for z_2[0], without a mean that moves",
            False,
        ),
        ({"kl": 0.001}, "z_2 has collapsed: its posterior is its prior, up to 0.001 nats", True),
        ({"kl": -0.2, "divergence": False}, "z_2: 2 of 2 latent dimensions are in use.", False),
    ],
)
def test_verdicts_on_groups(changes, said, advised):
    verdict = groups(**changes).verdict
    assert said in verdict and ("betas=" in verdict) == advised
    assert "holes are defined for one group of latent variables, and are left out" in verdict
    assert "KL of z_2" not in str(groups(kl_per_dimension=None))


def test_where_every_group_has_collapsed():
    off = GroupFindings(0.0, np.array([False]), np.array([0.0]))
    verdict = GroupsReport(9, 1.0, -6.0, 0.0, 6.0, {"z_1": off, "z_2": off}).verdict
    assert "objectives.FreeBits" in verdict and "betas" not in verdict
    assert "Ladder" not in verdict
    verdict = groups(active=np.zeros(2, bool), divergence=False).verdict
    assert "betas" in verdict and "With latents.Ladder in place of latents.BottomUp" in verdict


@keras.saving.register_keras_serializable(package="tests")
class Unfactored(latents.Ladder):
    """Groups whose prior is a log-density that came with the draw."""

    def group(self, name, draws):
        group = super().group(name, draws)
        return latents.Group(
            group.posterior, None, group.z, log_prior=group.prior.log_prob(group.z)
        )


def test_groups_without_a_kl_per_dimension():
    vae = VAE(layers.DenseBody((4,)), Decoder((8,), ()), latents=Unfactored((2, 1), ()))
    vae.build((None, 8))
    found = report(vae, VECTORS, num_samples=2, seed=0, verbose=False)
    rate = rate_distortion(vae, VECTORS, 2, seed=0).rate
    assert_allclose(sum(part.kl for part in found.groups.values()), rate, rtol=1e-5)
    assert all(part.kl_per_dimension is None for part in found.groups.values())
    with pytest.raises(NotImplementedError, match="The prior of this group is given by the log"):
        kl_per_dimension(vae, VECTORS)


def quantized(codes=6):
    """Codes of eight cells, each the sign and the size of one pixel."""
    body = keras.layers.Conv2D(1, 2, strides=2, use_bias=False, kernel_initializer="ones")
    transposed = keras.layers.Conv2DTranspose(1, 3, strides=2, padding="same")
    quantizer = latents.VectorQuantized(codes, 1, seed=0)
    vae = VAE(body, Decoder((8, 4, 1), body=transposed), latents=quantizer)
    vae.build(IMAGES.shape)
    vae.latents.books[0].points.assign(np.linspace(0.0, 10.0, codes)[:, None])
    return vae


def test_codes_in_use_are_counted_over_all_examples():
    vae = quantized()
    codes = vae.encode(IMAGES)
    found = report(vae, IMAGES, seed=0, batch_size=4, verbose=False)
    counts = np.array([(codes == k).sum() for k in range(6)])
    assert_array_equal(found.counts, counts)
    shares = counts[counts > 0] / counts.sum()
    assert_allclose(found.perplexity, math.exp(-(shares * np.log(shares)).sum()))
    assert found.used == (counts > 0).sum() and found.dead.tolist() == [
        k for k in range(6) if not counts[k]
    ]
    assert_allclose(found.rate, 8 * math.log(6), rtol=1e-6)
    assert_allclose(found.elbo, vae.elbo(IMAGES).mean(), rtol=1e-6)
    assert 1 < found.used < 6 and "codes are dead" in found.verdict


@pytest.mark.parametrize("structure", [None, latents.Ladder((2, 1), ())])
def test_examples_with_a_condition_are_counted_as_examples(structure):
    """A dict has two keys, and it has as many examples as its x."""
    encoder = layers.DenseBody((4,)) if structure else Encoder(2, (4,))
    decoder = Decoder((8,), (4,), head=layers.NormalHead("shared"))
    vae = VAE(encoder, decoder, latents=structure, condition_shape=(3,))
    data = {"x": VECTORS, "condition": np.eye(3, dtype="float32")[np.arange(N) % 3]}
    vae.build((None, 8))
    found = report(vae, data, seed=0, verbose=False)
    assert found.examples == N
    assert_allclose(found.elbo, -found.rate - found.distortion)
    assert_allclose(found.rate, rate_distortion(vae, data, seed=0).rate, rtol=1e-5)


def codes(*counts, examples=100, rate=20.0):
    cells = sum(counts) // examples
    return CodesReport(examples, 1.0, -30.0, rate, 30.0 - rate, cells, np.array(counts))


@pytest.mark.parametrize(
    ("found", "said", "unsaid"),
    [
        (codes(100, 100, rate=2 * math.log(2)), ["2 of 2 codes are in use."], ["dead", "uneven"]),
        (
            codes(500, 0, 500, 0),
            ["2 of 4 codes are dead", "in any of 1,000 cells", "num_codes: 2 are used"],
            ["few"],
        ),
        (codes(0, 1000, 0), ["have collapsed: every cell has code 1"], ["uneven"]),
        (
            codes(*[2] * 5, *[0] * 5, examples=10),
            ["5 of 10 codes are dead", "10 cells are few for 10 codes"],
            ["num_codes"],
        ),
        (
            codes(900, 100, rate=10 * math.log(2)),
            ["in uneven use", "the rate 3.3 nats instead of 6.9"],
            ["dead"],
        ),
    ],
)
def test_verdicts_on_codes(found, said, unsaid):
    for words in said:
        assert words in found.verdict
    for words in unsaid:
        assert words not in found.verdict


def test_the_table_of_codes():
    lines = str(codes(500, 0, 500, 0)).split("\n")
    assert lines[0] == "100 examples, 10 codes for each, of 4, β = 1; nats per example"
    assert lines[4:6] == [
        "codes in use                  2   of 4",
        "perplexity                2.000   of at most 4",
    ]
