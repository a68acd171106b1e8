"""The VAE of the benchmark by hand in JAX: a jitted step with Adam written out."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np


def glorot(key, shape, fan_in, fan_out):
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return jax.random.uniform(key, shape, minval=-limit, maxval=limit)


def dense(key, inputs, outputs):
    return {"w": glorot(key, (inputs, outputs), inputs, outputs), "b": jnp.zeros(outputs)}


def conv(key, shape):
    fan_in, fan_out = 9 * shape[2], 9 * shape[3]
    return {"w": glorot(key, shape, fan_in, fan_out), "b": jnp.zeros(shape[3])}


def parameters(shape, hidden, latent):
    keys = iter(jax.random.split(jax.random.key(0), 20))
    if len(shape) == 1:
        down, up = (*shape, *hidden), (latent, *hidden[::-1])
        return {
            "down": [dense(next(keys), *pair) for pair in itertools.pairwise(down)],
            "mean": dense(next(keys), down[-1], latent),
            "log_scale": dense(next(keys), down[-1], latent),
            "up": [dense(next(keys), *pair) for pair in itertools.pairwise(up)],
            "logits": dense(next(keys), up[-1], *shape),
        }
    features = shape[0] // 4 * shape[1] // 4 * 32
    return {
        "conv1": conv(next(keys), (3, 3, 1, 16)),
        "conv2": conv(next(keys), (3, 3, 16, 32)),
        "mean": dense(next(keys), features, latent),
        "log_scale": dense(next(keys), features, latent),
        "back": dense(next(keys), latent, features),
        "up1": conv(next(keys), (3, 3, 32, 32)),
        "up2": conv(next(keys), (3, 3, 32, 16)),
        "logits": dense(next(keys), 16, 1),
    }


def linear(p, x):
    return x @ p["w"] + p["b"]


NHWC = ("NHWC", "HWIO", "NHWC")


def down(p, x):
    y = jax.lax.conv_general_dilated(x, p["w"], (2, 2), "SAME", dimension_numbers=NHWC)
    return jax.nn.relu(y + p["b"])


def up(p, x):
    y = jax.lax.conv_transpose(x, p["w"], (2, 2), "SAME", dimension_numbers=NHWC)
    return jax.nn.relu(y + p["b"])


def encoded(p, x):
    if x.ndim == 4:
        return down(p["conv2"], down(p["conv1"], x)).reshape(len(x), -1)
    for layer in p["down"]:
        x = jax.nn.relu(linear(layer, x))
    return x


def decoded(p, z, shape):
    if len(shape) == 3:
        grid = (-1, shape[0] // 4, shape[1] // 4, 32)
        z = up(p["up2"], up(p["up1"], jax.nn.relu(linear(p["back"], z)).reshape(grid)))
    else:
        for layer in p["up"]:
            z = jax.nn.relu(linear(layer, z))
    return linear(p["logits"], z)


def loss(p, x, key, draws):
    h, shape = encoded(p, x), x.shape[1:]
    mean, log_scale = linear(p["mean"], h), linear(p["log_scale"], h)
    z = mean + jnp.exp(log_scale) * jax.random.normal(key, (draws, *mean.shape))
    logits = decoded(p, z.reshape(-1, mean.shape[1]), shape).reshape(draws, *x.shape)
    cross_entropy = jax.nn.softplus(logits) - x * logits
    reconstruction = jnp.sum(cross_entropy.reshape(draws, len(x), -1), -1)
    kl = 0.5 * jnp.sum(jnp.exp(2 * log_scale) + mean**2 - 1 - 2 * log_scale, -1)
    return jnp.mean(reconstruction + kl)


def trainer(x, hidden, latent, batch, draws, rate):
    """A function that trains one epoch over x."""

    @jax.jit
    def step(state, batch_x):
        p, m, v, t, key = state
        key, draw = jax.random.split(key)
        value, gradient = jax.value_and_grad(loss)(p, batch_x, draw, draws)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        size = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        p = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-7), p, m, v)
        return (p, m, v, t, key), value

    p = parameters(x.shape[1:], hidden, latent)
    zeros = jax.tree.map(jnp.zeros_like, p)
    memory = {"state": (p, zeros, zeros, 0, jax.random.key(1))}
    random = np.random.default_rng(0)

    def epoch():
        order, total = random.permutation(len(x)), 0.0
        for start in range(0, len(x), batch):
            memory["state"], value = step(memory["state"], x[order[start : start + batch]])
            total += value
        return float(total) / (len(x) // batch)

    return epoch
