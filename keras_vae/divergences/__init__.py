"""Distances between distributions: closed forms by pair, Monte Carlo, and of two samples."""

from keras_vae.divergences.closed_forms import closed_form, kl_divergence, register_kl
from keras_vae.divergences.discrepancy import mmd
from keras_vae.divergences.monte_carlo import monte_carlo_kl

__all__ = ["closed_form", "kl_divergence", "mmd", "monte_carlo_kl", "register_kl"]
