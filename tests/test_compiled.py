"""Loops are compiled when they are first called, whoever calls first."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled


@compiled
def outer(values: NDArray[np.int64]) -> int:
    """Adds up what `inner` makes of each value."""
    total = 0
    for value in values:
        total += inner(value)
    return total


@compiled
def inner(value: int) -> int:
    return value * value


def test_a_loop_may_call_another_also_when_threads_call_it_first() -> None:
    assert outer.__doc__ == "Adds up what `inner` makes of each value."
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: outer(np.arange(5)), range(32))) == {30}
    assert inner(7) == 49


def test_integers_wrap() -> None:
    assert outer(np.array([1 << 40])) == 0


INNER = """
from transforms.compiled import compiled

@compiled
def times(value):
    return value * {factor}
"""
OUTER = """
from transforms.compiled import compiled
from {inner} import times

@compiled
def again(value):
    return times(value) + 1
"""


def test_machine_code_is_renewed_with_what_it_calls(tmp_path: Path) -> None:
    (tmp_path / "middle.py").write_text(OUTER.format(inner="inner"), "utf-8")
    outermost = OUTER.format(inner="middle").replace("again", "once_more").replace("times", "again")
    (tmp_path / "outermost.py").write_text(outermost, "utf-8")
    code = "from outermost import once_more; print(once_more(5))"
    said = []
    for factor in (2, 3, 3):
        (tmp_path / "inner.py").write_text(INNER.format(factor=factor), "utf-8")
        ran = subprocess.run(
            [sys.executable, "-c", code], check=True, timeout=120, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"},
        )  # fmt: skip
        said.append(ran.stdout.strip())
    assert said == ["12", "17", "17"]


def test_the_compiler_is_loaded_with_the_first_call() -> None:
    code = """
import sys
import numpy as np
from transforms.bloom import Bloom
assert "numba" not in sys.modules
Bloom.for_number(1).add(np.zeros(1, np.uint64))
assert "numba" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_the_compiler_looks_for_no_blas() -> None:
    code = """
import sys
import numpy as np
from transforms.bloom import Bloom
Bloom.for_number(1).add(np.zeros(1, np.uint64))
assert "scipy.linalg" not in sys.modules
from numba.np.linalg import ensure_blas
assert ensure_blas.__name__ == "ensure_blas"
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
