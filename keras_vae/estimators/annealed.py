"""Annealed importance sampling: log p(x) between a lower and an upper bound."""

from itertools import pairwise
from typing import Any, Literal, NamedTuple, overload

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.data import examples_in
from keras_vae.estimators.log_weights import BATCH_SIZE, log_mean_exp, log_mean_exp_error
from keras_vae.estimators.models import check_no_condition, check_one_group, check_vae
from keras_vae.estimators.program import NoisyProgram
from keras_vae.tensors import Seed, Tensor, as_generator

UNKNOWN = -1e30  # log-density of a chain that has not been looked at: any proposal is better


class MetropolisStep(NoisyProgram):
    r"""One step of Metropolis for all chains, at a temperature between q(z|x) and p(x, z).

    $$f_\beta(z) = q(z\mid x)^{1-\beta}\,\big(p(x\mid z)\,p(z)\big)^{\beta}$$

    A proposal is a normal step of a random size, in units of the posterior's standard deviation.
    """

    def call(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        x, z = state["x"], state["z"]
        here = self.vae.terms(x, self.vae.infer(x, num_samples=None))
        stddev = here.posterior.stddev()[:, None]
        size = 10.0 ** keras.random.uniform((*ops.shape(z)[:2], 1), -1.0, 0.5, seed=self.noise)
        size = size * state["move"][:, :, None] / z.shape[-1] ** 0.5
        proposed = z + size * stddev * keras.random.normal(ops.shape(z), seed=self.noise)
        terms = here.at(ops.swapaxes(proposed, 0, 1))
        found = {
            "log_joint": ops.transpose(terms.log_likelihood + terms.log_prior),
            "log_posterior": ops.transpose(terms.log_posterior),
        }

        def log_density(at: dict[str, Tensor]) -> Tensor:
            beta = state["temperature"]
            return beta * at["log_joint"] + (1.0 - beta) * at["log_posterior"]

        threshold = ops.log(keras.random.uniform(ops.shape(z)[:2], seed=self.noise) + 1e-30)
        accept = threshold < log_density(found) - log_density(state)
        kept = {name: ops.where(accept, found[name], state[name]) for name in found}
        return {**kept, "z": ops.where(accept[:, :, None], proposed, z)}


def annealed_log_weights(
    step: MetropolisStep, x: np.ndarray, z: np.ndarray, temperatures: np.ndarray
) -> np.ndarray:
    """Log weights of chains that begin at z, (examples, chains), along the temperatures."""
    shape = z.shape[:2]

    def state(temperature: float, move: float, **known: np.ndarray) -> dict[str, np.ndarray]:
        constants = {"temperature": temperature, "move": move}
        full = {name: np.full(shape, value, "float32") for name, value in constants.items()}
        return {"x": x, **full, **known}

    unknown = np.full(shape, UNKNOWN, "float32")
    chains = step.predict_on_batch(state(0.5, 0.0, z=z, log_joint=unknown, log_posterior=unknown))
    total = np.zeros(shape)
    for here, there in pairwise(temperatures):
        log_weights = np.asarray(chains["log_joint"], "float64") - chains["log_posterior"]
        total += abs(there - here) * log_weights
        if 0.0 < there < 1.0:
            chains = step.predict_on_batch(state(there, 1.0, **chains))
    return total


@overload
def annealed_log_likelihood(
    vae: Any,
    x: Any,
    num_temperatures: int = 200,
    num_chains: int = 16,
    seed: Seed = None,
    batch_size: int = BATCH_SIZE,
    standard_error: Literal[False] = False,
) -> np.ndarray: ...


@overload
def annealed_log_likelihood(
    vae: Any,
    x: Any,
    num_temperatures: int = 200,
    num_chains: int = 16,
    seed: Seed = None,
    batch_size: int = BATCH_SIZE,
    *,
    standard_error: Literal[True],
) -> tuple[np.ndarray, np.ndarray]: ...


def annealed_log_likelihood(
    vae: Any,
    x: Any,
    num_temperatures: int = 200,
    num_chains: int = 16,
    seed: Seed = None,
    batch_size: int = BATCH_SIZE,
    standard_error: bool = False,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    r"""Log p(x) by annealed importance sampling from the posterior; nats, too low on average.

    $$\log w = \sum_{t=1}^{T}(\beta_t-\beta_{t-1})\,
    \log\frac{p(x\mid z_{t-1})\,p(z_{t-1})}{q(z_{t-1}\mid x)},\qquad 0=\beta_0<\dots<\beta_T=1$$

    Each chain begins with a draw of the posterior and walks, temperature by temperature, to the
    true posterior (Neal 2001, equation 3; Wu et al. 2017, section 2.2). With one temperature it is
    the importance sampling of `VAE.log_likelihood`; with more a poorer proposal will do.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        num_temperatures: T; the error falls as it grows.
        num_chains: chains per example.
        seed: integer or `keras.random.SeedGenerator`.
        batch_size: examples at a time.
        standard_error: return a pair, the estimates and their standard errors over the chains
            (delta method). It is NaN for one chain; near 1 one chain outweighs all others, and the
            error cannot be told: anneal more slowly.

    Returns:
        An estimate for each example, of shape (n,).

    Raises:
        ValueError: if `num_temperatures` or `num_chains` is less than 1.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((3,), hidden_units=()))
        >>> vae.build((None, 3))
        >>> annealed_log_likelihood(vae, np.ones((2, 3)), num_temperatures=5, seed=0).shape
        (2,)
    """
    check(num_temperatures, num_chains)
    count("batch_size", batch_size)
    check_vae(vae)
    check_one_group(vae)
    x, _ = vae.examples(x)
    seed = as_generator(seed)
    step = vae.program(MetropolisStep)
    temperatures = np.linspace(0.0, 1.0, num_temperatures + 1)
    found = []
    errors = []
    for part in batches(x, batch_size):
        posterior = vae.posterior(keras.tree.map_structure(ops.convert_to_tensor, part))
        z = posterior.sample((num_chains,), seed=seed)
        z = np.swapaxes(ops.convert_to_numpy(z), 0, 1)
        log_weights = step.drawn(seed, annealed_log_weights, step, part, z, temperatures)
        found.append(log_mean_exp(log_weights))
        errors.append(log_mean_exp_error(log_weights))
    value = np.concatenate(found)
    return (value, np.concatenate(errors)) if standard_error else value


class Sandwich(NamedTuple):
    """Bounds on log p(x) of data drawn from the model itself; nats, one value per example.

    Attributes:
        lower: estimates that are too low on average.
        upper: estimates that are too high on average.
        x: the simulated data.
        lower_standard_error: of `lower`, over the chains (see `annealed_log_likelihood`).
        upper_standard_error: of `upper`, over chains that all begin at the one z that is known to
            come from the posterior; what another z would change is not in it. Of a mean over the
            examples, the spread divided by √n is the whole error.
    """

    lower: np.ndarray
    upper: np.ndarray
    x: np.ndarray
    lower_standard_error: np.ndarray | None = None
    upper_standard_error: np.ndarray | None = None


def sandwich(
    vae: Any,
    num_examples: int = 100,
    num_temperatures: int = 200,
    num_chains: int = 16,
    seed: int | None = None,
    batch_size: int = BATCH_SIZE,
) -> Sandwich:
    r"""Log p(x) of simulated data from both sides, by annealing forwards and backwards.

    Where x was drawn together with its z, this z is an exact draw of the true posterior. Chains
    that begin there and walk back to q(z|x) have $\mathbb E[1/w] = 1/p(x)$, so that
    $-\log\frac1K\sum_k 1/w_k$ is too high on average, as the way forth is too low (Grosse,
    Ghahramani & Adams 2015; Wu et al. 2017, section 2.3). How close the two are is how far any
    log-likelihood of this model can be trusted.

    Args:
        vae: a trained model.
        num_examples: number of simulated examples.
        num_temperatures: of annealing; the bounds close as it grows.
        num_chains: chains per example, each way.
        seed: integer for the data and the chains.
        batch_size: examples at a time.

    Returns:
        A `Sandwich`.

    Raises:
        ValueError: if `num_temperatures` or `num_chains` is less than 1.
    """
    check(num_temperatures, num_chains)
    num_examples = count("num_examples", num_examples)
    check_vae(vae)
    check_one_group(vae)
    check_no_condition(vae)
    noise = as_generator(seed)
    z = vae.prior.distribution().sample((num_examples,), seed=noise)
    x = ops.convert_to_numpy(vae.likelihood(z).sample((), seed=noise))
    lower, lower_error = annealed_log_likelihood(
        vae, x, num_temperatures, num_chains, noise, batch_size, standard_error=True
    )
    step = vae.program(MetropolisStep)
    back = np.linspace(1.0, 0.0, num_temperatures + 1)
    starts = np.repeat(ops.convert_to_numpy(z)[:, None], num_chains, axis=1)
    parts = zip(batches(x, batch_size), batches(starts, batch_size), strict=True)
    walked = [step.drawn(noise, annealed_log_weights, step, *part, back) for part in parts]
    log_weights = -np.concatenate(walked)
    upper_error = log_mean_exp_error(log_weights)
    return Sandwich(lower, -log_mean_exp(log_weights), x, lower_error, upper_error)


def batches(x: Any, batch_size: int) -> list[Any]:
    """The examples, an array or a dict of arrays, in parts of at most `batch_size`."""
    starts = range(0, examples_in(x), batch_size)
    return [keras.tree.map_structure(lambda a, i=i: a[i : i + batch_size], x) for i in starts]


def check(num_temperatures: int, num_chains: int) -> None:
    """Both must count something."""
    count("num_temperatures", num_temperatures)
    count("num_chains", num_chains)
