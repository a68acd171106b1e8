"""All scores of disentanglement in one table, each with its error."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_vae.arguments import nonnegative
from keras_vae.disentanglement.beta_vae import beta_vae_score
from keras_vae.disentanglement.dependence import total_correlation
from keras_vae.disentanglement.factor_vae import factor_vae_score
from keras_vae.disentanglement.factors import as_factors
from keras_vae.disentanglement.histogram_gap import mutual_information_gap
from keras_vae.disentanglement.importance import DCI, dci
from keras_vae.disentanglement.modular_codes import modularity
from keras_vae.disentanglement.predictability import sap
from keras_vae.disentanglement.readout import explicitness
from keras_vae.disentanglement.sampled_gap import mutual_information_gap_sampled
from keras_vae.disentanglement.scores import Score
from keras_vae.distributions import MultivariateNormal, Normal
from keras_vae.evaluation.activity import vary
from keras_vae.evaluation.codes import posterior_in_batches
from keras_vae.evaluation.pairs import float64

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


@dataclass(frozen=True, eq=False)
class DisentanglementReport:
    """What `disentanglement_report` found; as text it is the table.

    Attributes:
        examples: number of examples n.
        names: of the factors.
        active: which latent dimensions depend on the data, of shape (latent_dim,).
        mutual_information_gap: from a histogram of the means of q(z|x).
        mutual_information_gap_sampled: Chen's, from draws; None where the posterior is not normal.
        sap: separated attribute predictability.
        dci: disentanglement, completeness, informativeness; None without scikit-learn.
        modularity: of the active codes.
        explicitness: of all codes together.
        beta_vae_score: chance is 1/F.
        factor_vae_score: of the active codes; chance is 1/F.
        total_correlation: of the active codes, in nats.
    """

    examples: int
    names: tuple[str, ...]
    active: np.ndarray
    mutual_information_gap: Score
    mutual_information_gap_sampled: Score | None
    sap: Score
    dci: DCI | None
    modularity: Score
    explicitness: Score
    beta_vae_score: Score
    factor_vae_score: Score
    total_correlation: Score

    def __str__(self) -> str:
        factors = len(self.names)
        lines = [
            f"{self.examples} examples, {len(self.active)} latent dimensions, {self.active.sum()} "
            f"active, {factors} factors; ± bootstrap standard error"
        ]
        lines += [f"{name:<26}{value}" for name, value in self.rows()]
        information = self.mutual_information_gap.details["information"]
        lines += ["", "I(z; v) in nats, of at most H(v): the two codes that say most of a factor"]
        for j, name in enumerate(self.names):
            most = np.argsort(-information[:, j], kind="stable")[:2]
            codes = ", ".join(f"z[{i}] {information[i, j]:.3f}" for i in most)
            entropy = self.mutual_information_gap.details["entropies"][j]
            lines.append(f"{name:<26}{codes}   of {entropy:.3f}")
        lines += [
            "",
            "No score certifies disentanglement alone, and models from other seeds differ by more",
            "than these errors: train several.",
        ]
        return "\n".join(lines)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Name and value of each line of the table."""
        chance = f"   chance {1 / len(self.names):.3f}"
        bins = self.mutual_information_gap.details["bins"].max()
        left_out = self.modularity.details["inactive"] + self.modularity.details["silent"]
        measures = {"ordered": "R²", "nominal": "accuracy"}
        measured = " and ".join(dict.fromkeys(measures[kind] for kind in self.sap.details["kinds"]))
        sampled = self.mutual_information_gap_sampled
        yield "MIG, histogram of means", f"{self.mutual_information_gap}   up to {bins} bins"
        yield "MIG, Chen's, sampled", str(sampled or "left out: the posterior is not normal")
        yield "SAP", f"{self.sap}   {measured}"
        if self.dci is None:
            yield "DCI", "left out: it needs scikit-learn, `pip install keras_vae[metrics]`"
        else:
            predictor = self.dci.disentanglement.details["predictor"]
            yield "DCI disentanglement", f"{self.dci.disentanglement}   {predictor}"
            yield "    completeness", str(self.dci.completeness)
            yield "    informativeness", str(self.dci.informativeness)
        yield "modularity", f"{self.modularity}   {left_out} inactive or silent codes left out"
        yield "explicitness", f"{self.explicitness}   chance 0.500"
        yield "β-VAE score", f"{self.beta_vae_score}{chance}"
        yield "FactorVAE score", f"{self.factor_vae_score}{chance}"
        yield "total correlation", f"{self.total_correlation}   nats"


def disentanglement_report(
    vae: "VAE",
    x: Any,
    factors: Any,
    kinds: Any = None,
    bins: int = 20,
    threshold: float = 0.01,
    batch_size: int = 256,
    seed: int = 0,
    verbose: bool = True,
) -> DisentanglementReport:
    r"""Print all scores of disentanglement, with their errors.

    Codes are the means of q(z|x); `mutual_information_gap_sampled` also takes its standard
    deviations. A latent dimension is active where its mean varies by more than `threshold`:
    `modularity`, `factor_vae_score` and `total_correlation` leave out the others. With 5,000
    examples, ten dimensions and five factors it takes about 12 seconds on one core.

    Args:
        vae: a trained model with one group of latent variables.
        x: examples, of shape (n, ...); some thousands are enough, since work grows with n².
        factors: integers of shape (n, F), two factors at least, or a `datasets.Factors`.
        kinds: "ordered" or "nominal" for each factor; if None, what `factors` says, or all ordered.
        bins: least number of bins of a code.
        threshold: least variance of an active dimension (see `evaluation.active_units`).
        batch_size: examples to encode at a time.
        seed: of draws, votes, halves, forests and bootstraps.
        verbose: print the table.

    Returns:
        A `DisentanglementReport`: the scores, and the table as its text.

    Raises:
        ValueError: if x and factors do not agree, a factor is constant, or there is one alone.
        NotImplementedError: if there are several groups of latent variables, or codes.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=3, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((2,), hidden_units=()))
        >>> vae.build((None, 2))
        >>> none = np.zeros(3)
        >>> encoder.set_weights([np.eye(2, 3), none, np.zeros((2, 3)), none - 4.0])
        >>> x = np.indices((2, 2)).reshape(2, -1).T.repeat(100, axis=0)
        >>> found = disentanglement_report(vae, x, x, verbose=False)
        >>> print(found.modularity)
        1.000 ± 0.000
    """
    threshold = nonnegative("threshold", threshold)
    posterior = posterior_in_batches(vae, x, batch_size)
    codes = float64(posterior.mean())
    known = as_factors(factors, len(codes), kinds, least=2)
    active = vary(codes, threshold)
    sampled = three = None
    if isinstance(posterior, Normal | MultivariateNormal):
        scale = float64(posterior.stddev())
        sampled = mutual_information_gap_sampled(codes, scale, factors, seed=seed)
    try:
        three = dci(codes, factors, known.kinds, seed=seed)
    except ImportError:
        pass  # the table says so
    found = DisentanglementReport(
        examples=len(codes),
        names=known.names,
        active=active,
        mutual_information_gap=mutual_information_gap(codes, factors, bins, seed=seed),
        mutual_information_gap_sampled=sampled,
        sap=sap(codes, factors, known.kinds, seed=seed),
        dci=three,
        modularity=modularity(codes, factors, bins, active, seed=seed),
        explicitness=explicitness(codes, factors, seed=seed),
        beta_vae_score=beta_vae_score(codes, factors, seed=seed),
        factor_vae_score=factor_vae_score(codes, factors, active=active, seed=seed),
        total_correlation=total_correlation(codes, active, seed=seed),
    )
    if verbose:
        print(found)
    return found
