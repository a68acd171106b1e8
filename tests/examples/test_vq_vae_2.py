import json
import runpy

import keras
import numpy as np
import pytest

from tests import ROOT

SCRIPT = ROOT / "examples" / "vq_vae_2.py"


@pytest.mark.slow
def test_vq_vae_2_on_a_file(tmp_path, capsys):
    images = np.random.default_rng(0).integers(0, 256, size=(40, 8, 8), dtype="uint8")
    np.savez(tmp_path / "data.npz", x_train=images, x_test=images)
    small = "--bottom-codes 4 --top-codes 16 --hidden-units 8 --filters 4 --epochs 1"
    files = ["--data", str(tmp_path / "data.npz"), "--out", str(tmp_path / "run")]
    runpy.run_path(SCRIPT)["main"]([*small.split(), "--prior-epochs", "1", *files])
    assert {file.name for file in (tmp_path / "run").iterdir()} == {
        "exchange.png",
        "reconstructions.png",
        "samples.png",
        "metrics.json",
        "model.keras",
    }
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["grids"] == [[4, 4], [2, 2]]
    # 16 places of 2 bits and 4 of 4 are 48 bits: one level of 16 places has 3 bits at each.
    np.testing.assert_allclose(metrics["bits"], 48.0, rtol=1e-5)
    assert metrics["one"]["codes"] == 8
    np.testing.assert_allclose(metrics["one"]["bits"], 48.0, rtol=1e-5)
    lengths = metrics["code_length"]
    np.testing.assert_allclose(
        lengths["learned_1"] + lengths["learned_2"], lengths["learned"], rtol=1e-5
    )
    vae = keras.saving.load_model(tmp_path / "run" / "model.keras")
    assert vae.generate(2, seed=0).shape == (2, 8, 8, 1)
    assert "nats, held out" in capsys.readouterr().out


@pytest.mark.one_backend("NumPy alone")
def test_what_is_large_and_what_is_fine_can_be_told_apart():
    names = runpy.run_path(SCRIPT)
    x, upright = names["formula"](200, 3)
    assert x.shape == (200, 32, 32, 3) and 0.0 < x.min() and x.max() < 1.0
    assert (names["upright"](x) == upright).all()
    turned = np.swapaxes(x, 1, 2)
    assert (names["upright"](turned) != upright).all()
