"""The posteriors of many examples, of a model that has one for each."""

from typing import Any

from keras_vae.batches import run_in_batches
from keras_vae.distributions import Distribution
from keras_vae.estimators.models import check_one_group, check_vae
from keras_vae.models.prior_fit import Telling


def posterior_in_batches(vae: Any, x: Any, batch_size: int) -> Distribution:
    """q(z|x) of many examples, after a look at them; of batch shape (n,)."""
    check_vae(vae)
    check_one_group(vae)
    x, _ = vae.examples(x, scored=False)
    parameters = run_in_batches(vae.program(Telling), x, batch_size)
    posterior: Distribution = vae.encoder.distribution(parameters)
    return posterior
