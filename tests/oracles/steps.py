"""How a test takes its few steps where either way will do: the way that is ready sooner."""

import keras

EAGERLY = keras.config.backend() != "jax"
"""JAX compiles each operation of an eager step by itself; the others run it at once."""
