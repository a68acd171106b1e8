import json
import re
import runpy

import keras
import numpy as np
import pytest

from tests import ROOT

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples"


@pytest.fixture
def main(monkeypatch):
    """The script as it would see itself: beside the one that it imports."""
    monkeypatch.syspath_prepend(EXAMPLES)
    return runpy.run_path(EXAMPLES / "train_vae.py")["main"]


def test_train_vae_on_the_digits(main, tmp_path, capsys):
    main(["--epochs", "1", "--hidden-units", "16", "--out", str(tmp_path / "run")])
    assert {file.name for file in (tmp_path / "run").iterdir()} == {
        "index.html",
        "latent.png",
        "learning_curves.png",
        "manifold.png",
        "metrics.json",
        "model.keras",
        "overview-dark.png",
        "overview.png",
        "reconstructions.png",
        "samples.png",
    }
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert 0 < metrics["kl"] < 100 and 0 < metrics["reconstruction"] < 784
    np.testing.assert_allclose(metrics["elbo"], -metrics["reconstruction"] - metrics["kl"], 1e-5)
    assert metrics["backend"] == keras.config.backend()
    assert metrics["command"].startswith("python examples/train_vae.py --epochs 1 --hidden-units")
    printed = capsys.readouterr().out
    assert re.search(r"epoch 1/1 ━{20} β 1.00  ELBO −\d+\.\d \(val", printed)
    assert "2 latent dimensions are in use" in printed
    assert "reconstructions differ by at most 0." in printed
    assert printed.splitlines()[-1].startswith(f"ELBO −{-metrics['elbo']:.2f} = −(")


def test_train_vae_on_a_file_with_another_model(main, tmp_path, capsys):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, size=(40, 12, 8), dtype="uint8")
    classes = rng.integers(0, 10, size=40, dtype="uint8")
    np.savez(tmp_path / "data.npz", x_train=images, y_train=classes, x_test=images, y_test=classes)
    options = "--body conv --latent-dim 3 --likelihood normal --warmup 0 --beta 2 --epochs 1"
    main([*options.split(), "--data", str(tmp_path / "data.npz"), "--out", str(tmp_path / "run")])
    for name in ("manifold.png", "index.html"):
        assert not (tmp_path / "run" / name).exists()
    assert "No manifold.png: it needs --latent-dim 2" in capsys.readouterr().out
    vae = keras.saving.load_model(tmp_path / "run" / "model.keras")
    assert vae.encode(images[..., None] / 255).shape == (40, 3)
