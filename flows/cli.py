"""The `winnow` command: its commands stand in `flows.commands`, and joined the app when they were imported here."""

from __future__ import annotations

import io
import sys

from flows import stopping
from flows.commands import (  # noqa: F401 - each joins the app
    backfill,
    config,
    deploy,
    export,
    forget,
    history,
    ingest,
    query,
    report,
    serve,
    show,
    verify,
)
from flows.commands.app import app


def main() -> None:
    """Runs the command line."""
    stopping.at_once()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that can't show a letter shows its escape.
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            stopping.leave(ended.code or 0)
        raise
