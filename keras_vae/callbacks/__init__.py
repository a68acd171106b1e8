"""Around training: the schedule of β, the use of the code, pictures, a stop where loss breaks."""

from keras_vae.callbacks.annealing import KLAnnealing
from keras_vae.callbacks.collapse import CollapseReport
from keras_vae.callbacks.frames import Frames
from keras_vae.callbacks.progress import ProgressLine
from keras_vae.callbacks.snapshots import Snapshots
from keras_vae.models.finite import StopOnNonFinite

__all__ = [
    "CollapseReport",
    "Frames",
    "KLAnnealing",
    "ProgressLine",
    "Snapshots",
    "StopOnNonFinite",
]
