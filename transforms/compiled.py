"""Loops as machine code: what numpy can't say in whole arrays is written as a loop and compiled by numba.

The machine code is kept on disk beside the module (or in the user's cache folder where that can't be written), so
that only the first run after an installation compiles. The compiler itself is loaded with the first loop that runs:
that takes 0.2 s, which a command that only reads tables does not pay.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from threading import RLock
from types import FunctionType
from typing import Any, Final, TypeVar, cast

# Threads that call a loop for the first time wait until all that it calls is ready.
ONE_AT_A_TIME: Final = RLock()
# By what numba tells whether a file has changed, for each that it was asked for.
STAMPS: Final[dict[str, object]] = {}
Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The same function as machine code, compiled when it is first called with arguments of new types.

    It may use numbers, numpy arrays and other compiled functions only. It runs without the interpreter's lock, checks
    no bounds, and treats integers as machine integers do: they wrap. The code on disk is renewed when the file of the
    function changes, or that of a compiled function which its module uses.
    """
    return cast("Function", _Loop(cast("FunctionType", function)))


class _Loop:
    """A function that is compiled once it is called; until then it stands for its machine code in its module."""

    def __init__(self, function: FunctionType) -> None:
        self._function = function
        self._machine_code: Any = None
        self._ready = False
        self.__doc__ = function.__doc__

    def __call__(self, *arguments: object) -> object:
        if not self._ready:
            with ONE_AT_A_TIME:
                self._prepare()
                self._ready = True
        return self._machine_code(*arguments)

    def _prepare(self) -> object:
        """Makes the machine code; in the module it takes the loop's place, since the compiler knows only its own."""
        if self._machine_code is None:
            import numba  # noqa: PLC0415 - loaded with the first loop that runs

            _look_for_no_blas()
            self._machine_code = numba.njit(cache=True, nogil=True)(self._function)
            _renew_with(getattr(self._machine_code, "_cache", None), _by_file(self._function, {}))
            names = self._function.__globals__
            for name, value in list(names.items()):
                if isinstance(value, _Loop):
                    names[name] = value._prepare()  # noqa: SLF001 - of the same class
        return self._machine_code


def _by_file(function: FunctionType, found: dict[str, FunctionType]) -> dict[str, FunctionType]:
    """A function of each file that holds it or a compiled one that its module uses, those that these use among them."""
    file = function.__code__.co_filename
    if file not in found:
        found[file] = function
        for value in list(function.__globals__.values()):
            used = value._function if isinstance(value, _Loop) else getattr(value, "py_func", None)  # noqa: SLF001
            if isinstance(used, FunctionType):
                _by_file(used, found)
    return found


def _renew_with(kept: object, functions: Mapping[str, FunctionType]) -> None:
    """Lets machine code that numba has kept count for all files of which it is made: numba asks for the first one only.

    Where numba keeps it otherwise than known here, it goes by that one.
    """
    locator: Any = getattr(getattr(kept, "_impl", None), "locator", None)
    index: Any = getattr(kept, "_cache_file", None)
    if hasattr(locator, "get_source_stamp") and hasattr(index, "_source_stamp"):
        for file, function in functions.items():
            if file not in STAMPS:
                found = type(locator).from_function(function, file)
                STAMPS[file] = found and found.get_source_stamp()
        index._source_stamp = [STAMPS[file] for file in sorted(functions)]  # noqa: SLF001 - it has no other name


@cache
def _look_for_no_blas() -> None:
    """Keeps numba from importing scipy, where that is installed, to see whether it could multiply matrices.

    No loop does, and it takes 0.3 s of every process. Where numba is made otherwise than known here it looks.
    """
    from numba.np import linalg  # noqa: PLC0415 - loaded with the first loop that runs

    ensure = getattr(linalg, "ensure_blas", None)
    if ensure is None:
        return
    linalg.ensure_blas = _no_blas
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ensure


def _no_blas() -> None:
    raise ImportError
