"""What `fit` costs: tables and a picture of what `examples/benchmarks/fit_speed.py` measured."""

from matplotlib.figure import Figure

from docs.figures import COLORS
from docs.results import BENCHMARKS, NAMES, read, table

COMMAND = """```sh
for backend in jax tensorflow torch; do
  export KERAS_BACKEND=$backend
  cases="small small-b32 small-b1024 small-d5 small-d50 deep conv28 conv64"
  for what in "--rounds 3 --only $cases" "--memory --only small-d50"; do
    python examples/benchmarks/fit_speed.py $what --json examples/benchmarks/results/fit_speed.json
  done
done
```
"""


def rows():
    """One row for each backend and case, as the script left them."""
    path = BENCHMARKS / "fit_speed.json"
    return read(path) if path.exists() else []


def ratio(row, name):
    found = row.get("ratios", {}).get(name)
    return "—" if found is None else f"{found:.2f}"


def whole(row):
    """A whole `fit` of this package, as a ratio to one of a plain Keras model."""
    taken = row["milliseconds_of_the_whole"]
    return taken["vae"] / taken["plain"]


def fit_speed():
    """Milliseconds per step, and the ratios that say what the package costs."""
    ways, ratios = ("vae", "plain", "by hand"), ("vae / plain", "vae / by hand")
    columns = ["backend", "network", "batch", "draws", *(f"{way}, ms" for way in ways), *ratios]
    columns.append("whole fit, vae / plain")
    lines = [
        [
            NAMES[row["backend"]],
            *(row[name] for name in ("network", "batch", "draws")),
            *(f"{row['milliseconds'][way]:.2f}" for way in ways),
            *(ratio(row, name) for name in ratios),
            f"{whole(row):.2f}",
        ]
        for row in rows()
        if "milliseconds" in row
    ]
    return f"{table(columns, lines)}\n{COMMAND}"


def compiled():
    """The small network with `jit_compile=True`, and how long compiling takes."""
    ways = ("vae compiled", "plain compiled")
    columns = ["backend", *(f"{way}, ms" for way in ways), "vae / plain", "vae / by hand"]
    lines = [
        [
            NAMES[row["backend"]],
            *(f"{row['milliseconds'][way]:.2f}" for way in ways),
            ratio(row, "vae compiled / plain compiled"),
            ratio(row, "vae compiled / by hand"),
            *(f"{row['compilation_seconds'][way]:.0f}" for way in ("vae", "vae compiled")),
        ]
        for row in rows()
        if "vae compiled" in row.get("milliseconds", {})
    ]
    return table([*columns, "first step, s", "first step compiled, s"], lines)


def memory():
    """MiB that training adds to a process."""
    ways = ("vae", "plain", "by hand")
    columns = ["backend", "network", "batch", "draws", *(f"{way}, MiB" for way in ways)]
    lines = [
        [
            NAMES[row["backend"]],
            *(row[name] for name in ("network", "batch", "draws")),
            *(row["mebibytes"][way] for way in ways),
        ]
        for row in rows()
        if "mebibytes" in row
    ]
    return table(columns, lines)


def growth():
    """How the time of a step of the small network grows with the batch and with the draws."""
    figure = Figure(figsize=(6.4, 4.2))
    axes = figure.subplots(1, 2, sharey=True)
    styles = {"vae": "-", "plain": "--", "by hand": ":"}
    small = [row for row in rows() if row["network"] == "small" and "milliseconds" in row]
    one_draw = [(row["batch"], row) for row in small if row["draws"] == 1]
    one_size = [(row["draws"], row) for row in small if row["batch"] == 128]
    for axis, found in zip(axes, (one_draw, one_size), strict=True):
        axis.set(xscale="log", yscale="log")
        for color, (backend, said) in zip(COLORS, NAMES.items(), strict=False):
            of = sorted((at, row["case"], row) for at, row in found if row["backend"] == backend)
            points = [at for at, _, _ in of]
            for way, style in styles.items():
                milliseconds = [row["milliseconds"][way] for _, _, row in of]
                axis.plot(points, milliseconds, style, color=color, label=f"{said}, {way}")
        points = sorted({at for at, _ in found})
        axis.set_xticks(points, list(map(str, points)))
        axis.minorticks_off()
    axes[0].set(xlabel="batch size, one draw", ylabel="milliseconds per step")
    axes[1].set(xlabel="draws, batches of 128")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
