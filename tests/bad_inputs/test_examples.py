"""Everything that takes examples says of bad ones what is wrong: one table for all of it."""

import numpy as np
import pytest

from keras_vae import evaluation
from tests.bad_inputs.models import SHAPE, N, X, fresh, said, vae

ENCODED = {
    "predict": lambda model, x: model.predict(x, verbose=0),
    "predict_on_batch": lambda model, x: model.predict_on_batch(x),
    "encode": lambda model, x: model.encode(x),
    "reconstruct": lambda model, x: model.reconstruct(x),
    "active_units": evaluation.active_units,
    "kl_per_dimension": evaluation.kl_per_dimension,
    "code_moments": evaluation.code_moments,
    "aggregate_kl": evaluation.aggregate_kl,
    "aggregate_kl_bounds": evaluation.aggregate_kl_bounds,
    "aggregate_posterior": evaluation.aggregate_posterior,
    "mutual_information": evaluation.mutual_information,
}
SCORED = {
    "fit": lambda model, x: model.fit(x, verbose=0),
    "validation_data": lambda model, x: model.fit(X, validation_data=(x,), verbose=0),
    "evaluate": lambda model, x: model.evaluate(x, verbose=0),
    "train_on_batch": lambda model, x: model.train_on_batch(x),
    "test_on_batch": lambda model, x: model.test_on_batch(x),
    "elbo": lambda model, x: model.elbo(x),
    "log_likelihood": lambda model, x: model.log_likelihood(x, 2),
    "rate_distortion": evaluation.rate_distortion,
    "report": evaluation.report,
    "annealed_log_likelihood": lambda model, x: evaluation.annealed_log_likelihood(model, x, 2),
    "inference_gap": lambda model, x: evaluation.inference_gap(model, x, steps=1, num_samples=2),
    "gradient_signal_to_noise": lambda model, x: evaluation.gradient_signal_to_noise(model, x, 2),
}
VERBS = ENCODED | SCORED

BAD = {
    "an axis too few": (X[..., 0], r"shape \(4, 3\), but .* shape \(4, 3, 1\)\. Reshape the data"),
    "an axis too many": (X[..., None], r"shape \(4, 3, 1, 1\), but .* x\.reshape\(\(-1, 4, 3, 1\)"),
    "flat": (X.reshape(N, 12), r"shape \(12,\), but .* x\.reshape\(\(-1, 4, 3, 1\)"),
    "too small": (X[:, :2], r"shape \(2, 3, 1\), but .* of shape \(4, 3, 1\)\. "),
    "channels first": (X.reshape(N, 1, 4, 3), r"shape \(1, 4, 3\), but .* Reshape the data"),
    "one example": (X[0], r"shape \(4, 3, 1\) of a single example.*Add one: array\[None\]"),
    "one number": (np.float32(0.5), r"is a single number; .* of shape \(4, 3, 1\)"),
    "empty": (X[:0], r"is an empty array of shape \(0, 4, 3, 1\); expected examples"),
    "NaN": (np.where(X > 0.9, np.nan, X), "contains NaN. Remove or fill those values, or build"),
    "infinite": (np.where(X > 0.9, np.inf, X), "contains infinite values; expected finite"),
    "text": (X.astype(str), r'values of type <U32; expected numbers, .*astype\("float32"\)'),
    "objects": (X.astype(object), "values of type object; expected numbers, such as"),
    "complex": (X + 1j, "holds complex numbers; expected real ones"),
    "masked": (np.ma.masked_greater(X, 0.9), r"is a masked array, .*filled\(np.nan\)"),
    "a list": (X.tolist(), r"is a list; expected an array of examples\. Write np\.asarray"),
    "a dict": ({"image": X}, r"a dict with the keys 'image'; .*x\['image'\]"),
    "a path": ("mnist.npz", "is of type str; expected an array of examples, a table, or a dataset"),
    "a number": (7, "is of type int; expected an array of examples, a table, or a dataset"),
    "a function": (np.tanh, "is of type ufunc; expected an array of examples"),
    "nothing": (None, "is missing: pass an array or a dataset of examples"),
}
RANGE = {
    "bernoulli": (255 * X, r"values from 0 to 255, but a Bernoulli .* Scale the data"),
    "continuous_bernoulli": (2 * X - 1, r"values from -1 to 1, but a ContinuousBernoulli"),
    "counts": (X, r"values that are not whole, but a Poisson decoder .* whole numbers from 0"),
    "categorical": (np.zeros_like(X), r"is not one-hot: .*to_categorical\(x, 1\)"),
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("verb", VERBS)
def test_examples(verb, bad):
    x, words = BAD[bad]
    if verb == "validation_data" and bad == "nothing":
        words = "the x of validation_data is missing"
    said(lambda: VERBS[verb](vae(), x), words)


@pytest.mark.parametrize("bad", ["an axis too few", "one example", "NaN", "text"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_model_that_is_not_built(verb, bad):
    """Nothing is built for what is refused."""
    model = fresh()
    x, words = BAD[bad]
    said(lambda: VERBS[verb](model, x), words)
    assert verb == "validation_data" or not (model.built or model.decoder.built)


@pytest.mark.parametrize("family", RANGE)
@pytest.mark.parametrize("verb", SCORED)
def test_range(verb, family):
    x, words = RANGE[family]
    if verb == "validation_data":
        valid = {"counts": np.round(X), "categorical": np.ones_like(X)}.get(family, X)
        said(lambda: vae(family).fit(valid, validation_data=(x,), verbose=0), words)
    else:
        said(lambda: SCORED[verb](vae(family), x), words)


@pytest.mark.parametrize("bad", [b for b in BAD if b not in ("NaN", "nothing")])
def test_impute(bad):
    x, words = BAD[bad]
    said(lambda: vae("missing").impute(x), words)
    said(lambda: vae("missing").impute(x, num_samples=2), words)


@pytest.mark.parametrize("bad", ["too small", "empty", "NaN", "text", "a list", "nothing"])
@pytest.mark.parametrize(
    "verb", ["fit", "evaluate", "train_on_batch", "predict", "encode", "reconstruct"]
)
def test_an_autoencoder(verb, bad):
    x, words = BAD[bad]
    if bad == "too small":
        words = r"shape \(2, 3, 1\), which do not pass through the bodies of this autoencoder"
    said(lambda: VERBS[verb](vae("autoencoder"), x), words)


@pytest.mark.parametrize("verb", ["fit", "elbo", "log_likelihood", "encode", "rate_distortion"])
@pytest.mark.parametrize("kind", ["ladder", "bottom up"])
@pytest.mark.parametrize("bad", ["an axis too few", "NaN"])
def test_several_groups(verb, kind, bad):
    x, words = BAD[bad]
    said(lambda: VERBS[verb](vae(kind), x), words)


@pytest.mark.parametrize("verb", ["encode", "predict", "reconstruct"])
def test_inputs_of_another_scale_are_warned_of(verb):
    """Inputs may carry noise, so that only a scale that is far off is spoken of."""
    with pytest.warns(UserWarning, match="x has values from 0 to 255, far from what the decoder"):
        VERBS[verb](vae(), 255 * X)
    VERBS[verb](vae(), 3 * X - 1)  # in silence: noise of a denoiser
    VERBS[verb](vae("normal"), 255 * X)


def test_an_unbuilt_model_is_built_first(recwarn):
    for verb in ("elbo", "encode", "log_likelihood", "reconstruct", "predict"):
        model = fresh()
        VERBS[verb](model, X)
        assert model.built and model.example_shape == SHAPE
    assert not [str(w.message) for w in recwarn if w.category is UserWarning]
