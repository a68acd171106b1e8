"""The VAE of the benchmark with this package, and as a plain Keras model with its own loss."""

import keras

import keras_vae


def vae_model(shape, hidden, latent, draws, rate, **how):
    """With this package; `hidden` are the widths of a dense network, `how` goes to `compile`."""
    if len(shape) == 1:
        encoder = keras_vae.Encoder(latent, hidden)
        decoder = keras_vae.Decoder(shape, hidden[::-1], head="bernoulli")
    else:
        encoder = keras_vae.Encoder(latent, body=keras_vae.layers.ConvBody((16, 32)))
        body = keras_vae.layers.ConvTransposeBody(shape, (32, 16))
        decoder = keras_vae.Decoder(shape, body=body, head="bernoulli")
    vae = keras_vae.VAE(encoder, decoder, objective=keras_vae.objectives.ELBO(draws), seed=0)
    vae.compile(keras.optimizers.Adam(rate), **how)
    return vae


@keras.saving.register_keras_serializable(package="fit_speed")
class PlainSampling(keras.layers.Layer):
    """Draw z and add the KL divergence, as the usual tutorial does; several draws as a batch."""

    def __init__(self, draws, **kwargs):
        super().__init__(**kwargs)
        self.draws, self.noise = draws, keras.random.SeedGenerator(0)

    def call(self, inputs):
        mean, log_scale = inputs
        variance = keras.ops.exp(2 * log_scale)
        kl = 0.5 * keras.ops.sum(variance + mean**2 - 1 - 2 * log_scale, axis=-1)
        self.add_loss(keras.ops.mean(kl))
        shape = (self.draws, *keras.ops.shape(mean))
        z = mean + keras.ops.exp(log_scale) * keras.random.normal(shape, seed=self.noise)
        return keras.ops.reshape(z, (-1, shape[-1]))


def plain_model(shape, hidden, latent, draws, rate, **how):
    """The same layers without this package."""
    layers = keras.layers
    h = x = keras.Input(shape)
    if len(shape) == 1:
        for units in hidden:
            h = layers.Dense(units, "relu")(h)
    else:
        for filters in (16, 32):
            h = layers.Conv2D(filters, 3, 2, "same", activation="relu")(h)
        h = layers.Flatten()(h)
    z = PlainSampling(draws)([layers.Dense(latent)(h), layers.Dense(latent)(h)])
    if len(shape) == 1:
        for units in hidden[::-1]:
            z = layers.Dense(units, "relu")(z)
        logits = layers.Dense(*shape)(z)
    else:
        grid = (shape[0] // 4, shape[1] // 4, 32)
        z = layers.Dense(grid[0] * grid[1] * grid[2], "relu")(z)
        z = layers.Reshape(grid)(z)
        for filters in (32, 16):
            z = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(z)
        logits = layers.Dense(1)(z)

    def bernoulli(x, logits):
        logits = keras.ops.reshape(logits, (draws, -1, *shape))
        cross_entropy = keras.ops.softplus(logits) - x * logits
        return keras.ops.sum(cross_entropy, axis=tuple(range(2, len(shape) + 2)))

    model = keras.Model(x, logits)
    model.compile(keras.optimizers.Adam(rate), loss=bernoulli, **how)
    return model
