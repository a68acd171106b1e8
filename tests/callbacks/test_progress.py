"""The line that tells how a training goes, in a terminal and in a file."""

import io
import re

import keras
import numpy as np
import pytest

from keras_vae.callbacks import ProgressLine, progress
from tests.conformance.factories import BATCH, MODELS
from tests.oracles.steps import EAGERLY

PLAIN = r"epoch {}/3 ━* +β 1\.00  ELBO −\d\.\d\d \(val −\d\.\d\d\)  rec \d\.\d\d  KL \d\.\d\d  {}"


class Terminal(io.StringIO):
    """What looks like a terminal."""

    def isatty(self):
        return True


def written(file, epochs=3, **arguments):
    vae = MODELS["bernoulli"]()
    vae.compile("sgd", run_eagerly=EAGERLY)
    x = MODELS["bernoulli"].x
    told = [ProgressLine(file=file, **arguments)]
    vae.fit(x, batch_size=BATCH, epochs=epochs, verbose=0, validation_data=(x,), callbacks=told)
    return file.getvalue()


def test_plain_lines_where_there_is_no_terminal():
    first, second, last = written(io.StringIO()).splitlines()
    assert re.fullmatch(PLAIN.format(1, r"\d+:\d\d left"), first)
    assert re.fullmatch(PLAIN.format(2, r"\d+:\d\d left"), second)
    assert re.fullmatch(PLAIN.format(3, r"in \d+:\d\d"), last)
    assert [line.count("━") for line in (first, second, last)] == [7, 13, 20]


@pytest.mark.one_backend("epochs are counted")
@pytest.mark.parametrize(("every", "epochs"), [(None, 20), (2, 5)])
def test_how_many_plain_lines(every, epochs):
    lines = written(io.StringIO(), epochs=epochs, every=every).splitlines()
    told = [int(re.match(r"epoch +(\d+)", line)[1]) for line in lines]
    assert told == (list(range(1, 21)) if every is None else [2, 4, 5])


def test_one_line_in_a_terminal(monkeypatch):
    """Each state is written over the one before, and none is wider than the window."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(progress, "BETWEEN", -1.0)  # after every step
    text = written(Terminal())
    assert text.endswith("\n") and text.count("\n") == 1
    states = text[:-1].split("\r\x1b[2K")[1:]
    assert len(states) == 3 * (3 + 1)  # steps and ends of epochs
    assert max(map(len, states)) <= 79 and "compiling" in states[0]
    assert [state[:9] for state in states[::4]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]


def told(logs, epochs=10, done=3, width=None, file=None, **arguments):
    """The line after some epochs, two seconds each, the first of which took a minute more."""
    line = ProgressLine(file=file or io.StringIO(), **arguments)
    line.set_params({"epochs": epochs, "steps": None})
    line.on_train_begin()
    line.begun, line.first = 0.0, (62.0, 1.0)
    line.epoch = done
    line.seen.update(logs)
    return line.line(60.0 + 2.0 * done, width)


@pytest.mark.one_backend("a string is made")
def test_what_a_line_says():
    bar = f"{'━' * 6:<20}"
    loss = {"loss": 12.345, "val_loss": 9.5, "mae": 1.0}
    assert told(loss) == f"epoch  3/10 {bar} loss 12.3 (val 9.50)  0:14 left"
    codes = {"elbo": -1234.5, "perplexity": 27.25}
    shown = told(codes, show={"perplexity": "codes"}, epochs=3)
    assert shown == f"epoch 3/3 {'━' * 20} codes 27.2  in 1:06"
    assert progress.number(np.float32(-0.004)) == "−0.00"
    assert [progress.clock(s) for s in (5, 65.4, 3725)] == ["0:05", "1:05", "1:02:05"]


@pytest.mark.one_backend("a string is made")
def test_a_window_that_is_narrow_loses_a_word_before_a_part_of_one(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    logs = {"beta": 1.0, "elbo": -148.9, "reconstruction_loss": 142.8, "kl_loss": 6.1}
    for done, start, end in (
        (62, "epoch  63/100 ━━━━━━", "1:16"),
        (100, "epoch 100/100 ━━━━━━", "4:20"),
    ):
        shown = told(logs, epochs=100, done=done, width=66, file=Terminal())
        assert shown == f"{start} β 1.00  ELBO −148.9  rec 142.8  KL 6.10  {end}"


@pytest.mark.one_backend("no model is trained")
def test_no_epochs_between_lines():
    with pytest.raises(ValueError, match="`every` must be an integer of at least 1"):
        ProgressLine(every=0)


def test_any_model():
    """A Keras model that is none of ours shows its loss."""
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=EAGERLY)
    file = io.StringIO()
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0, callbacks=[ProgressLine(file=file)])
    assert re.fullmatch(r"epoch 1/1 ━{20} loss \d\.\d\d  in \d:\d\d\n", file.getvalue())
