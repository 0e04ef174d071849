"""Whether a run is to be tracked by a Prefect API, and what Prefect may do unasked. Import it before Prefect.

Prefect reads the settings below when it is imported, or when it starts a worker process or a server; all of these
inherit this environment. Who has set one of them keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from transforms.errors import UsageError

SETTINGS: Final[Mapping[str, str]] = {
    # Usage data: the library sends it from the client, a server that it starts sends its own.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The terminal is told of warnings; the Prefect API has every line.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
}

for _name, _value in SETTINGS.items():
    os.environ.setdefault(_name, _value)


def wanted() -> bool:
    """True where the address of a Prefect API is set; no server is ever started for a command. Raises `UsageError`."""
    address = os.environ.get("PREFECT_API_URL")
    try:
        urlsplit(address)
    except ValueError as error:
        raise UsageError(f"PREFECT_API_URL is no address: {address} ({error}); correct or unset it") from error
    return bool(address)
