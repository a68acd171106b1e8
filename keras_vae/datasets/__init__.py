"""Pictures made by formula, with the factors that made them; nothing is downloaded."""

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
from keras_vae.datasets.sprite_pictures import draw_sprites, sprites

__all__ = [
    "FACE_MEASURES",
    "Factors",
    "batches",
    "brow_angle",
    "draw_faces",
    "draw_sprites",
    "eye_openness",
    "faces",
    "glasses",
    "mouth_curvature",
    "shade",
    "sprites",
    "width",
]
