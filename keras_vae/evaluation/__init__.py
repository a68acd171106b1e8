"""How good a trained VAE is, and how it uses its code.

NumPy in, NumPy out, in batches; nothing here changes the model.
"""

from keras_vae.evaluation.activity import active_units, kl_per_dimension
from keras_vae.evaluation.rate import RateDistortion, rate_distortion

__all__ = [
    "RateDistortion",
    "active_units",
    "kl_per_dimension",
    "rate_distortion",
]
