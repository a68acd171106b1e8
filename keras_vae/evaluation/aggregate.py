"""The aggregate posterior q(z), the mean of q(z|x) over the data: its information, its distance."""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

import numpy as np

from keras_vae.evaluation.densities import CodeDensities, encode_densities
from keras_vae.tensors import Seed

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class AggregatePosterior(NamedTuple):
    r"""The rate in two parts: what the code says of x, and what is paid without saying anything.

    Attributes:
        mutual_information: I(x; z) in nats, between 0 and the smaller of log n and the rate.
        kl: KL(q(z) ‖ p(z)) in nats.
    """

    mutual_information: float
    kl: float


def parts_of_the_rate(densities: CodeDensities) -> tuple[AggregatePosterior, AggregatePosterior]:
    """The two parts, and the standard error of each."""
    information = densities.log_posterior - densities.log_aggregate
    noise = densities.log_posterior - densities.log_prior - densities.rate
    # Share 0 estimates I directly, 1 as the rate less a direct KL; the least noisy is between.
    variance = np.mean(noise**2)
    covariance = np.mean((information - information.mean()) * noise)
    share = np.clip(covariance / variance, 0.0, 1.0) if variance else 0.0
    of_each = np.mean(information - share * noise, axis=0)
    examples, rate = len(of_each), float(np.mean(densities.rate))
    found = max(0.0, min(float(np.mean(of_each)), rate, float(np.log(examples))))
    errors = (float("nan"), float("nan"))
    if examples > 1:
        both = np.stack([of_each, densities.rate - of_each])
        errors = tuple((both.std(axis=1, ddof=1) / examples**0.5).tolist())
    return AggregatePosterior(found, rate - found), AggregatePosterior(*errors)


@overload
def aggregate_posterior(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    standard_error: Literal[False] = False,
) -> AggregatePosterior: ...


@overload
def aggregate_posterior(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    *,
    standard_error: Literal[True],
) -> tuple[AggregatePosterior, AggregatePosterior]: ...


def aggregate_posterior(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    standard_error: bool = False,
) -> AggregatePosterior | tuple[AggregatePosterior, AggregatePosterior]:
    r"""The rate, taken apart at the aggregate posterior of the given data.

    $$q(z) = \frac1n\sum_{j=1}^n q(z\mid x_j),\qquad
    \underbrace{\frac1n\sum_i\mathrm{KL}(q(z\mid x_i)\,\Vert\,p(z))}_{\text{rate}}
    = \underbrace{\frac1n\sum_i\mathbb E_{q(z\mid x_i)}\Big[\log\frac{q(z\mid x_i)}{q(z)}\Big]
    }_{I(x;z)} + \mathrm{KL}(q(z)\,\Vert\,p(z))$$

    For these n examples q(z) is exact; only the expectation over z is estimated, with the closed
    form of the rate, where there is one, as control variate, so that the two parts add up to it.
    Work grows with n², memory with n.

    For all data, of which the n examples are a sample, I(x; z) is too low on average and the KL
    too high by as much (Poole et al. 2019, section 2.4): of n examples a code can say no more than
    which one it is, $I(x;z)\le\log n$. By how many nats, on models
    whose q(z) of all data is exactly the prior:

    | latent dimensions | I(x; z) of all data | $e^I$ | n = 500 | n = 1000 | n = 3000 |
    |---:|---:|---:|---:|---:|---:|
    | 2 | 3 | 20 | 0.06 | 0.03 | 0.02 |
    | 4 | 5 | 148 | 0.40 | 0.25 | 0.12 |
    | 8 | 6.5 | 665 | 1.14 | 0.85 | 0.47 |
    | 8 | 8 | 2981 | 2.16 | 1.68 | 1.06 |
    | 16 | 10 | 22026 | 3.92 | 3.35 | 2.49 |

    It takes about $e^{I}$ examples for a bias below one nat. `aggregate_kl_bounds` holds the KL of
    all data from both sides.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...); some thousands are enough.
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples to encode at a time.
        standard_error: return the standard errors as well: over examples and draws, the spread of
            the n terms divided by √n; the bias is not in them.

    Returns:
        An `AggregatePosterior`; with `standard_error=True`, a pair of them: values and errors.

    Raises:
        ValueError: if `num_samples` is less than 1.

    References:
        Hoffman & Johnson 2016, ELBO surgery, section 2. Poole et al. 2019, On Variational Bounds of
        Mutual Information.

    Examples:
        Two codes far apart, 2 and −2 with a σ near 0.01:

        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((1,), hidden_units=()))
        >>> vae.build((None, 1))
        >>> one, none = np.ones((1, 1)), np.zeros(1)
        >>> encoder.set_weights([2.0 * one, none, 0.0 * one, none - 4.6])
        >>> parts = aggregate_posterior(vae, np.array([[1.0], [-1.0]]))
        >>> print(f"{parts.mutual_information:.4f}")  # log 2
        0.6931
    """
    parts, errors = parts_of_the_rate(encode_densities(vae, x, num_samples, seed, batch_size))
    return (parts, errors) if standard_error else parts


@overload
def mutual_information(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    standard_error: Literal[False] = False,
) -> float: ...


@overload
def mutual_information(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    *,
    standard_error: Literal[True],
) -> tuple[float, float]: ...


def mutual_information(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    standard_error: bool = False,
) -> float | tuple[float, float]:
    r"""I(x; z) in nats: what one draw of the code says about which of the n examples it is of.

    $$I(x;z) = \frac1n\sum_i \mathrm{KL}\big(q(z\mid x_i)\,\Vert\,q(z)\big) \le \log n$$

    0 where the posterior does not depend on x. Of all data, from which the n examples are a sample,
    it is too low on average: by about one nat where n is $e^{I}$, by 0.1 where n is 20 times as
    large, by more than I − log n in any case. See `aggregate_posterior`, whose first part it is,
    for the numbers.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples to encode at a time.
        standard_error: return a pair, the value and its standard error over examples and draws.

    Returns:
        Nats.
    """
    parts, errors = parts_of_the_rate(encode_densities(vae, x, num_samples, seed, batch_size))
    value = parts.mutual_information
    return (value, errors.mutual_information) if standard_error else value


@overload
def aggregate_kl(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    standard_error: Literal[False] = False,
) -> float: ...


@overload
def aggregate_kl(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    *,
    standard_error: Literal[True],
) -> tuple[float, float]: ...


def aggregate_kl(
    vae: "VAE",
    x: Any,
    num_samples: int = 1,
    seed: Seed = None,
    batch_size: int = 1024,
    standard_error: bool = False,
) -> float | tuple[float, float]:
    r"""KL(q(z) ‖ p(z)) in nats, q(z) being the mean of the posteriors over the n examples.

    0 where draws from the prior look like codes of data. Of all data it is too high on average, by
    as much as `mutual_information` is too low, and at least the rate − log n even where q(z) of
    all data is the prior: a large value alone says nothing of holes; `aggregate_kl_bounds` does.
    See `aggregate_posterior`, whose second part it is, for the numbers.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples to encode at a time.
        standard_error: return a pair, the value and its standard error over examples and draws.

    Returns:
        Nats.
    """
    parts, errors = parts_of_the_rate(encode_densities(vae, x, num_samples, seed, batch_size))
    return (parts.kl, errors.kl) if standard_error else parts.kl
