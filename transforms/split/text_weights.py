"""The learned weights of the text splitter, written by `python -m benchmarks.learn_boundaries`.

Learned from 620 labelled text dumps of 32 sites and from 2037 made from them: listings of their posts in
invented templates, and stretches of a few posts. F1 of the starts that the whole splitter finds, with the site (of
the text dumps: the dump) left out of learning, and as shipped; two rows of tolerance, none for text dumps and
threads. Each site stands in benchmarks/README.md.

                                        left out  as shipped
    blogs as text, page, macro F1          0.962       0.969
    blogs as text, main, macro F1          0.835       0.865
    blogs as text, extract, macro F1       0.713       0.871
    text dumps, starts F1                  0.807       0.853
    threads as text, starts F1             0.991       0.999
    forums as text, F1                     0.780       0.799
    posts alone, whole with title          0.865       0.873
    posts alone, whole without             0.791       0.778
"""

from typing import Final

from transforms.split.text_model import Model

MODEL: Final = Model(
    titled={
        "first line of the dump": 1.42, "the dump has no blank lines": 1.1, "no blank line before": -0.74,
        "several blank lines before": 0.26, "no blank line after": -1.79, "right above a paragraph": -1.39,
        "indented": -0.85, "a few characters": -0.74, "very short": 0.0, "as short as a title": 1.39,
        "as short as a long title": 1.27, "a paragraph": 0.29, "a single word": 0.36, "many words": -0.48,
        "[tag] in front": 0.79, "a list item": -1.15, "a sign in front": -1.87, "small letter in front": -0.25,
        "a number in front": 0.1, "words in brackets alone": -0.02, "no mark at its end": 0.99,
        "a question or call": 0.64, "a pause at its end": -0.91, "ends like a sentence": -0.08,
        "a bracket at its end": 0.07, "date in brackets at its end": 1.04, "holds a date": 0.04, "a cut-off mark": 0.1,
        "dots at its end": -0.07, "looks like code or an address": -0.83, "all in capitals": -0.18,
        "capitals on most words": 0.67, "mostly numbers": 0.02, "few letters": 0.11, "a label in front": -0.5,
        "a label that other lines bear too": -0.98, "recurs": -1.01, "recurs often": -1.69,
        "no paragraph follows": -0.91, "paragraphs follow": 0.17, "a paragraph follows at once": -0.36,
        "a date line follows": 1.86, "a date line follows soon": 0.78, "a sentence follows": 0.28,
        "a recurring line follows": 0.57, "another short line follows": -0.74, "a list item follows": -0.26,
        "one of several questions": -0.35, "after a cut-off mark": 1.26, "after dots": 1.67,
        "after a labelled line": 0.81, "after an introduction": -0.13, "after a recurring line": 1.32,
        "after a date line": 0.2, "a date line stands above": 0.11, "after a short line": -0.53,
        "after a list item": -0.09, "after a whole sentence": -0.2, "after a paragraph without an end": 0.37,
        "new words below": 0.51, "the same words above and below": -1.0, "its words come back below": 1.38,
        "its words stand above": -0.71, "another language below": -0.07, "base": -4.16,
    },
    untitled={
        "first line of the dump": 0.95, "the dump has no blank lines": 0.82, "no blank line before": -0.17,
        "several blank lines before": 0.34, "no blank line after": -0.41, "right above a paragraph": 0.01,
        "indented": -0.17, "a few characters": -0.38, "very short": -0.42, "as short as a title": -0.14,
        "as short as a long title": 0.58, "a paragraph": 1.14, "a single word": -0.01, "many words": 0.35,
        "[tag] in front": 0.4, "a list item": -0.58, "a sign in front": -0.27, "small letter in front": 0.52,
        "a number in front": 0.0, "words in brackets alone": -0.08, "no mark at its end": 0.0,
        "a question or call": -0.2, "a pause at its end": -0.28, "ends like a sentence": 0.59,
        "a bracket at its end": 0.49, "date in brackets at its end": 0.0, "holds a date": -0.03, "a cut-off mark": 0.02,
        "dots at its end": 0.0, "looks like code or an address": -0.38, "all in capitals": 0.01,
        "capitals on most words": -0.24, "mostly numbers": -0.23, "few letters": -0.21, "a label in front": 0.04,
        "a label that other lines bear too": -0.21, "recurs": -0.44, "recurs often": -0.28,
        "no paragraph follows": -0.2, "paragraphs follow": 0.03, "a paragraph follows at once": -0.24,
        "a date line follows": 0.22, "a date line follows soon": 0.52, "a sentence follows": 0.11,
        "a recurring line follows": 0.44, "another short line follows": -0.37, "a list item follows": -0.17,
        "one of several questions": -0.33, "after a cut-off mark": 0.46, "after dots": 0.0,
        "after a labelled line": 0.48, "after an introduction": -0.08, "after a recurring line": 0.18,
        "after a date line": -0.6, "a date line stands above": 0.27, "after a short line": -0.28,
        "after a list item": -0.28, "after a whole sentence": -0.56, "after a paragraph without an end": 0.91,
        "new words below": 0.18, "the same words above and below": -0.32, "its words come back below": 0.67,
        "its words stand above": -0.58, "another language below": -0.47, "base": -2.59,
    },
    gate={
        "short rows": -1.92, "titles above paragraphs": -0.467, "paragraphs": 4.842, "blank lines": -2.046,
        "rows": -0.438, "dots": -3.086, "dates": 6.83, "recurring": -3.143, "chances": 0.576,
        "expected F1 with titles": -6.353, "expected F1 without": 2.019, "best chance": -0.438, "best chances": 0.429,
        "paragraph width": -2.031, "base": 13.678,
    },
    layout={
        "expected F1 -1": 0.001, "expected F1 +0": -0.508, "expected F1 +1": -0.836, "score mean": 0.111,
        "score least": 0.006, "score above 0": -0.288, "score below -3": 0.346, "score sum": 0.252,
        "score below the best": 0.02, "score of the rest": -0.047, "least over the rest": 0.055,
        "mean over the rest": 0.072, "sure explained": 0.418, "sure unexplained": -0.074, "posts without text": -1.817,
        "posts with little text": -0.313, "log of text": -0.078, "text varies": -0.855, "log of posts": 0.841,
        "one post": -1.724, "two posts": 0.087, "last post long": -0.162, "posts a row": 0.246,
        "under three rows a post": 1.046, "dated": 0.0, "date in head": 0.958, "one date in head": -0.384,
        "date in foot": 0.853, "one date a post": 1.428, "more dates": -0.687, "no date": -0.306, "titles recur": 0.105,
        "shaped like titles": 0.634, "wide titles": 0.25, "tiny titles": -0.696, "items": -0.253, "codes": 0.89,
        "words come back": 1.715, "new words": 0.701, "after cut-off marks": -0.681, "alike": 3.71,
        "titles alike": 0.299, "gaps": 0.088, "wide gaps": 0.33, "unindented": 2.354, "paragraph below": -0.256,
        "starts at the top": -0.042, "share above": -3.203, "text above": 0.116, "prose above": -0.899,
        "last rows": 0.18, "anchor dated at head": 0.502, "anchor dated at foot": 0.68,
        "anchor dated at the top": -0.148, "anchor twice": -1.164, "anchor unused": -0.509, "foot": -0.317,
        "anchor: line": 1.007, "anchor: part of a line": 0.569, "anchor: date": -0.771, "anchor: shape": -0.796,
        "anchor: gap": 0.464, "anchor: cut-off mark": 1.173, "anchor: scores": -0.619, "anchor: paragraphs": -0.263,
        "anchor: plain scores": -0.623, "offset -4": 0.652, "offset -3": 0.599, "offset -2": 0.729, "offset -1": -0.29,
        "offset 0": 0.417, "offset 1": 0.233, "offset 2": -0.23, "offset 3": -0.582, "worth": -0.073,
        "total of the best": 0.257, "worth of the best": 0.01, "is the best": 0.239, "starts are paragraphs": -0.014,
        "untitled: expected F1 -1": -5.011, "untitled: expected F1": 1.89, "untitled: expected F1 +1": 3.686,
        "untitled: paragraphs": -1.363, "titled: paragraphs": 0.157, "titled: expected F1": 2.567,
        "titled: worth": 0.365, "untitled: worth": -0.549, "untitled: log of posts": 0.275,
        "untitled: score least": 0.285, "paragraphs: short rows": -0.288, "paragraphs: new words": -0.699,
        "paragraphs: dots": 1.093, "paragraphs: rows": -0.008, "paragraphs: expected": -0.217, "one post: rows": 0.202,
        "one post: the rest": -0.148,
    },
    talk={
        "dates ascend": 3.871, "clocks": 2.827, "counts up": 7.138, "recurring lines": 12.371, "usual date": 1.759,
        "expected F1 with titles": -5.325, "base": -0.475,
    },
    talk_layout={
        "expected F1 -1": -1.368, "expected F1 +0": -1.14, "expected F1 +1": 0.248, "score mean": 0.178,
        "score least": 0.004, "score above 0": 0.021, "score below -3": -0.05, "score sum": -0.293,
        "score below the best": -0.208, "score of the rest": -0.102, "least over the rest": 0.125,
        "mean over the rest": 0.051, "sure explained": -0.108, "sure unexplained": -0.234, "posts without text": -0.844,
        "posts with little text": -1.066, "log of text": -0.066, "text varies": -0.016, "log of posts": 0.691,
        "one post": -1.772, "two posts": -0.494, "last post long": -0.066, "posts a row": 0.252,
        "under three rows a post": -0.218, "dated": 0.0, "date in head": 0.085, "one date in head": 0.347,
        "date in foot": 1.094, "one date a post": 1.228, "more dates": -0.446, "no date": -0.911, "titles recur": -0.63,
        "shaped like titles": 0.354, "wide titles": -0.639, "tiny titles": 0.65, "items": -0.536, "codes": 0.657,
        "words come back": 0.195, "new words": 0.112, "after cut-off marks": -0.021, "alike": 1.499,
        "titles alike": 1.024, "gaps": 0.821, "wide gaps": -1.107, "unindented": 2.956, "paragraph below": -0.127,
        "starts at the top": -0.414, "share above": -1.306, "text above": -0.314, "prose above": 0.013,
        "last rows": 0.317, "anchor dated at head": 0.759, "anchor dated at foot": -0.884,
        "anchor dated at the top": 0.841, "anchor twice": -0.973, "anchor unused": -0.639, "foot": -0.474,
        "anchor: line": 0.249, "anchor: part of a line": 0.049, "anchor: date": -1.565, "anchor: shape": 0.0,
        "anchor: gap": 0.0, "anchor: cut-off mark": 0.0, "anchor: scores": 1.472, "anchor: paragraphs": -0.779,
        "anchor: plain scores": 0.879, "offset -4": 1.161, "offset -3": 1.061, "offset -2": 0.098, "offset -1": -0.591,
        "offset 0": -0.122, "offset 1": 0.064, "offset 2": -0.369, "offset 3": -0.476, "worth": -0.073,
        "total of the best": 0.096, "worth of the best": -0.217, "is the best": 0.222, "starts are paragraphs": -0.451,
        "untitled: expected F1 -1": -4.081, "untitled: expected F1": -2.53, "untitled: expected F1 +1": 0.089,
        "untitled: paragraphs": -0.698, "titled: paragraphs": -0.507, "titled: expected F1": -0.357,
        "titled: worth": 0.152, "untitled: worth": -0.368, "untitled: log of posts": 0.837,
        "untitled: score least": 0.01, "paragraphs: short rows": 0.0, "paragraphs: new words": 0.0,
        "paragraphs: dots": 0.0, "paragraphs: rows": 0.0, "paragraphs: expected": 0.0, "one post: rows": 0.24,
        "one post: the rest": -0.023, "widths vary": -1.69, "rows vary": -0.786, "posts vary": -0.349,
        "set apart by shape": 0.234, "set apart by two shapes": 1.997, "closed like the last": 1.608,
        "closed like the head": -0.551, "opened unlike the first": -0.024, "opened like the foot": -2.484,
    },
    single={
        "short rows": 0.219, "titles above paragraphs": -0.42, "paragraphs": -1.513, "blank lines": 0.567,
        "rows": -0.228, "dots": -0.46, "dates": 1.422, "recurring": -1.575, "chances": -0.407,
        "expected F1 with titles": 0.141, "expected F1 without": -2.0, "best chance": -0.041, "best chances": -0.169,
        "paragraph width": 0.026, "recurring lines": -6.614, "rank of one post": 0.189, "share of one post": 0.201,
        "new words": -4.199, "same words": 1.549, "cut-off marks": -0.421, "several dates": -1.472,
        "titled: first": 0.108, "titled: best other": -0.249, "untitled: first": 0.342, "untitled: best other": 0.031,
        "base": 3.629,
    },
)  # fmt: skip
