"""How settings reach the commands: as defaults of the options that bear their names, so that flags weigh more."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typer

from flows.commands.app import app, told
from flows.config import DEFAULT, DEFAULTS, OF_A_SOURCE, Set, Settings, settings_of

# Parameters that mean the setting `source`.
SOURCES: Final = ("sources", "source")
# Click's names for where the value of a parameter comes from.
FLAG: Final = "COMMANDLINE"


@app.callback()
def configure(context: typer.Context) -> None:
    """Reads the settings before a command runs, but not where only its help is asked for."""
    if {"--help", "-h"} & set(sys.argv[1:]):
        return
    with told():
        settings = settings_of(os.environ, Path())
    context.obj = settings
    commands: Mapping[str, Any] = getattr(context.command, "commands", {})
    context.default_map = {name: _defaults(settings, command.params) for name, command in commands.items()}


def settings_in(context: typer.Context) -> Settings:
    """The settings of a command that is running."""
    found = context.find_object(Settings)
    return found or Settings()


def parameter_of(key: str, names: list[str]) -> str | None:
    """The parameter of a command that bears a setting, or None.

    What steers the reading of sources is for commands that read some.
    """
    if key == "source" or (key in OF_A_SOURCE and not set(SOURCES) & set(names)):
        return next((name for name in SOURCES if name in names), None) if key == "source" else None
    name = key.replace("-", "_")
    return name if name in names else None


def given_by_flag(context: typer.Context, name: str) -> bool:
    """Whether a parameter was given on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == FLAG


def value_and_origin(context: typer.Context, key: str, name: str, settings: Settings) -> Set:
    """The value that a command goes by, and where it comes from."""
    value = context.params.get(name)
    shown = [str(each) for each in value] if isinstance(value, list | tuple) else "" if value is None else str(value)
    if given_by_flag(context, name):
        return Set(shown, "command line")
    return settings.values.get(key, Set(shown or DEFAULTS.get(key, ""), DEFAULT))


def _defaults(settings: Settings, params: list[Any]) -> dict[str, Any]:
    names = [param.name for param in params]
    found = {parameter_of(key, names): each.value for key, each in settings.values.items()}
    return {name: value for name, value in found.items() if name}
