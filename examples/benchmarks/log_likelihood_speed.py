"""Time and memory of `vae.log_likelihood` against a function written by hand in JAX.

    KERAS_BACKEND=jax taskset -c 0 python examples/benchmarks/log_likelihood_speed.py

784-200-200-50 with tanh and Bernoulli pixels, random weights, random black-and-white images. Both
sides draw the same number of samples; rounds alternate, and the ratio of each pair is taken, so
that other work on the machine meets both. `--memory` instead prints the peak memory of one
estimate, for a comparison of two numbers of samples.
"""

import argparse
import json
import resource
import statistics
import time
import warnings
from functools import partial

import keras
import numpy as np

import keras_vae

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--images", type=int, default=10_000)
parser.add_argument("--num-samples", type=int, default=500)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--memory", action="store_true", help="peak memory of one estimate, no times")

PIXELS, HIDDEN, LATENT = 784, 200, 50


def model():
    """The network of Burda et al. 2016 with random weights."""
    encoder = keras_vae.Encoder(LATENT, hidden_units=(HIDDEN, HIDDEN), activation="tanh")
    decoder = keras_vae.Decoder((PIXELS,), hidden_units=(HIDDEN, HIDDEN), activation="tanh")
    vae = keras_vae.VAE(encoder, decoder)
    vae.build((None, PIXELS))
    return vae


def by_hand(vae, batch_size=100, chunk=50):
    """The same estimate in plain JAX: a scan over chunks of draws with a running log-sum-exp."""
    import jax
    import jax.numpy as jnp
    from jax.nn import log_sigmoid, logsumexp

    def arrays(network):
        return [jnp.asarray(w.numpy() if hasattr(w, "numpy") else w) for w in network.get_weights()]

    encoder, decoder = arrays(vae.encoder), arrays(vae.decoder)

    def hidden(weights, x):
        w1, b1, w2, b2 = weights[:4]
        return jnp.tanh(jnp.tanh(x @ w1 + b1) @ w2 + b2)

    @partial(jax.jit, static_argnums=2)
    def batch(x, key, num_samples):
        h = hidden(encoder, x)
        w_mean, b_mean, w_scale, b_scale = encoder[4:]
        mean, log_scale = h @ w_mean + b_mean, h @ w_scale + b_scale
        scale = jnp.exp(log_scale)

        def step(total, key):
            noise = jax.random.normal(key, (chunk, *mean.shape))
            z = mean + scale * noise
            logits = hidden(decoder, z) @ decoder[4] + decoder[5]
            log_x = jnp.sum(x * logits + log_sigmoid(-logits), axis=-1)
            log_prior = -0.5 * jnp.sum(z**2, axis=-1)
            log_posterior = -0.5 * jnp.sum(noise**2, axis=-1) - jnp.sum(log_scale, axis=-1)
            log_weights = log_x + log_prior - log_posterior
            return jnp.logaddexp(total, logsumexp(log_weights, axis=0)), None

        keys = jax.random.split(key, num_samples // chunk)
        total, _ = jax.lax.scan(step, jnp.full(len(x), -jnp.inf), keys)
        return total - jnp.log(num_samples)

    def estimate(x, num_samples):
        key = jax.random.key(0)
        parts = [
            batch(x[i : i + batch_size], jax.random.fold_in(key, i), num_samples)
            for i in range(0, len(x), batch_size)
        ]
        return np.concatenate([np.asarray(part) for part in parts])

    return estimate


def seconds(function):
    """Seconds that a call takes, and what it returns."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def main(argv=None):
    """Prints the measured ratio, or the peak memory, as JSON."""
    args = parser.parse_args(argv)
    keras.utils.set_random_seed(0)
    warnings.simplefilter("ignore")  # of random weights, whose posterior is no good proposal
    vae = model()
    noise = np.random.default_rng(0)
    x = (noise.random((args.images, PIXELS)) < 0.2).astype("float32")
    setting = {"backend": keras.config.backend(), "images": args.images, "draws": args.num_samples}

    def ours():
        return vae.log_likelihood(x, args.num_samples, seed=0).value

    if args.memory:
        ours()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**setting, "peak_MiB": round(peak)}))
        return
    estimate = by_hand(vae)

    def theirs():
        return estimate(x, args.num_samples)

    vae.log_likelihood(x[:200], 50, seed=0), estimate(x[:200], args.num_samples)  # compile
    rounds = []
    for number in range(args.rounds):
        first, second = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        times = {f: seconds(f) for f in (first, second)}
        rounds.append((times[ours][0], times[theirs][0]))
        difference = float(np.mean(times[ours][1] - times[theirs][1]))
        print(
            f"round {number + 1}: {rounds[-1][0]:.1f} s, by hand {rounds[-1][1]:.1f} s", flush=True
        )
    ratios = [a / b for a, b in rounds]
    print(
        json.dumps(
            {
                **setting,
                "ratio": round(statistics.median(ratios), 3),
                "ratios": [round(r, 3) for r in ratios],
                "mean_difference_nats": round(difference, 4),
            }
        )
    )


if __name__ == "__main__":
    main()
