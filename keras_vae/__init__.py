"""Variational autoencoders for Keras 3: `model.fit` on TensorFlow, JAX and PyTorch."""

from keras_vae import (
    callbacks,
    datasets,
    disentanglement,
    distributions,
    evaluation,
    latent_space,
    latents,
    layers,
    objectives,
    optimizers,
    priors,
    regularizers,
    schedules,
)
from keras_vae.divergences import kl_divergence, monte_carlo_kl, register_kl
from keras_vae.models import VAE, VQVAE, Autoencoder
from keras_vae.networks import Decoder, Encoder

__version__ = "0.1.0"

__all__ = [
    "VAE",
    "VQVAE",
    "Autoencoder",
    "Decoder",
    "Encoder",
    "callbacks",
    "datasets",
    "disentanglement",
    "distributions",
    "evaluation",
    "kl_divergence",
    "latent_space",
    "latents",
    "layers",
    "monte_carlo_kl",
    "objectives",
    "optimizers",
    "priors",
    "register_kl",
    "regularizers",
    "schedules",
]
