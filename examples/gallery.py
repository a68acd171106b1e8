"""Run the example scripts as they are, and keep what they make for the pages of the site.

    python examples/gallery.py                   # all of them, some minutes each
    python examples/gallery.py autoencoders

Each script runs without arguments, with JAX or PyTorch. Its pictures, table and numbers go to
docs/assets/examples/<script>/, with a manifest.json that says which source made them: the SHA-256
of the script. A test fails when the script has changed since. Each picture has a twin in dark
colours, of which the script knows nothing: docs/twins.py draws it.
"""

import argparse
import hashlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from PIL import Image

EXAMPLES = Path(__file__).parent
DOCS = EXAMPLES.parent.resolve() / "docs"
ASSETS, TWINS = DOCS / "assets" / "examples", DOCS / "twins.py"
SCRIPTS = (
    "train_vae",
    "autoencoders",
    "kl_annealing",
    "vq_vae",
    "vq_vae_2",
    "latent_directions",
    "disentanglement",
)
# The others JAX, whose convolutions are slow on a processor, and which compiles every model anew.
BACKENDS = dict.fromkeys(
    ("kl_annealing", "vq_vae", "vq_vae_2", "latent_directions", "disentanglement"), "torch"
)

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("scripts", nargs="*", choices=["all", *SCRIPTS], default="all")
parser.add_argument("--out", type=Path, default=ASSETS, help="folder for the results")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keep(source, folder):
    """Tables get a name that is not a page's; pictures 256 colours; the model is not kept."""
    if source.suffix == ".png":
        picture = Image.open(source).convert("RGB").quantize(256)
        picture.save(folder / source.name, optimize=True)
    elif source.suffix in (".json", ".md"):
        name = source.stem + ".txt" if source.suffix == ".md" else source.name
        shutil.copy(source, folder / name)


def make(name, out):
    """Runs one script in an empty folder and keeps what it leaves there."""
    script, backend = EXAMPLES / f"{name}.py", BACKENDS.get(name, "jax")
    made_by = sha256(script)
    environment = {**os.environ, "KERAS_BACKEND": backend}
    wall, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, TWINS, script.resolve()]
        subprocess.run(command, cwd=empty, env=environment, check=True)
        wall = time.perf_counter() - wall
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - cpu
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for source in sorted((Path(empty) / "runs" / name).iterdir()):
            keep(source, folder)
    manifest = {
        "script": f"examples/{name}.py",
        "sha256": made_by,
        "command": f"KERAS_BACKEND={backend} python examples/{name}.py",
        "backend": backend,
        "seconds": round(wall),
        "cpu_seconds": round(cpu),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("keras", backend, "numpy")},
        },
        "files": sorted(path.name for path in folder.iterdir()),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{name}: {manifest['seconds']} s; {', '.join(manifest['files'])} in {folder}/")


def main(argv=None):
    """One script after the other."""
    args = parser.parse_args(argv)
    for name in SCRIPTS if "all" in args.scripts else args.scripts:
        make(name, args.out)


if __name__ == "__main__":
    main()
