"""How far each code of a VAE stands for one known factor of the data: scores with their errors.

Pure functions of codes (n, D) and factors (n, F); NumPy in, a `Score` out. None of them certifies
disentanglement alone: look at the matrices in their details, and at models of several seeds.
"""

from keras_vae.disentanglement.beta_vae import beta_vae_score
from keras_vae.disentanglement.dependence import total_correlation
from keras_vae.disentanglement.factor_vae import factor_vae_score
from keras_vae.disentanglement.histogram_gap import mutual_information_gap
from keras_vae.disentanglement.importance import DCI, dci
from keras_vae.disentanglement.modular_codes import modularity
from keras_vae.disentanglement.predictability import sap
from keras_vae.disentanglement.readout import explicitness
from keras_vae.disentanglement.report import DisentanglementReport, disentanglement_report
from keras_vae.disentanglement.sampled_gap import mutual_information_gap_sampled
from keras_vae.disentanglement.scores import Score

__all__ = [
    "DCI",
    "DisentanglementReport",
    "Score",
    "beta_vae_score",
    "dci",
    "disentanglement_report",
    "explicitness",
    "factor_vae_score",
    "modularity",
    "mutual_information_gap",
    "mutual_information_gap_sampled",
    "sap",
    "total_correlation",
]
