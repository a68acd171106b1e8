"""Arrays in batches: read by Keras, shared by devices, run through a network."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.data import as_numpy, batches_of, examples_in, is_array, joined

Data = tuple[Any, Any, Any]
"""x, y and sample_weight."""


def run_in_batches(network: keras.Model, inputs: Any, batch_size: int) -> Any:
    """Outputs of a network as NumPy arrays: one batch as it is, more of them compiled.

    A dataset comes in its own batches.
    """
    count("batch_size", batch_size)
    if not is_array(inputs):
        found = [network.predict_on_batch(batch) for batch, _ in batches_of(inputs)]
        return joined(found)
    if examples_in(inputs) <= batch_size:
        return keras.tree.map_structure(ops.convert_to_numpy, network(inputs))
    return predicted(network, inputs, batch_size)


def sharing() -> int:
    """How many devices share each batch under `keras.distribution`; 1 where there is none."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return 1
    mesh = distribution.device_mesh
    return int(mesh.shape[mesh.axis_names.index(distribution.batch_dim_name)])


def repeated(arrays: Any, times: int) -> Any:
    """Arrays, or a dict of them, with the last example so many times more."""
    return keras.tree.map_structure(
        lambda array: (
            np.concatenate([array, np.repeat(array[-1:], times, axis=0)]) if times else array
        ),
        arrays,
    )


def predicted(network: keras.Model, inputs: Any, batch_size: int, callbacks: Any = None) -> Any:
    """`predict`, also where devices share batches that do not divide: the last example is repeated.

    Raises:
        ValueError: where the batch size itself does not divide.
    """
    examples, devices = examples_in(inputs), sharing()
    check_shares(batch_size, batch_size, devices)
    inputs = repeated(inputs, -examples % devices)
    inputs, *_ = untuned((inputs, None, None), batch_size)
    outputs = network.predict(inputs, batch_size=batch_size, verbose=0, callbacks=callbacks)
    return keras.tree.map_structure(lambda array: array[:examples], outputs)


def check_shares(examples: int, batch_size: int, devices: int) -> None:
    """Raise a ValueError unless all batches of so many examples can be shared by the devices."""
    last = examples % batch_size
    if batch_size % devices or last % devices:
        size = f"batches of {batch_size}" + (f" and a last one of {last}" if last else "")
        keep = examples - examples % devices
        raise ValueError(
            f"{examples} examples make {size}, which {devices} devices cannot share evenly. Choose "
            f"a batch_size that {devices} divides, and leave out the examples that are over: "
            f"x[:{keep}]."
        )


def untuned(
    data: Data, batch_size: int | None, steps: int | None = None, shuffle: Any = False
) -> Data:
    """Arrays as x, y and sample_weight for Keras: on TensorFlow a dataset that nothing tunes.

    The thread that tunes a `tf.data` pipeline looks at it after 10 ms, after 20 more, after 40, and
    so on, and an epoch that is over waits for its next look half of the time: up to as long again
    as the epoch took. There is nothing to tune in taking rows of an array. The batches are those
    that Keras makes, in the same order.

    Args:
        data: x, y and sample_weight, arrays or not.
        batch_size: examples in a batch; None is 32, or as many as `steps` batches hold.
        steps: batches that are asked for.
        shuffle: whether each epoch has an order of its own; "batch" is left to Keras.
    """
    if keras.config.backend() != "tensorflow" or not is_array(data[0]) or shuffle == "batch":
        return data
    import tensorflow as tf

    arrays = keras.tree.map_structure(as_floatx, keras.utils.pack_x_y_sample_weight(*data))
    examples = examples_in(data[0])
    size = batch_size or (math.ceil(examples / steps) if steps else 32)
    full = examples - examples % size

    def order(_: Any) -> Any:
        rows = tf.range(examples, dtype=tf.int64)
        return tf.random.shuffle(rows) if shuffle else rows

    def parts(rows: Any) -> Any:
        found = tf.data.Dataset.from_tensor_slices(tf.reshape(rows[:full], (-1, size)))
        rest = tf.data.Dataset.from_tensors(rows[full:])
        return found.concatenate(rest) if full < examples else found

    def batch(rows: Any, arrays: Any) -> Any:
        return keras.tree.map_structure(lambda array: tf.gather(array, rows), arrays)

    rows = tf.data.Dataset.range(1).map(order).flat_map(parts)
    whole = tf.data.Dataset.from_tensors(arrays).repeat()
    dataset = tf.data.Dataset.zip((rows, whole)).map(batch)
    counted = tf.data.experimental.assert_cardinality(-(-examples // size))
    options = tf.data.Options()
    options.autotune.enabled = False
    options.threading.private_threadpool_size = 1  # the others are for the network
    options.experimental_optimization.apply_default_optimizations = False
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    dataset = dataset.apply(counted).prefetch(2).with_options(options)
    return dataset, None, None


def as_floatx(array: Any) -> Any:
    """An array of any library as NumPy has it, real numbers as Keras has them."""
    array = as_numpy(array)
    real = "float" in keras.backend.standardize_dtype(array.dtype)
    return array.astype(keras.config.floatx(), copy=False) if real else array
