"""Which code page is the likelier, where a text has few letters beyond ASCII and more than one page would do."""

from __future__ import annotations

import re
from typing import Final

# Pages of old systems, of which a detector is soon reminded by a text with few letters beyond ASCII.
SELDOM: Final = re.compile(
    r"mac-|cp(?:437|7\d\d|85\d|86[0-35789]|1006|1125)$|hp-|iso8859-(?:3|4|10|14|16)$|koi8-t|kz|ptcp"
)
MOST_USUAL: Final = "sloppy-windows-1252"
# What no text in windows-1252 holds: an opening mark behind a letter or a closing one before, a sign in a word or
# beside a letter, a control character, a capital with an accent behind a small letter, three accents in a row; and the
# letters š and ž, which are rare in it and usual in what is misread.
ODD_NEIGHBOURS: Final = re.compile(
    r"[a-zß-öø-ÿ][À-ÖØ-ÞŠŒŽŸ]|[a-zA-ZÀ-ÖØ-öø-ÿ][¡¿«‹„‚“‘†‡ƒˆ˜‰¤¦¨¬¯¸¢£¥µ¶¼½¾¹±÷×]|[¤¦¨¬¯¸ƒˆ˜‰†‡¼½¾¹±÷×¶»›”™®©º][a-zA-ZÀ-ÖØ-öø-ÿ]"
    r"|[a-zA-Z][\xa0…•–—°ª³²§][a-z]|[a-z][šž]|[šž][a-z]|[À-ÖØ-öø-ÿ]{3}|[\x80-\x9f]"
)


def reads_well(text: str) -> bool:
    """Whether all that is beyond ASCII in a text read as windows-1252 stands where such a character may stand.

    >>> reads_well("él está allí…"), reads_well("‚l est est all¡"), reads_well("CAFÉ, 5 °C"), reads_well("cafŽ")
    (True, False, True, False)
    """
    return not ODD_NEIGHBOURS.search(text)
