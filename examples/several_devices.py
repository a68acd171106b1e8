"""The same training on one device and on two, in the way of each backend.

    KERAS_BACKEND=jax python examples/several_devices.py

JAX shares out each batch by `keras.distribution.DataParallel`, TensorFlow by
`tf.distribute.MirroredStrategy`; on PyTorch two processes, joined by `DistributedDataParallel`,
train in a loop of their own, since Keras' `fit` knows one device there. Both devices are the
processor of this machine, so nothing is gained in time; what is shown is that losses and weights
are equal.

The posterior has a scale of 1e-6 here. Devices draw noise of their own, and only a training without
noise can be the same to the last digits.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

BACKEND = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
if BACKEND == "jax":  # asked for before JAX is imported
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count=2"

import keras  # noqa: E402
import numpy as np  # noqa: E402

import keras_vae  # noqa: E402

BATCH = 32
EXAMPLES = 4 * BATCH

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--rank", type=int, help="of a process of PyTorch; set by the script itself")
parser.add_argument("--port", type=int, help="where the processes meet; set by the script itself")
parser.add_argument("--out", type=Path, help="file for the weights; set by the script itself")


def data():
    return np.random.default_rng(0).uniform(size=(EXAMPLES, 64)).astype("float32")


def model():
    """The same weights each time."""
    keras.utils.set_random_seed(0)
    head = keras_vae.layers.NormalHead(1e-6)
    encoder = keras_vae.Encoder(4, hidden_units=(32,), head=head)
    decoder = keras_vae.Decoder((64,), hidden_units=(32,), head="bernoulli")
    vae = keras_vae.VAE(encoder, decoder, seed=0)
    vae.compile(keras.optimizers.SGD(1e-3, momentum=0.9))
    return vae


def weights_of(vae):
    return [keras.ops.convert_to_numpy(weight) for weight in vae.trainable_variables]


def fitted(epochs):
    """The losses of `fit`, and the weights after it."""
    vae = model()
    fit = vae.fit(data(), batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0)
    return fit.history["loss"], weights_of(vae)


def on_two_of_jax(epochs):
    devices = keras.distribution.list_devices("cpu")
    shared = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    keras.distribution.set_distribution(shared)
    try:
        return fitted(epochs)
    finally:
        keras.distribution.set_distribution(None)


def two_processors_of_tensorflow():
    import tensorflow as tf

    half = tf.config.LogicalDeviceConfiguration()
    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(processor, [half, half])
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def by_loop(epochs, rank=0, world=1):
    """PyTorch: the share of one process of each batch; gradients are averaged over all of them."""
    import torch
    from torch.nn.parallel import DistributedDataParallel

    vae = model()
    vae.build((None, 64))
    vae.optimizer.build(vae.trainable_variables)
    forward = DistributedDataParallel(vae) if world > 1 else vae
    losses = []
    for _ in range(epochs):
        of_epoch = []
        for batch in data().reshape(-1, BATCH, 64):
            x = torch.from_numpy(np.array_split(batch, world)[rank].copy())
            vae.zero_grad()
            loss = vae.compute_loss(x=x, y_pred=forward(x, training=True), training=True)
            loss.backward()
            gradients = [variable.value.grad for variable in vae.trainable_variables]
            with torch.no_grad():
                vae.optimizer.apply(gradients, vae.trainable_variables)
                if world > 1:
                    torch.distributed.all_reduce(loss)
            of_epoch.append(loss.item() / world)
        losses.append(float(np.mean(of_epoch)))
    return losses, weights_of(vae)


def process_of_torch(args):
    """One of two processes."""
    import torch

    address = f"tcp://127.0.0.1:{args.port}"
    torch.distributed.init_process_group("gloo", address, rank=args.rank, world_size=2)
    losses, weights = by_loop(args.epochs, args.rank, world=2)
    np.savez(args.out, *weights)
    args.out.with_suffix(".json").write_text(json.dumps(losses))
    torch.distributed.destroy_process_group()


def on_two_of_torch(epochs):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{rank}.npz" for rank in (0, 1)]
        options = ["--epochs", str(epochs), "--port", str(port)]
        command = [sys.executable, str(Path(__file__).resolve()), *options]
        processes = [
            subprocess.Popen([*command, "--rank", str(rank), "--out", str(file)])
            for rank, file in enumerate(files)
        ]
        if any([process.wait() for process in processes]):
            raise RuntimeError("A process of PyTorch ended with an error; it stands above.")
        both = [list(np.load(file).values()) for file in files]
        for one, other in zip(*both, strict=True):
            np.testing.assert_array_equal(one, other)
        return json.loads(files[0].with_suffix(".json").read_text()), both[0]


def compared(epochs):
    """Losses and weights on one device, and on two."""
    if BACKEND == "torch":
        return by_loop(epochs), on_two_of_torch(epochs)
    if BACKEND == "jax":
        return fitted(epochs), on_two_of_jax(epochs)
    strategy = two_processors_of_tensorflow()
    one = fitted(epochs)
    with strategy.scope():
        return one, fitted(epochs)


def main(argv=None):
    """Trains twice and prints how far the two are apart."""
    args = parser.parse_args(argv)
    if args.rank is not None:
        return process_of_torch(args)
    (losses, weights), (shared_losses, shared_weights) = compared(args.epochs)
    for epoch, (one, two) in enumerate(zip(losses, shared_losses, strict=True), 1):
        print(f"epoch {epoch}: loss {one:.5f} on one device, {two:.5f} on two")
    apart = max(np.abs(a - b).max() for a, b in zip(weights, shared_weights, strict=True))
    relative = float(np.max(np.abs(np.divide(shared_losses, losses) - 1.0)))
    steps = args.epochs * EXAMPLES // BATCH
    print(
        f"{BACKEND}, {steps} steps: losses differ by {relative:.0e} of their value at most, "
        f"weights by {apart:.0e}."
    )
    return {"loss": relative, "weights": float(apart), "steps": steps}


if __name__ == "__main__":
    main()
