"""Parts that cannot be made or put together: constructors, compile, schedules, callbacks."""

import keras
import numpy as np
import pytest

from keras_vae import (
    VAE,
    Autoencoder,
    Decoder,
    Encoder,
    callbacks,
    distributions,
    kl_divergence,
    latents,
    layers,
    monte_carlo_kl,
    objectives,
    schedules,
)
from tests.bad_inputs.models import SHAPE, X, fresh, said, vae

nan, inf = float("nan"), float("inf")
normal = distributions.Normal(np.zeros((3, 2)), 1.0)


def decoder():
    return Decoder(SHAPE, (3,))


def encoder(**options):
    return Encoder(2, (3,), **options)


CONSTRUCTORS = [
    (lambda: Encoder(-3, (5,)), "`latent_dim` must be a positive integer; received latent_dim=-3"),
    (lambda: Encoder("2", (5,)), "`latent_dim` must be a positive integer; .*='2'"),
    (lambda: Encoder(None, (5,)), "`latent_dim` must be a positive integer; .*=None"),
    (lambda: Encoder((4, 0), (5,)), r"`latent_dim` must be positive integers; .*=\(4, 0\)"),
    (lambda: Encoder(2, (5, -1)), r"`hidden_units` must be positive integers; .*=\(5, -1\)"),
    (lambda: Encoder(2, (2.5,)), r"`hidden_units` must be positive integers; .*=\(2.5,\)"),
    (lambda: Encoder(2, ("relu",)), r"`hidden_units` must be positive integers; .*=\('relu',\)"),
    (lambda: Encoder(2, (5,), head="Normal"), "`head` must be one of 'normal', .*head='Normal'"),
    (lambda: Decoder((0,), (5,)), r"`output_shape` must be positive integers; .*=\(0,\)"),
    (lambda: Decoder((8, None), (5,)), r"`output_shape` must be positive integers; .*None"),
    (lambda: Decoder("8", (5,)), "`output_shape` must be a positive integer; .*='8'"),
    (lambda: Decoder(8), "Decoder needs either `hidden_units` .* or `body`"),
    (lambda: Decoder(SHAPE, (3,), head="gaussian"), "`head` must be one of .*head='gaussian'"),
    (lambda: VAE(decoder(), encoder()), "`encoder` must be a keras_vae.Encoder; received Decoder"),
    (lambda: VAE(encoder(), encoder()), "`decoder` must be a keras_vae.Decoder; received Encoder"),
    (lambda: VAE(encoder(), None), "`decoder` must be a keras_vae.Decoder; received NoneType"),
    (lambda: VAE("mlp", decoder()), "`encoder` must be a keras_vae.Encoder; received str"),
    (lambda: VAE(keras.layers.Dense(2), decoder()), r"Encoder\(\.\.\., body=model\)"),
    (lambda: VAE(encoder(head="categorical"), decoder()), "gives a Categorical, whose draws"),
    (lambda: VAE(encoder(), decoder(), beta=-0.1), "beta=-0.1 must be a finite number >= 0"),
    (lambda: VAE(encoder(), decoder(), beta=inf), "beta=inf must be a finite number >= 0"),
    (lambda: VAE(encoder(), decoder(), beta=[1.0]), r"beta=\[1.0\] must be a finite number"),
    (lambda: VAE(encoder(), decoder(), latents="ladder"), "`latents` must be .*received str"),
    (
        lambda: VAE(encoder(), decoder(), latents=latents.Ladder((2,), ())),
        "received an Encoder, which makes its own. Give its body instead",
    ),
    (
        lambda: VAE(
            layers.DenseBody((3,)),
            decoder(),
            layers.StandardNormalPrior(2),
            latents=latents.Ladder((2,), ()),
        ),
        "brings its own prior; received also prior=StandardNormalPrior",
    ),
    (lambda: latents.Ladder(3, ()), "`latent_dims` must be the length of each group.*=3"),
    (lambda: latents.Ladder((), ()), r"`latent_dims` must be the length of each group.*=\(\)"),
    (lambda: latents.Ladder((3, 0), ()), r"`latent_dims` must be positive integers.*=\(3, 0\)"),
    (lambda: latents.Ladder((3, 2), (), betas=(1.0,)), "`betas` must have one weight for each"),
    (lambda: latents.BottomUp((3, 2), (), betas=(1.0, -1.0)), "betas=-1.0 must be a finite number"),
    (lambda: latents.BottomUp((3, 2), (0,)), r"`hidden_units` must be positive integers"),
    (lambda: Autoencoder(None, keras.layers.Dense(3)), "`encoder_body` must .*received NoneType"),
    (lambda: Autoencoder(keras.layers.Dense(3), np.tanh), "`decoder_body` must .*received ufunc"),
    (lambda: layers.NormalHead(scale=-0.1), "`scale` of a NormalHead must be .*scale=-0.1"),
    (lambda: layers.NormalHead(scale=nan), "`scale` of a NormalHead must be .*scale=nan"),
    (lambda: layers.NormalHead(scale=None), "`scale` of a NormalHead must be .*scale=None"),
    (lambda: layers.NormalHead(scale="fixed"), "`scale` of a NormalHead must be .*='fixed'"),
    (lambda: layers.NormalHead().build((None, 3)), "NormalHead does not know the shape of an ev"),
    (
        lambda: layers.MultivariateNormalHead(event_shape=SHAPE).build((None, 3)),
        "MultivariateNormalHead models vectors, .*Use NormalHead for arrays",
    ),
    (
        lambda: layers.NormalHead(event_shape=(3,)).for_event((4,)),
        r"was made for events of shape \(3,\) and is now asked for events of shape \(4,\)",
    ),
    (
        lambda: VAE(Encoder(3, ()), VAE(Encoder(2, ()), decoder()).decoder),
        r"This Decoder was made for vectors or arrays of shape \(2,\) and is now given \(3,\)",
    ),
]

OTHERS = [
    (lambda: fresh().compile("adam", loss="mse"), r"compile\(loss='mse'\): a VAE carries its loss"),
    (lambda: fresh().compile(loss=keras.losses.MeanSquaredError()), "a VAE carries its loss"),
    (lambda: vae("autoencoder").compile(loss="mae"), "an Autoencoder carries its loss"),
    (lambda: objectives.ELBO("3"), "`num_samples` of ELBO must be an integer of at least 1"),
    (lambda: objectives.ELBO(kl="exact"), "`kl` must be 'closed_form', 'monte_carlo' or None"),
    (lambda: objectives.IWAE(-5), "`num_samples` of IWAE must be an integer of at least 1"),
    (lambda: objectives.DReG(0), "`num_samples` of DReG must be an integer of at least 1"),
    (lambda: objectives.FreeBits(nan), "free_bits=nan must be a finite number"),
    (lambda: objectives.FreeBits("0.1"), "free_bits='0.1' must be a finite number"),
    (lambda: objectives.Capacity(-1.0), "capacity=-1.0 must be a finite number"),
    (lambda: objectives.Capacity(1.0, gamma=inf), "gamma=inf must be a finite number"),
    (lambda: schedules.Linear(0.0, -1.0, steps=5), "end=-1.0 must be a finite number"),
    (lambda: schedules.Linear(steps=-5), "steps=-5 must be a whole number from 1"),
    (lambda: schedules.Linear(steps="10"), "steps='10' must be a whole number from 1"),
    (lambda: schedules.Linear(steps=2**31), "steps=2147483648 must be a whole number from 1"),
    (lambda: schedules.Linear(inf), "start=inf must be a finite number"),
    (lambda: schedules.Sigmoid(steps=0), "steps=0 must be a whole number"),
    (lambda: schedules.Cyclical(steps=8, cycles=-2), "cycles=-2 must be a whole number from 1"),
    (lambda: schedules.Cyclical(steps=8, cycles=1.5), "cycles=1.5 must be a whole number from 1"),
    (lambda: schedules.Constant(nan), "value=nan must be a finite number"),
    (lambda: schedules.Constant("1"), "value='1' must be a finite number"),
    (lambda: callbacks.KLAnnealing(0.5), "KLAnnealing takes a schedule such as"),
    (lambda: callbacks.KLAnnealing(schedules.Linear()), "KLAnnealing does not know how long"),
    (lambda: callbacks.KLAnnealing(schedules.Linear(), epochs=0), "epochs=0 must be a number > 0"),
    (lambda: callbacks.KLAnnealing(schedules.Linear(), epochs="2"), "epochs='2' must be a number"),
    (
        lambda: callbacks.KLAnnealing(schedules.Linear(), fraction=1.5),
        r"fraction=1.5 of the whole training must be in \(0, 1\]",
    ),
    (
        lambda: callbacks.KLAnnealing(schedules.Linear(), epochs=1, fraction=0.5),
        "Give epochs=1 or fraction=0.5, not both",
    ),
    (lambda: callbacks.CollapseReport(X, every=0), "`every` must be an integer of at least 1"),
    (lambda: callbacks.CollapseReport(X, every=1.5), "`every` must be an integer of at least 1"),
    (lambda: callbacks.CollapseReport(X, every="1"), "`every` must be an integer of at least 1"),
    (lambda: callbacks.CollapseReport(X, num_examples=2.5), "`num_examples` must be an integer"),
    (lambda: callbacks.CollapseReport(None), "x is missing: pass an array"),
    (lambda: callbacks.CollapseReport("x.npy"), "x is of type str; expected an array"),
    (lambda: callbacks.CollapseReport(X.tolist()), "x is a list; expected an array"),
    (lambda: callbacks.CollapseReport(X.astype(str)), "x holds values of type <U32"),
    (lambda: callbacks.CollapseReport(X[:0]), "x is an empty array"),
    (lambda: callbacks.CollapseReport(X[:1]), "at least two examples; received 1 of them"),
    (
        lambda: fresh().fit(X, callbacks=[callbacks.CollapseReport(X[..., 0])], verbose=0),
        r"the x of CollapseReport holds examples of shape \(4, 3\), but the encoder takes",
    ),
    (
        lambda: vae("autoencoder").fit(X, callbacks=[callbacks.CollapseReport(X)], verbose=0),
        "CollapseReport needs a model with a posterior and a prior",
    ),
    (lambda: callbacks.Snapshots(X, "pictures", every=0), "`every` must be an integer of at lea"),
    (lambda: callbacks.Snapshots(X, "pictures", every=0.5), "`every` must be an integer of at l"),
    (lambda: distributions.Normal(np.zeros(2), 1.0, event_ndim=3), "`event_ndim` must lie between"),
    (lambda: distributions.Bernoulli(0.0), "`event_ndim` must lie between 0 and 0; received"),
    (lambda: distributions.Categorical(np.zeros(3), 0), "`event_ndim` must be at least 1"),
    (
        lambda: distributions.MultivariateNormal(np.zeros(2), np.ones(2)),
        r"`scale_tril` must end in two axes .*For a diagonal covariance use",
    ),
    (
        lambda: distributions.Mixture(np.zeros(2), normal),
        "`logits` must have the batch shape of `components`",
    ),
    (lambda: distributions.Bernoulli([0.0]).detached(), "has no pathwise gradient"),
    (
        lambda: distributions.MultivariateNormal(np.zeros(2), np.eye(2)).factors(),
        "MultivariateNormal does not factorize over the axes of its event",
    ),
    (
        lambda: distributions.Mixture(np.zeros(3), normal).entropy(),
        "Mixture has no closed form of its entropy; estimate it with",
    ),
    (
        lambda: kl_divergence(normal, distributions.Laplace(np.zeros(2), 1.0)),
        r"no closed form of KL\(Normal ‖ Laplace\); estimate it with keras_vae.monte_carlo_kl",
    ),
    (lambda: monte_carlo_kl(normal, normal, 0), "`num_samples` must be at least 1; received num"),
]


@pytest.mark.parametrize(("make", "words"), CONSTRUCTORS)
def test_constructors(make, words):
    said(make, words)


@pytest.mark.parametrize(("act", "words"), OTHERS)
def test_others(act, words):
    said(act, words)
