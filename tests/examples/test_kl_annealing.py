import json
import runpy

import keras
import numpy as np
import pytest

from tests import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(ROOT / "examples" / "kl_annealing.py")


@pytest.fixture
def main(script):
    return script["main"]


def test_the_table_has_the_spread_of_several_seeds(script):
    rows = [
        {"name": name, "runs": [{"rate": value} for value in values]}
        for name, values in (("one", [2.0]), ("two", [1.0, 3.0]))
    ]
    for row in rows:
        row["mean"] = {"rate": float(np.mean([run["rate"] for run in row["runs"]]))}
    lines = [line.split("|")[2].strip() for line in script["table"](rows).splitlines()]
    assert lines == ["rate", "-" * 13 + ":", "2.00", "2.00 ± 1.41"]


def test_one_epoch_of_kl_annealing(main, tmp_path, capsys):
    out = tmp_path / "run"
    main([*"--betas 10 --ways linear --seeds 1 --epochs 1 --out".split(), str(out)])
    assert {file.name for file in out.iterdir()} == {
        "kl_annealing.json",
        "kl_annealing.md",
        "pictures.png",
        "rate_distortion.png",
        "schedules.png",
        "sweep.png",
    }
    found = json.loads((out / "kl_annealing.json").read_text())
    assert found["backend"] == keras.config.backend() and found["seeds"] == [0]
    assert found["command"].startswith("python examples/kl_annealing.py --betas 10 --ways linear")
    rows = {row["name"]: row["mean"] for row in found["rows"]}
    assert list(rows) == ["β = 1", "β = 10", "linear"]
    for mean in rows.values():
        np.testing.assert_allclose(mean["−ELBO"], mean["rate"] + mean["distortion"])
    assert rows["β = 10"]["rate"] < rows["β = 1"]["rate"]
    table, ignored, far, ways, _ = (out / "kl_annealing.md").read_text().split("\n\n")
    assert len(table.splitlines()) == 5 and len({len(line) for line in table.splitlines()}) == 1
    assert "ignores its code where β is LARGE: at β = 10 the rate is" in ignored
    assert "q(z|x) is left far from p(z) where β is SMALL: at β = 1 " in far
    assert ways.startswith("With β = 1 throughout, the KL in training falls to ")
    assert table in capsys.readouterr().out


def test_weights_that_the_figures_cannot_show(main, capsys):
    with pytest.raises(SystemExit):
        main(["--betas", "0"])
    assert "--betas has 0, but the figures have a logarithmic axis" in capsys.readouterr().err
