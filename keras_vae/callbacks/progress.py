"""One line that tells how a training goes."""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

import keras

from keras_vae.arguments import count

OF_A_VAE = {"beta": "β", "elbo": "ELBO", "reconstruction_loss": "rec", "kl_loss": "KL"}
CELLS, LEAST_CELLS = 20, 4
LINES = 20
BETWEEN = 0.1  # seconds
CLEAR, ACCENT, DIM, PLAIN = "\r\x1b[2K", "\x1b[36m", "\x1b[2m", "\x1b[0m"


class ProgressLine(keras.callbacks.Callback):
    """One line that tells how a training goes, for `fit(verbose=0)`.

    ```text
    epoch 63/100 ━━━━━━━━━━━━━━━━━━━━ β 1.00  ELBO −98.5 (val −101.6)  rec 93.1  KL 5.4  0:21 left
    ```

    In a terminal the line is renewed in place, at most ten times a second; where the output goes
    elsewhere, to a file or a notebook, there are plain lines, at most twenty and evenly spaced.
    Numbers are means over the epoch so far, in nats per example; those of validation are of the
    epoch before. The time left follows from the pace since the first step.

    Args:
        show: what to show of the logs, in this order, with the word for each; None is β, the ELBO
            and its parts of a VAE, and the loss of any other model.
        every: epochs between plain lines; None for twenty in all.
        file: where to write; None is standard output.

    Examples:
        >>> progress = ProgressLine(every=10)
        >>> progress = ProgressLine(show={"elbo": "ELBO", "perplexity": "codes in use"})
    """

    async_safe = True  # Keras then need not wait for it after each step

    def __init__(
        self,
        show: Mapping[str, str] | None = None,
        every: int | None = None,
        file: TextIO | None = None,
    ) -> None:
        super().__init__()
        self.show, self.file = show, file
        self.every = None if every is None else count("every", every)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Look where the line goes."""
        self.out = sys.stdout if self.file is None else self.file
        self.live = self.out.isatty() and os.environ.get("TERM") != "dumb"
        self.epoch, self.batches, self.seen = 0, 0, dict[str, Any]()
        self.begun = self.shown = time.monotonic()
        self.first: tuple[float, float] | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count."""
        self.epoch, self.batches = epoch, 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Renew the line, if it is time."""
        now, self.batches = time.monotonic(), batch + 1
        if self.first is None:
            self.first = now, self.done()
        if self.live and now - self.shown > BETWEEN:
            self.seen.update(logs or {})
            self.renew(now)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Renew the line, or write one, if it is time."""
        self.epoch, self.batches = epoch + 1, 0
        self.seen.update(logs or {})
        if self.live:
            self.renew(time.monotonic())
            return
        every = self.every or -(-self.params["epochs"] // LINES)
        if self.epoch % every == 0 or self.epoch == self.params["epochs"]:
            print(self.line(time.monotonic()), file=self.out, flush=True)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Leave the last line."""
        if self.live:
            print(file=self.out, flush=True)

    def renew(self, now: float) -> None:
        """Write the line over the one before."""
        self.shown = now
        width = shutil.get_terminal_size().columns - 1
        print(f"{CLEAR}{self.line(now, width)}", end="", file=self.out, flush=True)

    def done(self) -> float:
        """Epochs done, with the part of the one that runs."""
        steps = self.params.get("steps")
        return self.epoch + (min(self.batches / steps, 1.0) if steps else 0.0)

    def line(self, now: float, width: int | None = None) -> str:
        """The line at this time, cut to a width."""
        epochs, done = self.params["epochs"], self.done()
        here = min(self.epoch + 1, epochs) if self.live else self.epoch
        start = f"epoch {here:>{len(str(epochs))}}/{epochs}"
        rest = f"{self.numbers()}  {self.remaining(now, done, epochs)}"
        if width is not None and len(start) + LEAST_CELLS + len(rest) + 2 > width:
            rest = rest.removesuffix(" left").replace("  in ", "  ")  # before the time is cut
        cells = CELLS if width is None else width - len(start) - len(rest) - 2
        cells = min(max(cells, LEAST_CELLS), CELLS)
        full = round(cells * done / epochs)
        if not self.live:
            return f"{start} {'━' * full:<{cells}} {rest}"
        colours = ("", "", "") if os.environ.get("NO_COLOR") else (ACCENT, DIM, PLAIN)
        bar = f"{colours[0]}{'━' * full}{colours[1]}{'━' * (cells - full)}{colours[2]}"
        return f"{start} {bar} {rest[: None if width is None else width - len(start) - cells - 2]}"

    def numbers(self) -> str:
        """What the logs say, with the words for it."""
        show = self.show or (OF_A_VAE if "elbo" in self.seen else {"loss": "loss"})
        parts = []
        for name, word in show.items():
            if name in self.seen:
                validated = name in ("elbo", "loss") and f"val_{name}" in self.seen
                held_out = f" (val {number(self.seen[f'val_{name}'])})" if validated else ""
                parts.append(f"{word} {number(self.seen[name])}{held_out}")
        return "  ".join(parts)

    def remaining(self, now: float, done: float, epochs: int) -> str:
        """How long it will take, or took."""
        if done >= epochs:
            return f"in {clock(now - self.begun)}"
        if self.first is None or done <= self.first[1]:
            return "compiling"
        pace = (now - self.first[0]) / (done - self.first[1])
        return f"{clock(pace * (epochs - done))} left"


def number(value: Any) -> str:
    """A number with a true minus: two places below 10, one from there on."""
    value = float(value)
    return f"{value:.{2 if abs(value) < 10 else 1}f}".replace("-", "−")


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
