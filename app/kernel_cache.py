"""Where compiled kernels are kept from one process to the next."""

import hashlib
from pathlib import Path

import numba


def keep_kernels_apart() -> None:
    """Give each state of the mathematics' sources a folder of its own for its kernels.

    Numba looks for changes in the file of an entry point only, and would run old code after a
    change in a file beside it. Where the folder cannot be written, or the environment names one in
    NUMBA_CACHE_DIR, Numba's own ways hold.
    """
    if not numba.config.CACHE_DIR:
        folder = Path(__file__).parent / "mlp"
        sources = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
        digest = hashlib.sha256(sources).hexdigest()[:12]
        numba.config.CACHE_DIR = str(folder / "__pycache__" / f"kernels-{digest}")
