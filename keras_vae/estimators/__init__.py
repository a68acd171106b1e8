"""Estimates of log p(x) and of its bounds, for many examples, in batches."""

from keras_vae.estimators.annealed import Sandwich, annealed_log_likelihood, sandwich
from keras_vae.estimators.elbo import estimate_elbo
from keras_vae.estimators.imputation import impute
from keras_vae.estimators.log_likelihood import (
    LogLikelihood,
    MeanLogLikelihood,
    estimate_log_likelihood,
)

__all__ = [
    "LogLikelihood",
    "MeanLogLikelihood",
    "Sandwich",
    "annealed_log_likelihood",
    "estimate_elbo",
    "estimate_log_likelihood",
    "impute",
    "sandwich",
]
