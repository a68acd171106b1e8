"""Checks of training: one compiled step, its schedule, its noise, and a resume that goes on."""

import functools
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from keras_vae.schedules import Linear
from tests.conformance.common import (
    PerStep,
    assert_equal,
    numpy,
)
from tests.conformance.factories import BATCH, Factory

EPOCHS = 2
STEPS = 2 * EPOCHS  # two batches in an epoch
WARM_UP = Linear(0.25, 1.0, steps=3)
COMPILED = keras.config.backend() != "torch"


def begun(factory: Factory, run_eagerly: bool = True) -> Any:
    """A model that is ready to train, with a schedule if it takes one."""
    model = factory()
    if factory.variational:
        model.beta = WARM_UP
    model.compile(keras.optimizers.Adam(0.01), run_eagerly=run_eagerly)
    return model


def fit(model: Any, x: np.ndarray, *callbacks: Any, **kwargs: Any) -> PerStep:
    """Train on batches in a fixed order; returns what the single steps said."""
    logs, settings = PerStep(), {"epochs": EPOCHS, "shuffle": False, "verbose": 0, **kwargs}
    model.fit(x, batch_size=BATCH, callbacks=[logs, *callbacks], **settings)
    return logs


@dataclass(frozen=True)
class Training:
    """What remains of four steps on two batches.

    Of an eager one, `files` are those that a kill at the last step would leave: the .keras file of
    the first epoch, and Keras' backup. After a compiled one come two steps on the same batch, "at
    rest": the learning rate is 0, so that nothing but noise tells them apart.
    """

    logs: PerStep
    state: Any
    weights: list[tuple[str, np.ndarray]]
    calls: int
    files: dict[str, bytes] = field(default_factory=dict)
    logs_at_rest: PerStep = field(default_factory=PerStep)
    calls_at_rest: int = 0


class Kill(keras.callbacks.Callback):
    """Keeps the files that would be there if the process ended at the last step."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.files: dict[str, bytes] = {}

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if int(numpy(self.model.optimizer.iterations)) == STEPS - 1:
            found = (path for path in self.folder.rglob("*") if path.is_file())
            self.files = {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


def state_of(model: Any) -> Any:
    """Everything that training changes."""
    return numpy({"model": model.variables, "optimizer": model.optimizer.variables})


@functools.cache
def trained(factory: Factory, run_eagerly: bool) -> Training:
    """A training that several checks look at, because compiling takes long."""
    model, calls = begun(factory, run_eagerly), []
    compute_loss = model.compute_loss

    def counted(*args: Any, **kwargs: Any) -> Any:
        calls.append(kwargs)
        return compute_loss(*args, **kwargs)

    model.compute_loss = counted
    x = factory.x[: 2 * BATCH]
    with TemporaryDirectory() as name:
        folder, callbacks = Path(name), []
        kill = Kill(folder)
        if run_eagerly:
            save = keras.callbacks.ModelCheckpoint(folder / "{epoch}.keras")
            callbacks = [save, keras.callbacks.BackupAndRestore(folder / "backup"), kill]
        logs = fit(model, x, *callbacks)
    weights = [(variable.path, numpy(variable)) for variable in model.trainable_variables]
    training = Training(logs, state_of(model), weights, len(calls), kill.files)
    if run_eagerly:
        return training
    model.optimizer.learning_rate = 0.0
    rest = fit(model, np.concatenate([factory.x[:BATCH]] * 2), epochs=1)
    return replace(training, logs_at_rest=rest, calls_at_rest=len(calls) - training.calls)


def check_fit_compiles_once(factory: Factory) -> None:
    """The loss runs in Python for a trace, not for a step, and not again in a later fit."""
    training = trained(factory, run_eagerly=False)
    if COMPILED:
        assert training.calls <= 2 and training.calls_at_rest == 0
    else:
        assert training.calls == STEPS and training.calls_at_rest == 2


def check_compiled_is_eager(factory: Factory) -> None:
    """With one seed, `run_eagerly=True` and the compiled step end at the same weights."""
    compiled, eager = trained(factory, run_eagerly=False), trained(factory, run_eagerly=True)
    assert_equal(compiled.logs.steps, eager.logs.steps, rtol=1e-4)
    assert_equal(compiled.state, eager.state, rtol=1e-4)


def check_every_weight_learns(factory: Factory) -> None:
    """No gradient is lost on the way from the loss to a weight."""
    model = factory()
    model.build((None, *factory.x.shape[1:]))
    before = numpy(model.trainable_variables)
    for old, (path, new) in zip(before, trained(factory, run_eagerly=True).weights, strict=True):
        assert np.abs(old - new).max() > 1e-6, path


def check_schedule_is_followed(factory: Factory) -> None:
    """β of step k is schedule(k), from the first step on and into the next fit."""
    training = trained(factory, run_eagerly=False)
    betas = [*training.logs.of("beta"), *training.logs_at_rest.of("beta")]
    np.testing.assert_allclose(betas, WARM_UP.values(STEPS + 2), rtol=1e-6)


def check_loss_is_the_weighted_bound(factory: Factory) -> None:
    """What is minimised in each step is reconstruction_loss + β kl_loss, with the β of the step."""
    logs = trained(factory, run_eagerly=False).logs
    expected = logs.of("reconstruction_loss") + WARM_UP.values(STEPS) * logs.of("kl_loss")
    np.testing.assert_allclose(logs.of("loss"), expected, rtol=1e-4)
    np.testing.assert_allclose(
        logs.of("elbo"), -logs.of("reconstruction_loss") - logs.of("kl_loss"), rtol=1e-4
    )


def check_steps_draw_other_noise(factory: Factory) -> None:
    """Two compiled steps on the same batch with the same weights differ by their noise."""
    one, other = trained(factory, run_eagerly=False).logs_at_rest.of("reconstruction_loss")
    assert abs(one - other) > 1e-5


def check_seed_decides_the_noise(factory: Factory) -> None:
    """Draws differ from call to call; the same seed repeats them, another one does not."""
    draws = []
    for seed in (3, 3, 4):
        original = factory()
        model = type(original).from_config({**original.get_config(), "seed": seed})
        draws.append([numpy(model(factory.x)[model.latents.groups[0]]) for _ in range(2)])
    one, same, other = draws
    assert_equal(one, same)
    # Numbers differ in every place, and codes, which agree by chance, in some.
    least = np.max if one[0].dtype == "int32" else np.min
    assert least(np.abs(one[0] - one[1])) > 0.0
    assert least(np.abs(one[0] - other[0])) > 0.0


def check_saved_training_goes_on(factory: Factory) -> None:
    """Two epochs are one epoch, a saved file, and another epoch; optimizer and noise included."""
    x, straight = factory.x[: 2 * BATCH], trained(factory, run_eagerly=True)
    with TemporaryDirectory() as folder:
        Path(folder, "model.keras").write_bytes(straight.files["1.keras"])
        keras.utils.set_random_seed(99)
        model = keras.saving.load_model(Path(folder, "model.keras"))
    logs = fit(model, x, initial_epoch=1)
    assert_equal(logs.steps, straight.logs.steps[2:])
    assert_equal(state_of(model), straight.state)


def check_killed_training_goes_on(factory: Factory) -> None:
    """After a kill, Keras' BackupAndRestore loses nothing but the epoch in flight."""
    x, straight = factory.x[: 2 * BATCH], trained(factory, run_eagerly=True)
    with TemporaryDirectory() as folder:
        for name in straight.files:
            Path(folder, name).parent.mkdir(exist_ok=True)
            Path(folder, name).write_bytes(straight.files[name])
        model = begun(factory)
        logs = fit(model, x, keras.callbacks.BackupAndRestore(Path(folder, "backup")))
    assert_equal(logs.steps, straight.logs.steps[2:])
    assert_equal(state_of(model), straight.state)
