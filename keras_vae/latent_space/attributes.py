"""The direction of an attribute in the latent space: the smile vector, without the glasses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_vae.arguments import nonnegative
from keras_vae.latent_space.codes import as_codes
from keras_vae.latent_space.directions import as_labels, difference, logistic, ridge, strata_of
from keras_vae.latent_space.effects import Effect, Measure, changes, mean_of, relative

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


@dataclass(frozen=True, eq=False)
class AttributeVector:
    r"""A direction in the latent space along which one attribute changes.

    Made by `fit`. Moving a code by 1 goes as far along the direction as the means of the two
    classes lie apart:

    $$z \mapsto z + \text{amount}\cdot v,\qquad v = \frac{w^\top d}{w^\top w}\,w,\qquad
    d = \frac{\operatorname{Cov}(z, y)}{\operatorname{Var}(y)}$$

    For labels y of 0 and 1, d is $\mathbb E[z\mid y=1] - \mathbb E[z\mid y=0]$; for an ordered
    attribute it is the change of the mean code per unit of it. The method chooses w:

    - `"difference"`: w = d, and so v = d. What else differs between the classes comes along.
    - `"logistic"`: the weights of z in the log-odds of y. For normal classes of one covariance Σ it
      is $\Sigma^{-1} d$.
    - `"ridge"`: the weights of z in a least-squares fit of y, which may be ordered; for labels 0
      and 1 the same $\Sigma^{-1} d$.

    The weights say how to read an attribute off a code, the difference of means how it was written
    there (Haufe et al. 2014). Where Σ is no multiple of I, a move along the weights writes other
    attributes too: `leakage` tells how much.

    With `balance` the other attributes are held fast: all means, covariances and intercepts are
    those within strata, examples that agree in every other attribute. For labels 0 and 1 the
    difference is then the mean of the differences within the strata,

    $$d = \frac{\sum_s h_s\,(\bar z_{s1} - \bar z_{s0})}{\sum_s h_s},\qquad
    h_s = \frac{n_{s0}\,n_{s1}}{n_{s0} + n_{s1}}$$

    weighed so that its variance is smallest. Strata whose labels do not vary say nothing, and are
    left out.

    Attributes:
        direction: v, float64 of the shape of one code.
        method: what it was fitted by.

    References:
        White 2016, Sampling Generative Networks, for differences of means and their balance.
        Shen, Gu, Tang & Zhou 2020, Interpreting the Latent Space of GANs for Semantic Face Editing,
        for classifiers and for `orthogonal_to`. Haufe et al. 2014, On the Interpretation of Weight
        Vectors of Linear Models in Multivariate Neuroimaging.

    Examples:
        >>> z = np.array([[0.0, 0.0], [0.0, 2.0], [3.0, 0.0], [3.0, 2.0]])
        >>> smile = AttributeVector.fit(z, labels=[0, 0, 1, 1])
        >>> smile.direction.tolist()
        [3.0, 0.0]
        >>> smile.move(z[:1], 0.5).tolist()
        [[1.5, 0.0]]
    """

    direction: np.ndarray
    method: str = "difference"

    @classmethod
    def fit(
        cls,
        z: Any,
        labels: Any,
        method: str = "difference",
        balance: Any = None,
        penalty: float = 1e-3,
    ) -> "AttributeVector":
        r"""Find the direction of an attribute from codes of examples and their labels.

        Args:
            z: codes of shape (n, latent_dim), such as `vae.encode(x)`; of any rank.
            labels: one number for each example, of shape (n,): 0 and 1 for an attribute that is
                there or not, any numbers for an ordered one.
            method: "difference", "logistic" (labels 0 and 1 only) or "ridge".
            balance: other attributes, of shape (n, k), each of few values: those that go with this
                one in the data, and must not go with it along the direction.
            penalty: λ ≥ 0 in $\tfrac\lambda2\lVert w\rVert^2$, beside the mean log loss or half of
                the mean square error.

        Returns:
            An `AttributeVector`.

        Raises:
            ValueError: if shapes do not fit, the labels do not vary, the method is unknown or is
                not for such labels, or no stratum of `balance` has labels that vary.
        """
        z = as_codes("z", z)
        labels = as_labels(labels, len(z), method)
        penalty = nonnegative("penalty", penalty)
        strata, telling = strata_of(labels, balance)
        flat, labels = z.reshape((len(z), -1))[telling], labels[telling]
        strata = np.unique(strata[telling], return_inverse=True)[1]
        found = difference(flat, labels, strata)
        if method != "difference":
            weigh = logistic if method == "logistic" else ridge
            weights = weigh(flat, labels, strata, penalty)
            found = weights * (weights @ found) / max(weights @ weights, 1e-300)
        return cls(found.reshape(z.shape[1:]), method)

    def move(self, z: Any, amount: Any = 1.0) -> np.ndarray:
        """Codes moved along the direction: z + amount · direction.

        Args:
            z: codes of shape (n, latent_dim), or one of shape (latent_dim,).
            amount: how far: one number, or one for each code, of shape (n,).

        Returns:
            Codes, float32 of the shape of z.

        Raises:
            ValueError: if z has not the shape of the codes that the direction was found on.
        """
        shape = self.direction.shape
        z = as_codes("z", z, rank=len(shape) if np.ndim(z) == len(shape) else None)
        if z.shape[-len(shape) :] != shape:
            raise ValueError(f"z has shape {z.shape}; expected codes of shape {shape}.")
        amount = np.asarray(amount, "float64")
        moved = z + amount.reshape(amount.shape + (1,) * len(shape)) * self.direction
        return moved.astype("float32")

    def effect(
        self,
        vae: "VAE",
        z: Any,
        measure: Measure,
        amount: float = 1.0,
        condition: Any = None,
        batch_size: int = 1024,
    ) -> Effect:
        r"""How much a move changes what is measured on the decoded pictures.

        $$\frac1n \sum_i m\big(g(z_i + \text{amount}\cdot v)\big) - m\big(g(z_i)\big)$$

        Args:
            vae: the model whose decoder g is asked.
            z: codes that were not used to fit, of shape (n, latent_dim).
            measure: m, pictures in, one number for each out, such as `datasets.mouth_curvature`.
            amount: how far to move.
            condition: what each code is given, of shape (n, ...), for a model with
                `condition_shape`.
            batch_size: codes to decode at a time.

        Returns:
            An `Effect`: the mean, and its standard error over the codes.

        Raises:
            ValueError: if `measure` does not give one number for each picture.
        """
        (change,), _ = changes(vae, z, self.move(z, amount), [measure], condition, batch_size)
        return mean_of(change)

    def leakage(
        self,
        vae: "VAE",
        z: Any,
        measure: Measure,
        others: Mapping[str, Measure],
        amount: float = 1.0,
        condition: Any = None,
        batch_size: int = 1024,
    ) -> dict[str, Effect]:
        r"""What a move that changes the attribute by one does to other attributes.

        $$\frac{\overline{\Delta m_k}}{\overline{\Delta m}} \cdot \frac1{s_k}$$

        Δ is the change by the move, the bar its mean over the codes, and $s_k$ the standard
        deviation of attribute k over the pictures that were not moved: 0.15 says that the other
        attribute moves by 15 % of its spread when this one moves by one of its units.

        Args:
            vae: the model whose decoder is asked.
            z: codes that were not used to fit, of shape (n, latent_dim).
            measure: the attribute of this direction.
            others: the measures of other attributes, by name.
            amount: how far to move.
            condition: what each code is given, of shape (n, ...), for a model with
                `condition_shape`.
            batch_size: codes to decode at a time.

        Returns:
            An `Effect` for each of the others: the ratio, and its standard error over the codes.

        Raises:
            ValueError: if a measure does not give one number for each picture, or the move does not
                change this attribute at all.
        """
        measures = [measure, *others.values()]
        (own, *rest), (_, *before) = changes(
            vae, z, self.move(z, amount), measures, condition, batch_size
        )
        leaks = (relative(change, own, there) for change, there in zip(rest, before, strict=True))
        return dict(zip(others, leaks, strict=True))

    def orthogonal_to(self, others: Sequence["AttributeVector"]) -> "AttributeVector":
        r"""The part of this direction that is orthogonal to the directions of other attributes.

        $$v - U U^\top v$$

        The columns of U are an orthonormal basis of the others. It needs no labels, and it is right
        where the other attributes are read off the code along their own directions; where the
        attributes go together in the data, `fit` with `balance` is what tells them apart.

        Args:
            others: directions of the same codes.

        Returns:
            An `AttributeVector`.

        Raises:
            ValueError: if the others have another shape, or span this direction, so that nothing of
                it is left.

        Examples:
            >>> smile = AttributeVector(np.array([1.0, 1.0]))
            >>> smile.orthogonal_to([AttributeVector(np.array([0.0, 2.0]))]).direction.tolist()
            [1.0, 0.0]
        """
        own = self.direction.ravel()
        shapes = {other.direction.shape for other in others} - {self.direction.shape}
        if shapes:
            raise ValueError(
                f"This direction has shape {self.direction.shape}, and others {sorted(shapes)}: "
                "they are not directions of the same codes."
            )
        along = np.stack([other.direction.ravel() for other in others] or [0.0 * own], axis=-1)
        left = own - along @ np.linalg.lstsq(along, own, rcond=None)[0]
        if np.linalg.norm(left) <= 1e-8 * np.linalg.norm(own):
            raise ValueError(
                "Nothing of this direction is orthogonal to the others: they span it. Leave some "
                "of them out, or fit with balance=..."
            )
        return AttributeVector(left.reshape(self.direction.shape), self.method)
