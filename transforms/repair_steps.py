"""Which repairs are made: the steps that a user can choose, and what `ftfy` is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from ftfy import TextFixerConfig

from transforms.errors import UsageError

# Each step with the fields of `ftfy`'s configuration that it is made of, as they are where the step is wanted.
STEPS: Final[dict[str, dict[str, Any]]] = {
    # Text that was read in another encoding than it was written in.
    "encoding": {
        "fix_encoding": True,
        "restore_byte_a0": True,
        "replace_lossy_sequences": True,
        "decode_inconsistent_utf8": True,
        "fix_c1_controls": True,
    },
    # `&eacute;` and the like, in lines that hold no tag.
    "entities": {"unescape_html": "auto"},
    # Control characters and the colours of a terminal.
    "controls": {"remove_terminal_escapes": True, "remove_control_chars": True},
    # Letters and accents as one character wherever there is one (form NFC).
    "accents": {"normalization": "NFC"},
    "quotes": {"uncurl_quotes": True},
    "ligatures": {"fix_latin_ligatures": True},
    "widths": {"fix_character_width": True},
}
# Curled quotes, ligatures and wide characters are what the author or the script wanted: they stay unless asked for.
USUAL: Final = ("encoding", "entities", "controls", "accents")
# The fields of all steps where they are not wanted. `fix_line_breaks` would make two lines of one. Halves of surrogate
# pairs are put together, or replaced, whatever is chosen: no table can hold them.
LEFT_OUT: Final[dict[str, Any]] = {
    **{name: None if name == "normalization" else False for fields in STEPS.values() for name in fields},
    "fix_line_breaks": False,
    "fix_surrogates": True,
    "explain": True,
}


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """Names of steps as they are stored: each once, in the order of `STEPS`. Raises `UsageError` for another name.

    >>> chosen(["accents", "encoding", "accents"])
    ('encoding', 'accents')
    """
    wanted = set(names)
    unknown = sorted(wanted - STEPS.keys())
    if unknown:
        raise UsageError(f"there is no repair step {', '.join(map(repr, unknown))}; there are {', '.join(STEPS)}")
    return tuple(name for name in STEPS if name in wanted)


def asked_for(listed: str | None, *, none: bool = False) -> tuple[str, ...]:
    """The steps that a command was given, as names between commas or as none at all. Raises `UsageError`.

    >>> asked_for(None) == USUAL, asked_for("accents, entities"), asked_for(None, none=True)
    (True, ('entities', 'accents'), ())
    """
    if listed is None:
        return () if none else USUAL
    if none:
        raise UsageError("--no-repair leaves no step over that --repair-steps could name; give one of them")
    return chosen(name.strip() for name in listed.split(","))


@cache
def config_of(steps: tuple[str, ...] = USUAL, *, markup: bool = False) -> TextFixerConfig:
    """What `ftfy` is told. A parser has already read the entities of `markup`: what still looks like one is meant.

    >>> config_of().unescape_html, config_of(markup=True).unescape_html, config_of(()).fix_encoding
    ('auto', False, False)
    """
    fields = dict(LEFT_OUT)
    for name in steps:
        fields |= STEPS[name]
    return TextFixerConfig(**fields | ({"unescape_html": False} if markup else {}))
