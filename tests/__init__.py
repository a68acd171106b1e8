"""The tests, in the rooms of the package, and where the repository is."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
