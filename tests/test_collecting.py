"""Python looks for rings of objects seldom during a run, and as often as before afterwards."""

from __future__ import annotations

import gc
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from flows import worker
from flows.collecting import NEW_OBJECTS, seldom


def test_it_is_as_before_behind_a_run() -> None:
    before = gc.get_threshold()
    with seldom():
        assert gc.get_threshold() == (NEW_OBJECTS, *before[1:])
    assert gc.get_threshold() == before


def test_it_is_as_before_where_a_run_ends_early() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyboardInterrupt), seldom():
        raise KeyboardInterrupt
    assert gc.get_threshold() == before


def test_a_process_of_the_pool_looks_seldom() -> None:
    with ProcessPoolExecutor(1, get_context("spawn"), worker.begin) as pool:
        assert pool.submit(gc.get_threshold).result()[0] == NEW_OBJECTS
