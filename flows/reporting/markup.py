"""HTML made of values: what is no markup is escaped, and what can't be seen is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

# Characters that steer instead of showing: controls but for tab and line feed, the marks that turn the direction of
# text, separators of lines, the byte order mark, halves of pairs, and tags, in which words can be hidden.
UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
# A parser of HTML must find no tag in JSON, and no end of the element in which it stands.
IN_SCRIPT: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
VOID: Final = frozenset({"meta", "input", "br"})


class Html(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


Child = str | int | None


def visible(text: str) -> str:
    r"""The text with each character that steers as its code point, so that it can do nothing and is seen.

    >>> visible("evil\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe \x1b[31m")
    'evil⟨U+202E⟩gpj.exe ⟨U+001B⟩[31m'
    """
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def escaped(text: str) -> Html:
    """The text as it can stand in HTML, between tags and in the value of an attribute.

    >>> escaped('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return Html(visible(text).translate(ENTITIES))


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Html:
    """An element. Of an attribute's name a last `_` is dropped, another one is `-`; False and None leave it out.

    >>> tag("a", "1 < 2", href="#x", class_="plain", hidden=False)
    '<a href="#x" class="plain">1 &lt; 2</a>'
    """
    inside = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escaped(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Html(f"<{name}{inside}>")
    return Html(f"<{name}{inside}>{together(*children)}</{name}>")


def together(*children: Child) -> Html:
    """Markup and text one behind the other; numbers get commas, None is nothing."""
    return Html("".join(_shown(child) for child in children))


def each(children: Iterable[Child]) -> Html:
    """The same of many."""
    return together(*children)


def data(name: str, value: Any) -> Html:  # noqa: ANN401 - whatever JSON can hold
    r"""Values for the script of the page; the browser doesn't run them and finds no tag in them.

    >>> data("d", ["</script>"])
    '<script type="application/json" id="d">["\\u003c/script\\u003e"]</script>'
    """
    shown = json.dumps(_visible_in(value), ensure_ascii=False, separators=(",", ":")).translate(IN_SCRIPT)
    return tag("script", Html(shown), type="application/json", id=name)


def _shown(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    return escaped(child) if isinstance(child, str) else f"{child:,}"


def _visible_in(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {str(key): _visible_in(inner) for key, inner in value.items()}
    return [_visible_in(inner) for inner in value] if isinstance(value, list | tuple) else value
