"""Pages of the examples: downloads, thumbnails, and how long a script took when it was measured."""

import io
import json
import re
from pathlib import Path

from PIL import Image, ImageOps

from docs.notebooks import notebook
from docs.results import NAMES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ASSETS = ROOT / "docs" / "assets"
MADE = ASSETS / "examples"
# Scripts without a notebook: one takes the files of the site, and one starts itself twice.
ALONE = ("explorer", "several_devices")
MEASURED = re.compile(r"\{\{ measured (\w+) \}\}")
THUMBNAILS, THUMBNAIL = "assets/examples/thumbnails", (480, 300)
# What a thumbnail shows of a picture: left, top, right and bottom as shares of it.
VIEWS = {
    "train_vae": ("examples/train_vae/manifold.png", (0.09, 0.02, 0.99, 0.56)),
    "autoencoders": ("examples/autoencoders/autoencoders.png", (0.0, 0.02, 0.46, 0.63)),
    "kl_annealing": ("examples/kl_annealing/pictures.png", (0.0, 0.0, 0.535, 0.66)),
    "vq_vae": ("examples/vq_vae/samples.png", (0.0, 0.0, 1.0, 1.0)),
    "vq_vae_2": ("examples/vq_vae_2/exchange.png", (0.12, 0.0, 0.62, 0.6)),
    "latent_directions": ("examples/latent_directions/smile.png", (0.1, 0.0, 0.65, 0.83)),
    "disentanglement": ("examples/disentanglement/places.png", (0.0, 0.0, 0.6, 0.65)),
    "explorer": ("explorer.png", (0.1, 0.1, 0.9, 0.6)),
}


def manifest(name):
    """What the gallery wrote of a run of a script."""
    return json.loads((MADE / name / "manifest.json").read_text(encoding="utf-8"))


def measured(name):
    """Backend and minutes of the run that made the pictures."""
    run = manifest(name)
    minutes = max(1, round(run["cpu_seconds"] / 60))
    return f"{NAMES[run['backend']]} · {minutes} minute{'s' * (minutes > 1)}"


def thumbnail(file, view=(0, 0, 1, 1)):
    """A part of a picture as a small PNG, on the same paper where it has another shape."""
    with Image.open(file) as picture:
        sides = [share * side for share, side in zip(view, 2 * picture.size, strict=True)]
        whole = picture.convert("RGB")
    paper, part = whole.getpixel((0, 0)), whole.crop([round(side) for side in sides])
    whole = ImageOps.pad(part, THUMBNAIL, Image.Resampling.LANCZOS, color=paper)
    content = io.BytesIO()
    whole.save(content, "png", optimize=True)
    return content.getvalue()


def drawn(figure):
    """A chart as a thumbnail."""
    file = io.BytesIO()
    figure.savefig(file, dpi=150)
    return thumbnail(file)


def additions():
    """What is made from the scripts and their pictures: its address and its content."""
    from docs import charts, twins  # which give matplotlib the look of the pages

    names = sorted(path.parent.name for path in MADE.glob("*/manifest.json"))
    scripts = {name: EXAMPLES / f"{name}.py" for name in (*names, *ALONE)}
    made = {f"examples/{s.name}": s.read_text(encoding="utf-8") for s in scripts.values()}
    for name in names:
        made[f"examples/{name}.ipynb"] = notebook(scripts[name], manifest(name)["backend"])
    for name, (picture, view) in VIEWS.items():
        made[f"{THUMBNAILS}/{name}.png"] = thumbnail(ASSETS / picture, view)
        made[f"{THUMBNAILS}/{name}-dark.png"] = thumbnail(twins.beside(ASSETS / picture), view)
    figures = {
        "several_devices": charts.devices_chart(),
        "reproductions": charts.silent(charts.papers_chart()),
        "benchmarks": charts.silent(charts.speed_chart()),
    }
    for name, figure in figures.items():
        made[f"{THUMBNAILS}/{name}.png"] = drawn(figure)
        made[f"{THUMBNAILS}/{name}-dark.png"] = drawn(twins.darken(figure))
    return made


def on_files(files, config):
    """Adds them to the site."""
    from mkdocs.structure.files import File, InclusionLevel

    included = InclusionLevel.INCLUDED  # scripts are else left out of the site
    for address, content in additions().items():
        files.append(File.generated(config, address, content=content, inclusion=included))
    return files


def on_page_markdown(markdown, page, config, files):
    """Writes backend and minutes where a page asks for them: {{ measured train_vae }}."""
    return MEASURED.sub(lambda asked: measured(asked[1]), markdown)
