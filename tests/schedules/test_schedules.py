"""Schedules: β at every step, exactly, as a number, as an array and inside the compiled step."""

import json
import math

import keras
import numpy as np
import pytest

from keras_vae.schedules import Constant, Cosine, Cyclical, Linear, Piecewise, Scaled, Sigmoid

EXAMPLES = [
    Constant(0.3),
    Linear(0.1, 0.9, steps=49),
    Cosine(0.3, 0.7, steps=49),
    Sigmoid(0.7, 0.1, steps=49, sharpness=5.0),
    Cyclical(0.1, 0.7, steps=50, cycles=3, ramp=0.3),
    Piecewise([Constant(0.0, steps=7), Linear(steps=13), Cyclical(1.0, 0.5, steps=30, cycles=3)]),
    3 * Constant(0.1, steps=10).then(Cosine(0.1, 0.7, steps=39)),
]


def formula(schedule, t):
    """β at step t in Python's own arithmetic."""
    match schedule:
        case Constant():
            return schedule.value
        case Scaled():
            return schedule.factor * formula(schedule.schedule, t)
        case Piecewise():
            *before, last = schedule.schedules
            for part in before:
                if t < part.steps:
                    return formula(part, t)
                t -= part.steps
            return formula(last, t)
    if t >= schedule.steps:
        return schedule.end
    p = t / schedule.steps
    match schedule:
        case Cyclical():
            period = math.ceil(schedule.steps / schedule.cycles)
            shape = min(1.0, (t % period) / period / schedule.ramp)
        case Linear():
            shape = p
        case Cosine():
            shape = 0.5 - 0.5 * math.cos(math.pi * p)
        case Sigmoid():
            low, here, high = (
                1 / (1 + math.exp(-schedule.sharpness * (q - 0.5))) for q in (0.0, p, 1.0)
            )
            shape = (here - low) / (high - low)
    return schedule.start + (schedule.end - schedule.start) * shape


class Probe(keras.Model):
    """Shows β as the compiled step sees it."""

    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def call(self, step):
        return self.schedule(step)


@pytest.mark.parametrize("schedule", EXAMPLES, ids=lambda s: type(s).__name__)
def test_values_are_the_formula(schedule):
    expected = [formula(schedule, t) for t in range(60)]
    values = schedule.values(60)
    assert values.dtype == keras.config.floatx()
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-7)
    assert values.min() >= 0.0


@pytest.mark.parametrize("schedule", EXAMPLES, ids=lambda s: type(s).__name__)
def test_compiled_is_eager(schedule):
    steps = np.arange(60, dtype="int32")
    probe = Probe(schedule)
    probe.compile(jit_compile=keras.config.backend() != "torch")
    compiled = probe.predict(steps, batch_size=60, verbose=0)
    np.testing.assert_allclose(compiled, schedule.values(60), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("schedule", EXAMPLES, ids=lambda s: type(s).__name__)
def test_numbers_arrays_tensors_and_variables_agree(schedule):
    for step in (0, 6, 20, 49, 55):
        expected = schedule.values(56)[step]
        for kind in (
            step,
            float(step),
            np.int64(step),
            keras.ops.convert_to_tensor(step),
            keras.Variable(step, dtype="int32", trainable=False),
        ):
            beta = schedule(kind)
            assert beta.shape == ()
            assert float(beta) == pytest.approx(expected, rel=1e-6)
    assert tuple(schedule(np.zeros((2, 3), "int64")).shape) == (2, 3)


@pytest.mark.parametrize("schedule", EXAMPLES, ids=lambda s: type(s).__name__)
def test_json_round_trip_and_equality(schedule):
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(schedule)))
    again = keras.saving.deserialize_keras_object(config)
    assert again == schedule
    assert hash(again) == hash(schedule)
    assert repr(again) == repr(schedule)
    assert [again == other for other in EXAMPLES].count(True) == 1
    assert schedule != schedule.lasting(51)
    assert schedule != 0.5


@pytest.mark.parametrize("kind", [Linear, Cosine, Sigmoid])
@pytest.mark.parametrize("steps", [1, 3, 49, 1000, 2**31 - 1])
def test_ramps_start_and_end_exactly(kind, steps):
    up, down = kind(0.1, 0.7, steps=steps), kind(0.7, 0.0, steps=steps)
    ends = np.array([0, steps - 1, steps, steps + 1, 2**40])
    beta = keras.ops.convert_to_numpy(up(ends))
    assert beta[0] == np.float32(0.1)
    assert np.all(beta[2:] == np.float32(0.7))
    assert keras.ops.convert_to_numpy(down(ends))[2] == 0.0
    assert float(kind(steps=steps)(0)) == 0.0


@pytest.mark.parametrize("steps", [8, 30, 100, 1001, 10_000])
@pytest.mark.parametrize("cycles", [1, 3, 4])
@pytest.mark.parametrize("ramp", [0.1, 0.3, 0.5, 0.7, 1.0, 1e-9])
def test_cyclical_starts_ends_and_mean(steps, cycles, ramp):
    beta = Cyclical(steps=steps, cycles=cycles, ramp=ramp).values(steps + 3)
    period = math.ceil(steps / cycles)
    rising = math.ceil(round(ramp * period, 9)) or 1  # steps of a cycle before the ramp is over
    assert np.all(beta[:steps:period] == 0.0)
    for begin in range(0, steps, period):
        cycle = beta[begin : min(begin + period, steps)]
        assert np.all(cycle[1:] > 0.0)
        assert np.all(cycle[rising:] == 1.0)
        assert np.all(cycle[:rising] < 1.0)
    assert np.all(beta[steps:] == 1.0)
    if math.isclose(rising, ramp * period):
        assert beta[:period].mean() == pytest.approx(1 - ramp / 2 - 1 / (2 * period), abs=1e-6)


def test_cyclical_mean_tends_to_one_minus_half_the_ramp():
    for ramp in (0.25, 0.5, 1.0):
        beta = Cyclical(steps=400_000, cycles=4, ramp=ramp).values(400_000)
        assert beta.mean(dtype="float64") == pytest.approx(1 - ramp / 2, abs=1e-5)


def test_late_steps_are_counted_as_integers():
    """Beyond 2**24 a float32 would merge neighbours."""
    wait = 2**30 + 1
    after = Constant(0.0, steps=wait).then(Linear(steps=4))
    late = keras.ops.convert_to_numpy(after(wait + np.arange(-1, 6)))
    np.testing.assert_array_equal(late, [0, 0, 0.25, 0.5, 0.75, 1, 1])
    cycles = Cyclical(steps=2**30, cycles=2**27, ramp=0.5)
    phase = keras.ops.convert_to_numpy(cycles(2**29 + np.arange(9)))
    np.testing.assert_array_equal(phase, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 0])


def test_lasting_keeps_the_shape():
    assert Sigmoid(0.1, 0.2, sharpness=3.0).lasting(7) == Sigmoid(0.1, 0.2, 7, 3.0)
    assert Cyclical(steps=100, cycles=3).lasting(31) == Cyclical(steps=31, cycles=3)
    assert (2 * Linear()).lasting(5) == 2 * Linear(steps=5)
    parts = Linear(steps=1).then(Cosine(1.0, 0.5, steps=1)).then(Linear(0.5, 1.0, steps=1))
    for steps in (3, 4, 5, 100, 1001, 2**31 - 1):
        stretched = parts.lasting(steps)
        assert stretched.steps == steps
        assert [type(part) for part in stretched.schedules] == [Linear, Cosine, Linear]
        lengths = [part.steps for part in stretched.schedules]
        assert max(lengths) - min(lengths) <= 1
    assert parts.lasting(3) == parts
    warm = Linear(steps=30).then(Constant(0.5))
    assert warm.lasting(60) == Linear(steps=60).then(Constant(0.5))


def test_composition():
    a, b, c = Constant(0.2, steps=3), Linear(steps=4), Constant(1.0)
    assert a.then(b).then(c) == a.then(b.then(c)) == Piecewise([a, b, c])
    assert a.then(b).steps == 7
    np.testing.assert_array_equal((2 * b).values(9), (b * 2.0).values(9))
    np.testing.assert_array_equal((2 * b).values(9), 2 * b.values(9))
    with pytest.raises(TypeError):
        b * "2"


def test_without_a_length_there_is_no_value():
    for schedule in (Linear(), Cyclical(cycles=2), 2 * Cosine()):
        assert schedule.steps is None
        assert schedule.lasting(10).steps == 10
        for ask in (lambda s: s(0), lambda s: s.values(3)):
            with pytest.raises(ValueError, match=r"has no length yet. Write `steps=`"):
                ask(schedule)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Linear(steps=0), r"steps=0 must be a whole number from 1"),
        (lambda: Cosine(steps=-3), r"steps=-3 must be a whole number from 1"),
        (lambda: Sigmoid(steps=2.5), r"steps=2\.5 must be a whole number from 1"),
        (lambda: Linear(steps=2**31), r"steps=2147483648 must be a whole number from 1"),
        (lambda: Constant(1.0, steps=-1), r"steps=-1 must be a whole number from 0"),
        (lambda: Constant(-0.1), r"value=-0\.1 must be a finite number >= 0"),
        (lambda: Linear(math.nan, 1.0), r"start=nan must be a finite number >= 0"),
        (lambda: Linear(0.0, math.inf), r"end=inf must be a finite number >= 0"),
        (lambda: Linear("0"), r"start='0' must be a finite number >= 0"),
        (lambda: -1 * Linear(), r"factor=-1 must be a finite number >= 0"),
        (lambda: Sigmoid(sharpness=0.0), r"sharpness=0\.0 is nearly Linear"),
        (lambda: Cyclical(cycles=0), r"cycles=0 must be a whole number from 1"),
        (lambda: Cyclical(ramp=0.0), r"ramp=0\.0 must be in \(0, 1\]"),
        (lambda: Cyclical(ramp=1.5), r"ramp=1\.5 must be in \(0, 1\]"),
        (lambda: Cyclical(steps=7, cycles=4), r"steps=7 is too short for cycles=4"),
        (lambda: Cyclical(cycles=4).lasting(7), r"steps=7 is too short for cycles=4"),
        (lambda: Piecewise([]), r"schedules=\[\] is empty"),
        (lambda: Piecewise([0.5]), r"must hold schedules, not 0\.5"),
        (lambda: Linear().then(Constant(1.0)), r"each has a length: write `steps=`"),
        (lambda: Constant(0.0).then(Linear(steps=9)), r"each has a length: write `steps=`"),
        (lambda: (c := Constant(0.0)).then(Linear(steps=9)).then(c), r"each has a length"),
        (lambda: Linear(steps=9).then(Constant(1.0)).then(Linear(steps=9)), r"each has a length"),
        (lambda: Linear(steps=1).then(Linear(steps=9)).lasting(2), r"steps=2 leaves no step"),
        (lambda: Linear(steps=9).values(0), r"steps=0 must be a whole number from 1"),
    ],
)
def test_bad_arguments_get_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
