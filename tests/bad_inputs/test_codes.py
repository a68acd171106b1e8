"""Codes of the wrong shape, and numbers of draws that count nothing."""

import numpy as np
import pytest

from keras_vae import VQVAE, evaluation
from tests.bad_inputs.models import N, X, fresh, said, vae

Z = np.zeros((N, 2), "float32")

CODES = {
    "too wide": (np.zeros((N, 3)), r"z holds examples of shape \(3,\), but .* codes of shape \(2,"),
    "too narrow": (
        np.zeros((N, 1)),
        r"shape \(1,\), but .*Give it the shape \(n, 2\)",
    ),
    "one code": (Z[0], r"z has the shape \(2,\) of a single example"),
    "a number": (np.float32(1.0), "z is a single number; the decoder takes codes of shape"),
    "images": (X, r"z holds examples of shape \(4, 3, 1\), but the decoder takes codes"),
}
VALUES = {
    "NaN": (Z * np.nan, "z contains NaN"),
    "infinite": (Z + np.inf, "z contains infinite values"),
    "text": (Z.astype(str), "z holds values of type <U32"),
    "objects": (Z.astype(object), "z holds values of type object"),
    "complex": (Z + 1j, "z holds complex numbers"),
    "empty": (Z[:0], r"z is an empty array of shape \(0, 2\)"),
    "a list": (Z.tolist(), r"z is a list; expected an array of examples. Write np.asarray\(z\)"),
    "nothing": (None, "z is missing"),
    "an int": (3, "z is of type int; expected an array"),
    "a name": ("z_1", "z is of type str; expected an array"),
}


@pytest.mark.parametrize("bad", CODES | VALUES)
def test_decode(bad):
    z, words = (CODES | VALUES)[bad]
    said(lambda: vae().decode(z), words)
    model = fresh()
    said(lambda: model.decode(z), words)
    assert not model.decoder.built


@pytest.mark.parametrize("bad", CODES)
def test_likelihood(bad):
    z, words = CODES[bad]
    said(lambda: vae().likelihood(z), words)
    model = fresh()
    said(lambda: model.likelihood(z), words)
    assert not model.decoder.built


def test_likelihood_of_codes():
    """It takes what the decoder sees, and `decode` takes the codes."""
    model = VQVAE((8, 8, 1), 4, 2, (4,), blocks=1, seed=0)
    model.build((None, 8, 8, 1))
    z = np.zeros((N, 4, 4), "int32")
    words = r"decoder takes the vectors of codes, which are `vae.latents.vectors\(codes\)`"
    said(lambda: model.likelihood(z), words)
    said(lambda: model.decode(z[:, 0]), r"the latents take codes of shape \(4, 4\)")


@pytest.mark.parametrize("kind", ["ladder", "bottom up"])
@pytest.mark.parametrize(
    ("z", "words"),
    [
        ({}, "z is a dict with the keys .*; expected some of 'z_1', 'z_2', 'z_1' among them"),
        ({"z_2": Z}, "z is a dict with the keys 'z_2'; expected some of 'z_1', 'z_2'"),
        ({"z_1": Z, "z_7": Z}, "z is a dict with the keys 'z_1', 'z_7'; expected some of"),
        ({"z_1": Z}, r"z holds examples of shape \(2,\), but the decoder takes codes of shape \(3"),
        (Z, r"z holds examples of shape \(2,\), but the decoder takes codes of shape \(3,\)"),
        (Z.astype(str), "z holds values of type <U32"),
        ({"z_1": Z.tolist()}, "z is a list; expected an array"),
        ({"z_1": np.ones((N, 3)), "z_2": Z * np.nan}, "z contains NaN"),
        (iter(()), "gave no batch: it is empty"),
    ],
)
def test_codes_of_several_groups(kind, z, words):
    said(lambda: vae(kind).decode(z), words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            np.zeros((N, 3)),
            r"code holds examples of shape \(3,\), but the decoder_body takes",
        ),
        (np.zeros(2), r"code has the shape \(2,\) of a single example"),
        (Z * np.nan, "code contains NaN"),
        (Z.tolist(), "code is a list"),
        (None, "code is missing"),
    ],
)
def test_codes_of_an_autoencoder(code, words):
    said(lambda: vae("autoencoder").decode(code), words)


COUNTED = {
    "generate": ("num_samples", lambda n: vae().generate(n)),
    "generate of several groups": ("num_samples", lambda n: vae("ladder").generate(n)),
    "elbo": ("num_samples", lambda n: vae().elbo(X, n)),
    "log_likelihood": ("num_samples", lambda n: vae().log_likelihood(X, n)),
    "impute": ("num_samples", lambda n: vae("missing").impute(X, num_samples=n)),
    "rate_distortion": ("num_samples", lambda n: evaluation.rate_distortion(vae(), X, n)),
    "report": ("num_samples", lambda n: evaluation.report(vae(), X, n)),
    "aggregate_kl": ("num_samples", lambda n: evaluation.aggregate_kl(vae(), X, n)),
    "bounds": ("num_samples", lambda n: evaluation.aggregate_kl_bounds(vae(), X, n)),
    "mutual_information": ("num_samples", lambda n: evaluation.mutual_information(vae(), X, n)),
    "gap, samples": ("num_samples", lambda n: evaluation.inference_gap(vae(), X, num_samples=n)),
    "gap, steps": ("steps", lambda n: evaluation.inference_gap(vae(), X, n)),
    "annealed": (
        "num_temperatures",
        lambda n: evaluation.annealed_log_likelihood(vae(), X, n),
    ),
    "chains": (
        "num_chains",
        lambda n: evaluation.annealed_log_likelihood(vae(), X, num_chains=n),
    ),
    "sandwich": ("num_examples", lambda n: evaluation.sandwich(vae(), n)),
    "bits": ("dimensions", lambda n: evaluation.bits_per_dimension(-90.0, n)),
    "levels": ("levels", lambda n: evaluation.bits_per_dimension(-90.0, 12, levels=n)),
    "encode": ("batch_size", lambda n: vae().encode(X, n)),
    "decode": ("batch_size", lambda n: vae().decode(Z, batch_size=n)),
    "batches of generate": ("batch_size", lambda n: vae().generate(3, batch_size=n)),
    "batches of elbo": ("batch_size", lambda n: vae().elbo(X, batch_size=n)),
    "batches of units": ("batch_size", lambda n: evaluation.active_units(vae(), X, batch_size=n)),
}


@pytest.mark.parametrize("number", [0, -1, 2.5, 3.0, "3", True, float("nan"), [3]])
@pytest.mark.parametrize("verb", COUNTED)
def test_numbers(verb, number):
    name, act = COUNTED[verb]
    words = rf"`{name}` must be an integer of at least 1; received {name}="
    said(lambda: act(number), words)


def test_numbers_of_numpy_are_numbers():
    assert vae().generate(np.int64(2)).shape == (2, 4, 3, 1)
    assert vae().elbo(X, np.int32(2), seed=0).shape == (N,)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: evaluation.active_units(vae(), X, -1.0), "received threshold=-1.0"),
        (lambda: evaluation.active_units(vae(), X, float("nan")), "received threshold=nan"),
        (lambda: evaluation.active_units(vae(), X, "0.1"), "received threshold='0.1'"),
        (lambda: evaluation.gradient_signal_to_noise(vae(), X, 1), "at least two draws; received"),
        (lambda: evaluation.gradient_signal_to_noise(vae(), X, 2.5), "at least two draws"),
        (lambda: evaluation.gradient_signal_to_noise(vae(), X, "9"), "at least two draws"),
        (lambda: vae().impute(X), r"Write VAE\(\.\.\., missing_values=True\)"),
    ],
)
def test_other_numbers(act, words):
    said(act, words)


ONE_GROUP = {
    "code_moments": evaluation.code_moments,
    "aggregate_kl": evaluation.aggregate_kl,
    "aggregate_kl_bounds": evaluation.aggregate_kl_bounds,
    "mutual_information": evaluation.mutual_information,
    "aggregate_posterior": evaluation.aggregate_posterior,
    "annealed_log_likelihood": evaluation.annealed_log_likelihood,
}
OF_A_VAE = ONE_GROUP | {
    "report": evaluation.report,
    "kl_per_dimension": evaluation.kl_per_dimension,
    "active_units": evaluation.active_units,
    "rate_distortion": evaluation.rate_distortion,
    "inference_gap": evaluation.inference_gap,
    "gradient_signal_to_noise": evaluation.gradient_signal_to_noise,
}


@pytest.mark.parametrize("measure", ONE_GROUP)
@pytest.mark.parametrize("kind", ["ladder", "bottom up"])
def test_several_groups(measure, kind):
    said(lambda: ONE_GROUP[measure](vae(kind), X), "needs one group of latent variables, and")


@pytest.mark.parametrize("measure", OF_A_VAE)
def test_no_vae(measure):
    measure = OF_A_VAE[measure]
    said(
        lambda: measure(vae("autoencoder"), X), r"vae is of type Autoencoder; expected a keras_vae"
    )
    said(lambda: measure(X, vae()), r"vae is of type ndarray; expected a keras_vae.VAE first")
