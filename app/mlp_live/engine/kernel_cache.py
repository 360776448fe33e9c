"""Stores compiled kernels on disk, so that each is compiled once for a version and a processor.

The cache of Numba is not used: it writes when a module is imported, raises an error where it cannot
write, does not notice a damaged file, and only checks whether the file of an entry point has
changed, not the files of the functions that it calls.
"""

import hashlib
import mmap
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

Function = TypeVar("Function", bound=Callable[..., Any])

PACKAGE = Path(__file__).parents[1]
SOURCES = ("engine", "nn", "rendering")  # the packages that kernels are compiled from
COMPILER_BYTES = 192 * 1024**2  # of memory while the kernels are compiled
DIGEST_BYTES = hashlib.sha256().digest_size


def stored(signature: str | None = None) -> Callable[[Function], Function]:
    """Store the compiled code of a function on disk. Applied to the result of Numba's ``njit``.

    `compile_declared` compiles the functions that are given a signature, unless they are stored.
    Any other function is compiled or loaded when it is first called.
    """

    def decorate(function: Any) -> Any:
        # The attribute that njit(cache=True) sets. There is no public way to set it.
        function._cache = KernelCache(function.py_func)
        if signature is not None:
            _declared.append((function, signature))
        return function

    return decorate


def compile_declared() -> None:
    """Compile every function that was declared with a signature, or load it from disk.

    Raises MemoryError if there is not enough memory to compile.
    """
    for function, signature in _declared:
        function.compile(signature)


def before_compiling(report: Callable[[], None]) -> None:
    """Call ``report`` once, before the first kernel that is not stored is compiled."""
    _files.when_missing = report


def unwritable_folder() -> Path | None:
    """The folder that a kernel should have been stored in, or None if each could be stored."""
    return _files.unwritable


class KernelFiles:
    """The files of the kernels, in the first of several folders that can be read or written.

    A file begins with the SHA-256 digest of the rest. A file that is damaged is as good as none.
    """

    def __init__(self) -> None:
        self.unwritable: Path | None = None
        self.when_missing: Callable[[], None] | None = None

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None if no folder has it intact."""
        for folder in _folders(create=False):
            with suppress(OSError):
                content = (folder / name).read_bytes()
                digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
                if digest == hashlib.sha256(content).digest():
                    return content
        return None

    def write(self, name: str, content: bytes) -> None:
        """Store a file; if no folder can be written, note it in `unwritable`."""
        content = hashlib.sha256(content).digest() + content
        for folder in _folders(create=True):
            with suppress(OSError):
                _write(folder / name, content)
                return
        self.unwritable = next(_folders(create=False))

    def report_missing(self) -> None:
        """Call `when_missing`, once."""
        report, self.when_missing = self.when_missing, None
        if report is not None:
            report()


class KernelCache(NullCache):  # type: ignore[misc]
    """The stored versions of one function, one for each signature and kind of processor.

    It has the interface that Numba's dispatcher expects of a cache.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for a signature, or None if it is not stored.

        Raises MemoryError if it then cannot be compiled for lack of memory.
        """
        target_context.refresh()  # Numba requires it before code is loaded
        content = _files.read(self._file_name(sig, target_context.codegen()))
        if content is None:
            _files.report_missing()
            # Without memory, LLVM ends the process.
            require_memory(COMPILER_BYTES, "Compiling the kernels")
            return None
        return CompileResult._rebuild(target_context, *pickle.loads(content))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store the function ``data`` that was compiled for a signature."""
        _files.write(self._file_name(sig, data.codegen), dumps(data._reduce()))

    def _file_name(self, sig: Any, codegen: Any) -> str:
        types, _ = normalize_signature(sig)  # one that is declared is text
        made_for = types, codegen.magic_tuple(), numba.__version__, sys.implementation.cache_tag
        digest = hashlib.sha256(repr(made_for).encode()).hexdigest()[:16]
        return f"{self._name}-{digest}.kernel"


_files = KernelFiles()
_declared: list[tuple[Any, str]] = []


def _folders(*, create: bool) -> Iterator[Path]:
    """The folders for kernels of this version of the source code, the preferred one first.

    If NUMBA_CACHE_DIR is set, there is no other. ``create``: make the folders that must be private.
    """
    name = f"kernels-{_source_digest()}"
    if numba.config.CACHE_DIR:
        yield Path(numba.config.CACHE_DIR) / name
        return
    yield PACKAGE / "engine" / "__pycache__" / name
    if not hasattr(os, "getuid"):
        return
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with suppress(RuntimeError):  # nobody knows the home of this user
        yield from _private(caches.expanduser() / "mlp-live", name, create)
    temporary = Path(os.environ.get("TMPDIR") or "/tmp")
    yield from _private(temporary / f"mlp-live-{os.getuid()}", name, create)


def _private(parent: Path, name: str, create: bool) -> Iterator[Path]:
    """The folder ``name`` in ``parent``, if only this user can write to ``parent``.

    Whoever writes a kernel decides what this process executes.
    """
    with suppress(OSError):
        if create:
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = parent.lstat()
        writable_by_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not writable_by_others:
            yield parent / name


@cache
def _source_digest() -> str:
    paths = sorted(path for room in SOURCES for path in (PACKAGE / room).glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]


def _write(path: Path, content: bytes) -> None:
    """Write a whole file or none; other processes may write the same one at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{uuid4().hex}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def require_memory(needed: int, purpose: str) -> None:
    """Raise MemoryError if less than ``needed`` bytes can still be reserved."""
    try:
        mmap.mmap(-1, needed).close()
    except OSError:
        raise MemoryError(
            f"{purpose} takes {needed // 1024**2} MB more memory than this process may use."
        ) from None
