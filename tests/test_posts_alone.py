"""A post that is a dump of its own stays whole; and how the quality gate counts real ones that do."""

import pytest

from benchmarks.boundaries.labelled import Post
from benchmarks.boundaries.lone import lone_figures, lone_posts, stays_whole
from transforms.split.text_weights import MODEL

# Posts as they stand in files of their own, written for these tests.
ALONE = {
    "an essay": """
The smell of rain in a tin shed

My grandfather kept his rain in a shed. Not the water, which ran off down the lane like everybody's, but the \
sound of it, on a roof of tin that he would not let anybody paint.

When it rained he sat there with the door open and his tools in his lap, and did nothing with them. We children \
knew that it was no use to ask for a kite until it had stopped.

The roof is slates now. My cousin, who lives there, says that it is dry, and that she never hears a thing.
""",
    "four paragraphs without a title": """
The goats had eaten the washing again, and this time it was the good sheets. My aunt stood in the yard with what was \
left of a pillowcase and looked at the goats, who looked back.

Nobody could remember whose idea the goats had been. They had come in spring, three of them, in exchange for a \
bicycle that had not been ours either.

By summer they could open the gate. By autumn they could open the kitchen, and my uncle began to speak of Christmas \
in a way that made us children go out and warn them.

In the end they were given to the convent, where they live behind a wall of three metres. The sisters dry their \
sheets indoors.
""",
    "a byline and a footer": """
Two days on the slow ferry

Posted by Odile on 4 May 2018

The slow ferry takes two days to where the fast one takes five hours, and it carries pigs. I had a bench, a blanket, \
and a view of the pigs.

At night the engine stopped in the middle of the sea, and the captain came round with soup. Nobody asked him why. In \
the morning it went on by itself.

Filed under: Journeys
3 comments
""",
    "a recipe with lists": """
Plum cake for a wet Sunday

You need a tin, an oven, and somebody who stones plums without eating them.

- 500 g of plums
- 200 g of flour
- 100 g of butter
- 2 eggs
- a pinch of salt

1. Rub the butter into the flour.
2. Beat the eggs and stir them in.
3. Lay the plums on top, close together.
4. Bake until the kitchen smells of it.

Eat it warm. It does not keep, though I can't say that I have ever seen it try.
""",
    "an interview": """
A talk with the last lamplighter

Arno has lit the lamps of the upper town for forty years. Next week they will light themselves.

How did you begin?

My father had the pole, and one evening he had a cold as well. I did his street and mine, and nobody noticed but the \
cats, who know when a lamp is late.

What will you miss?

The ones who waved. There was a woman in Mill Street who drew back her curtain each night at six, and I never learned \
her name in all that time.

And the pole?

It is in the museum now, behind a rope. I went to see it. They have hung it the wrong way round.
""",
    "inner headings": """
How to move a piano up four floors

It can be done with three people and a rope, and it should not be done with two.

Before you begin

Measure the stairs, then the piano, and then the stairs again. Take the lid off and carry it up first, so that you \
have seen every corner with something light in your arms.

On the stairs

The strongest goes below, and the one who shouts goes above. Rest on each landing, and never say that it is nearly \
done, since a piano hears that.

At the top

Let it stand for a week before you have it tuned. It has been through more than you have.
""",
    "verse": """
Song of the weighbridge

The carts go up, the carts go down,
the scales are never still,
and half the barley of the town
goes rattling to the mill.

The miller counts, the miller sings,
his thumb is on the beam,
and nobody has told him things
are never what they seem.
""",
    "one long paragraph": """
The key to the chapel hangs at the baker's, behind the rye, and whoever wants to see the chapel buys a loaf first, for \
the baker says that he is no sacristan. The chapel has a painted ceiling on which the sun, the moon and a number of \
fishes go round a town that is thought to be ours, though it has a harbour. Nobody knows who painted it. My mother \
says that it was somebody who had never been away, and my father that it was somebody who had never come back.
""",
    "two lines": """
The swallows came back today
Eleven days earlier than last year, and straight to the beam over the cow that they fell out with in August.
""",
    "french, with a date": """
Le pont qui grince

12 octobre 2016

Quand on passe le pont à vélo, il grince d'une note, et quand on le passe à pied, d'une autre. Le facteur, qui a \
l'oreille, prétend que c'est une quarte.

La mairie a voulu le graisser. Le facteur a écrit une lettre, l'a timbrée, puis distribuée lui-même, et le pont \
grince toujours.
""",
    "german, without anything": """
Der Schlüssel im Mehl

Der Bäcker versteckte seinen Schlüssel im Mehl, denn dort, sagte er, suche kein Dieb. Am Montag früh suchte er selbst.

Um fünf standen die Leute vor der Tür. Um sechs kam der Schmied mit dem Hammer, und um sieben gab es Brot, in dem \
jeder auf etwas Hartes hoffte.

Gefunden hat ihn meine Schwester, im Zopf, eine Woche später. Sie hat ihn behalten.
""",
    "japanese": """
井戸の蓋を直した話

去年の台風で井戸の蓋が飛んだ。隣の畑で見つけたときには真っ二つに割れていて、継ぐことはできなかった。

山から栗の板をもらい、三日かけて削った。蓋をはめると、井戸の底から祖父の声のような音がした。たぶん風だと思う。
""",
}  # fmt: skip
# Where many paragraphs have something like a title above them, or nothing, each is taken for a post.
HARD = {"four paragraphs without a title"}
UNSURE = pytest.mark.xfail(strict=True, reason="its paragraphs look like posts of their own")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[UNSURE] if name in HARD else []) for name in ALONE])
def test_a_post_alone_stays_whole(name: str) -> None:
    assert stays_whole(ALONE[name].split("\n"), MODEL)


def test_posts_are_put_into_dumps_with_their_title_and_without() -> None:
    titled, bare, empty = Post("Clocks", ("", "Tick.", "Tock.")), Post(None, ("Bread.",)), Post("Nothing", ("", " "))
    lone = list(lone_posts({("hills", "a"): [titled, bare, empty]}))
    assert [(post.measure, post.lines) for post in lone] == [
        ("whole with title", ("Clocks", "", "", "Tick.", "Tock.")),
        ("whole without", ("", "Tick.", "Tock.")),
        ("whole without", ("Bread.",)),
    ]
    assert {(post.source, post.site) for post in lone} == {("hills", "a")}


def test_of_a_site_with_many_posts_some_are_taken_from_all_over() -> None:
    many = [Post(None, (f"Post {number}.",)) for number in range(10)]
    taken = [post.lines[0] for post in lone_posts({("hills", "hills"): many}, most=4)]
    assert taken == ["Post 0.", "Post 3.", "Post 6.", "Post 9."]


def test_the_share_of_whole_posts_is_that_of_each_source_and_the_mean_of_them() -> None:
    whole, apart = Post(None, (ALONE["one long paragraph"].strip(),)), Post(None, tuple(LISTING.split("\n")))
    assert not stays_whole(LISTING.split("\n"), MODEL)
    figures = lone_figures(list(lone_posts({("a", "a"): [whole, apart], ("b", "b"): [whole]})), {None: MODEL})
    assert figures["a"] == {"whole without": 0.5}
    assert figures["b"] == {"whole without": 1.0}
    assert figures["whole set"] == {"whole without": 0.75}


# Each has a title, a date of its own, and a paragraph of its own words.
LISTING = "".join(
    f"Chapter of the {subject}\n\nPosted on {day} May 2015\n\nAll of the {subject}: {'so it is. ' * 15}\n\n"
    for day, subject in enumerate(("otter", "heron", "pike", "toad", "newt"), 3)
)
