"""Settings: from `winnow.toml`, from the environment and from flags, each weighing more than the one before.

    source = ["raw", "letters"]       # or one: source = "raw"
    warehouse = "warehouse"
    exclude = ["README.md"]

    [sources.letters]                 # options of one source, named as in `source`
    text-field = "story"

    [licences]                        # of the texts, by the column `source`; for the card of an export
    notes = "CC0"

`WINNOW_SOURCE`, `WINNOW_TEXT_FIELD` and so on say the same; a list is written as in the file: `["raw", "letters"]`.
`WINNOW_CONFIG` names another file. Paths in a file are seen from its folder.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from transforms.errors import UsageError

FILE: Final = "winnow.toml"
PREFIX: Final = "WINNOW_"
CONFIG: Final = f"{PREFIX}CONFIG"
DEFAULT: Final = "default"
# How alike a variable of the environment must be to a known one to be taken for a slip: others may begin so too.
SLIP: Final = 0.8

PATHS: Final = frozenset({"source", "warehouse"})
ONE: Final = frozenset({"warehouse", "dask"})
OF_A_SOURCE: Final = (
    "include", "exclude", "text-field", "title-field", "author-field", "date-field", "url-field", "tags-field",
    "id-field",
)  # fmt: skip
KEYS: Final = ("source", "warehouse", "dask", *OF_A_SOURCE)
TABLES: Final = ("sources", "licences")
# What a command goes by where nothing is set; it says so itself.
DEFAULTS: Final[Mapping[str, list[str]]] = {"source": ["raw"], "exclude": ["README.md"]}

Value = str | list[str]


@dataclass(frozen=True, slots=True)
class Set:
    """A value and where it comes from: a file, or a variable of the environment."""

    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All that was set. `sources` has the options of single sources, by path; `licences` are by name of source."""

    values: Mapping[str, Set] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Set]] = field(default_factory=dict)
    licences: Mapping[str, Set] = field(default_factory=dict)

    def of_source(self, path: str) -> Mapping[str, Set]:
        """The options of one source; none where it has none of its own."""
        return next((found for name, found in self.sources.items() if Path(name) == Path(path)), {})


def settings_of(environment: Mapping[str, str], folder: Path) -> Settings:
    """Reads the file and the variables. Raises `UsageError` that names what is unknown, and the nearest known one."""
    named = environment.get(CONFIG)
    path = folder / (named or FILE)
    if not path.is_file():
        if named:
            raise UsageError(f"there is no file {named}, which {CONFIG} names")
        made = Settings()
    else:
        made = _from_file(path, named or FILE, Path(named).parent if named else None)
    return Settings({**made.values, **_from_environment(environment)}, made.sources, made.licences)


def _from_file(path: Path, name: str, folder: Path | None) -> Settings:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{name} can't be read: {error}") from error
    _refuse_unknown(read, (*KEYS, *TABLES), name)
    tables = {key: _table(read.get(key, {}), key, name) for key in TABLES}
    sources = {}
    for source, options in tables["sources"].items():
        place = f"{name}, [sources.{source}]"
        found = _table(options, f"sources.{source}", name)
        _refuse_unknown(found, OF_A_SOURCE, place)
        sources[_from(source, folder)] = {key: Set(_value(key, value, place), place) for key, value in found.items()}
    values = {key: Set(_value(key, value, name, folder), name) for key, value in read.items() if key in KEYS}
    if sources and "source" not in values:
        values["source"] = Set(list(sources), f"{name}, [sources]")
    licences = {}
    for source, licence in tables["licences"].items():
        if not isinstance(licence, str):
            raise UsageError(f"{name}: the licence of {source} is {licence!r}; give a text")
        licences[source] = Set(licence, f"{name}, [licences]")
    return Settings(values, sources, licences)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Set]:
    known = {_variable(key): key for key in KEYS}
    found = {}
    for name in sorted(name for name in environment if name.startswith(PREFIX) and name != CONFIG):
        if name in known:
            found[known[name]] = Set(_value(known[name], _parsed(name, environment[name]), name), name)
        elif near := difflib.get_close_matches(name, (*known, CONFIG), 1, SLIP):
            raise UsageError(f"the environment has {name}, which is not known; {near[0]} is perhaps meant")
    return found


def _parsed(name: str, text: str) -> Any:  # noqa: ANN401 - what is read from text is checked later
    """A list where it is written as one, else the text."""
    if not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f'{name} is no list: {error}; write it as ["one", "two"]') from error


def _value(key: str, value: object, place: str, folder: Path | None = None) -> Value:
    """A value of the right kind: one text, or a list of them. Paths are seen from `folder` where one is given."""
    values = [value] if isinstance(value, str) else value
    listed = isinstance(values, list) and all(isinstance(each, str) for each in values)
    if not listed or not isinstance(values, list) or (key in ONE and not isinstance(value, str)):
        raise UsageError(f"{place}: {key} is {value!r}; give a text{'' if key in ONE else ', or a list of texts'}")
    if key in PATHS:
        values = [_from(each, folder) for each in values]
    return str(values[0]) if key in ONE else values


def _from(path: str, folder: Path | None) -> str:
    # An empty path is refused later, where it is known what it was for; an address is the same from everywhere.
    return str(folder / path) if folder and path and "://" not in path else path


def _table(value: object, key: str, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{name}: {key} is {value!r}; write it as a table, [{key}]")
    return value


def _refuse_unknown(found: Iterable[str], known: Iterable[str], place: str) -> None:
    for key in found:
        if key not in known:
            (near,) = difflib.get_close_matches(key, known, 1, 0.0)
            raise UsageError(f"{place}: there is no setting {key!r}; the nearest known one is {near!r}")


def _variable(key: str) -> str:
    """The variable of a setting.

    >>> _variable("text-field")
    'WINNOW_TEXT_FIELD'
    """
    return PREFIX + key.replace("-", "_").upper()
