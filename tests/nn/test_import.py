"""The readable network can be imported without the compiler."""

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
import mlp_live.nn
names = [module.name for module in pkgutil.iter_modules(mlp_live.nn.__path__, "mlp_live.nn.")]
assert "mlp_live.nn.network" in names, names
for name in names:
    importlib.import_module(name)
print(*sorted({name.split(".")[0] for name in sys.modules} & {"numba", "llvmlite", "numpy"}))
"""


def test_importing_the_readable_network_loads_no_compiler() -> None:
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["numpy"]
