"""Tables of what was measured on sprites; `examples/reproductions/sprites.py` left the rows."""

import numpy as np

from docs.results import REPRODUCTIONS, read, table

PLACES = {
    "wide": "uniform, 2 : 1",
    "square": "uniform, equal",
    "round": "normal, equal",
}
SCORES = {
    "mutual_information_gap": "MIG, histogram",
    "mutual_information_gap_sampled": "MIG, Chen's",
    "sap": "SAP",
    "dci_disentanglement": "DCI disentanglement",
    "dci_completeness": "DCI completeness",
    "dci_informativeness": "DCI informativeness",
    "modularity": "modularity",
    "explicitness": "explicitness",
    "beta_vae_score": "β-VAE score",
    "factor_vae_score": "FactorVAE score",
    "total_correlation": "total correlation, nats",
}


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
    lines = []
    for (places, said), beta, falling in (
        (pair, beta, falling)
        for falling, betas in ((True, (4.0, 1.0)), (False, (4.0,)))
        for beta in betas
        for pair in PLACES.items()
    ):
        if rows := trained(places, beta, falling):
            price = f"{beta:g}" + ("" if falling else ", from the start")
            forms = ("explained", "{:.3f}"), ("aligned", "{:.3f}"), ("degrees", "{:.0f}")
            forms += ("price", "{:.2f}"), ("active", "{:.0f}"), ("elbo", "{:.1f}")
            lines.append([said, price, *(of_seeds(rows, *form) for form in forms)])
    return table(columns, [[cell.replace("-", "−") for cell in line] for line in lines])


def scores_measured(places="wide"):
    """Every score with its bootstrap error, for each seed and β."""
    found = {beta: trained(places, beta) for beta in (1.0, 4.0)}
    columns = [""] + [f"β = {b:g}, seed {r['seed']}" for b, rows in found.items() for r in rows]
    lines = []
    for name, said in SCORES.items():
        values = [row["scores"][name] for rows in found.values() for row in rows]
        lines.append([said, *(f"{value:.3f} ± {error:.3f}" for value, error in values)])
    return table(columns, lines)
