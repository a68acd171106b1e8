"""What the pages say of scripts: their source, what it made, and tables of what was measured."""

import json
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "docs" / "assets" / "examples"
AGREEMENT = ROOT / "docs" / "assets" / "agreement.json"
TRAININGS = ROOT / "docs" / "assets" / "trainings"
REPRODUCTIONS = ROOT / "examples" / "reproductions" / "results"
BENCHMARKS = ROOT / "examples" / "benchmarks" / "results"
NAMES = {"jax": "JAX", "tensorflow": "TensorFlow", "torch": "PyTorch"}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(path):
    """A file of the repository as a block of code."""
    return f"````python\n{(ROOT / path).read_text(encoding='utf-8')}````\n"


def made(name):
    """How the pictures of a page came about."""
    manifest = read(GALLERY / name / "manifest.json")
    versions = ", ".join(f"{package} {number}" for package, number in manifest["versions"].items())
    return (
        f"Made by `{manifest['command']}` in {manifest['cpu_seconds']} seconds of processor time "
        f"({versions}), from the source below, whose SHA-256 begins with "
        f"`{manifest['sha256'][:12]}`."
    )


def table(columns, rows):
    """Markdown; columns of numbers are set to the right."""
    lines = [[str(cell) for cell in row] for row in rows]
    number = re.compile(r"[\d\s.,±—−%e-]+")
    numbers = (all(map(number.fullmatch, column)) for column in zip(*lines, strict=True))
    aligned = ["--:" if right else ":--" for right in numbers]
    return "\n".join(f"| {' | '.join(line)} |" for line in (columns, aligned, *lines)) + "\n"


def measured(columns, rows, commands):
    """A table with numbered rows, and the command that makes each of them."""
    numbered = [[number, *row] for number, row in enumerate(rows, start=1)]
    said = "\n".join(f"# {number}\n{line}" for number, line in enumerate(commands, start=1))
    return f"{table(['', *columns], numbered)}\n```sh\n{said}\n```\n"


def nats(number):
    return "—" if number is None else f"{number:.2f}"


def reproduction_rows():
    """All rows that the scripts left, in the order of experiment, variant, epochs, backend."""
    rows = [read(path) for path in REPRODUCTIONS.glob("*.json")]
    keys = ("experiment", "data", "variant", "epochs", "backend", "seed")
    return sorted(rows, key=lambda row: [row[key] for key in keys])


def network(row):
    """Widths of the dense network, where the protocol says them."""
    found = re.search(r"dense ([0-9-]+)", row["protocol"])
    return found[1].split("-") if found else []


def run(row):
    """What a row is of."""
    widths = network(row)
    return f"{row['experiment']}: {row['variant']}" + (f", {'-'.join(widths)}" if widths else "")


def reproduction_command(row):
    """The command that makes a row."""
    script = row["experiment"].replace("-", "_").replace("table_", "table")
    options = "" if row["data"] == "digits" else " --data mnist.npz"
    if row["experiment"] == "iwae-table-1":
        options += f" --k {re.search(r'k=([0-9]+)', row['variant'])[1]}"
        options += " --layers 2" * row["variant"].startswith("2 layers")
    if row["experiment"] == "sigma-vae":
        variance, (*hidden, latent) = row["variant"].split()[0], network(row)
        options += f" --variance {variance} --hidden-units {' '.join(hidden)} --latent-dim {latent}"
    options += f" --{'continued' if 'continued' in row['variant'] else 'epochs'} {row['epochs']}"
    options += f" --seed {row['seed']}" * (row["seed"] > 0)
    return f"KERAS_BACKEND={row['backend']} python examples/reproductions/{script}.py{options}"


def against_the_papers():
    """One line for each run whose number stands in a paper."""
    columns = ["run", "quantity", "paper", "here", "active units: paper, here"]
    columns += ["epochs: paper, here", "backend", "seed", "minutes"]
    names = {"nll": "−log p(x)", "negative_elbo": "−ELBO"}
    lines, commands = [], []
    for row in reproduction_rows():
        (quantity,) = names.keys() & row["paper"].keys()
        if row["paper"][quantity] is None:
            continue
        error = row.get(f"{quantity}_standard_error")
        epochs = re.search(r"epochs \(paper: ([0-9]+)\)", row["protocol"])
        units = row["paper"].get("active_units")
        lines.append(
            [
                run(row),
                names[quantity],
                nats(row["paper"][quantity]),
                nats(row[quantity]) + (f" ± {error:.2f}" if error else ""),
                f"{units or '—'}, {row['active_units']}" if "active_units" in row else "—",
                f"{epochs[1] if epochs else '—'}, {row['epochs']}",
                NAMES[row["backend"]],
                row["seed"],
                row["minutes"],
            ]
        )
        commands.append(reproduction_command(row))
    return measured(columns, lines, commands)


def reproductions():
    """What every run measured."""
    columns = ["run", "data", "epochs", "backend", "seed", "−log p(x)", "−ELBO", "active units"]
    columns += ["minutes"]
    lines = [
        [
            run(row),
            row["data"],
            row["epochs"],
            NAMES[row["backend"]],
            row["seed"],
            nats(row.get("nll")),
            nats(row["negative_elbo"]),
            row.get("active_units", "—"),
            row["minutes"],
        ]
        for row in reproduction_rows()
    ]
    return table(columns, lines)


def digit_codes():
    """What was measured of discrete codes on MNIST, by model."""
    rows = map(read, (REPRODUCTIONS / "digit_codes").glob("*.json"))
    return {row["model"]: row for row in rows}


def digit_codes_in_use():
    """Which codes are used, by model."""
    columns = ["model", "codes", "in use", "perplexity", "restarts", "−log p(x∣z)", "epochs"]
    lines = []
    for name, row in digit_codes().items():
        if "usage" in row:
            distortion = -row["elbo"] - row["uniform"]
            used, restarts = f"{100 * row['usage']:.1f} %", f"{row['restarts']:.0f}"
            perplexity = f"{row['perplexity']:.1f}"
            line = [name, row["num_codes"], used, perplexity, restarts, nats(distortion)]
            lines.append([*line, row["epochs"]])
    return table(columns, sorted(lines))


def digit_codes_judged():
    """What a classifier of real digits says of pictures."""
    found = digit_codes()
    judged = {
        "held-out digits": found["held-out digits"]["digits"],
        "codes: reconstructions": found["codes"]["reconstructions"],
        "codes: draws, learned prior": found["codes"]["draws"],
        "codes: draws, uniform prior": found["codes"]["uniform_prior"],
        "continuous: reconstructions": found["continuous"]["reconstructions"],
        "continuous: draws": found["continuous"]["draws"],
    }
    columns = ["pictures", "recognized", "distance of classes", "Fréchet distance"]
    lines = [
        [name, f"{100 * j['recognized']:.1f} %", f"{j['total_variation']:.3f}", nats(j["frechet"])]
        for name, j in judged.items()
    ]
    return table(columns, lines)


def factor_vae():
    """The ELBO and FactorVAE, pair by pair: total correlations, and what they cost."""
    found = defaultdict(dict)
    for path in sorted((REPRODUCTIONS / "factor_vae").glob("*.json")):
        row = read(path)
        found[row["backend"], row["seed"]]["factor" if row["gamma"] else "elbo"] = row
    return dict(found)


def factor_vae_table():
    """A line for each pair, before → after."""
    columns = ["backend", "seed", "of q(z)", "of the means", "means, variance above 0.1"]
    lines = []
    for (backend, seed), pair in factor_vae().items():
        before, after = pair["elbo"], pair["factor"]
        dearer = after["reconstruction_loss"] / before["reconstruction_loss"] - 1.0
        both = [[row["of_aggregate"], *row["of_means"].values()] for row in (before, after)]
        pairs = [f"{one[0]:.2f} → {other[0]:.2f}" for one, other in zip(*both, strict=True)]
        lines.append([NAMES[backend], seed, *pairs, f"+{100 * dearer:.1f} %"])
    return table([*columns, "reconstruction loss"], lines)


def agreement():
    """Largest relative differences between two backends, by objective and by model."""
    found = read(AGREEMENT)
    quantities = {
        "loss": "loss and logs",
        "terms": "terms",
        "gradients": "gradients",
        "adam": "weights after Adam",
    }
    groups = {by: defaultdict(list) for by in ("objective", "model")}
    for row in found["rows"]:
        for by, group in groups.items():
            group[row[by]].append(row)
    tables = []
    for by, group in groups.items():
        everything = {**group, "**all**": [found["worst"]]}
        lines = [
            [
                name,
                len(group.get(name, found["rows"])),
                *(f"{max(row[quantity] for row in rows):.1e}" for quantity in quantities),
            ]
            for name, rows in everything.items()
        ]
        tables.append(table([by, "pairs", *quantities.values()], lines))
    return "\n".join(tables)


def trainings():
    """One training, computed by each backend: the metrics.json that the script left."""
    columns = {"elbo": "ELBO", "reconstruction": "reconstruction loss", "kl": "KL loss"}
    rows = [read(path) for path in sorted(TRAININGS.glob("*.json"))]
    lines = [[NAMES[row["backend"]], *(nats(row[name]) for name in columns)] for row in rows]
    commands = [f"KERAS_BACKEND={row['backend']} {row['command']}" for row in rows]
    return measured(["backend", *columns.values()], lines, commands)


def codes_speed():
    """Ratios of the time per step, with quartiles over rounds."""
    rows = read(BENCHMARKS / "codes_speed.json")
    lines = [
        [
            NAMES[row["backend"]],
            f"{row['codes / plain']:.3f}",
            "{:.3f} to {:.3f}".format(*row["quartiles"]),
        ]
        for row in rows
    ]
    commands = [
        f"KERAS_BACKEND={row['backend']} OMP_NUM_THREADS=1 python examples/benchmarks/"
        f"codes_speed.py --rounds {row['rounds']} --steps {row['steps']}"
        for row in rows
    ]
    return measured(["backend", "codes / plain", "quartiles"], lines, commands)


def log_likelihood_speed():
    """`vae.log_likelihood` against a loop by hand: how fast, and what memory hangs on."""
    columns = ["backend", "images", "draws", "rate / by hand", "round by round"]
    columns += ["GFLOP/s", "by hand"]
    lines, peaks, commands = [], [], []
    for row in read(BENCHMARKS / "log_likelihood_speed.json"):
        name, memory = NAMES[row["backend"]], row["peak_memory"]
        for speed in row["speed"]:
            rates = ", ".join(f"{rate:.3f}" for rate in speed["rounds"])
            said = f"{name}, compiled" if speed["compiled"] else name
            line = [said, speed["images"], speed["draws"], f"{speed['rate / by hand']:.3f}", rates]
            lines.append([*line, *speed["GFLOP/s"].values()])
        peaks.append([name, *memory["MiB"], f"{memory['many / few']:.3f}"])
        asked = [speed for speed in row["speed"] if not speed["compiled"]]
        images, draws = ([speed[key] for speed in asked] for key in ("images", "draws"))
        options = {"images": images, "num-samples": draws, "rounds": [row["rounds"]]}
        options |= {"memory-images": [memory["images"]], "memory-samples": memory["draws"]}
        said = " ".join(f"--{k} {' '.join(map(str, v))}" for k, v in options.items())
        commands.append(
            f"KERAS_BACKEND={row['backend']} python examples/benchmarks/log_likelihood_speed.py "
            f"{said}"
        )
    few, many = memory["draws"]
    head = ["backend", f"peak MiB, {few} draws", f"{many} draws", "ratio"]
    said = "\n".join(commands)
    return f"{table(columns, lines)}\n{table(head, peaks)}\n```sh\n{said}\n```\n"
