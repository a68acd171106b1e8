"""A ladder: the data say something of every group, and inference comes down with the prior."""

from typing import Any

from keras import ops

from keras_vae.arguments import Shape
from keras_vae.bodies import DenseBody
from keras_vae.heads import NormalHead
from keras_vae.heads.head import Parameters
from keras_vae.keras_compat import register
from keras_vae.latents.latents import Draws
from keras_vae.latents.top_down import TopDown, draw
from keras_vae.tensors import Seed, Tensor, as_generator


@register
class Ladder(TopDown):
    r"""Any number of groups, whose posterior comes down the same way as their prior.

    A deterministic way up says something of every group, $\hat\mu_l(x)$ and $\hat\sigma_l(x)$; the
    posterior of a group is the product of that and of its prior, normals weighted by precision:

    $$q(z_l\mid z_{l+1}, x) \propto \mathcal N(z_l; \hat\mu_l, \hat\sigma_l^2)\;
    p(z_l\mid z_{l+1}),\qquad
    \sigma_{q}^{-2} = \hat\sigma_l^{-2} + \sigma_{p}^{-2},\quad
    \mu_q = \sigma_q^2\,(\hat\mu_l\hat\sigma_l^{-2} + \mu_p\sigma_p^{-2})$$

    and $q(z_L\mid x) = \mathcal N(\hat\mu_L, \hat\sigma_L^2)$ at the top.

    Args:
        latent_dims: lengths of $z_1$ (next to the data), …, $z_L$.
        hidden_units: widths of the dense layers between two groups, up and down; `()` makes them
            linear.
        betas: weight of the KL of each group, $z_1$ first; they multiply the β of the model.
        activation: activation of the dense layers.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: where a number is out of range, or there are not as many `betas` as groups.

    References:
        Sønderby et al. 2016, Ladder Variational Autoencoders, equations 10 to 12 and 17 to 19.

    Examples:
        >>> import keras, keras_vae
        >>> features = keras_vae.layers.DenseBody((16,))
        >>> decoder = keras_vae.Decoder((8, 8), hidden_units=(16,))
        >>> vae = keras_vae.VAE(features, decoder, latents=Ladder((6, 4, 2), (16,)))
        >>> {name: z.shape for name, z in vae.encode(keras.ops.ones((5, 8, 8))).items()}
        {'z_1': (5, 6), 'z_2': (5, 4), 'z_3': (5, 2)}
    """

    def __init__(
        self,
        latent_dims: Shape,
        hidden_units: Shape,
        betas: tuple[float, ...] | None = None,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(latent_dims, hidden_units, betas, activation, **kwargs)
        self.words = [
            NormalHead(event_shape=(size,), name=f"word_{level + 1}", trainable=self.trainable)
            for level, size in enumerate(self.latent_dims)
        ]
        self.upward = [
            DenseBody(
                self.hidden_units,
                self.activation,
                name=f"up_{level}",
                trainable=self.trainable,
            )
            for level in range(2, len(self.latent_dims) + 1)
        ]

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        shape = tuple(input_shape)
        for level, word in enumerate(self.words):
            if level:
                self.upward[level - 1].build(shape)
                shape = (None, *(self.hidden_units[-1:] or (self.upward[level - 1].flat,)))
            word.build(shape)

    def infer(
        self,
        features: Tensor,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        noise = None if num_samples is None else as_generator(seed)
        said = [self.words[0](features)]
        for body, word in zip(self.upward, self.words[1:], strict=True):
            features = body(features)
            said.append(word(features))
        posterior = {name: value[None] for name, value in said[-1].items()}
        z = draw(posterior, num_samples, True, noise)
        draws: Draws = {self.groups[-1]: {"posterior": posterior, "z": z}}
        for level in reversed(range(len(self.downward))):
            prior = self.downward[level](z, training=training)
            posterior = product(said[level], prior)
            z = draw(posterior, num_samples, False, noise)
            draws[self.groups[level]] = {"posterior": posterior, "prior": prior, "z": z}
        return draws


def product(one: Parameters, other: Parameters) -> Parameters:
    """The normal that is proportional to the product of two normals."""
    a, b = (ops.square(1.0 / parameters["scale"]) for parameters in (one, other))
    loc = (a * one["loc"] + b * other["loc"]) / (a + b)
    return {"loc": loc, "scale": ops.rsqrt(a + b)}
