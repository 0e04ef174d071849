"""The steps that can be chosen, and what each of them alone does."""

from __future__ import annotations

import pytest
from ftfy import TextFixerConfig

from transforms.errors import UsageError
from transforms.repair import PLAIN, repair_line
from transforms.repair_steps import LEFT_OUT, STEPS, USUAL, chosen, config_of

DAMAGED = "cafÃ© &amp; e\u0301 “a” ﬁn Ｗ\x07"


@pytest.mark.parametrize(
    ("steps", "after"),
    [
        ((), DAMAGED),
        (("encoding",), DAMAGED.replace("cafÃ©", "café")),
        (("entities",), DAMAGED.replace("&amp;", "&")),
        (("controls",), DAMAGED.replace("\x07", "")),
        (("accents",), DAMAGED.replace("e\u0301", "é")),
        (("quotes",), DAMAGED.replace("“a”", '"a"')),
        (("ligatures",), DAMAGED.replace("ﬁ", "fi")),
        (("widths",), DAMAGED.replace("Ｗ", "W")),
        (USUAL, "café & é “a” ﬁn Ｗ"),
        (tuple(STEPS), 'café & é "a" fin W'),
    ],
    ids=" ".join,
)
def test_only_the_chosen_steps_are_taken(steps: tuple[str, ...], after: str) -> None:
    assert repair_line(DAMAGED, config_of(steps))[0] == after


def test_what_no_table_can_hold_is_always_repaired() -> None:
    assert repair_line("\ud83d\ude42 \ud83d", config_of(()))[0] == "🙂 \ufffd"


def test_every_field_is_decided() -> None:
    fields = set(TextFixerConfig._fields) - {"max_decode_length"}
    assert LEFT_OUT.keys() == fields
    assert config_of(USUAL) == PLAIN


def test_an_unknown_step_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no repair step 'encodings'; there are encoding, entities"):
        chosen(["accents", "encodings"])
