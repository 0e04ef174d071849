"""Language, links, tags, words and edges of a text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.describe.edges import edges
from transforms.describe.language import UNDETERMINED, detect_language
from transforms.describe.links import find_links, unique_links
from transforms.describe.tags import tags_of_line
from transforms.describe.words import count_words

ENGLISH = "The rain began before noon and nobody in the village thought of the harvest any more. "
FRENCH = "La pluie a commencé avant midi et personne au village ne pensait plus à la moisson. "


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        (FRENCH, "fr"),
        ("Der Regen begann vor dem Mittag und niemand im Dorf dachte noch an die Ernte.", "de"),
        ("La lluvia empezó antes del mediodía y nadie en el pueblo pensaba ya en la cosecha.", "es"),
        ("A chuva começou antes do meio-dia e ninguém na aldeia pensava mais na colheita.", "pt"),
        ("La pioggia cominciò prima di mezzogiorno e nessuno nel paese pensava più al raccolto.", "it"),
        ("Deszcz zaczął padać przed południem i nikt we wsi nie myślał już o żniwach.", "pl"),
        ("Дождь начался до полудня, и никто в деревне больше не думал об урожае.", "ru"),
        ("雨は昼前に降り始め、村では誰ももう収穫のことを考えていなかった。", "ja"),
        ("中午之前就开始下雨了，村里再也没有人想着收成的事情，大家都待在家里。", "zh"),
        ("비는 정오 전에 내리기 시작했고 마을에서는 아무도 수확을 생각하지 않았다.", "ko"),
        (ENGLISH.upper(), "en"),
        (f"{FRENCH}https://example.org/{'the-english-words-of-an-address-' * 5}", "fr"),
        # settled by a few snippets, by more of them, and by windows that are judged one by one
        (FRENCH * 10, "fr"),
        ("雨は昼前に降り始め、村では誰ももう収穫のことを考えていなかった。" * 10, "ja"),
        ((FRENCH + "{ 400 = ITEM; 930.x = CASE }\n" * 2) * 5, "fr"),
        # the language of most characters, though the other one comes first
        (FRENCH + ENGLISH * 4, "en"),
        (ENGLISH + FRENCH * 40, "fr"),
    ],
)
def test_a_language_is_told(text: str, code: str) -> None:
    found = detect_language(text)
    assert found.code == code
    assert 0.35 <= found.confidence <= 1


@pytest.mark.parametrize(
    "text", ["", "12:30", "OK", "Rain.", "1 2 3 " * 100, "\ud800" * 30, "https://example.org/" * 3]
)
def test_a_language_is_not_guessed(text: str) -> None:
    assert detect_language(text) == UNDETERMINED


@given(st.text())
def test_a_language_is_the_same_each_time(text: str) -> None:
    found = detect_language(text)
    assert found == detect_language(text)
    assert len(found.code) == 2 or found == UNDETERMINED


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.org/a, or http://example.org/b.", ["https://example.org/a", "http://example.org/b"]),
        ("(https://example.org/Rain_(song))", ["https://example.org/Rain_(song)"]),
        ("[rain](https://example.org/a) and <https://example.org/b>", ["https://example.org/a", "https://example.org/b"]),
        ("“https://example.org/a?b=c&d=e#f”!", ["https://example.org/a?b=c&d=e#f"]),
        ("https://example.org/雨、", ["https://example.org/雨"]),
        ("https:// and http://.", []),
        ("ftp://example.org mailto:ann@example.org", []),
        ("http://a" + ")" * 100_000, ["http://a"]),
    ],
)  # fmt: skip
def test_links_lose_only_what_is_not_theirs(text: str, links: list[str]) -> None:
    assert find_links(text) == links


def test_stated_links_come_first_and_once() -> None:
    stated = ["https://b.example", "mailto:ann@example.org", "https://b.example"]
    assert unique_links(stated, "https://a.example https://b.example") == ("https://b.example", "https://a.example")


@given(st.text())
def test_links_stand_in_the_text(text: str) -> None:
    for link in find_links(f"{text} http://{text}"):
        assert link in f"{text} http://{text}"


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("Tags: weather, rain", ["weather", "rain"]),
        ("Catégorie : Actualités", ["Actualités"]),
        ("Mots-clés : pluie, port de mer", ["pluie", "port de mer"]),
        ("Filed under Actualités", ["Actualités"]),
        ("Filed under: x, y", ["x", "y"]),
        ("Posted on March 3 • Tagged with mud, walks", ["mud", "walks"]),
        ("タグ：雨、港", ["雨", "港"]),
        ("#mud #long walks #rain", ["mud", "long walks", "rain"]),
        ("#mud", ["mud"]),
        ("# A heading", []),
        ("#1 of all rains", []),
        ("#include <rain.h>", []),
        ("#mud and nothing else", []),
        ("Tags are a bad idea, and rain is worse", []),
        ("Posted in 2015, in the rain", []),
        ("Tags: " + "a sentence that is far too long to be a tag of anything", []),
        ("Tags:", []),
        ("#a  " * 60, []),
    ],
)
def test_a_line_lists_its_tags(line: str, tags: list[str]) -> None:
    assert tags_of_line(line) == tags


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("  \n ", 0),
        ("It rained — all night.", 4),
        ("l’eau, aujourd'hui", 2),
        ("* * *", 0),
        ("雨が降る。", 4),
        ("ฝนตก", 4),
        ("비가 온다", 2),
        ("बारिश हुई", 2),
        ("Rain 雨雨 rain", 4),
        ("a雨b", 3),
        ("rain—rain _ snake_case", 2),
        ("\U00020000\U0002a6d6 \U000e0067 🙂", 2),
        ("rain " * 20_000, 20_000),
        ("x" * 100_000, 1),
    ],
)
def test_words_are_counted(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.text() | st.text(st.sampled_from("ab _-—雨。\n\u3000１é")))
def test_words_are_what_stands_between_spaces(text: str) -> None:
    spaced = re.sub("[\u4e00-\u9fff]", " x ", text) if text.isprintable() and "雨" in text else text
    if not any(char >= "\u0e00" for char in spaced if char not in "—。\u3000１"):
        assert count_words(text) == sum(any(map(str.isalnum, word)) for word in spaced.split())


@given(st.text(), st.text())
def test_words_add_up_over_lines(one: str, other: str) -> None:
    assert count_words(f"{one}\n{other}") == count_words(one) + count_words(other)


def test_edges_of_a_long_text_share_no_line() -> None:
    body = "\n".join(f"line {number} of the rain" for number in range(1000))
    found = edges(body)
    assert found.head == tuple(f"line {number} of the rain" for number in range(4))
    assert found.foot == tuple(f"line {number} of the rain" for number in range(997, 1000))


@given(st.text(alphabet="ab \n", max_size=40))
def test_edges_of_a_short_text_are_its_lines(body: str) -> None:
    found, lines = edges(body), [line.strip() for line in body.split("\n") if line.strip()]
    assert list(found.head) == lines[:4]
    assert list(found.foot) == lines[4:][-3:]
