"""Values and gradients on three backends, in NumPy; keras.ops has no gradient of its own."""

import keras
import numpy as np
from keras import ops


def compiled(fn):
    """``fn`` in one piece on JAX, which else compiles every operation anew for every shape."""
    if keras.backend.backend() != "jax":
        return fn
    import jax

    # What runs once is not worth an optimization.
    return jax.jit(fn, compiler_options={"xla_backend_optimization_level": 0})


def value(fn, *arrays):
    """What ``fn(*arrays)`` gives: a tensor, or a structure of tensors."""
    tensors = [ops.convert_to_tensor(np.asarray(array, "float32")) for array in arrays]
    return keras.tree.map_structure(ops.convert_to_numpy, compiled(fn)(*tensors))


def gradient(fn, *arrays):
    """Gradient of the sum of ``fn(*arrays)``: one array, or one for each."""
    found = gradients(fn, *arrays)
    return found[0] if len(found) == 1 else found


def gradients(fn, *arrays):
    """Gradients of the sum of ``fn(*arrays)`` with respect to each array, in a list."""
    tensors = [ops.convert_to_tensor(np.asarray(array, "float32")) for array in arrays]
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            with tf.GradientTape() as tape:
                tape.watch(tensors)
                total = ops.sum(fn(*tensors))
            found = tape.gradient(
                total, tensors, unconnected_gradients=tf.UnconnectedGradients.ZERO
            )
        case "jax":
            import jax

            every = tuple(range(len(tensors)))
            slope = jax.grad(lambda *given: ops.sum(fn(*given)), argnums=every)
            found = compiled(slope)(*tensors)
        case "torch":
            import torch

            tensors = [tensor.detach().requires_grad_() for tensor in tensors]
            total = ops.sum(fn(*tensors))
            found = [torch.zeros_like(tensor) for tensor in tensors]
            if total.requires_grad:
                found = torch.autograd.grad(total, tensors, materialize_grads=True)
    return [np.array(ops.convert_to_numpy(one)) for one in found]
