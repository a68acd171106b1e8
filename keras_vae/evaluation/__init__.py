"""How good a trained VAE is, and how it uses its code.

NumPy in, NumPy out, in batches; nothing here changes the model.
"""

from keras_vae.estimators import Sandwich, annealed_log_likelihood, sandwich
from keras_vae.evaluation.activity import active_units, kl_per_dimension
from keras_vae.evaluation.aggregate import (
    AggregatePosterior,
    aggregate_kl,
    aggregate_posterior,
    mutual_information,
)
from keras_vae.evaluation.bits import bits_per_dimension
from keras_vae.evaluation.bounds import KLBounds, aggregate_kl_bounds
from keras_vae.evaluation.codes_report import CodesReport
from keras_vae.evaluation.gap import InferenceGap, InferenceGapErrors, inference_gap
from keras_vae.evaluation.gradients import GradientSignalToNoise, gradient_signal_to_noise
from keras_vae.evaluation.group_report import GroupFindings, GroupsReport
from keras_vae.evaluation.levels_report import LevelFindings, LevelsReport
from keras_vae.evaluation.moments import CodeMoments, code_moments
from keras_vae.evaluation.rate import RateDistortion, rate_distortion
from keras_vae.evaluation.reports import Report, report

__all__ = [
    "AggregatePosterior",
    "CodeMoments",
    "CodesReport",
    "GradientSignalToNoise",
    "GroupFindings",
    "GroupsReport",
    "InferenceGap",
    "InferenceGapErrors",
    "KLBounds",
    "LevelFindings",
    "LevelsReport",
    "RateDistortion",
    "Report",
    "Sandwich",
    "active_units",
    "aggregate_kl",
    "aggregate_kl_bounds",
    "aggregate_posterior",
    "annealed_log_likelihood",
    "bits_per_dimension",
    "code_moments",
    "gradient_signal_to_noise",
    "inference_gap",
    "kl_per_dimension",
    "mutual_information",
    "rate_distortion",
    "report",
    "sandwich",
]
