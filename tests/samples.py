"""What a reader finds in the sample dumps under `raw/`, as data for every test that needs the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RAW = Path(__file__).parent.parent / "raw"

AUTUMN = (
    "The lighthouse keeper’s bread",
    "What the tide left on Tuesday",
    "A crab moves house (12 Oct. 2019)",
    "How to look into a rock pool",
    "Seven rules for swimming in September (21 Sept. 2019)",
    "The gull who could tell the time",
    "An apology to the mussels (2 Sept. 2019)",
)

# Dump -> the title of each post, in the order of the dump, None where a post has no title.
# The messages of `notes/thread.txt` have no titles: their authors stand here instead.
SAMPLES: dict[str, tuple[str | None, ...]] = {
    "tidepool/2019-autumn.txt": AUTUMN,
    "tidepool/2019-winter.txt": (
        "Snow on the beach (18 Jan. 2020)",
        "A small museum of lost gloves",
        "The harbour dog’s new year",
        "Storm names we would have preferred (14 Dec. 2019)",
        "The lighthouse keeper’s bread",
        "What the tide left on Tuesday",
        "A crab moves house (12 Oct. 2019)",
    ),
    "atelier-velo/page-1.txt": (
        "[Atelier] Redresser une roue sans y perdre son âme (20 févr. 2020, 18h)",
        "Éloge de la sonnette (25 janv. 2020)",
        "Le vélo qui ne voulait pas tourner à gauche",
        "Enlever le cambouis, dans l’ordre",
        "Petite histoire d’une rustine (14 déc. 2019)",
        "Une pompe pour quatre (30 nov. 2019)",
    ),
    "atelier-velo/page-2.txt": (
        "Enlever le cambouis, dans l’ordre",
        "Petite histoire d’une rustine (14 déc. 2019)",
        "Une pompe pour quatre (30 nov. 2019)",
        "Le marché aux selles (9 nov. 2019)",
        "Rouler sous la pluie : mode d’emploi",
        "Le tandem de la discorde (12 oct. 2019)",
    ),
    "atelier-velo/archive-2004.txt": (
        "Ouverture, enfin (6 mars 2004)",
        "La sœur du facteur (mars 2004)",
        "Ce que l’on trouve dans une sacoche (17 avril 2004)",
        "Manœuvre de nuit (mai 2004)",
        "Bilan d’une première année (19 déc. 2004)",
    ),
    "backfen/mailing.txt": (
        "Der Sauerteig auf Reisen",
        "Warum die Kürbisse wandern",
        "Café & cake at the seed swap",
        "Der Igel im Kompost",
        "Brot für Ungeduldige",
    ),
    "skylog/index.html": (
        "The moth on the mirror",
        "Ten minutes, six things, no telescope",
        "A star drive for the price of a kitchen clock",
        "What my grandmother said about the comet",
        "Open night in the fog & why nobody left",
    ),
    "skylog/feed.xml": (
        "Red light only",
        "In praise of the lid",
        "The day the Moon was late",
        "The moth on the mirror",
        "Open night in the fog & why nobody left",
    ),
    "notes/one-post.txt": ("The radio that spoke only weather",),
    "notes/thread.txt": ("valve_vera", "ohm_on_the_range", "piet_solder", "valve_vera", "ohm_on_the_range"),
    "notes/copy-of-autumn.txt": AUTUMN,
}

# All others are in UTF-8.
ENCODINGS = {"atelier-velo/archive-2004.txt": "cp1252"}

# The first line of a listing, which belongs to no post.
HEADINGS = {
    "tidepool/2019-autumn.txt": "The Tidepool",
    "tidepool/2019-winter.txt": "The Tidepool",
    "atelier-velo/page-1.txt": "L’Atelier Vélo",
    "atelier-velo/page-2.txt": "L’Atelier Vélo",
    "atelier-velo/archive-2004.txt": "Archives 2004",
    "backfen/mailing.txt": "Rundbrief der Gartenfreunde am Hinteren Moor",
    "notes/copy-of-autumn.txt": "The Tidepool",
}


@dataclass(frozen=True, slots=True)
class Recurring:
    """A post that stands in two dumps; the copy in `fuller` has at least as much of it as the other."""

    title: str
    fuller: str
    other: str
    relation: str


# Every post that recurs in a dump of other bytes, and how its less full copy stands to the fuller one.
RECURRING = (
    Recurring(AUTUMN[0], "tidepool/2019-winter.txt", "tidepool/2019-autumn.txt", "near-identical"),
    Recurring(AUTUMN[1], "tidepool/2019-autumn.txt", "tidepool/2019-winter.txt", "excerpt"),
    Recurring(AUTUMN[2], "tidepool/2019-autumn.txt", "tidepool/2019-winter.txt", "identical"),
    Recurring(
        "Enlever le cambouis, dans l’ordre",
        "atelier-velo/page-1.txt",
        "atelier-velo/page-2.txt",
        "identical",
    ),
    Recurring(
        "Petite histoire d’une rustine (14 déc. 2019)",
        "atelier-velo/page-1.txt",
        "atelier-velo/page-2.txt",
        "near-identical",
    ),
    Recurring(
        "Une pompe pour quatre (30 nov. 2019)",
        "atelier-velo/page-2.txt",
        "atelier-velo/page-1.txt",
        "excerpt",
    ),
    Recurring("The moth on the mirror", "skylog/feed.xml", "skylog/index.html", "identical"),
    Recurring("Open night in the fog & why nobody left", "skylog/feed.xml", "skylog/index.html", "excerpt"),
)
