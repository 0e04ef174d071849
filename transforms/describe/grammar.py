"""The forms in which dates are written, as patterns; `dates` reads what they find."""

from __future__ import annotations

import re

_ORDINAL = r"(?: st | nd | rd | th | er | re | [º°ª.] )?"
_NAME = r"(?P<name{n}>[^\W\d_]{{3,14}})"
_OF = r"(?: de\s | del\s | of\s | d['’] )?"
_YEAR = r"(?P<year{n}> \d{{4}} | ['’]\d{{2}} ) (?!\d)"
_FORMS = rf"""
    # 2015-03-04, 2015/3/4, 2015.03.04
    (?<![\w./-]) (?P<year1>\d{{4}}) (?P<mark1>[-/.]) (?P<month1>\d{{1,2}}) (?P=mark1)
        (?P<day1>\d{{1,2}}) (?!\d|[-/.]\d)
    # 2015年3月4日, 2015년 3월 4일, 2015年3月
    | (?<!\d) (?P<year2>\d{{4}}) \s?[年년]\s? (?P<month2>\d{{1,2}}) \s?[月월]
        (?: \s? (?P<day2>\d{{1,2}}) \s?[日일号號] )?
    # 3 janv. 2016, 1st of March, 2015, 12 de marzo de 2010, 12-Jan-2018, 24 Aug 17 06:45:48
    | (?<!\w) (?P<day3>\d{{1,2}}) {_ORDINAL} [\s-]{{0,3}} {_OF} {_NAME.format(n=3)} [\s.,/-]{{0,3}} {_OF}
        (?: {_YEAR.format(n=3)} | (?P<short3>\d{{2}}) (?=\s\d{{2}}:\d{{2}}) )
    # Thu Mar 3 14:30:00 UTC 2015
    | (?<!\w) {_NAME.format(n=4)} \s{{1,2}} (?P<day4>\d{{1,2}}) \s
        (?P<clock4> \d{{1,2}}:\d{{2}}:\d{{2}} (?:\s(?:[A-Z]{{1,4}}|[+-]\d{{4}}))? ) \s
        (?P<year4>\d{{4}}) (?!\d)
    # July 1, 2011, Mar 19th, 2013, Jun 18 '05
    | (?<!\w) {_NAME.format(n=5)} \.? [\s-]{{0,3}} (?P<day5>\d{{1,2}}) {_ORDINAL} [,\s-]{{1,3}} {_OF}
        {_YEAR.format(n=5)}
    # 2015. március 3., 2015 March 3
    | (?<!\w) (?P<year6>\d{{4}}) [.,\s-]{{1,3}} {_NAME.format(n=6)} \.? [\s-]{{1,3}}
        (?P<day6>\d{{1,2}}) (?!\w)
    # 25/06/2019, 13.11.2019, 04-23-2020, 25/06/19
    | (?<![\w./-]) (?P<one>\d{{1,2}}) (?P<mark>[-/.]) (?P<two>\d{{1,2}}) (?P=mark)
        (?P<year7>\d{{4}}|\d{{2}}) (?!\d|[-/.]\d)
"""
# A group that ends in a digit belongs to the form of that number in the list.
DATE = re.compile(_FORMS, re.VERBOSE | re.IGNORECASE)
# March 2015, marzo de 2010
MONTH = re.compile(
    r"(?<!\w)" + _NAME.format(n="") + r"\.?,?\s{1,2}" + _OF + r"(?P<year>\d{4})(?!\w)",
    re.VERBOSE | re.IGNORECASE,
)
# A year or an ISO month counts only where nothing else is said.
BARE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2}))?")
# The decimal digits of all scripts in use, as one set: a pattern that begins with it is searched ten times faster than
# one that begins in several ways or with the category.
_DIGIT = "[" + "".join(map(chr, filter(lambda code: chr(code).isdecimal(), range(0x10000)))) + "]"
DIGIT = re.compile(_DIGIT)
# What every date with a year has, cheaper to look for than a date: 2015, '05, 3.4.15, "Aug 17 06:".
HINT = re.compile(
    _DIGIT + r"(?:\d\d\d|[-/.]\d\d?[-/.]\d\d|(?<=['’]\d)\d|(?<=[A-Za-z]\s\d)\d\s\d\d:)",
)
# 03/04/2015, 3.4.15: the forms of which only the order of the numbers tells day and month.
OPEN = re.compile(_DIGIT + r"[-/.]\d{1,2}[-/.]\d")
# 13.4.2015, 4/13/15: the forms in which two numbers prove the order of dates.
NUMBERS = re.compile(r"(?<!\d\d)" + _DIGIT + r"([-/.])\d{1,2}\1\d\d")
# 2015-03-04T14:30:00Z, 2015-03-04 14:30:00.123+01:00, 2015-03-04: a moment or a day as machines write it.
STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|([+-]\d\d:?\d\d))?)?", re.ASCII)
# What may be the name of a month, and an ordinal that stands before it without a gap ("1ermars 2015").
WORD = re.compile(r"[^\W\d_]{3,}")
GLUED = re.compile(_DIGIT + r"(?:st|nd|rd|th|er|re)[^\W\d_]{3}", re.IGNORECASE)
YEAR_SIGN = re.compile("[年년]")
# Where a date may begin: at a number, or at a word that stands before the day, or before the year of a month, with no
# more between them than this; and how many characters word and gap have at most.
NUMBER = re.compile(r"\d+")
WORD_TO_DAY = re.compile(r"(?<!\w)[^\W\d_]{3,14}\.?[\s-]{0,3}\Z")
WORD_TO_YEAR = re.compile(rf"(?<!\w)[^\W\d_]{{3,14}}\.?,?\s{{1,2}}{_OF}\Z", re.VERBOSE | re.IGNORECASE)
TO_DAY, TO_YEAR = 18, 24
# No date begins or ends farther from its hint than this, in characters.
REACH = 48
# A word that stands directly before a date, as weekdays do, and how far before it begins at most.
WORD_REACH = 16
WORD_BEFORE = re.compile(r"(?P<word>[^\W\d_]{2,12})\.?,?\s{0,2}$")
# "3-5 mars", "du 28 février au", "March 30 – ": what stands before the last day of a range.
RANGE_BEFORE = re.compile(
    r"(?:(?P<before>[^\W\d_]{3,14})\.?\s)?(?<![:\d])\d{1,2}(?:st|nd|rd|th|er|\.)?"
    r"(?:\s(?P<after>[^\W\d_]{3,14})\.?)?"
    r"\s?(?:[-–—/&]|\b(?:au|to|al|bis|a|e|et|and|und|y|do|по|až|t/m)\b)\s?(?:le\s)?$",
    re.IGNORECASE,
)
