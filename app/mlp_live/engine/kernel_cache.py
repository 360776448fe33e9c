"""The folder in which Numba stores compiled kernels between processes."""

import hashlib
from pathlib import Path

import numba

PACKAGE = Path(__file__).parents[1]
SOURCES = ("engine", "nn")  # the packages that kernels are compiled from


def separate_kernel_cache() -> None:
    """Give each version of the source code a cache folder of its own.

    Numba only checks whether the file of an entry point has changed. After a change of another
    file, it would run the old code. If NUMBA_CACHE_DIR is set, or the folder cannot be written,
    Numba chooses the folder.
    """
    if not numba.config.CACHE_DIR:
        paths = sorted(path for room in SOURCES for path in (PACKAGE / room).glob("*.py"))
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]
        folder = PACKAGE / "engine" / "__pycache__" / f"kernels-{digest}"
        numba.config.CACHE_DIR = str(folder)
