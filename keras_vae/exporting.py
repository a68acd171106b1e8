"""Models as other programs run them: a SavedModel, LiteRT, ONNX, PyTorch's own format."""

from importlib.util import find_spec
from typing import Any, ClassVar

import keras

ONNX = {"tensorflow": ("tf2onnx",), "jax": ("jax2onnx",), "torch": ("onnx", "onnxscript")}
"""What Keras needs to write ONNX on each backend."""


class Exports:
    """A model whose `export` names its input, and says what cannot be written."""

    input_name: ClassVar[str] = "x"

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",
        verbose: Any = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """`keras.Model.export`, with a named input, of a model that need not have been called.

        Raises:
            ValueError: where the model is not built, or the format cannot hold it on this backend;
                nothing is written then.
            ImportError: where a package is missing.
        """
        latents = getattr(self, "latents", None)
        fault = why_not(format, draws=latents is not None and not latents.point)
        if fault is not None:
            raise ValueError(f"{type(self).__name__}.export(…, format={format!r}): {fault}")
        if format == "onnx":
            check_packages(ONNX[keras.config.backend()])
        if input_signature is None:
            input_signature = signature(self)
        super().export(filepath, format, verbose, input_signature, **kwargs)  # type: ignore[misc]


def signature(model: Any) -> list[keras.InputSpec]:
    """Shape, type and name of the one input of a model."""
    if not model.built:
        raise ValueError(
            f"This {type(model).__name__} is not built, so that the shape of its input is not "
            "known. Train it, or write build((None, …)) with the shape of one example."
        )
    if getattr(model, "condition_shape", None) is not None:
        raise ValueError(
            f"This {type(model).__name__} takes a condition besides, and Keras exports networks "
            "that are called with one input. Save it as a .keras file."
        )
    shape = tuple(model.get_build_config()["input_shape"])
    return [keras.InputSpec(dtype="float32", shape=(None, *shape[1:]), name=model.input_name)]


def why_not(format: str, draws: bool) -> str | None:
    """Why this backend cannot write a format; None where it can, or Keras says it.

    Args:
        format: a format of `keras.Model.export`.
        draws: whether the model draws random numbers.
    """
    backend = keras.config.backend()
    if backend == "torch" and format == "tf_saved_model":
        return (
            "a SavedModel is written by TensorFlow and by JAX, not by PyTorch. Load the .keras "
            "file of the model there and export it, or write the encoder and the decoder as "
            "format='onnx' or 'torch'."
        )
    if backend != "torch" and format == "torch":
        return f"PyTorch alone writes this format, and the backend is {backend}."
    if backend == "jax" and format == "litert":
        return (
            "LiteRT is written by TensorFlow, and the backend is jax. Load the .keras file of the "
            "model there and export it."
        )
    if draws and format != "tf_saved_model":
        return (
            "the model draws z, and this format has no random numbers. Export its parts, "
            "vae.encoder.export(…) and vae.decoder.export(…), which draw nothing; a SavedModel "
            "holds the whole model."
        )
    return None


def check_packages(names: tuple[str, ...]) -> None:
    """Raise an ImportError that names the packages which are not installed."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ImportError(
            f"On {keras.config.backend()} ONNX is written with {' and '.join(names)}; not "
            f"installed: {', '.join(missing)}. Write pip install {' '.join(missing)}."
        )
