"""The settings of a Prefect server, for the client in the process of the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# Stands before Prefect, which reads the environment when it is imported.
from flows import tracked  # noqa: F401 - imported for what it sets

# isort: split
from prefect import context
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings


@contextmanager
def talking_to(server: Mapping[str, str]) -> Iterator[None]:
    """Lets this process talk to a server, with all its threads: some are started without the settings of their parent.

    Where one of these had no address, it would start a server of its own.
    """
    settings = {PREFECT_HOME: server["PREFECT_HOME"], PREFECT_API_URL: server["PREFECT_API_URL"]}
    everywhere = context._temporary_global_settings_context  # noqa: SLF001 - Prefect's own test harness does so
    with temporary_settings(settings), everywhere(context.get_settings_context()):
        yield
