"""Words with which posts speak of their own publication, as patterns apart from the logic."""

from __future__ import annotations

import re

# "Published" and its like, by language; short, because structure carries most bylines.
_VERBS = r"""
    published | posted | appeared | written | submitted | publi[ée]{1,2}e?s? | post[ée]e?s? | paru(?:e|s|es)?
    | mise?s?\ en\ ligne | écrite?s? | rédigée?s? | veröffentlicht | erschienen | geschrieben | verfasst
    | gepostet | publicad[oa]s? | postad[oa] | escrit[oa] | publicat | pubblicat[oa] | scritt[oa] | inserito
    | gepubliceerd | geplaatst | geschreven | publicera[dt] | skrivet | skrevet | udgivet | publiceret
    | publisert | julkaistu | kirjoitettu | opublikowan[oey] | napisan[oey] | publikováno | zveřejněno
    | vydáno | közzétéve | yayın?[lm]an\w{1,8} | опубликован[оаы]? | размещено | написано | опубліковано
    | 投稿日?時?
    | 公開日? | 掲載日? | 作成日 | 发布[于日]? | 发表[于日]?
    | 發[表佈布][於日]? | 게시일? | 작성일? | 등록일?
"""
_DATES = r"date | datum | fecha | data | dato | dátum | дата | 日付 | 日期 | 날짜"
_SELF = r"""
    \b (?: this | ce | cet | cette | dies(?:er|e|es) | este | esta | aquest | quest[oa] | deze | dit | denna
    | detta | den\ här | denne | dette | tämä | ten | ta | tento | этот | эта | данный | bu ) \s \w{3,20} \b
    | この[記投] | 本文
"""

# "was", "a été", "wurde": with them the post itself is what was published. What stands before
# may say more of the post, but open no clause about something else.
_AUXILIARIES = r"""
    was | were | is | has\ been | a\ été | est | fut | fue | ha\ sido | foi | è | è\ stat[oa] | wurde | ist | erschien
    | werd | blev | ble | был[ао]? | został[ao]? | byl[ao]? | first | originally | d['’]abord
"""
_CLAUSE = r"\b (?: that | which | who | qui | que | dont | che | di | der | die | das | dat ) \b"
_ABOUT = rf"(?: (?! {_CLAUSE} ) [^.!?,;\n] ){{0,40}}?"

# A sentence of which the post itself is the subject, up to its auxiliary.
SELF = re.compile(rf"(?:{_SELF}) {_ABOUT} \s (?:{_AUXILIARIES}) \b", re.VERBOSE | re.IGNORECASE)

# A label that opens a line ("Posted on", "(Article paru dans", "Originally published",
# "Date:"), or such a sentence with its verb ("Ce billet a été publié").
LABEL = re.compile(
    rf"(?: ^ \W{{0,4}} (?: \w{{2,12}} \W{{1,3}} ){{0,2}}? (?<!\w) (?:{_VERBS}) (?!\w)"
    rf" | ^ \W{{0,4}} (?:{_DATES}) \s? [:：]"
    rf" | (?:{_SELF}) (?: {_ABOUT} \s (?:{_AUXILIARIES}) \b (?: \s [\w'’]{{1,15}} ){{0,2}}? )?"
    rf" \s? (?<!\w) (?:{_VERBS}) (?!\w) )",
    re.VERBOSE | re.IGNORECASE,
)
VERB = re.compile(rf"(?<!\w) (?:{_VERBS}) (?!\w)", re.VERBOSE | re.IGNORECASE)
LAST_VERB = re.compile(rf"(?<!\w) (?:{_VERBS}) \W{{0,3}} \Z", re.VERBOSE | re.IGNORECASE)

# Somebody else's publication told in the first words of a line ("I posted", "he has published").
PERSON = re.compile(
    r"^\W{0,4}(?:i|we|he|she|they|you|je|j['’]ai|nous|il|elle|on|ils|ich|wir|er|sie|yo|he|eu|io|ho|ha)\b",
    re.IGNORECASE,
)
UPDATE = re.compile(
    r"updated? | edited | modified | revised | mise?\ à\ jour | modifi[ée] | aktualisiert | geändert"
    r" | actualizado | atualizado | editado | aggiornat | bijgewerkt | uppdaterad | opdateret | oppdatert"
    r" | zaktualizowan | обновлен | изменен | 更新 | 修正 | 追記 | 수정",
    re.VERBOSE | re.IGNORECASE,
)
# Comments under a post carry dates of their own; deadlines and birthdays are no publication.
OTHER = re.compile(
    r"\b(?: says | said | wrote | a\ dit | schreibt | sagt | dijo | dice | disse | deadline | until | due"
    r" | jusqu | avant | before | born | née? | died | décédée? | geboren | joined | inscrite? | registered"
    r" | retrieved | accessed | consultée? | abgerufen | expires? | when | where | quand | lieu | wann | wo"
    r" | cuándo | dónde | quando | dove )\b",
    re.VERBOSE | re.IGNORECASE,
)

# An hour without minutes, or two times: posts are stamped 17:02, events begin at 17h.
HOUR = re.compile(
    r"(?<![:\d.h])\d{1,2}\s?(?:h\b(?!\s?\d)|[ap]\.?m\b|uhr\b|heures?\b|o['’]clock\b)"
    r"|\d{1,2}\s?[:h]\s?(?:\d{2})?\s?(?:[ap]\.?m\.?)?\s?(?:[-–—]|à|to|bis|a|al|till?|until)\s?\d{1,2}\s?[:h]",
    re.IGNORECASE,
)
EVENT = re.compile(
    r"\b(?: s[ée]mina\w{1,6} | seminar\w{0,5} | conf[eéê]ren[cz]\w{1,3} | konferen[cz]\w{0,3} | workshops?"
    r" | ateliers? | taller(?:es)? | webinaire?s? | colloques? | coloquio | convegno | symposi\w{2} | talk"
    r" | lectures? | vortrag | vorlesung | journées?\ d['’]études? | agenda | events? | [ée]v[eéè]nements?"
    r" | eventos? | veranstaltung(?:en)? | meet-?up | concert | konzert | concierto | exposition"
    r" | ausstellung | exhibition | vernissage | festival | call\ for\ papers | appel\ à | save\ the\ date"
    r" | soutenance | семинар | конференция | лекция )\b | 講演 | セミナー | イベント"
    r" | 研讨会 | 讲座 | 세미나 | 강연",
    re.VERBOSE | re.IGNORECASE,
)
