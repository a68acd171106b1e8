"""Pictures made by formula, with the factors that made them, and real digits; no download."""

from keras_vae.datasets.face_attributes import faces
from keras_vae.datasets.face_measures import (
    FACE_MEASURES,
    brow_angle,
    eye_openness,
    glasses,
    mouth_curvature,
    shade,
    width,
)
from keras_vae.datasets.face_pictures import draw_faces
from keras_vae.datasets.factors import Factors, batches
from keras_vae.datasets.mnist_digits import digits28
from keras_vae.datasets.sprite_pictures import draw_sprites, sprites
from keras_vae.datasets.stroke_measures import DIGIT_MEASURES, slant, thickness

__all__ = [
    "DIGIT_MEASURES",
    "FACE_MEASURES",
    "Factors",
    "batches",
    "brow_angle",
    "digits28",
    "draw_faces",
    "draw_sprites",
    "eye_openness",
    "faces",
    "glasses",
    "mouth_curvature",
    "shade",
    "slant",
    "sprites",
    "thickness",
    "width",
]
