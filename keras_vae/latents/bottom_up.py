"""Several groups of latent variables whose posterior goes up, each from the one below."""

from typing import Any

from keras_vae.arguments import Shape
from keras_vae.heads import NormalHead
from keras_vae.keras_compat import register
from keras_vae.latents.latents import Draws
from keras_vae.latents.top_down import TopDown, draw
from keras_vae.tensors import Seed, Tensor, as_generator


@register
class BottomUp(TopDown):
    r"""Any number of groups, whose posterior goes up while their prior comes down.

    $$q(z\mid x) = q(z_1\mid x)\prod_{l<L} q(z_{l+1}\mid z_l),\qquad
    p(z) = p(z_L)\prod_{l<L} p(z_l\mid z_{l+1})$$

    With two groups it is the model with two stochastic layers of Burda et al. The prior of a group
    depends on draws that were made of its own, so that its KL is estimated from them; that of
    $z_L$ has its closed form.

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
        Burda, Grosse & Salakhutdinov 2016, Importance Weighted Autoencoders, equations 1 and 5.

    Examples:
        >>> import keras, keras_vae
        >>> features = keras_vae.layers.DenseBody((16,))
        >>> decoder = keras_vae.Decoder((8, 8), hidden_units=(16,))
        >>> vae = keras_vae.VAE(features, decoder, latents=BottomUp((6, 3), (16,)))
        >>> vae.generate(2, seed=0).shape
        (2, 8, 8)
    """

    upwards = True

    def __init__(
        self,
        latent_dims: Shape,
        hidden_units: Shape,
        betas: tuple[float, ...] | None = None,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(latent_dims, hidden_units, betas, activation, **kwargs)
        self.first = NormalHead(
            event_shape=self.latent_dims[:1], name="first", trainable=self.trainable
        )
        self.upward = [
            self.between(network.event_shape[0], above, f"up_{level + 2}")
            for level, (network, above) in enumerate(
                zip(self.downward, self.latent_dims[1:], strict=True)
            )
        ]

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.first.build(tuple(input_shape))
        for network, below in zip(self.upward, self.latent_dims, strict=False):
            network.build((None, below))

    def infer(
        self,
        features: Tensor,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        noise = None if num_samples is None else as_generator(seed)
        posterior = {name: value[None] for name, value in self.first(features).items()}
        z = draw(posterior, num_samples, True, noise)
        draws: Draws = {self.groups[0]: {"posterior": posterior, "z": z}}
        for level, network in enumerate(self.upward):
            posterior = network(z, training=training)
            z = draw(posterior, num_samples, False, noise)
            draws[self.groups[level]]["prior"] = self.downward[level](z, training=training)
            draws[self.groups[level + 1]] = {"posterior": posterior, "z": z}
        return draws
