"""The shortest way where geometry knows it: a plane in polar coordinates, a plane that is bent."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder, Encoder
from keras_vae.latent_space import geodesic, interpolate, path_length
from keras_vae.layers import NormalHead


class Polar(keras.layers.Layer):
    """From (radius, angle) to the plane."""

    def call(self, z):
        radius, angle = z[..., :1], z[..., 1:]
        return ops.concatenate([radius * ops.cos(angle), radius * ops.sin(angle)], axis=-1)


def plane(body, **kwargs):
    """A model that decodes the plane as it is."""
    vae = VAE(Encoder(2, ()), Decoder((2,), body=body, head=NormalHead(1.0)), **kwargs)
    vae.build((None, 2))
    return vae


def test_in_polar_coordinates_the_shortest_way_is_the_chord():
    vae = plane(Polar())
    vae.decoder.set_weights([np.eye(2), np.zeros(2)])
    a, b = np.array([1.0, 0.0]), np.array([1.0, np.pi / 2])
    way = geodesic(vae, a, b, steps=9)
    assert way.dtype == "float32"
    assert_array_equal(way[[0, -1]], np.float32([a, b]))
    assert path_length(vae, interpolate(a, b, 9)) > 1.55  # the arc
    assert_allclose(path_length(vae, way), 2**0.5, rtol=1e-4)
    chord = np.linspace([1.0, 0.0], [0.0, 1.0], 9)
    assert_allclose(vae.decode(way), chord, atol=5e-3)
    assert_array_equal(vae.decoder.get_weights()[0], np.eye(2))  # nothing else was trained


def test_a_linear_decoder_has_straight_ways():
    vae = plane(keras.layers.Identity())
    way = geodesic(vae, [0.0, 1.0], [2.0, -1.0], steps=5, iterations=50)
    assert_allclose(way, interpolate([0.0, 1.0], [2.0, -1.0], 5), atol=1e-2)


def test_too_few_codes():
    with pytest.raises(ValueError, match="`steps` must be an integer of at least 3"):
        geodesic(None, [0.0], [1.0], steps=2)
