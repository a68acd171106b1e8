"""What is said to Keras in one place, because it is nowhere else to be said."""

import keras

register = keras.saving.register_keras_serializable(package="keras_vae")
"""The decorator of every class here that is saved with a model."""
