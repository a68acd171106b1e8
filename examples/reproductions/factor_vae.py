"""FactorVAE: what a critic takes away of the total correlation, and what that costs.

    python examples/reproductions/factor_vae.py --seeds 0 1 2

Two models for each seed, alike but for the objective: the ELBO, and the ELBO with γ times the total
correlation of q(z), told by a critic with an optimizer of its own (Kim & Mnih 2018, Disentangling
by Factorising, equation 2). The paper's pictures and numbers are others; here are faces by formula,
with attributes that do not depend on each other. Judged on held-out faces, without the critic:

- the total correlation of the means of the active units, −½ log det of their correlations, where
  active is a variance of the means above 0.01, and above 0.1;
- the total correlation of the aggregate posterior of 1000 faces, a mixture whose density and
  marginal densities are known, over matched samples: one draw from the posterior of each face.
"""

import argparse
import json
import time
from pathlib import Path

import keras
import numpy as np
from scipy.special import logsumexp

import keras_vae
from keras_vae import datasets
from keras_vae.disentanglement import total_correlation
from keras_vae.evaluation import active_units
from keras_vae.objectives import ELBO, FactorVAE
from keras_vae.optimizers import PerPart

RESULTS = Path(__file__).parent / "results" / "factor_vae"

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--faces", type=int, default=4000, help="to train on; a quarter more held out")
parser.add_argument("--gamma", type=float, default=5.0)
parser.add_argument("--hidden-units", type=int, nargs="+", default=[256, 128])
parser.add_argument("--latent-dim", type=int, default=8)
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--seeds", type=int, nargs="+", default=[0])
parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the rows")


def of_the_aggregate(vae, x):
    """Total correlation of q(z), the mean of the posteriors of x, and its standard error."""
    posterior = vae.posterior(x)
    parts = (posterior.mean(), posterior.stddev())
    loc, scale = (keras.ops.convert_to_numpy(v).astype("float64") for v in parts)
    z = loc + scale * np.random.default_rng(0).normal(size=loc.shape)
    log_prob = -0.5 * ((z[:, None] - loc) / scale) ** 2 - np.log(scale * np.sqrt(2 * np.pi))
    joint = logsumexp(log_prob.sum(axis=-1), axis=1)
    marginal = logsumexp(log_prob, axis=1).sum(axis=-1)
    ratios = joint - marginal + (loc.shape[1] - 1) * np.log(len(x))
    return ratios.mean(), ratios.std() / len(x) ** 0.5


def train(args, x, gamma, seed):
    """A model, and the minutes that `fit` took."""
    keras.utils.set_random_seed(seed)
    encoder = keras_vae.Encoder(args.latent_dim, args.hidden_units)
    decoder = keras_vae.Decoder(x.shape[1:], args.hidden_units[::-1])
    objective = FactorVAE(gamma, hidden_units=(128, 128, 128)) if gamma else ELBO()
    vae = keras_vae.VAE(encoder, decoder, objective=objective, seed=seed)
    optimizer = keras.optimizers.Adam(1e-3)
    if gamma:
        critic = keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)
        optimizer = PerPart({"objective": critic}, rest=optimizer)
    vae.compile(optimizer)
    start = time.perf_counter()
    vae.fit(x, epochs=args.epochs, batch_size=128, verbose=2)
    return vae, (time.perf_counter() - start) / 60.0


def row(vae, x):
    """What held-out faces say of a model."""
    logs = vae.evaluate(x, verbose=0, return_dict=True)
    means, units = vae.encode(x), {least: active_units(vae, x, least) for least in (0.01, 0.1)}
    found = {least: total_correlation(means, mask) for least, mask in units.items()}
    return {
        **{name: logs[name] for name in ("reconstruction_loss", "kl_loss", "elbo")},
        **{name: logs[name] for name in ("total_correlation", "critic_accuracy") if name in logs},
        "active_units": {least: int(mask.sum()) for least, mask in units.items()},
        "of_means": {least: [tc.value, tc.standard_error] for least, tc in found.items()},
        "of_aggregate": of_the_aggregate(vae, x[:1000]),
    }


def main(argv=None):
    """Trains two models for each seed and keeps a row of each."""
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    x = datasets.faces(args.faces + args.faces // 4, seed=1).x
    backend = keras.config.backend()
    for seed in args.seeds:
        for name, gamma in (("elbo", 0.0), ("factor", args.gamma)):
            vae, minutes = train(args, x[: args.faces], gamma, seed)
            found = row(vae, x[args.faces :])
            found |= {"gamma": gamma, "seed": seed, "backend": backend, "minutes": minutes}
            path = args.out / f"{name}-{backend}-{seed}.json"
            path.write_text(json.dumps({**found, "epochs": args.epochs}, indent=2) + "\n")
            print(
                f"γ = {gamma:g}, seed {seed}: total correlation of the means "
                f"{found['of_means'][0.01][0]:.2f}, of q(z) {found['of_aggregate'][0]:.2f} nats, "
                f"reconstruction loss {found['reconstruction_loss']:.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
