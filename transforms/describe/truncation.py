"""The mark with which a listing page ends a post that goes on elsewhere."""

from __future__ import annotations

import re

# A mark is short; only this much of the end is looked at.
_WINDOW = 200

# A page's mark and a feed's may stand one after the other; a long row of them is text.
_MOST_MARKS = 8
# A mark ends in one of these, or is a phrase on a short line of its own, or follows dots.
_LAST = (*')]…⋯→»›➜⇒►>"”’', "...")
_SHORT_LINE = 40

_DOTS = r"(?:…|\.{3,4}|⋯)"
_ARROW = r"[→»›➜⇒►>]"
_PHRASES = r"""
    read\ (?:more|on|the\ (?:rest|full)(?:\ \w{1,12}){0,3}) | continue\ reading | keep\ reading
    | see\ more
    | lire\ (?:la\ suite|plus|l['’]article) | continuer\ (?:à\ lire|la\ lecture) | en\ savoir\ plus
    | le[ae]r\ más | lea\ más | seguir\ leyendo | sigue\ leyendo | llegir\ més
    | weiterlesen | mehr\ lesen | weiter\ lesen | ler\ mais | leia\ mais
    | continuar?\ (?:a\ ler|lendo|leyendo)
    | leggi\ (?:tutto|di\ più) | continua\ a\ leggere | lees\ (?:verder|meer) | verder\ lezen
    | läs\ mer | les\ mer | læs\ (?:mere|videre) | les\ videre | lue\ lisää | czytaj\ (?:dalej|więcej)
    | číst\ dál | celý\ článek | citește\ mai\ mult | devamını\ oku | baca\ selengkapnya
    | читать\ (?:далее|дальше|полностью) | читати\ далі | Διαβάστε\ περισσότερα
    | 続きを読む | もっと読む | 阅读全文 | 继续阅读 | 閱讀全文 | 繼續閱讀 | 더\ ?보기 | 계속\ 읽기
"""
# These need dots or an arrow beside them.
_WORDS = r"""
    more | suite | la\ suite | plus | más | mais | mehr | weiter | meer | continua | continue | altro | devamı
    | tovább | więcej | далее | дальше | 続き | 更多
"""
# Where any of the forms below may begin but for the one in the running line, which ends in an arrow.
_STARTS = re.compile(r"\A|[(\[]|\n[ ]?|(?:…|\.{3,}|[\])])[ ]?")
_OPENING = ("(", "[")
_ARROWS = tuple("→»›➜⇒►>")
# What an author writes, not a listing: "(to be continued…)", "(etc.…)".
_AUTHORS = r"to\ be | à\ suivre | a\ suivre | continuará | continua\ in | fortsetzung\ folgt | etc | and | et | und | y"
# Where a mark may begin: on a line of its own, after the dots of the cut text, after a bracket.
_START = r"(?: ^ | (?<=\n) | (?<=\n[ ]) | (?<=…) | (?<=…[ ]) | (?<=\.\.\.) | (?<=\.\.\.[ ]) | (?<=[\])][ ]) )"
MARK = re.compile(
    rf"""(?:
      # (…) [...] (more…) [Lire la suite...] (weiter →)
      [(\[] \s? (?:(?:{_PHRASES}|{_WORDS})\s?)? (?:{_DOTS}|{_ARROW}) \s? [)\]]
      # any few words, in brackets with dots, on a line of their own
    | {_START} [(\[] (?!{_AUTHORS}) (?: [^\W\d_][\w'’]{{0,14}} \s? ){{1,4}} (?:{_DOTS}|{_ARROW}) \s? [)\]]
      # Read more, [Read more], Continue reading “Rain” →, Lire la suite »
    | {_START} [(\[]? (?:{_PHRASES}) (?: \s? ["“«‘] [^"”»’\n]{{1,120}} ["”»’] )?
      \s? (?: {_DOTS} | {_ARROW}{{1,3}} | [)\]] ){{0,3}}
      # Continue reading Rain in the hills →
    | {_START} (?:{_PHRASES}) \s [^\n→»›]{{1,120}} {_ARROW}{{1,3}}
      # in the running line: … and then it rained Read more →
    | (?<=\s) (?:{_PHRASES}) \s? (?: {_DOTS} \s? )? {_ARROW}{{1,3}}
      # More »
    | {_START} (?:{_WORDS}) \s? (?: {_DOTS} \s? {_ARROW}{{0,3}} | {_ARROW}{{1,3}} )
    ) \Z""",
    re.VERBOSE | re.IGNORECASE,
)


def cut_mark(body: str) -> tuple[str, bool]:
    r"""Cut the closing mark of a truncated body; say whether the body is truncated.

    Only the mark is cut, with the white space before it. A body that just ends in dots is
    truncated too, but the dots may be the author's and stay.

    >>> cut_mark("It rained.\n\n(more…)")
    ('It rained.', True)
    >>> cut_mark("It rained and …"), cut_mark("It rained.")
    (('It rained and …', True), ('It rained.', False))
    """
    end = len(body.rstrip())
    for _ in range(_MOST_MARKS):
        mark = closing_mark(body[max(0, end - _WINDOW) : end])
        if mark is None:
            break
        end = _stripped(body, max(0, end - _WINDOW) + mark.start())
    else:
        return body, True
    cut = body[end:].strip() != ""
    return (body[:end] if cut else body), cut or body[max(0, end - 3) : end].endswith(("…", "..."))


def closing_mark(text: str) -> re.Match[str] | None:
    """Find the mark at the end of a text; most texts end in a way that no mark does."""
    line = text[text.rfind("\n") + 1 :]
    may_end = text.endswith(_LAST) or len(line) <= _SHORT_LINE or "…" in line or "..." in line
    if not may_end or text.endswith(_ARROWS):
        return MARK.search(text) if may_end else None
    # Without a sign at its end a mark is a phrase, so it stands in the last line.
    first = 0 if text.endswith(_LAST) else max(0, len(text) - len(line) - 1)
    starts = (found.start() if found[0] in _OPENING else found.end() for found in _STARTS.finditer(text, first))
    tried = (MARK.match(text, start) for start in starts)
    return next((mark for mark in tried if mark), None)


def _stripped(text: str, end: int) -> int:
    """Give where a text ends before the white space that stands before `end`."""
    while end and text[end - 1].isspace():
        end -= 1
    return end
