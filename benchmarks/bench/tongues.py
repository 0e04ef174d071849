"""Languages of the invented dumps: the commonest words and the months are real, all other words are made up."""

from __future__ import annotations

import random
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final

# How often the word of a rank occurs: 1 / (rank + 2.7), the law of Zipf as Mandelbrot bent it for frequent words.
BEND: Final = 2.7
WORDS: Final = 12_000
NAMES: Final = 800
# A word is drawn by two random bytes.
SLOTS: Final = 1 << 16


@dataclass(frozen=True)
class Said:
    """What a site says around its posts in one language; `by` has places for a name and a date."""

    by: str
    tags: str
    older: str
    newer: str
    about: str
    comments: str
    more: str


@dataclass(frozen=True)
class Tongue:
    """How one language is spelt, and the encodings beside UTF-8 in which it used to be written.

    `common` words and `months` are parted by spaces; `date` has places for day, month and year.
    """

    code: str
    share: float
    common: str
    months: str
    onsets: Sequence[str]
    nuclei: Sequence[str]
    codas: Sequence[str]
    said: Said
    legacy: Sequence[str]
    date: str = "{day} {month} {year}"
    syllables: tuple[int, int] = (1, 4)
    space: str = " "
    comma: str = ","
    ends: Sequence[str] = (".", ".", ".", ".", "!", "?")
    quotes: tuple[str, str] = ("\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}")


def _span(first: int, last: int) -> list[str]:
    return [chr(point) for point in range(first, last + 1)]


GUILLEMETS: Final = ("\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}\N{NO-BREAK SPACE}",
                     "\N{NO-BREAK SPACE}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}")  # fmt: skip
LATIN: Final = (*"bcdfghlmnprstv", "br", "cl", "dr", "fl", "gr", "pl", "st", "tr")
NUMBERED: Final = tuple(map(str, range(1, 13)))
TONGUES: Final = (
    Tongue(
        "en", 0.34,
        "the of and to a in is that it was for on with as he his they at be this from have or by had not but what "
        "all were when we there can an your which their if will she how about out then them these so some her it’s",
        "January February March April May June July August September October November December",
        LATIN, ("a", "e", "i", "o", "u", "ai", "ea", "ou"), ("", "", "n", "r", "s", "t", "sk", "l", "th"),
        Said("Posted by {author} on {date}", "Tags", "Older posts", "Newer posts", "About", "comments", "Read more"),
        ("cp1252", "utf-16"),
    ),
    Tongue(
        "fr", 0.2,
        "de la le et les des en un du une que est dans qui a par plus pour pas il sur ne se au ce sont avec son cette "
        "mais ont comme été aux on nous leur même très où d’une l’on fait après était être déjà c’est deux sans",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        LATIN, ("a", "e", "i", "o", "u", "é", "è", "ê", "à", "ou", "eau", "oi"), ("", "", "n", "r", "s", "x", "t"),
        Said("Publié par {author} le {date}", "Étiquettes", "Articles plus anciens", "Articles plus récents",
             "À propos", "commentaires", "Lire la suite"),
        ("cp1252", "iso-8859-15"), quotes=GUILLEMETS,
    ),
    Tongue(
        "de", 0.12,
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat "
        "daß sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber können für",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        (*LATIN, "sch", "schw", "z", "w"), ("a", "e", "i", "o", "u", "ä", "ö", "ü", "ei", "au", "ie"),
        ("", "n", "r", "st", "cht", "ß", "en"),
        Said("Von {author} am {date}", "Schlagwörter", "Ältere Beiträge", "Neuere Beiträge", "Über", "Kommentare",
             "Weiterlesen"),
        ("cp1252", "iso-8859-1"), "{day}. {month} {year}",
        quotes=("\N{DOUBLE LOW-9 QUOTATION MARK}", "\N{LEFT DOUBLE QUOTATION MARK}"),
    ),
    Tongue(
        "es", 0.1,
        "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque "
        "esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante está había así años",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        (*LATIN, "ll", "ñ"), ("a", "e", "i", "o", "u", "á", "í", "ó", "ié", "ue"), ("", "", "n", "r", "s", "l"),
        Said("Publicado por {author} el {date}", "Etiquetas", "Entradas antiguas", "Entradas recientes", "Acerca de",
             "comentarios", "Leer más"),
        ("cp1252", "iso-8859-1"), "{day} de {month} de {year}", quotes=GUILLEMETS,
    ),
    Tongue(
        "ru", 0.1,
        "и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой от со для о же ты все "
        "если люди так его год бы только когда один как были можно уже или тут очень чтобы ещё где есть",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        [*"бвгджзклмнпрстфхцчш", "ст", "пр"], [*"аеиоуыэюя"], ("", "", "н", "р", "т", "ть", "й"),
        Said("Опубликовал {author} {date}", "Метки", "Старые записи", "Новые записи", "О блоге", "комментариев",
             "Читать дальше"),
        ("cp1251", "koi8-r"), quotes=("\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}",
                                      "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"),
    ),
    Tongue(
        "pl", 0.06,
        "w i na z do się nie o to że jest a po za od jak co przez ale dla są tylko ich już który może być był przy "
        "była tak pod jego jako oraz było lub lat także ze więc bez czy które tym roku został między",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        [*LATIN, "cz", "sz", "ż", "ś", "ł", "prz"], ("a", "e", "i", "o", "u", "y", "ą", "ę", "ó", "ie"),
        ("", "", "ń", "r", "ść", "k"),
        Said("Napisał {author}, {date}", "Tagi", "Starsze wpisy", "Nowsze wpisy", "O blogu", "komentarzy",
             "Czytaj dalej"),
        ("cp1250", "iso-8859-2"), quotes=("\N{DOUBLE LOW-9 QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"),
    ),
    Tongue(
        "ja", 0.05,
        "の に は を が と で も へ や から まで より です ます した する いる ある この その これ それ ない よう "
        "こと もの という として について ため また など",
        " ".join(NUMBERED),
        [*_span(0x3042, 0x308D)[::2], *_span(0x30AB, 0x30ED)[::2], *"水木山川田村町花鳥風月本語文書見聞行来食"],
        ("",), ("",),
        Said("投稿者 {author} {date}", "タグ", "過去の記事", "新しい記事", "このブログについて",
             "件のコメント", "続きを読む"),
        ("shift_jis", "euc_jp"), "{year}年{month}月{day}日", (1, 4), "", "、", ("。", "。", "。", "!", "?"),
        ("「", "」"),
    ),
    Tongue(
        "zh", 0.03,
        "的 一 是 不 了 在 人 有 我 他 这 个 们 中 来 上 大 为 和 国 地 到 以 说 时 要 就 出 会 可 也 你 对 生 能 而 "
        "子 那 得 于",
        " ".join(NUMBERED),
        _span(0x4E00, 0x5FFF)[::11], ("",), ("",),
        Said("作者 {author} 发表于 {date}", "标签", "较早的文章", "较新的文章", "关于", "条评论", "阅读全文"),
        ("gb18030",), "{year}年{month}月{day}日", (1, 3), "", ",", ("。", "。", "。", "!", "?"),
    ),
)  # fmt: skip
BY_CODE: Final[Mapping[str, Tongue]] = {tongue.code: tongue for tongue in TONGUES}


@dataclass(frozen=True)
class Vocabulary:
    """The words of a tongue, each in as many of 65,536 slots as it is frequent, and names."""

    slots: Sequence[str]
    names: Sequence[str]
    bytes_a_word: float

    def some(self, rng: random.Random, count: int) -> list[str]:
        """Words as they come, frequent ones more often."""
        return [self.slots[at] for at in array("H", rng.randbytes(2 * count))]


@cache
def vocabulary(code: str, seed: str) -> Vocabulary:
    """Invents the words of a tongue; the same ones for the same seed."""
    tongue = BY_CODE[code]
    rng = random.Random(f"{seed} words {code}")
    words = dict.fromkeys(tongue.common.split())
    while len(words) < WORDS + NAMES:
        words["".join(_syllable(rng, tongue) for _ in range(rng.randint(*tongue.syllables)))] = None
    made = list(words)
    names = [name.capitalize() for name in made[WORDS:]]
    n_real = len(tongue.common.split())
    # Frequent words are short ones, by and large.
    spoken = made[:n_real] + sorted(made[n_real:WORDS], key=lambda word: len(word) + 6 * rng.random())
    sums = list(accumulate(1 / (rank + BEND) for rank in range(WORDS)))
    slots, rank = [], 0
    for slot in range(SLOTS):
        while sums[rank] / sums[-1] < (slot + 0.5) / SLOTS:
            rank += 1
        slots.append(spoken[rank])
    size = sum(len(word.encode()) for word in slots[:: SLOTS // 4096]) / 4096 + len(tongue.space)
    return Vocabulary(slots, names, size)


def _syllable(rng: random.Random, tongue: Tongue) -> str:
    return rng.choice(tongue.onsets) + rng.choice(tongue.nuclei) + rng.choice(tongue.codas)


def date(tongue: Tongue, day: tuple[int, int, int]) -> str:
    """A day (year, month, day) as it is written in a tongue.

    >>> date(BY_CODE["fr"], (2014, 8, 3))
    '3 août 2014'
    """
    year, month, number = day
    return tongue.date.format(day=number, month=tongue.months.split()[month - 1], year=year)
