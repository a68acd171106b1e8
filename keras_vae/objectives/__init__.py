"""Objectives: from the log-probabilities of a batch to one loss per example."""

from keras_vae.objectives.adversarial import AAE, VAEGAN
from keras_vae.objectives.aggregate import DIPVAE, BetaTC, InfoVAE
from keras_vae.objectives.critics import CriticObjective
from keras_vae.objectives.elbo import ELBO, Capacity, FreeBits
from keras_vae.objectives.importance import CIWAE, IWAE, MIWAE, DReG, Renyi, StickingTheLanding
from keras_vae.objectives.objective import Objective, frozen_call
from keras_vae.objectives.terms import Terms
from keras_vae.objectives.total_correlation import FactorVAE

__all__ = [
    "AAE",
    "CIWAE",
    "DIPVAE",
    "ELBO",
    "IWAE",
    "MIWAE",
    "VAEGAN",
    "BetaTC",
    "Capacity",
    "CriticObjective",
    "DReG",
    "FactorVAE",
    "FreeBits",
    "InfoVAE",
    "Objective",
    "Renyi",
    "StickingTheLanding",
    "Terms",
    "frozen_call",
]
