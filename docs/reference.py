"""Writes the reference of tables and commands from the code: `python docs/reference.py` renews it.

With `--check` nothing is written, and the exit status is 1 where a page is not what the code says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

import flows.cli  # noqa: F401 - the commands join the app
from flows.commands.app import app
from transforms.meanings import COLUMNS, QUALITY, TABLES
from transforms.tables import GROUPS, KEYS, PUBLIC, SCHEMAS

HERE = Path(__file__).parent
MADE = "Made from the code by `make reference`; what is changed here is lost.\n"


def tables() -> Iterator[str]:
    """The page of the tables."""
    yield f"# Tables\n\n{MADE}"
    yield (
        "Readers open `warehouse/current/NAME/*.parquet`, or the Delta tables `warehouse/tables/NAME`. "
        "Columns may be added; these stay.\n"
    )
    for name in PUBLIC:
        yield f"## {name}\n\n{TABLES[name]} {_key(name)}\n"
        yield "\n".join(_columns(SCHEMAS[name], COLUMNS[name])) + "\n"
    yield "## The struct `quality` of `posts`\n"
    yield (
        "Shares are 0 to 1. Behind each figure stands what C4, Gopher or FineWeb ask of it; "
        "winnow asks nothing, the reader chooses.\n"
    )
    yield "\n".join(_columns(pa.schema(list(SCHEMAS["posts"].field("quality").type)), QUALITY)) + "\n"
    yield "## winnow's own memory\n\nThese are committed with the others. Their columns may change in any version.\n"
    yield "\n".join(["| table | what it holds |", "| --- | --- |", *_memory()]) + "\n"


def commands() -> Iterator[str]:
    """The page of the commands."""
    yield f"# Commands\n\n{MADE}"
    yield (
        "Options can stand in `winnow.toml` and in variables `WINNOW_...` too: `winnow config COMMAND` shows "
        "their names and what holds now.\n"
    )
    group = get_command(app)
    named_commands = group.commands if isinstance(group, TyperGroup) else {}
    for name, command in sorted(named_commands.items()):
        arguments = [one for one in command.params if isinstance(one, TyperArgument)]
        options = [one for one in command.params if isinstance(one, TyperOption)]
        named = "".join(f" {_argument(one)}" for one in arguments)
        yield f"## winnow {name}\n\n```text\nwinnow {name}{' [OPTIONS]' if options else ''}{named}\n```\n"
        yield re.sub(r"(?<!\n)\n(?!\n)", " ", (command.help or "").strip()) + "\n"
        if command.params:
            rows = [_row(_argument(one), one) for one in arguments] + [_row(_flags(one), one) for one in options]
            yield "\n".join(["| option | what it means | default |", "| --- | --- | --- |", *rows]) + "\n"


def _key(name: str) -> str:
    if name in KEYS:
        return f"`{KEYS[name]}` identifies a row."
    return f"Rows with one `{GROUPS[name]}` are replaced together."


def _columns(schema: pa.Schema, meanings: Mapping[str, str]) -> Iterator[str]:
    yield "| column | type | what it means |"
    yield "| --- | --- | --- |"
    for field in schema:
        yield f"| `{field.name}` | {_type(field.type)} | {meanings[field.name]} |"


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    if pa.types.is_struct(kind):
        # One of many fields has a part of the page.
        return f"struct ({', '.join(f'{one.name} {_type(one.type)}' for one in kind)})" if len(kind) < 5 else "struct"
    return str(kind).replace("[", " (").replace("]", ")")


def _memory() -> Iterator[str]:
    for name in SCHEMAS:
        if name not in PUBLIC:
            yield f"| `{name}` | {TABLES[name]} |"


def _argument(one: TyperArgument) -> str:
    shown = str(one.metavar or one.name) + ("..." if one.nargs == -1 else "")
    return shown if one.required else f"[{shown}]"


def _flags(one: TyperOption) -> str:
    value = "" if one.is_flag else f" {one.metavar or 'VALUE'}"
    return ", ".join([*one.opts, *one.secondary_opts]) + value


def _row(shown: str, one: TyperArgument | TyperOption) -> str:
    cell = " ".join((one.help or "").replace("\n", " ").split()).replace("|", "\\|")
    default = "" if one.required or one.default in (None, False, [], ()) or callable(one.default) else one.default
    said = ", ".join(map(str, default)) if isinstance(default, list | tuple) else str(default)
    code = shown.replace("|", "\\|")
    return f"| `{code}` | {cell} | {f'`{said}`' if said else ''} |"


def pages() -> dict[Path, str]:
    """Each page with what it has to say."""
    return {HERE / "reference-tables.md": "\n".join(tables()), HERE / "reference-commands.md": "\n".join(commands())}


def main() -> int:
    """Writes the pages, or tells whether they are what the code says."""
    stale = [path for path, said in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != said]
    if "--check" in sys.argv[1:]:
        sys.stdout.writelines(f"{path.name} is out of date; run `make reference`\n" for path in stale)
        return 1 if stale else 0
    for path, said in pages().items():
        path.write_text(said, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
