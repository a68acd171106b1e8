"""Run the suite once per backend: ``python -m tests [--backend NAME] [arguments of pytest]``.

Each backend has a process of its own, because Keras chooses its backend at import. As many run
at a time as there are cores, each on one thread. The last line is the totals over backends.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT

BACKENDS = ("jax", "tensorflow", "torch")  # the longest first, so that no core waits
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
# Small models are compiled far longer than they run. The older emitters of XLA's CPU compiler make
# slower programs in half the time.
FAST_COMPILATION = {
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1"
}
# The same small program is compiled again and again, by this process and by others.
COMPILED_ONCE = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}
HEARTBEAT = 30.0  # seconds between two progress lines


@dataclass
class Run:
    """The suite on one backend: its files, its counts, how it ended."""

    backend: str
    log: Path
    report: Path
    returncode: int | None = None
    seconds: float = 0.0

    def execute(self, arguments: list[str], environment: dict[str, str]) -> None:
        """Run pytest, with everything it says in the log."""
        command = [sys.executable, "-m", "pytest", f"--junitxml={self.report}", *arguments]
        start = time.monotonic()
        with self.log.open("w") as log:
            self.returncode = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, **environment, "KERAS_BACKEND": self.backend},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        self.seconds = time.monotonic() - start

    def progress(self) -> str:
        """How far it is, from the percentages that pytest prints."""
        if self.returncode is not None:
            return f"{self.backend} done"
        if not self.log.exists():
            return f"{self.backend} waiting"
        percent = re.findall(r"\[ *(\d+)%\]", self.log.read_text(errors="replace"))
        return f"{self.backend} {percent[-1] if percent else 0} %"

    def counts(self) -> Counter[str]:
        """Tests passed, failed and skipped. A run that broke off counts as a failure too."""
        counts: Counter[str] = Counter()
        if self.report.exists():
            for case in ET.parse(self.report).iter("testcase"):
                marks = {child.tag for child in case}
                if marks & {"failure", "error"}:
                    counts["failed"] += 1
                elif "skipped" in marks:
                    counts["skipped"] += 1
                else:
                    counts["passed"] += 1
        if self.returncode != 0 and not counts["failed"]:
            counts["failed"] += 1
        return counts


def line(counts: Counter[str]) -> str:
    return f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests", description=__doc__, allow_abbrev=False)
    parser.add_argument("--backend", choices=BACKENDS, help="run on this backend alone")
    parser.add_argument("--jobs", type=int, help="backends at a time (default: as many as cores)")
    options, arguments = parser.parse_known_args()

    backends = [options.backend] if options.backend else list(BACKENDS)
    jobs = min(options.jobs or os.cpu_count() or 1, len(backends))
    environment = FAST_COMPILATION | COMPILED_ONCE | (ONE_THREAD if jobs > 1 else {})

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        environment["JAX_COMPILATION_CACHE_DIR"] = str(Path(folder, "jax"))
        runs = [Run(b, Path(folder, f"{b}.log"), Path(folder, f"{b}.xml")) for b in backends]
        futures = {pool.submit(run.execute, arguments, environment): run for run in runs}
        start, pending = time.monotonic(), set(futures)
        while pending:
            done, pending = wait(pending, HEARTBEAT, return_when="FIRST_COMPLETED")
            for future in done:
                future.result()
                run = futures[future]
                print(f"\n======== {run.backend}, {run.seconds:.0f} s ========", flush=True)
                print(run.log.read_text(errors="replace"), flush=True)
            if pending and not done:
                state = ", ".join(run.progress() for run in runs)
                print(f"{time.monotonic() - start:4.0f} s: {state}", flush=True)

        total: Counter[str] = Counter()
        print("======== totals ========")
        for run in runs:
            counts = run.counts()
            total += counts
            broke_off = "" if run.returncode in (0, 1) else f" (pytest ended with {run.returncode})"
            print(f"{run.backend:>10}: {line(counts)}, {run.seconds:.0f} s{broke_off}")
    print(line(total), flush=True)
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
