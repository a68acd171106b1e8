"""What happens around training: the schedule of β, pictures, and a stop where the loss breaks."""

from keras_vae.callbacks.annealing import KLAnnealing
from keras_vae.callbacks.snapshots import Snapshots
from keras_vae.models.base import StopOnNonFinite

__all__ = ["KLAnnealing", "Snapshots", "StopOnNonFinite"]
