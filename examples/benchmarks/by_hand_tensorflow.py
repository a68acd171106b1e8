"""The VAE of the benchmark by hand in TensorFlow: tf.function with XLA, Adam written out."""

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


def parameters(network, latent):
    if network == "dense":
        return {
            "hidden": dense(784, 400),
            "mean": dense(400, latent),
            "log_scale": dense(400, latent),
            "back": dense(latent, 400),
            "logits": dense(400, 784),
        }
    return {
        "conv1": conv(1, 16),
        "conv2": conv(16, 32),
        "mean": dense(1568, latent),
        "log_scale": dense(1568, latent),
        "back": dense(latent, 1568),
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


def loss(p, x, network):
    if network == "dense":
        h = tf.nn.relu(linear(p["hidden"], x))
    else:
        h = tf.reshape(down(p["conv2"], down(p["conv1"], x)), (len(x), -1))
    mean, log_scale = linear(p["mean"], h), linear(p["log_scale"], h)
    z = mean + tf.exp(log_scale) * tf.random.normal(mean.shape)
    if network == "dense":
        logits = linear(p["logits"], tf.nn.relu(linear(p["back"], z)))
    else:
        h = tf.reshape(tf.nn.relu(linear(p["back"], z)), (-1, 7, 7, 32))
        logits = linear(p["logits"], up(p["up2"], up(p["up1"], h)))
    cross_entropy = tf.reshape(tf.nn.softplus(logits) - x * logits, (len(x), -1))
    kl = 0.5 * tf.reduce_sum(tf.exp(2 * log_scale) + mean**2 - 1 - 2 * log_scale, -1)
    return tf.reduce_mean(tf.reduce_sum(cross_entropy, -1) + kl)


def trainer(network, x, batch, latent, rate):
    """A function that trains one epoch over x."""
    p = parameters(network, latent)
    variables = tf.nest.flatten(p)
    first = [tf.Variable(tf.zeros_like(v)) for v in variables]
    second = [tf.Variable(tf.zeros_like(v)) for v in variables]
    t = tf.Variable(0.0)

    @tf.function(jit_compile=True)
    def step(batch_x):
        with tf.GradientTape() as tape:
            value = loss(p, batch_x, network)
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
