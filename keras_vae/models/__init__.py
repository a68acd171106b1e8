"""What one trains."""

from keras_vae.models.autoencoder import Autoencoder
from keras_vae.models.vae import VAE
from keras_vae.models.vq_vae import VQVAE

__all__ = ["VAE", "VQVAE", "Autoencoder"]
