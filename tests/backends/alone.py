"""What one backend does in a process of its own: ``python -m tests.backends.alone FOLDER``.

Importing a backend takes longer than most of what is asked of it, so one process answers all:
what the import of the package brings with it, what each objective says, and the models that the
backends hand to each other. Between writing and reading it waits for a line on its standard input.
"""

import json
import os
import sys
from pathlib import Path


def top_level() -> set[str]:
    return {name.split(".")[0] for name in sys.modules}


def main(folder: Path, backend: str) -> None:
    import keras

    before = top_level()
    import keras_vae  # noqa: F401

    added = sorted(top_level() - before)
    (folder / f"{backend}-added.json").write_text(json.dumps(added))

    from tests.backends import agreement, crossing

    agreement.write(folder / f"{backend}.npz", some=True)
    crossing.write(folder)
    (folder / f"{backend}.written").touch()
    sys.stdin.readline()
    crossing.read(folder)
    assert keras.config.backend() == backend


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if (backend := os.environ["KERAS_BACKEND"]) != "tensorflow":
        # As where TensorFlow is not installed: Keras would import it, to seed it.
        sys.modules["tensorflow"] = None
    main(Path(sys.argv[1]), backend)
