"""The names of months and weekdays, as they are written in dates."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

# Twelve names a language, January first (a long line goes on in the next). Where a language
# declines its months, twelve more are the forms that stand beside a day. Croatian is left out on purpose: its
# "listopad" is October and the Polish and Czech one November.
_MONTHS = """
january february march april may june july august september october november december
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
januar februar märz april mai juni juli august september oktober november dezember
jänner feber märz april mai juni juli august september oktober november dezember
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
januar februar mars april mai juni juli august september oktober november desember
tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta
    heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
ledna února března dubna května června července srpna září října listopadu prosince
január február marec apríl máj jún júl august september október november december
január február március április május június július augusztus szeptember október november december
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
januari februari maret april mei juni juli agustus september oktober november desember
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
януари февруари март април май юни юли август септември октомври ноември декември
ιανουάριος φεβρουάριος μάρτιος απρίλιος μάιος ιούνιος
    ιούλιος αύγουστος σεπτέμβριος οκτώβριος νοέμβριος δεκέμβριος
ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου
    ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
"""

# Short forms that several months could begin with, of which use has settled on one; and those that are not the
# beginning of a name: Dutch, German, Spanish and Czech.
_SETTLED = {"mar": 3, "мар": 3, "μαρ": 3, "cer": 6, "чер": 6}
_CONTRACTED = {"mrt": 3, "mrz": 3, "mzo": 3, "agto": 8, "cvn": 6, "cvc": 7}

_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday
lundi mardi mercredi jeudi vendredi samedi dimanche
montag dienstag mittwoch donnerstag freitag samstag sonntag sonnabend
lunes martes miércoles jueves viernes sábado domingo
segunda terça quarta quinta sexta sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica
dilluns dimarts dimecres dijous divendres dissabte diumenge
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
måndag tisdag onsdag torsdag fredag lördag söndag
mandag tirsdag onsdag torsdag fredag lørdag søndag
maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
poniedziałek wtorek środa czwartek piątek sobota niedziela
pondělí úterý středa čtvrtek pátek sobota neděle
hétfő kedd szerda csütörtök péntek szombat vasárnap
luni marți miercuri joi vineri sâmbătă duminică
pazartesi salı çarşamba perşembe cuma cumartesi pazar
понедельник вторник среда четверг пятница суббота воскресенье
понеділок вівторок середа четвер п'ятниця субота неділя
senin selasa rabu kamis jumat sabtu minggu
"""

# "Tu", "We" and the like: two letters are enough for these, three for every other day.
_SHORT_DAYS = "mo tu we th fr sa su di mi do so lu ma me je ve пн вт ср чт пт сб вс lø sø må lö sö"
_SHORTEST = 3  # "jan", "déc": no calendar abbreviates a month to less than three letters


# Words near a date that are remembered; the usual ones of a few languages.
_WORDS = 1 << 14


@lru_cache(maxsize=_WORDS)
def fold(word: str) -> str:
    """Give the form under which a name is looked up: no case, accents or dot.

    >>> fold("Févr.")
    'fevr'
    """
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).strip(".")


@cache
def _months() -> dict[str, int]:
    numbered = [(fold(name), place % 12 + 1) for place, name in enumerate(_MONTHS.split())]
    starts: dict[str, set[int]] = {}
    for name, number in numbered:
        for size in range(_SHORTEST, len(name)):
            starts.setdefault(name[:size], set()).add(number)
    unique = {start: next(iter(found)) for start, found in starts.items() if len(found) == 1}
    return unique | {fold(name): number for name, number in _SETTLED.items()} | _CONTRACTED | dict(numbered)


@cache
def _weekdays() -> frozenset[str]:
    names = [fold(name) for name in _WEEKDAYS.split()]
    starts = {name[:size] for name in names for size in range(_SHORTEST, len(name) + 1)}
    return frozenset(starts | {fold(short) for short in _SHORT_DAYS.split()})


@lru_cache(maxsize=_WORDS)
def month_of(word: str) -> int | None:
    """Give the month (1 to 12) that a word names, in full or cut short; None for other words.

    A short form of three letters or more counts where it fits one month only, in all
    languages of the table taken together.

    >>> month_of("janv."), month_of("März"), month_of("сентября"), month_of("jui")
    (1, 3, 9, None)
    """
    return _months().get(fold(word))


def is_weekday(word: str) -> bool:
    """Tell whether a word is the name of a weekday, in full or cut short.

    >>> is_weekday("lun."), is_weekday("Friday"), is_weekday("Born")
    (True, True, False)
    """
    return fold(word) in _weekdays()
