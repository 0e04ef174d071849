"""Short texts in the legacy encodings that are usual for their language: how many come out as they were written.

    python -m benchmarks.legacy_texts

Each text is two sentences, cut at 200 characters. Exit status: 0 every language reaches GOAL, 1 one does not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import permutations
from typing import Final

from transforms.decode import decode
from transforms.errors import DumpError

GOAL: Final = 0.98
CHARS: Final = 200
WESTERN: Final = ("cp1252", "iso8859-1", "iso8859-15", "mac-roman", "cp850")
ENCODINGS: Final = {
    "French": WESTERN,
    "German": WESTERN,
    "Spanish": WESTERN,
    "Polish": ("iso8859-2", "cp1250", "cp852"),
    "Russian": ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"),
}
SENTENCES: Final = {
    "French": (
        "Le boulanger du quartier a fermé boutique hier, et personne ne sait où trouver du pain à présent.",
        "Nous avons marché jusqu'à la forêt, où les premières neiges couvraient déjà les sentiers étroits.",
        "Ma grand-mère préparait une soupe aux légumes dont le goût m'est resté en mémoire toute la vie.",
        "Il faudra bien réparer la clôture avant l'été, sinon les chèvres iront encore chez le voisin.",
        "La réunion a été reportée à jeudi ; le maire était souffrant et le secrétaire n'avait pas les clés.",
        "Quand l'orage éclata, les élèves rentrèrent en courant sous le préau, trempés jusqu'aux os.",
        "Ce vélo m'a coûté très cher, mais je ne regrette rien : il roule comme au premier jour.",
        "Les pêcheurs disent que la rivière change de lit tous les vingt ans, et qu'il faut s'y résigner.",
        "On a retrouvé le chat du médecin derrière l'église, affamé, couvert de poussière mais bien vivant.",
        "Après le dîner, il relut la lettre une dernière fois, la plia et la jeta dans la cheminée.",
    ),
    "German": (
        "Der Bäcker an der Ecke hat gestern geschlossen, und niemand weiß, wo es künftig Brot geben soll.",
        "Wir gingen bis zum Wald, wo der erste Schnee schon über den schmalen Wegen und Bänken lag.",
        "Meine Großmutter kochte eine Suppe, deren Geschmack mir für mein ganzes Leben im Gedächtnis blieb.",
        "Vor dem Sommer müssen wir den Zaun ausbessern, sonst laufen die Ziegen wieder zum Nachbarn hinüber.",
        "Die Sitzung wurde auf Donnerstag verschoben, weil der Bürgermeister krank war und die Schlüssel fehlten.",
        "Als das Gewitter losbrach, rannten die Schüler unter das Dach und waren doch völlig durchnässt.",
        "Dieses Fahrrad war sehr teuer, aber ich bereue nichts: Es fährt noch immer wie am ersten Tag.",
        "Die Fischer erzählen, dass der Fluss alle zwanzig Jahre sein Bett ändert und man sich fügen müsse.",
        "Die Katze des Arztes saß hinter der Kirche, hungrig und staubig, aber sie lebte und schnurrte sogar.",
        "Nach dem Essen las er den Brief ein letztes Mal, faltete ihn und warf ihn in das glühende Feuer.",
    ),
    "Spanish": (
        "El panadero del barrio cerró ayer su tienda y nadie sabe dónde comprar el pan de cada mañana.",
        "Caminamos hasta el bosque, donde la primera nieve cubría ya los senderos más estrechos del valle.",
        "Mi abuela preparaba una sopa de verduras cuyo sabor recordé siempre, también cuando vivía lejos de aquí.",
        "Habrá que arreglar la valla antes del verano, o las cabras volverán otra vez al jardín del señor Núñez.",
        "La reunión se aplazó hasta el jueves: el alcalde estaba enfermo y el secretario no tenía las llaves.",
        "Cuando estalló la tormenta, los niños corrieron bajo el tejado, mojados de los pies a la cabeza.",
        "Esta bicicleta me costó mucho dinero, pero no me arrepiento: todavía funciona como el primer día.",
        "Los pescadores dicen que el río cambia de cauce cada veinte años y que así será también mañana.",
        "¿Dónde está el gato del médico? Lo encontraron detrás de la iglesia, flaco y cubierto de polvo.",
        "Después de cenar leyó la carta por última vez, la dobló con cuidado y la arrojó a la chimenea.",
    ),
    "Polish": (
        "Piekarz z naszej ulicy zamknął wczoraj sklep i nikt nie wie, gdzie teraz będzie można kupić chleb.",
        "Poszliśmy aż do lasu, gdzie pierwszy śnieg przykrył już wąskie ścieżki i stare drewniane ławki.",
        "Moja babcia gotowała zupę z jarzyn, której smak pamiętam do dziś, choć minęło już tyle długich lat.",
        "Przed latem trzeba naprawić płot, bo inaczej kozy znowu pójdą do sąsiada i zjedzą mu całą sałatę.",
        "Zebranie przełożono na czwartek, ponieważ burmistrz był chory, a sekretarz nie miał żadnych kluczy.",
        "Kiedy wybuchła burza, uczniowie pobiegli pod dach, lecz i tak wszyscy byli zupełnie przemoczeni.",
        "Ten rower kosztował mnie bardzo dużo, ale niczego nie żałuję: jeździ wciąż jak pierwszego dnia.",
        "Rybacy mówią, że rzeka co dwadzieścia lat zmienia koryto i że trzeba się z tym po prostu pogodzić.",
        "Kota lekarza znaleziono za kościołem; był głodny i brudny, ale żywy, a nawet zaczął głośno mruczeć.",
        "Po kolacji przeczytał list jeszcze raz, złożył go starannie i wrzucił do pieca, w którym płonął ogień.",
    ),
    "Russian": (
        "Пекарь на нашей улице вчера закрыл лавку, и никто не знает, где теперь покупать свежий хлеб.",
        "Мы дошли до самого леса, где первый снег уже лежал на узких тропинках и старых скамейках.",
        "Моя бабушка варила суп из овощей, вкус которого я помню до сих пор, хотя прошло много лет.",
        "До лета надо починить забор, иначе козы снова уйдут к соседу и съедят у него всю капусту.",
        "Собрание перенесли на четверг: городской голова был болен, а у секретаря не было ключей.",
        "Когда началась гроза, ученики побежали под крышу, но всё равно промокли до последней нитки.",
        "Этот велосипед обошёлся мне дорого, но я ни о чём не жалею: он едет как в первый день.",
        "Рыбаки говорят, что река меняет русло каждые двадцать лет и что с этим нужно смириться.",
        "Кота врача нашли за церковью, голодного и пыльного, но живого; он даже громко замурлыкал.",
        "После ужина он перечитал письмо в последний раз, сложил его и бросил в горящую печь.",
    ),
}


def main() -> int:
    """Prints the share that comes out right, by language and encoding; gives the exit status."""
    low = 0
    for language, encodings in ENCODINGS.items():
        wrong = {encoding: list(misread(language, encoding)) for encoding in encodings}
        texts = len(list(texts_of(language)))
        share = 1 - sum(map(len, wrong.values())) / texts / len(encodings)
        print(f"{language}: {share:.4f}")
        for encoding, found in wrong.items():
            print(f"  {encoding:<12} {1 - len(found) / texts:.4f}  {'; '.join(sorted(set(found)))}")
        low += share < GOAL
    return 1 if low else 0


def texts_of(language: str) -> Iterator[str]:
    """Every two sentences of a language, in both orders."""
    for pair in permutations(SENTENCES[language], 2):
        yield " ".join(pair)[:CHARS]


def misread(language: str, encoding: str) -> Iterator[str]:
    """For each text that does not come out as it was written, what it was taken for."""
    for text in texts_of(language):
        try:
            decoded = decode(text.encode(encoding))
        except DumpError:
            yield "no text"
        else:
            if decoded.text != text:
                yield decoded.encoding


if __name__ == "__main__":
    sys.exit(main())
