"""Which date a post states for itself, and which dates are not its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.describe import stated_date

PROSE = "The rain began before noon and nobody in the village thought of the harvest any more."
PROSE_FR = "La pluie a commencé avant midi et personne au village ne pensait plus à la moisson."

# title, first lines of the body, day: what each says of itself, written for these tests
STATED = [
    # the title says what the post reproduces
    ("Les horloges du port (Le Phare, 23 nov. 2016)", PROSE_FR, "2016-11-23"),
    ("Un billet du Phare (9 avr. 2014)", PROSE_FR, "2014-04-09"),
    ("Sur Radio Brume (15 mai 2020)", PROSE_FR, "2020-05-15"),
    ("[Podcast] Tides (long talkback on Radio Mist, 2 Jan. 2017)", PROSE, "2017-01-02"),
    ("Marées [La Gazette, mars 2015]", PROSE_FR, "2015-03-01"),
    # a sentence about the post
    ("R", f"Ce texte a été publié dans Le Phare / Ouest le 9 mai 2017. Suite.\n\n{PROSE_FR}", "2017-05-09"),
    ("Rain", f"This essay was first published by The Mist on 4 May 2012.\n\n{PROSE}", "2012-05-04"),
    ("Regen", f"Dieser Text ist zuerst am 4. Mai 2012 im Nebel erschienen. Danke!\n\n{PROSE}", "2012-05-04"),
    ("Rain", f"This article on the tides was first posted in The Mist on 4 May 2012.\n\n{PROSE}", "2012-05-04"),
    ("Lluvia", f"Este artículo fue publicado en La Niebla el 4 de mayo de 2012.\n\n{PROSE}", "2012-05-04"),
    ("Pluie", f"Cet article est paru dans Le Phare le 4 mai 2012.\n\n{PROSE_FR}", "2012-05-04"),
    ("Regen", f"Erschienen im Nebel am 4. Mai 2012.\n\n{PROSE}", "2012-05-04"),
    ("Rain", f"{PROSE}\n{PROSE}\n{PROSE}\n{PROSE}\n\n(Article paru dans Le Phare, 23 novembre 2016)", "2016-11-23"),
    # bylines
    ("Rain", f"Posted on March 3, 2015 by Ann\n\n{PROSE}", "2015-03-03"),
    ("Rain", f"juillet 5, 2010 de jeanne\n\n{PROSE_FR}", "2010-07-05"),
    ("Rain", f"Publiée le 23/11/2016 à 09:32\n\n{PROSE_FR}", "2016-11-23"),
    ("Rain", f"Publiée le 03/04/2016\n\n{PROSE_FR}", "2016-04-03"),
    ("Rain", f"Posté le mar. 11 octobre 2011 dans Ports • Taggé avec pluie, port\n\n{PROSE_FR}", "2011-10-11"),
    ("Rain", f"Par   Anne Brume    25/06/2019   Non\n\n{PROSE_FR}", "2019-06-25"),
    ("Rain", f"Ann Mist\n2004-11-26 14:32\nComments\n\n{PROSE}", "2004-11-26"),
    ("Rain", f"Ann Mist | March 3, 2015 | 4 comments\n\n{PROSE}", "2015-03-03"),
    ("Pluie", f"Brest, le 3 mars 2015\n\n{PROSE_FR}", "2015-03-03"),
    ("雨", "投稿日：2015年3月4日\n\n雨が降り続いて、村の人は誰も外に出なかった。", "2015-03-04"),
    (None, f"rainer | 2017-08-24 06:45:48 UTC | #1\n\n{PROSE}", "2017-08-24"),
    ("March 3, 2015", PROSE, "2015-03-03"),
    ("Rain", f"mars 30, 2010 by  \n\n{PROSE_FR}", "2010-03-30"),
    ("[Agenda] Marées", f"Par Anne Brume 25/06/2019\n\n{PROSE_FR}", "2019-06-25"),
    # at the foot
    ("Rain", f"{PROSE}\n{PROSE}\n{PROSE}\n{PROSE}\n#mud #walks\n01/29/2010 10:16:29 ¶ ●", "2010-01-29"),
    ("Rain", f"{PROSE}\n{PROSE}\n{PROSE}\n{PROSE}\nPosted by Ann on Friday, July 1, 2011 at 10:03 AM", "2011-07-01"),
    # the byline's day and not the day of the last change
    ("Rain", f"Published May 4, 2012. Updated June 1, 2019.\n\n{PROSE}", "2012-05-04"),
]  # fmt: skip

NOT_STATED = [
    # events
    ("[Séminaire] Anne Brume “Les marées” (20 févr. 2017, 17h)", PROSE_FR),
    ("Anne Brume “Les marées” (20 févr. 2017, 17h)", PROSE_FR),
    ("Tides, with Ann Mist (3 March 2015, 17:00)", PROSE),
    ("Conférence : les marées (3 mars 2015)", PROSE_FR),
    ("Harbour days (3-5 March 2015)", PROSE),
    ("Tides", f"lundi 16 janvier 2017, de 17h à 20h, salle Haute\n\n{PROSE_FR}"),
    ("Tides", f"Workshop: 3 March 2015\n\n{PROSE}"),
    ("Tides", f"Deadline: 3 March 2015\n\n{PROSE}"),
    ("[Agenda] Marées", f"Brest, 25/06/2019\n\n{PROSE_FR}"),
    ("Marées", f"Le séminaire aura lieu lundi 16 janvier 2017, salle Haute.\n\n{PROSE_FR}"),
    # the story told
    ("Rain", f"On March 3, 2015 the river rose and carried the bridge away.\n\n{PROSE}"),
    ("Pluie", f"En novembre 2016, j'avais publié une tribune le 3 mars 2015 sur les ports.\n\n{PROSE_FR}"),
    ("Rain", f"I published a first version on March 3, 2015.\n\n{PROSE}"),
    ("Rain", f"This essay is about the report that was published on March 3, 2015.\n\n{PROSE}"),
    ("Rain", f"This essay discusses work published on March 3, 2015.\n\n{PROSE}"),
    ("What happened on March 3, 2015", PROSE),
    ("Ann Mist (3 March 1974 – 4 April 2015)", PROSE),
    ("Rain", f"Born March 3, 1985\n\n{PROSE}"),
    # not a publication, or not decided
    ("Rain", f"Last updated on March 3, 2015\n\n{PROSE}"),
    ("Rain", f"Posted yesterday by Ann\n\n{PROSE}"),
    ("Rain", f"Posted on 03/04/2015\n\n{PROSE}"),
    ("Changes", f"3 March 2015 - first\n5 April 2016 - second\n\n{PROSE}"),
    ("Rain", f"{PROSE}\n{PROSE}\n{PROSE}\n{PROSE}\nNovember 2006 (3)\nJune 2006 (1)"),
    ("Rain", f"{PROSE}\n{PROSE}\n{PROSE}\n{PROSE}\n© 2017 Ann Mist"),
    ("Rain", f"{PROSE}\n{PROSE}\n{PROSE}\n{PROSE}\nAnn said: March 3, 2015 at 10:03 am"),
    ("Summer of 2015", PROSE),
    (None, ""),
]


@pytest.mark.parametrize(("title", "body", "day"), STATED)
def test_the_date_that_a_post_states(title: str | None, body: str, day: str | None) -> None:
    found = stated_date(title, body)
    assert (found.moment.date().isoformat() if found else None) == day
    assert found is None or found.text in f"{title}\n{body}"


@pytest.mark.parametrize(("title", "body"), NOT_STATED)
def test_no_date_is_stated(title: str | None, body: str) -> None:
    assert stated_date(title, body) is None


def test_the_order_of_the_source_decides_in_english() -> None:
    found = stated_date("Rain", f"Posted on 03/04/2015\n\n{PROSE}", "month-first")
    assert found is not None
    assert found.moment.date().isoformat() == "2015-03-04"


def test_a_byline_goes_before_the_title() -> None:
    found = stated_date("Tides (The Mist, 3 May 2015)", f"Posted on 16 May 2015 by Ann\n\n{PROSE}")
    assert found is not None
    assert found.text == "16 May 2015"


def test_a_date_in_the_middle_is_never_looked_at() -> None:
    middle = "\n".join([PROSE] * 20)
    assert stated_date("Rain", f"{middle}\nPosted on March 3, 2015 by Ann\n{middle}") is None


@given(st.none() | st.text(), st.text())
def test_any_text_is_read_without_a_crash(title: str | None, body: str) -> None:
    found = stated_date(title, body)
    assert found is None or found.text in f"{title}\n{body}"
