import json
import runpy

import keras
import numpy as np
import pytest

from keras_vae.datasets import sprites
from tests import ROOT


@pytest.mark.slow
def test_disentanglement_on_few_pictures(tmp_path, capsys):
    main = runpy.run_path(ROOT / "examples" / "disentanglement.py")["main"]
    small = "--pictures 200 --held-out 150 --latent-dim 3 --hidden-units 16 --epochs 2 --seeds 0"
    main([*small.split(), "--betas", "4", "40-4", "--out", str(tmp_path / "run")])
    names = ("places", "information", "scores", "traversals_4", "traversals_40-4")
    assert {file.name for file in (tmp_path / "run").iterdir()} == {
        *(f"{name}.png" for name in names),
        "metrics.json",
        "table.md",
        "beta_4.keras",
        "beta_40-4.keras",
    }
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert [(row["beta"], row["seed"]) for row in metrics["rows"]] == [("4", 0), ("40-4", 0)]
    for row in metrics["rows"]:
        np.testing.assert_allclose(row["elbo"], -row["reconstruction"] - row["rate"], rtol=1e-5)
        assert all(np.isfinite(row["scores"]["SAP"])) and 0 <= row["active"] <= 3
    vae = keras.saving.load_model(tmp_path / "run" / "beta_40-4.keras")
    assert vae.encode(sprites(5, size=32).x).shape == (5, 3)
    table = (tmp_path / "run" / "table.md").read_text(encoding="utf-8")
    assert table in capsys.readouterr().out
