"""Objectives of two players: a critic takes the place of a density that is not known."""

from typing import Any

import keras
from keras import ops

from keras_vae.arguments import nonnegative, positive_integers
from keras_vae.keras_compat import register
from keras_vae.objectives.critics import CriticObjective, dense_critic
from keras_vae.objectives.objective import frozen_call
from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Tensor, as_float


@register
class AAE(CriticObjective):
    r"""Adversarial autoencoder: codes that a critic cannot tell from draws of the prior.

    $$J = -\log p(x\mid z) + \beta\,s(-t(z)),\qquad s(t) = \log(1 + e^t)$$

    Makhzani et al. 2016, section 2. Draws of the prior are real, codes are fakes, so that at its
    best $t = \log p(z)/q(z)$. Only the aggregate posterior q(z) is pulled to the prior, as in
    `InfoVAE` with α = 1; the prior needs draws, and no density. β of the model is the weight of the
    pull: with a normal likelihood of fixed σ it is the Wasserstein autoencoder with a critic and
    λ = 2σ²β (Tolstikhin et al. 2018, algorithm 1).

    The encoder stays random, so that log p(x) keeps its lower bound in the logs. For one that is
    nearly a function write `Encoder(…, head=NormalHead(0.1))`; one that is a function has no
    density, hence no ELBO.

    Args:
        critic: any Keras layer or model from z to one logit; None is a dense network.
        hidden_units: its layers, where none is given.
        num_samples: number of draws per example; the critic sees the first.
    """

    def __init__(
        self, critic: Any = None, hidden_units: tuple[int, ...] = (256, 256), num_samples: int = 1
    ) -> None:
        super().__init__(dense_critic(hidden_units) if critic is None else critic, num_samples)

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        z = terms.z[0]
        real = terms.prior.sample(tuple(ops.shape(z)[:1]), seed=terms.noise)
        fools = ops.softplus(-self.judge(terms, z))
        return terms.reconstruction_loss + beta * fools + self.lesson(terms, real, z)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_samples": self.num_samples}


@register
class VAEGAN(CriticObjective):
    r"""VAE-GAN: pictures are alike where a critic of pictures sees the same features in them.

    Larsen et al. 2016, algorithm 1, with features f of the critic t, $\tilde x$ the reconstruction,
    $x_p$ what a draw of the prior is decoded to, and $s(t) = \log(1 + e^t)$:

    | | $\beta\,\mathrm{KL}$ | $\tfrac12\lVert f(x)-f(\tilde x)\rVert^2$ | of the two players |
    |---|---|---|---|
    | encoder | 1 | 1 | |
    | decoder | | γ | $s(-t(\tilde x)) + s(-t(x_p))$ |
    | critic | | | $\tfrac13(s(-t(x)) + s(t(\tilde x)) + s(t(x_p)))$ |

    Features are no density of x, and what is minimized is no bound of log p(x). The `elbo` in the
    logs is computed with the decoder's likelihood, whose mean is shown as a picture; this
    objective does not train it. Further logs: `feature_loss`, and those of the critic.

    Args:
        shape: shape of one example, such as (28, 28, 1).
        body: any Keras layer or model from x to the features f; the critic is this and a linear map
            to one logit.
        gamma: γ > 0.

    Raises:
        ValueError: if γ is not above 0, or the shape holds no positive integers.
        NotImplementedError: in training, where values of x are missing: a critic sees all of it.
    """

    measures = ("feature_loss", *CriticObjective.measures)

    def __init__(self, shape: tuple[int, ...], body: Any, gamma: float = 1.0) -> None:
        last = [keras.layers.Flatten(), keras.layers.Dense(1, dtype="float32")]
        super().__init__(keras.Sequential([body, *last], name="critic"))
        self.shape, self.gamma = positive_integers("shape", shape), nonnegative("gamma", gamma)
        if self.gamma == 0.0:
            raise ValueError("gamma=0 would leave the features out; expected a number above 0.")

    def build(self, z_shape: Any) -> None:
        self.build_critic((None, *self.shape))

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        if terms.observed is not None:
            raise NotImplementedError(
                "VAEGAN compares whole examples, and some values of these were not observed. Train "
                "with objectives.ELBO(), which leaves them out."
            )
        z, still, x = terms.z[0], ops.stop_gradient(terms.z[0]), terms.present
        # The decoder learns γ times as much from the features as the encoder, which is behind it.
        slowed = still + (z - still) / self.gamma
        drawn = terms.prior.sample(tuple(ops.shape(z)[:1]), seed=terms.noise)
        means = terms.at(ops.stack([slowed, still, drawn])).likelihood.mean()
        alike, again, new = means[0], means[1], means[2]
        difference = self.features(terms, x) - self.features(terms, alike)
        feature_loss = terms.noted["feature_loss"] = 0.5 * ops.sum(difference**2, axis=1)
        fools = ops.softplus(-self.judge(terms, again)) + ops.softplus(-self.judge(terms, new))
        lesson = self.lesson(terms, x, again, new)
        return beta * terms.kl + self.gamma * feature_loss + fools + lesson

    def features(self, terms: Terms, x: Tensor) -> Tensor:
        """Features f of shape (B, …) in one axis; gradients reach x alone."""
        found = as_float(frozen_call(self.critic.layers[0], x, terms.training))
        return ops.reshape(found, (ops.shape(found)[0], -1))

    def get_config(self) -> dict[str, Any]:
        body = keras.saving.serialize_keras_object(self.critic.layers[0])
        return {"shape": self.shape, "body": body, "gamma": self.gamma}
