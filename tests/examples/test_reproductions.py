"""The scripts that reproduce published results, in a few steps on the digits."""

import importlib
import json
import re
import types

import keras
import numpy as np
import pytest

from keras_vae.distributions import Normal
from tests import ROOT

pytestmark = pytest.mark.slow

FOLDER = ROOT / "examples" / "reproductions"


@pytest.fixture
def script(monkeypatch):
    """Imports a script as it would see itself: beside the files that it shares."""
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module


def row(folder):
    (file,) = folder.iterdir()
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("layers", ["1", "2"])
def test_iwae_table_1(script, tmp_path, layers):
    options = f"--k 2 --layers {layers} --epochs 1 --num-samples 3 --out {tmp_path}"
    script("iwae_table1").main(options.split())
    found = row(tmp_path)
    assert found["backend"] == keras.config.backend()
    assert found["paper"] == {"nll": None, "active_units": None}  # it has none for the digits
    assert 15.0 < found["nll"] < found["negative_elbo"] < 80.0
    assert 0 < found["active_units"] <= (50 if layers == "1" else 150)


def test_sigma_vae(script, tmp_path):
    script("sigma_vae").main(f"--epochs 1 --hidden-units 8 --out {tmp_path}".split())
    unit, optimal = sorted(tmp_path.iterdir(), reverse=True)
    unit, optimal = (json.loads(file.read_text(encoding="utf-8")) for file in (unit, optimal))
    # 64 pixels of variance 1 carry 58.8 nats of constants; the best variance is far below 1.
    assert 58.8 < unit["negative_elbo"] < 75.0
    assert optimal["negative_elbo"] < unit["negative_elbo"] - 5.0


def test_factor_vae(script, tmp_path):
    options = f"--faces 40 --hidden-units 8 --latent-dim 2 --epochs 1 --out {tmp_path}"
    script("factor_vae").main(options.split())
    elbo, factor = (json.loads(file.read_text()) for file in sorted(tmp_path.iterdir()))
    assert (elbo["gamma"], factor["gamma"]) == (0.0, 5.0) and "critic_accuracy" not in elbo
    assert elbo["of_means"].keys() == factor["active_units"].keys() == {"0.01", "0.1"}


def test_total_correlation_of_a_mixture(script):
    """Of one posterior it is 0; of two far apart on the diagonal log 2."""
    for loc, expected in (([[0.0, 0.0]] * 2, 0.0), ([[-9.0, -9.0], [9.0, 9.0]], np.log(2.0))):
        posterior = Normal(np.array(loc, "float32"), 1.0)
        model = types.SimpleNamespace(posterior=lambda x, q=posterior: q)
        value, error = script("factor_vae").of_the_aggregate(model, loc)
        np.testing.assert_allclose([value, error], [expected, 0.0], atol=1e-6)


def test_learning_rates_of_the_short_and_the_full_form(script):
    burda = script("burda")
    short = burda.learning_rate(30, 100)
    rates = [float(short(step)) for step in (0, 2000, 2500, 3000)]
    np.testing.assert_allclose(rates, [1e-3, 1e-3, 10**-3.5, 1e-4], rtol=1e-5)
    full = burda.learning_rate(burda.FULL, 10)
    assert sum(3**i for i in range(8)) == burda.FULL
    found = [float(full(10 * epoch)) for epoch in (0.5, 2.5, 1000, 2000)]
    np.testing.assert_allclose(found, [1e-3 * 10 ** (-i / 7) for i in (0, 1, 6, 7)], rtol=1e-5)


def test_every_minibatch_is_binarized_anew(script):
    grey = np.full((200, 5), 0.3, "float32")
    data = script("burda").Binarized(grey, seed=0)
    assert len(data) == 2
    one, again = data[0][0], data[0][0]
    assert set(np.unique(one)) == {0.0, 1.0} and np.any(one != again)
    assert abs(np.mean([data[0][0] for _ in range(40)]) - 0.3) < 4 * (0.21 / 20_000) ** 0.5


@pytest.mark.one_backend("files are read, and nothing is computed")
def test_the_readme_quotes_the_rows():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = {"VAE": "vae-k-1", "IWAE, k = 5": "iwae-k-5"}
    quoted = re.findall(r"^\| (.*) \| (\d+) \| (\d\d\.\d\d) \|$", readme, re.MULTILINE)
    assert len(quoted) == 3
    for model, epochs, nll in quoted:
        name = f"iwae-table-1-1-layer-{names[model]}-{epochs}-epochs-jax-seed-0.json"
        found = json.loads((FOLDER / "results" / name).read_text(encoding="utf-8"))
        assert f"{found['nll']:.2f}" == nll
