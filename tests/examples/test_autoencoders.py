import json
import runpy

import pytest

from tests import ROOT

pytestmark = pytest.mark.slow


def test_example_compares_autoencoders(tmp_path, capsys):
    main = runpy.run_path(ROOT / "examples" / "autoencoders.py")["main"]
    main(["--epochs", "1", "--out", str(tmp_path)])
    names = ["PCA", "linear", "ReLU", "denoising", "sparse, L1", "sparse, KL", "VAE"]
    models = json.loads((tmp_path / "autoencoders.json").read_text())["models"]
    assert list(models) == names
    for row in models.values():
        assert models["PCA"]["error, training"] - 1e-3 <= row["error, training"] < 100
        assert row["error, denoised"] < 784
    table = (tmp_path / "autoencoders.md").read_text()
    assert [line.split("|")[1].strip() for line in table.splitlines()[2:]] == names
    assert table in capsys.readouterr().out
    assert (tmp_path / "autoencoders.png").stat().st_size > 10_000
