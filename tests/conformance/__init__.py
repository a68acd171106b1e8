"""The conformance suite: checks that every model and every layer runs through.

A check is a function of a factory (see `factories.py`), named `check_…`, that asserts.
"""

from typing import Any

import pytest

from tests.conformance import numbers, saving, structure, training
from tests.conformance.factories import Factory

LAYER_CHECKS = [
    structure.check_config_goes_through_json,
    structure.check_symbolic_shape_is_eager_shape,
    structure.check_an_example_knows_nothing_of_its_batch,
    structure.check_layer_in_mixed_bfloat16,
    saving.check_saved_layer_is_the_layer,
]

MODEL_CHECKS = [
    structure.check_config_goes_through_json,
    structure.check_symbolic_shape_is_eager_shape,
    structure.check_an_example_knows_nothing_of_its_batch,
    structure.check_mixed_bfloat16,
    structure.check_regularizers_count,
    numbers.check_metrics_are_exact,
    numbers.check_weighted_loss,
    numbers.check_tiling,
    numbers.check_weight_zero_is_absence,
    numbers.check_y_is_the_target,
    numbers.check_encoding_is_deterministic,
    numbers.check_predict_joins_batches,
    saving.check_saved_model_is_the_model,
    saving.check_saved_weights_are_the_weights,
    training.check_fit_compiles_once,
    training.check_compiled_is_eager,
    training.check_every_weight_learns,
    training.check_saved_training_goes_on,
    training.check_killed_training_goes_on,
]

VAE_CHECKS = [
    numbers.check_generated_by_seed,
    saving.check_saved_parts_are_the_parts,
    training.check_schedule_is_followed,
    training.check_loss_is_the_weighted_bound,
    training.check_steps_draw_other_noise,
    training.check_seed_decides_the_noise,
]


def checks_of(factory: Factory) -> list:
    """The checks that a model runs through."""
    checks = MODEL_CHECKS + VAE_CHECKS * factory.variational
    unknown = factory.without.keys() - {check.__name__ for check in checks}
    assert not unknown, f"there is no {sorted(unknown)} to go without"
    return [check for check in checks if check.__name__ not in factory.without]


ALONE = pytest.mark.one_backend("a configuration is plain Python; files carry it on each backend")


def case(check: Any, name: str, factory: Factory) -> Any:
    """A check of a factory, as a parameter of a test."""
    marks = [ALONE] if check is structure.check_config_goes_through_json else []
    what = check.__name__.removeprefix("check_")
    return pytest.param(check, factory, id=f"{name}-{what}", marks=marks)
