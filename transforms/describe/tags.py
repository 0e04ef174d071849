"""Tags and categories that a post names in a line of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.describe.edges import Edges

_LONGEST_LINE, _LONGEST_TAG, _MOST_TAGS = 300, 40, 20

# Words that need a colon after them, and phrases that do not.
_LABEL = re.compile(
    r"""\W{0,3} (?: (?: tags? | categor(?:y|ies) | topics? | labels? | keywords? | mots[- ]clés? | étiquettes?
    | cat[ée]gories? | rubriques? | thèmes? | schlagw[oö]rte?r? | stichworte | kategorien? | etiquetas?
    | categor[ií]as? | categori[ae] | etichette | marcadores | trefwoorden | categorie[ëe]n | etiketter
    | kategorier? | kategoria | tagi | метки | теги | рубрики? | タグ | カテゴリー? | 标签 | 標籤 | 分类
    | 分類 | 태그 )
    \s{0,2} [:：]
    | (?: filed\ (?:under|in) | tagged(?:\ (?:with|as|in))? | posted\ in
    | taggée?\ (?:avec|par) | classée?\ (?:dans|sous)
    | publiée?\ dans | archivado\ en | publicado\ en | arquivado\ em | archiviato\ in
    | veröffentlicht\ (?:in|unter)
    | abgelegt\ unter | geplaatst\ in ) \b [:：]? ) \s{0,3} (?P<list>\S.*)""",
    re.VERBOSE | re.IGNORECASE,
)
# What tells at little cost that a part lists nothing: the words have a colon within so many characters, and the phrases
# begin in one of these ways.
_WITHIN = 32
_PHRASE = re.compile(r"\W{0,3}(?:filed|tagg|post|class|publi|archiv|arquiv|veröff|abgelegt|geplaatst)", re.IGNORECASE)
# One hashtag of up to three words; "#1", "#include <a>" and "# Heading" are none.
_HASHTAG = re.compile(r"[^\W\d_][\w'’-]{0,30}(?: [\w'’-]{1,20}){0,2}")
_BREAKS = re.compile(r"\s?[|•·\t]\s?")
_COMMAS = re.compile(r"(?:(?<!\s)\s++)?[,;、，；]\s*+")
_HAS_DATE = re.compile(r"\d{4}")


def find_tags(stated: Sequence[str], lines: Edges) -> tuple[str, ...]:
    """Give the stated tags, then those that lines at the edges name, each once, as written.

    >>> from transforms.describe.edges import Edges
    >>> find_tags(["rain"], Edges((), ("Tags: weather, rain", "#walks #mud")))
    ('rain', 'weather', 'walks', 'mud')
    """
    named = [tag for line in (*lines.head, *lines.foot) if len(line) <= _LONGEST_LINE for tag in tags_of_line(line)]
    if not named and not stated:
        return ()
    every = (tag.strip() for tag in (*stated, *named))
    return tuple(dict.fromkeys(tag for tag in every if tag))


def tags_of_line(line: str) -> list[str]:
    """Give the tags that a line lists; none where it is anything else.

    >>> tags_of_line("Catégorie : Actualités, Récits")
    ['Actualités', 'Récits']
    """
    if len(line) > _LONGEST_LINE:
        return []
    if line.startswith("#"):
        return _hashtags(line)
    parts = _BREAKS.split(line) if "|" in line or "•" in line or "·" in line or "\t" in line else (line,)
    found: list[str] = []
    for part in parts:
        start = part[:_WITHIN]
        if (":" in start or "：" in start or _PHRASE.match(part)) and (match := _LABEL.match(part)):
            found += _listed(match["list"])
    return found


def _hashtags(line: str) -> list[str]:
    """Read a line that is nothing but hashtags; a single one has one word, else it is prose."""
    tags = [tag.strip(" ,;\t") for tag in line.split("#")[1:]]
    is_list = len(tags) <= _MOST_TAGS and all(_HASHTAG.fullmatch(tag) for tag in tags)
    return tags if is_list and (len(tags) > 1 or " " not in tags[0]) else []


def _listed(text: str) -> list[str]:
    """Cut a list at its commas; a list with a long part or a year is prose or a byline."""
    tags = [tag.strip(" .#") for tag in _COMMAS.split(text)]
    is_list = len(tags) <= _MOST_TAGS and all(0 < len(tag) <= _LONGEST_TAG for tag in tags)
    return tags if is_list and not _HAS_DATE.search(text) else []
