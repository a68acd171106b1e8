"""Objectives: from the log-probabilities of a batch to one loss per example."""

from keras_vae.objectives.elbo import ELBO, Capacity, FreeBits
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.terms import Terms

__all__ = ["ELBO", "Capacity", "FreeBits", "Objective", "Terms"]
