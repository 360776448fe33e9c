"""The mathematics: arrays in, arrays out. Knows no file, socket or clock.

A network, its gradients and its training, twice: in readable NumPy (`reference`, the practical's
own functions; `network`, the same for any depth and choice) and compiled (`engine`), which is held
to it.
"""

import hashlib
from pathlib import Path

import numba

# Numba keeps compiled kernels from one process to the next, but looks for changes in the file of
# the entry point only. A folder for each state of this package keeps it from running old code.
# Where the folder cannot be written, or NUMBA_CACHE_DIR names another, Numba's own ways hold.
_HERE = Path(__file__).parent
_SOURCES = b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py")))
if not numba.config.CACHE_DIR:
    _DIGEST = hashlib.sha256(_SOURCES).hexdigest()[:12]
    numba.config.CACHE_DIR = str(_HERE / "__pycache__" / f"kernels-{_DIGEST}")
