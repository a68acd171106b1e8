"""Several groups of latent variables under a prior that comes down."""

from typing import Any, ClassVar

import keras
from keras import ops

from keras_vae.arguments import Shape, is_several, nonnegative, positive_integers
from keras_vae.distributions import Normal
from keras_vae.heads.head import Parameters
from keras_vae.keras_compat import KeepsFrozen
from keras_vae.latents.group import Group
from keras_vae.latents.latents import Draws, Latents
from keras_vae.networks import Conditional
from keras_vae.tensors import Seed, Tensor, as_generator


class TopDown(KeepsFrozen, Latents, keras.layers.Layer):
    r"""Base of the structures whose prior is a chain of normals from the top down.

    $$p(z_1,\dots,z_L) = p(z_L)\prod_{l<L} p(z_l\mid z_{l+1}),\qquad p(z_L)=\mathcal N(0, I)$$

    A subclass writes `infer`. The decoder sees $z_1$.

    Args:
        latent_dims: lengths of $z_1$ (next to the data), …, $z_L$.
        hidden_units: widths of the dense layers between two groups; `()` makes them linear.
        betas: weight of the KL of each group, $z_1$ first; None is 1 for all.
        activation: activation of the dense layers.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: where a number is out of range, or there are not as many `betas` as groups.
    """

    upwards: ClassVar[bool] = False
    """Whether draws go up while the prior comes down: each prior then depends on its own draws."""

    def __init__(
        self,
        latent_dims: Shape,
        hidden_units: Shape,
        betas: tuple[float, ...] | None = None,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not is_several(latent_dims) or not len(latent_dims):
            raise ValueError(
                "`latent_dims` must be the length of each group of latent variables, the one next "
                f"to the data first, such as (32, 16, 8); received latent_dims={latent_dims!r}."
            )
        self.latent_dims = positive_integers("latent_dims", latent_dims)
        self.hidden_units = positive_integers("hidden_units", hidden_units)
        self.betas = (1.0,) * len(latent_dims) if betas is None else tuple(betas)
        if len(self.betas) != len(self.latent_dims):
            raise ValueError(
                f"`betas` must have one weight for each of the {len(self.latent_dims)} groups; "
                f"received betas={betas!r}."
            )
        self.betas = tuple(nonnegative("betas", beta) for beta in self.betas)
        self.activation = keras.activations.get(activation)
        self.groups = tuple(f"z_{level + 1}" for level in range(len(self.latent_dims)))
        self.shape = self.latent_dims[:1]
        self.downward = [
            self.between(above, size, f"down_{level + 1}")
            for level, (size, above) in enumerate(
                zip(self.latent_dims, self.latent_dims[1:], strict=False)
            )
        ]

    def between(self, given: int, size: int, name: str) -> Conditional:
        """The network of a normal over one group, given another."""
        return Conditional(
            (size,),
            self.hidden_units,
            activation=self.activation,
            name=name,
            given_shape=(given,),
            trainable=self.trainable,
        )

    def build(self, input_shape: Any) -> None:
        for network, above in zip(self.downward, self.latent_dims[1:], strict=True):
            network.build((None, above))

    def group(self, name: str, draws: Draws) -> Group:
        level, drawn = self.groups.index(name), draws[name]
        top = level + 1 == len(self.groups)
        prior = Normal(ops.zeros(self.latent_dims[-1:]), 1.0) if top else Normal(**drawn["prior"])
        return Group(
            Normal(**drawn["posterior"]),
            prior,
            drawn["z"],
            beta=self.betas[level],
            prior_sees_draw=self.upwards and not top,
        )

    def generate(
        self, num_samples: int, seed: Seed = None, condition: Tensor | None = None
    ) -> Tensor:
        noise = as_generator(seed)
        top = Normal(ops.zeros(self.latent_dims[-1:]), 1.0)
        z = top.sample((num_samples,), seed=noise)
        for network in reversed(self.downward):
            z = network.distribution(network(z)).sample((), seed=noise)
        return z

    def get_config(self) -> dict[str, Any]:
        own = {
            "latent_dims": self.latent_dims,
            "hidden_units": self.hidden_units,
            "betas": self.betas,
            "activation": keras.activations.serialize(self.activation),
        }
        return {**super().get_config(), **own}


def draw(parameters: Parameters, num_samples: int | None, leading: bool, seed: Seed) -> Tensor:
    """Draws of a normal, the first axis being that of draws; its mean where they are None.

    Args:
        parameters: of shape (1, B, n) for the first group that is drawn, else (S, B, n).
        num_samples: number of draws S, or None.
        leading: whether this is the first group that is drawn.
        seed: a `keras.random.SeedGenerator`.
    """
    posterior = Normal(**parameters)
    if num_samples is None:
        return posterior.mean()
    if not leading:
        return posterior.sample((), seed=seed)
    return posterior.sample((num_samples,), seed=seed)[:, 0]
