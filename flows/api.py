"""The way to the Prefect API: whether it answers, and its failures in winnow's own words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

# Stands before Prefect, which reads the environment when it is imported.
from flows import tracked  # noqa: F401 - imported for what it sets

# isort: split
import httpx
from prefect import get_client
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from transforms.addresses import without_login
from transforms.errors import TrackingError, WinnowError

# Seconds for the first answer of the API. The client connects up to four times, so it is given up after about 14.
PATIENCE: Final = httpx.Timeout(8.0, connect=3.0)

# What a client of the API raises when the API, or the way to it, fails.
FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL, PrefectException)
ONCE: Final = {PREFECT_CLIENT_MAX_RETRIES: 0}
WITHOUT: Final = "start it, correct PREFECT_API_URL, or unset it to run without"


@contextmanager
def reached(meaning: str, way_out: str = WITHOUT) -> Iterator[None]:
    """Makes sure that the API answers, then says failures of it in winnow's own words: what, the address, the way out.

    `meaning` says what a failure from now on means, `way_out` what to do where it does not answer at all. Raises
    `TrackingError`.
    """
    _on_the_terminal(_worth_telling)
    api = without_login(PREFECT_API_URL.value() or "")
    try:
        with temporary_settings(ONCE), get_client({"timeout": PATIENCE}, sync_client=True) as client:
            client.raise_for_api_version_mismatch()
    except (RuntimeError, *FOREIGN) as error:
        raise TrackingError(f"the Prefect API at {api} can't be used: {_reason(error)}; {way_out}") from error
    try:
        yield
    except FOREIGN as error:
        raise TrackingError(f"the Prefect API at {api} failed: {_reason(error)}; {meaning}") from error


def keep_tracebacks_from_the_terminal() -> None:
    """Lets what winnow says of its own accord be one line on the terminal; the log that the API keeps has it all."""
    _on_the_terminal(_no_known_traceback)


def _on_the_terminal(worth: Callable[[logging.LogRecord], bool]) -> None:
    for handler in logging.getLogger().handlers:
        handler.addFilter(worth)


def _reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, httpx.HTTPStatusError):
        return f"it answers {cause.response.status_code} {cause.response.reason_phrase}"
    return str(cause) or type(cause).__name__


def _worth_telling(record: logging.LogRecord) -> bool:
    """Whether a log line goes to the terminal. The command itself says what stopped it."""
    # Prefect warns of the first whenever a process ends while events are on their way, which then do arrive.
    passed_over = ("Still processing items", "Finished in state")
    return _no_known_traceback(record) and not str(record.msg).startswith(passed_over)


def _no_known_traceback(record: logging.LogRecord) -> bool:
    return record.exc_info is None or not isinstance(record.exc_info[1], (WinnowError, *FOREIGN))
