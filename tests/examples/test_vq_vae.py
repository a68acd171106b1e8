import json
import runpy

import keras
import numpy as np
import pytest

from tests import ROOT

pytestmark = pytest.mark.slow


def test_vq_vae_on_a_file(tmp_path, capsys):
    images = np.random.default_rng(0).integers(0, 256, size=(40, 8, 8), dtype="uint8")
    np.savez(tmp_path / "data.npz", x_train=images, x_test=images)
    main = runpy.run_path(ROOT / "examples" / "vq_vae.py")["main"]
    small = "--num-codes 8 --code-dim 4 --hidden-units 8 --filters 4 --epochs 1 --prior-epochs 1"
    main([*small.split(), "--data", str(tmp_path / "data.npz"), "--out", str(tmp_path / "run")])
    names = ("codebook", "codes", "reconstructions", "samples", "training")
    assert {file.name for file in (tmp_path / "run").iterdir()} == {
        *(f"{name}.png" for name in names),
        "metrics.json",
        "model.keras",
    }
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    np.testing.assert_allclose(metrics["uniform"], 16 * np.log(8), rtol=1e-6)
    assert 0.0 < metrics["unigram"] <= metrics["uniform"] + 1e-6
    gained = metrics["elbo"] - metrics["elbo_uniform"]
    np.testing.assert_allclose(gained, metrics["uniform"] - metrics["code_length"], rtol=1e-3)
    vae = keras.saving.load_model(tmp_path / "run" / "model.keras")
    assert vae.encode(images[..., None] / 255).shape == (40, 4, 4)
    assert vae.generate(2, seed=0).shape == (2, 8, 8, 1)
    assert "nats, held out" in capsys.readouterr().out
