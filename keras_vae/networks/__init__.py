"""Networks: a body that makes features, then a head that makes a distribution."""

from keras_vae.networks.conditional import Conditional
from keras_vae.networks.decoder import Decoder
from keras_vae.networks.encoder import Encoder
from keras_vae.networks.features import Features
from keras_vae.networks.network import Network

__all__ = ["Conditional", "Decoder", "Encoder", "Features", "Network"]
