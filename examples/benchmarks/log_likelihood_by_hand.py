"""Importance sampling of log p(x) written by hand: a loop over draws with a running log-sum-exp.

One function for each backend, of the weights of a VAE with dense layers of tanh and Bernoulli
pixels. Each makes a function from a batch of images and a number of draws to log p(x).
"""

import math
from functools import partial


def jax(encoder, decoder, chunk):
    """A jitted scan."""
    import jax
    import jax.numpy as jnp

    encoder, decoder = ([jnp.asarray(w) for w in weights] for weights in (encoder, decoder))
    memory = {"key": jax.random.key(0)}

    def hidden(weights, x):
        w1, b1, w2, b2 = weights[:4]
        return jnp.tanh(jnp.tanh(x @ w1 + b1) @ w2 + b2)

    @partial(jax.jit, static_argnums=2)
    def estimate(x, key, num_samples):
        h = hidden(encoder, x)
        w_mean, b_mean, w_scale, b_scale = encoder[4:]
        mean, log_scale = h @ w_mean + b_mean, h @ w_scale + b_scale
        scale = jnp.exp(log_scale)

        def step(total, key):
            noise = jax.random.normal(key, (chunk, *mean.shape))
            z = mean + scale * noise
            logits = hidden(decoder, z) @ decoder[4] + decoder[5]
            log_x = jnp.sum(x * logits - jax.nn.softplus(logits), axis=-1)
            log_ratio = 0.5 * jnp.sum(noise**2 - z**2, axis=-1) + jnp.sum(log_scale, axis=-1)
            return jnp.logaddexp(total, jax.nn.logsumexp(log_x + log_ratio, axis=0)), None

        keys = jax.random.split(key, num_samples // chunk)
        total, _ = jax.lax.scan(step, jnp.full(len(x), -jnp.inf), keys)
        return total - jnp.log(num_samples)

    def batch(x, num_samples):
        memory["key"], key = jax.random.split(memory["key"])
        return estimate(x, key, num_samples)

    return batch


def tensorflow(encoder, decoder, chunk):
    """A loop inside a tf.function; XLA is no faster here."""
    import tensorflow as tf

    encoder, decoder = ([tf.constant(w) for w in weights] for weights in (encoder, decoder))

    def hidden(weights, x):
        w1, b1, w2, b2 = weights[:4]
        return tf.tanh(tf.tanh(x @ w1 + b1) @ w2 + b2)

    @tf.function
    def batch(x, num_samples):
        h = hidden(encoder, x)
        w_mean, b_mean, w_scale, b_scale = encoder[4:]
        mean, log_scale = h @ w_mean + b_mean, h @ w_scale + b_scale
        scale = tf.exp(log_scale)
        total = tf.fill((len(x),), -math.inf)
        for _ in tf.range(num_samples // chunk):
            noise = tf.random.normal((chunk, *mean.shape))
            z = mean + scale * noise
            rows = tf.reshape(z, (-1, z.shape[-1]))
            logits = hidden(decoder, rows) @ decoder[4] + decoder[5]
            logits = tf.reshape(logits, (chunk, *x.shape))
            log_x = tf.reduce_sum(x * logits - tf.nn.softplus(logits), axis=-1)
            log_ratio = 0.5 * tf.reduce_sum(noise**2 - z**2, axis=-1)
            log_weights = log_x + log_ratio + tf.reduce_sum(log_scale, axis=-1)
            here = tf.reduce_logsumexp(log_weights, axis=0)
            total = tf.reduce_logsumexp(tf.stack([total, here]), axis=0)
        return total - math.log(num_samples)

    return batch


def torch(encoder, decoder, chunk):
    """An eager loop without gradients."""
    import torch

    encoder, decoder = ([torch.from_numpy(w) for w in weights] for weights in (encoder, decoder))

    def dense(x, w, b):
        return torch.addmm(b, x, w)

    def hidden(weights, x):
        w1, b1, w2, b2 = weights[:4]
        return torch.tanh(dense(torch.tanh(dense(x, w1, b1)), w2, b2))

    @torch.no_grad()
    def batch(x, num_samples):
        x = torch.from_numpy(x)
        h = hidden(encoder, x)
        mean, log_scale = dense(h, *encoder[4:6]), dense(h, *encoder[6:])
        scale, total = torch.exp(log_scale), torch.full((len(x),), -math.inf)
        for _ in range(num_samples // chunk):
            noise = torch.randn(chunk, *mean.shape)
            z = mean + scale * noise
            logits = dense(hidden(decoder, z.flatten(0, 1)), *decoder[4:])
            logits = logits.view(chunk, *x.shape)
            log_x = torch.sum(x * logits - torch.nn.functional.softplus(logits), dim=-1)
            log_ratio = 0.5 * torch.sum(noise**2 - z**2, dim=-1) + torch.sum(log_scale, dim=-1)
            total = torch.logaddexp(total, torch.logsumexp(log_x + log_ratio, dim=0))
        return total - math.log(num_samples)

    return batch
