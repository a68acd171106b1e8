"""Parts as a reader adds them, without touching a model: latents, a likelihood, a critic."""

import keras
from keras import ops

from keras_vae.distributions import Distribution, Normal, Support
from keras_vae.latents import Group, Latents
from keras_vae.layers import Head, NormalHead
from keras_vae.objectives import Objective, frozen_call
from keras_vae.tensors import as_generator, as_observed

register = keras.saving.register_keras_serializable(package="tests")


@register
class SideBySide(Latents, keras.layers.Layer):
    """Two groups that do not hang on each other; the decoder sees both."""

    groups = ("shape", "style")

    def __init__(self, sizes, betas=(1.0, 1.0), **kwargs):
        super().__init__(**kwargs)
        self.sizes, self.betas, self.shape = tuple(sizes), tuple(betas), (sum(sizes),)
        self.heads = [NormalHead(event_shape=(size,)) for size in sizes]

    def build(self, input_shape):
        for head in self.heads:
            head.build(input_shape)

    def infer(self, features, num_samples=1, seed=None, training=False, condition=None):
        noise, draws = None if num_samples is None else as_generator(seed), {}
        for name, head in zip(self.groups, self.heads, strict=True):
            q = head(features)
            normal = Normal(**q)
            z = normal.mean()[None] if num_samples is None else normal.sample((num_samples,), noise)
            draws[name] = {"posterior": {key: value[None] for key, value in q.items()}, "z": z}
        return draws

    def group(self, name, draws):
        here, q = self.groups.index(name), Normal(**draws[name]["posterior"])
        prior = Normal(ops.zeros((self.sizes[here],)), 1.0)
        return Group(q, prior, draws[name]["z"], beta=self.betas[here])

    def decoder_input(self, draws):
        return ops.concatenate([draws[name]["z"] for name in self.groups], axis=-1)

    def generate(self, num_samples, seed=None, condition=None):
        return keras.random.normal((num_samples, *self.shape), seed=seed)

    def get_config(self):
        return {**super().get_config(), "sizes": self.sizes, "betas": self.betas}


class Exponential(Distribution):
    """Waiting times: log p(x) = η − x·exp(η), given by the logarithm η of the rate."""

    support = Support("values from 0", 0.0)

    def __init__(self, log_rate, event_ndim=1):
        self.log_rate = ops.convert_to_tensor(log_rate)
        super().__init__(self.log_rate, event_ndim)

    def log_prob(self, value, observed=None):
        value = as_observed(value, observed)
        return self.sum_event(self.log_rate - value * ops.exp(self.log_rate), observed)

    def mean(self):
        return ops.exp(-self.log_rate)

    def sample(self, sample_shape=(), seed=None):
        uniform = keras.random.uniform((*sample_shape, *self.shape), seed=seed)
        return -ops.log1p(-uniform) * self.mean()


@register
class ExponentialHead(Head):
    """Exponential distribution of every coordinate."""

    family = Exponential

    def build(self, input_shape):
        self.log_rate = self.linear("log_rate")
        self.log_rate.build(input_shape)

    def call(self, features):
        return {"log_rate": self.log_rate(features)}

    def distribution(self, parameters, target=None):
        return Exponential(parameters["log_rate"], self._event_ndim())


@register
class Judged(Objective):
    """The ELBO and a critic that tells codes from those of the batch in another order."""

    measures = ("critic_loss",)

    def __init__(self, weight=10.0):
        super().__init__()
        self.weight = weight
        layers = [keras.layers.Dense(8, "leaky_relu"), keras.layers.Dense(1)]
        self.critic = keras.Sequential(layers)

    def build(self, z_shape):
        self.critic.build(z_shape)

    def __call__(self, terms, beta):
        z, fixed = terms.z[0], ops.stop_gradient(terms.z[0])
        order = ops.argsort(keras.random.uniform(ops.shape(fixed), seed=terms.noise), axis=0)
        mixed = ops.take_along_axis(fixed, order, axis=0)
        wrong = ops.softplus(-self.critic(fixed)) + ops.softplus(self.critic(mixed))
        critic_loss = terms.noted["critic_loss"] = 0.5 * wrong[:, 0]
        trains = critic_loss - ops.stop_gradient(critic_loss)
        judged = self.weight * frozen_call(self.critic, z)[:, 0]
        return terms.reconstruction_loss + beta * terms.kl + judged + trains

    def get_config(self):
        return {"weight": self.weight}
