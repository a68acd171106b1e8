"""The table of what `examples/reproductions/sprites.py` measured."""

import numpy as np

from docs.results import REPRODUCTIONS, read, table

PLACES = {"wide": "uniform, 2\u202f:\u202f1", "square": "uniform, equal", "round": "normal, equal"}


def trained(places, beta, falling=True):
    """Rows of one protocol, by seed."""
    rows = [read(path) for path in (REPRODUCTIONS / "sprites").glob("*.json")]
    chosen = (places, beta, falling)
    found = [row for row in rows if (row["places"], row["beta"], row["falling"]) == chosen]
    return sorted(found, key=lambda row: row["seed"])


def of_seeds(rows, name, form):
    """What each seed measured, in their order; of x and y the worse one."""
    return ", ".join(form.format(np.min(row[name])) for row in rows)


def places_measured():
    """Whether two codes hold the place, and each of them one coordinate."""
    columns = ["places", "β", "R² of x and y", "correlation", "degrees", "price"]
    columns += ["active codes", "ELBO"]
    protocols = [(places, beta, True) for beta in (4.0, 1.0) for places in PLACES]
    protocols += [("wide", beta, False) for beta in (4.0, 1.0)]
    forms = {"explained": "{:.3f}", "aligned": "{:.3f}", "degrees": "{:.0f}", "price": "{:.2f}"}
    forms |= {"active": "{:.0f}", "elbo": "{:.1f}"}
    lines = []
    for places, beta, falling in protocols:
        if rows := trained(places, beta, falling):
            weight = f"40 → {beta:g}" if falling else f"{beta:g} throughout"
            found = (of_seeds(rows, name, form).replace("-", "−") for name, form in forms.items())
            lines.append([PLACES[places], weight, *found])
    return table(columns, lines)
