"""Memory that was freed goes back to the system, seen from a process of its own."""

import json
import platform
import subprocess
import sys

import pytest

from tests.ws_client import TIMEOUT

# Small arrays between others that stay: as after a study, most of the memory is free, but the C
# library keeps it. Prints the resident megabytes: at first, with everything, freed, trimmed,
# freed again without a request, trimmed again.
SCRIPT = """
import asyncio, json, resource
import numpy as np
from mlp_live.live.memory import MemoryTrimmer
from mlp_live.live.scheduling import Account, Scheduler
from mlp_live.live.telemetry import Telemetry

def resident():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * resource.getpagesize() / 1e6

async def main():
    scheduler = Scheduler(1, Telemetry())
    trimmer = MemoryTrimmer(scheduler, repeat_seconds=0.1)
    arrays = []
    def fragment():
        del arrays[:-100:10], arrays[:-100:9], arrays[:-100:2], arrays[:-100:2], arrays[:-100:2]
        del arrays[:-100:2]
    measured = [resident()]
    fill = lambda _: arrays.extend(np.ones(2000) for _ in range(10_000))
    await scheduler.run(fill, Account())
    measured.append(resident())
    fragment()
    measured.append(resident())
    for _ in range(3):
        trimmer.request()
    while resident() > measured[0] + 40:
        await asyncio.sleep(0.01)
    measured.append(resident())
    fill(None)  # at once, so that no trim comes between, and without a request
    fragment()
    measured.append(resident())
    while resident() > measured[0] + 40:
        await asyncio.sleep(0.01)
    measured.append(resident())
    trimmer.request()
    trimmer.close()
    scheduler.close()
    print(json.dumps(measured))

asyncio.run(main())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_memory_that_was_discarded_is_given_back():
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=True)
    first, filled, freed, trimmed, freed_again, trimmed_again = json.loads(done.stdout)
    assert filled > first + 140
    assert freed > first + 80, "the C library gives it back by itself"
    assert trimmed < first + 40
    assert freed_again > first + 80
    assert trimmed_again < first + 40, "a trim that gave back much is repeated"
