"""What a reproduction leaves behind: one JSON file per row, which the site reads."""

import json
import re
from pathlib import Path

import keras

RESULTS = Path(__file__).parent / "results"


def write(name, row, folder=None):
    """Keep a row under the name of its experiment, and print paper and ours side by side."""
    folder = RESULTS if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    row = {"experiment": name, "backend": keras.config.backend(), **row}
    key = f"{name} {row['variant']} {row['epochs']} epochs {row['backend']} seed {row['seed']}"
    path = folder / (re.sub(r"[^a-z0-9]+", "-", key.lower()) + ".json")
    path.write_text(json.dumps(row, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for quantity, paper in row["paper"].items():
        said = "—" if paper is None else f"{paper:.2f}"
        print(f"{row['variant']}: {quantity} paper {said}, here {row[quantity]:.2f}")
    print(f"{row['protocol']}; {row['minutes']:.1f} minutes; kept in {path.name}", flush=True)
