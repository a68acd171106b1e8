"""The weight β of the KL term as a function of the training step.

A schedule is a pure function: the same step gives the same β, eagerly or inside the compiled step,
on every backend, with any `steps_per_execution`, before and after a resume. Steps are counted from
0: `schedule(0)` weighs the first batch. Raising β from 0 lets the decoder learn to use the code
before the KL term makes the code expensive (Bowman et al. 2016, section 3.1).
"""

from keras_vae.schedules.ramps import Cosine, Cyclical, Linear, Ramp, Sigmoid
from keras_vae.schedules.schedule import Constant, Piecewise, Scaled, Schedule

__all__ = [
    "Constant",
    "Cosine",
    "Cyclical",
    "Linear",
    "Piecewise",
    "Ramp",
    "Scaled",
    "Schedule",
    "Sigmoid",
]
