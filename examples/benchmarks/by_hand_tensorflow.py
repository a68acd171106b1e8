"""The VAE of the benchmark by hand in TensorFlow: tf.function with XLA, Adam written out."""

import itertools

import numpy as np
import tensorflow as tf


def glorot(shape, fan_in, fan_out):
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return tf.Variable(tf.random.uniform(shape, -limit, limit))


def dense(inputs, outputs):
    return glorot((inputs, outputs), inputs, outputs), tf.Variable(tf.zeros(outputs))


def conv(inputs, outputs, transposed=False):
    shape = (3, 3, outputs, inputs) if transposed else (3, 3, inputs, outputs)
    return glorot(shape, 9 * inputs, 9 * outputs), tf.Variable(tf.zeros(outputs))


def parameters(shape, hidden, latent):
    if len(shape) == 1:
        down, up = (*shape, *hidden), (latent, *hidden[::-1])
        return {
            "down": [dense(*pair) for pair in itertools.pairwise(down)],
            "mean": dense(down[-1], latent),
            "log_scale": dense(down[-1], latent),
            "up": [dense(*pair) for pair in itertools.pairwise(up)],
            "logits": dense(up[-1], *shape),
        }
    features = shape[0] // 4 * shape[1] // 4 * 32
    return {
        "conv1": conv(1, 16),
        "conv2": conv(16, 32),
        "mean": dense(features, latent),
        "log_scale": dense(features, latent),
        "back": dense(latent, features),
        "up1": conv(32, 32, transposed=True),
        "up2": conv(32, 16, transposed=True),
        "logits": dense(16, 1),
    }


def linear(p, x):
    return tf.tensordot(x, p[0], 1) + p[1] if len(x.shape) > 2 else x @ p[0] + p[1]


def down(p, x):
    return tf.nn.relu(tf.nn.conv2d(x, p[0], 2, "SAME") + p[1])


def up(p, x):
    size = (x.shape[0], 2 * x.shape[1], 2 * x.shape[2], p[0].shape[2])
    return tf.nn.relu(tf.nn.conv2d_transpose(x, p[0], size, 2, "SAME") + p[1])


def encoded(p, x):
    if len(x.shape) == 4:
        return tf.reshape(down(p["conv2"], down(p["conv1"], x)), (len(x), -1))
    for layer in p["down"]:
        x = tf.nn.relu(linear(layer, x))
    return x


def decoded(p, z, shape):
    if len(shape) == 3:
        grid = (len(z), shape[0] // 4, shape[1] // 4, 32)
        z = up(p["up2"], up(p["up1"], tf.reshape(tf.nn.relu(linear(p["back"], z)), grid)))
    else:
        for layer in p["up"]:
            z = tf.nn.relu(linear(layer, z))
    return linear(p["logits"], z)


def loss(p, x, draws):
    h = encoded(p, x)
    mean, log_scale = linear(p["mean"], h), linear(p["log_scale"], h)
    z = mean + tf.exp(log_scale) * tf.random.normal((draws, *mean.shape))
    logits = decoded(p, tf.reshape(z, (-1, mean.shape[1])), x.shape[1:])
    logits = tf.reshape(logits, (draws, *x.shape))
    cross_entropy = tf.reshape(tf.nn.softplus(logits) - x * logits, (draws, len(x), -1))
    kl = 0.5 * tf.reduce_sum(tf.exp(2 * log_scale) + mean**2 - 1 - 2 * log_scale, -1)
    return tf.reduce_mean(tf.reduce_sum(cross_entropy, -1) + kl)


def trainer(x, hidden, latent, batch, draws, rate):
    """A function that trains one epoch over x."""
    p = parameters(x.shape[1:], hidden, latent)
    variables = tf.nest.flatten(p)
    first = [tf.Variable(tf.zeros_like(v)) for v in variables]
    second = [tf.Variable(tf.zeros_like(v)) for v in variables]
    t = tf.Variable(0.0)

    @tf.function(jit_compile=True)
    def step(batch_x):
        with tf.GradientTape() as tape:
            value = loss(p, batch_x, draws)
        t.assign_add(1.0)
        size = rate * tf.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        gradients = tape.gradient(value, variables)
        for variable, m, v, g in zip(variables, first, second, gradients, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            v.assign(0.999 * v + 0.001 * g * g)
            variable.assign_sub(size * m / (tf.sqrt(v) + 1e-7))
        return value

    data = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x)).batch(batch).prefetch(2)

    def epoch():
        total = 0.0
        for batch_x in data:
            total += step(batch_x)
        return float(total) / (len(x) // batch)

    return epoch
