"""`winnow config`: every setting, and where its value comes from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flows.commands.app import app, told
from flows.commands.settings import parameter_of, settings_in, value_and_origin
from flows.config import KEYS, Set
from transforms.addresses import without_login

SHOWN_FOR = "ingest"


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def config(
    context: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND [OPTION...]]",
            help="Show what this command would go by.  [default: ingest]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show every setting and where it comes from: winnow.toml, a variable WINNOW_..., the command line.

    Each of these weighs more than the one before. `winnow config ingest --warehouse other` shows what that command
    would go by; nothing is run.
    """
    from flows.summary import print_rows  # noqa: PLC0415 - the imports behind it take a second
    from transforms.errors import UsageError  # noqa: PLC0415

    name, *arguments = [*(command or [SHOWN_FOR]), *context.args]
    commands: dict[str, Any] = getattr(context.parent.command, "commands", {}) if context.parent else {}
    with told():
        if name not in commands:
            raise UsageError(f"there is no command {name!r}; there are {', '.join(commands)}")
    asked = commands[name].make_context(name, arguments, parent=context.parent)
    settings = settings_in(context)
    names = [parameter.name for parameter in commands[name].params]
    rows = []
    for key in KEYS:
        parameter = parameter_of(key, names)
        if parameter:
            rows.append(_row(key, value_and_origin(asked, key, parameter, settings)))
    for source, options in settings.sources.items():
        rows += [_row(f"sources.{source}.{key}", each) for key, each in options.items()]
    rows += [_row(f"licences.{source}", each) for source, each in settings.licences.items()]
    print_rows(["setting", "value", "from"], rows)


def _row(key: str, found: Set) -> tuple[str, str, str]:
    value = found.value if isinstance(found.value, str) else ", ".join(found.value)
    return without_login(key, "…@"), without_login(value, "…@"), found.origin
