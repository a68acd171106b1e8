import importlib
import json

import numpy as np
import pytest

from keras_vae.datasets import FACE_MEASURES
from tests import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def script(monkeypatch):
    """As it sees itself: beside the script whose rounding of weights it shares."""
    monkeypatch.syspath_prepend(ROOT / "examples")
    return importlib.import_module("latent_directions")


def test_ranks(script):
    found = np.array([[0.0, 0.1, 0.5, 9.0], [3.0, 2.0, 1.0, 0.0], [0.0, 2.0, 1.0, 3.0]])
    np.testing.assert_allclose(script.rank_correlation(found), [1.0, -1.0, 0.8])


def test_latent_directions_on_a_file(script, tmp_path, capsys):
    random = np.random.default_rng(0)
    classes = random.integers(0, 200, size=(10, 12, 12), dtype="uint8")
    x = np.tile(classes, (8, 1, 1)) + random.integers(0, 56, size=(80, 12, 12), dtype="uint8")
    np.savez(tmp_path / "data.npz", x_train=x, y_train=list(range(10)) * 8)
    small = "--faces 160 --held-out 20 --latent-dim 3 --epochs 12 --batch-size 8 --seeds 4"
    out = tmp_path / "run"
    script.main([*small.split(), "--data", str(tmp_path / "data.npz"), "--out", str(out)])
    names = ("digits", "glasses_off", "leakage", "smile", "together")
    assert {file.name for file in out.iterdir()} == {
        *(f"{name}.png" for name in names),
        "metrics.json",
        "decoder.json",
    }
    (row,) = json.loads((out / "metrics.json").read_text())["rows"]
    assert row["seed"] == 4 and -1.0 <= row["apart"]["spearman"] <= 1.0
    assert list(row["apart"]["leakage"]) == list(FACE_MEASURES)[1:]
    assert list(row["together"]) == ["smile", "glasses off", "glasses on"]
    for move, found in row["together"].items():
        own = "mouth_curvature" if move == "smile" else "glasses"
        assert set(found["plain"]) == set(found["balanced"]) == set(FACE_MEASURES) - {own}
    for found in (kind for kinds in row["digits"].values() for kind in kinds.values()):
        assert found["kept"][4] == 1.0 and found["measured"][4] == 0.0
        assert 0.0 <= found["rising"] <= 1.0
    decoder = json.loads((out / "decoder.json").read_text())
    assert [layer["shape"] for layer in decoder["layers"]] == [[3, 128], [128, 96], [96, 1024]]
    assert np.shape(decoder["codes"]) == (6, 3)
    assert np.shape(decoder["plain"]) == np.shape(decoder["balanced"]) == (3, 3)
    assert "smile: Spearman" in capsys.readouterr().out
