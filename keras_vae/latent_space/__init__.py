"""Ways through the latent space: traversals, interpolations, directions of attributes, analogies.

NumPy in, NumPy out; nothing here changes the model.
"""

from keras_vae.latent_space.analogies import analogy
from keras_vae.latent_space.attributes import AttributeVector
from keras_vae.latent_space.cross_validation import cross_validated_effect
from keras_vae.latent_space.effects import Effect
from keras_vae.latent_space.geodesics import geodesic
from keras_vae.latent_space.interpolation import interpolate, path_length
from keras_vae.latent_space.traversals import manifold, traversal_codes, traverse

__all__ = [
    "AttributeVector",
    "Effect",
    "analogy",
    "cross_validated_effect",
    "geodesic",
    "interpolate",
    "manifold",
    "path_length",
    "traversal_codes",
    "traverse",
]
