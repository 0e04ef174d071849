"""What the tables and their columns mean, for readers: `docs/reference-tables.md` is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_STATED: Final[Mapping[str, str]] = {
    "title": "the title as written; null where there is none",
    "author": "the author as written: a byline, a user name, the sender of a message",
    "published": "when it was published, as far as `published_precision` goes; the rest of the moment is its start",
    "published_precision": "how much of `published` is stated: `year`, `month`, `day` or `second`",
    "published_text": "the date as it is written",
    "language": "the language of the text (ISO 639-1); `und` where it can't be told",
    "language_confidence": "how sure that is, 0 to 1",
    "url": "the address that the format states",
    "tags": "tags and categories, as written",
    "links": "addresses that the text links to",
}
_PLACE: Final[Mapping[str, str]] = {
    "dump_id": "the dump: SHA-256 of its raw bytes, in hexadecimal",
    "dump_path": "the file, relative to the folder that was ingested, with `/` between folders",
    "start": "where it begins in the decoded text of the dump, in characters, before repair",
    "end": "the character behind it",
}

TABLES: Final[Mapping[str, str]] = {
    "posts": "One row a post: the text that stands for all its copies, and what they together say of it.",
    "copies": "One row for each place where a post stands in a dump.",
    "dumps": "One row a dump: a file, or a member of an archive, with the same bytes at one or several places.",
    "residue": "What in a dump belongs to no post: headings of pages, navigation, counters, rows without a text.",
    "runs": "One row for each run that committed, and for each that failed, crashed or was cancelled.",
    "files": "Which files were read to their end, so that they are not read again while size and time of change stay.",
    "wordings": "The index: one row for each distinct wording, with the keys by which copies find each other.",
    "matches": "Verified relations between wordings.",
    "outlines": "What dumps of plain text tell each other about where posts begin.",
    "votes": "In which other ways a dump of plain text could be cut, so that a source can choose.",
    "forgotten": "What was asked to be forgotten; never its text.",
}

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "posts": {
        "post_id": "the name of the post; it stays while copies come and go",
        "text": "the body, repaired; the title stands in `title`",
        **_STATED,
        "source": "the folder that holds the dump of the canonical copy",
        "n_chars": "characters of `text`",
        "n_words": "words of `text`",
        "n_copies": "rows of `copies` with this `post_id`",
        "n_dumps": "dumps that these copies stand in",
        "canonical_copy_id": "the copy whose text this is",
        "canonical_reason": "why that copy was chosen",
        "field_sources": "which copy a field came from where the canonical copy lacks it",
        "aliases": "ids that this post had before several proved to be one",
        "quality": "plain figures about the text, below; nothing is dropped for them",
        "text_sha256": "SHA-256 of `text` in UTF-8, in hexadecimal",
        "first_run": "the run that first published the post",
        "last_run": "the run that last changed the row",
        "pipeline_version": "the winnow that wrote the row",
    },
    "copies": {
        "copy_id": "the name of the copy, made of its dump, its place and its number in it",
        **{name: _PLACE[name] for name in ("dump_id", "dump_path")},
        "dump_member": "the member of an archive that is the dump; null where the file is",
        "member": "`dump_member` and, behind it, the row, entry or message in the dump",
        "ordinal": "its number in the dump, from 0",
        **{name: _PLACE[name] for name in ("start", "end")},
        "byte_start": "the same in the raw bytes of the dump; of a Parquet file, of the row group",
        "byte_end": "the byte behind it",
        "post_id": "the post that it is a copy of",
        "relation": "what it is to the canonical copy: `canonical`, `identical`, `near-identical` or `excerpt`",
        "jaccard": "shared shingles of both / all shingles of both, exact",
        "containment": "shared shingles / shingles of the smaller, exact",
        **_STATED,
        "truncated": "whether its text is cut short, with a link to the rest",
        "boundary": "the evidence for its start, in words",
        "repairs": "what was repaired in its text, step by step",
        "source": "the folder that holds its dump",
        "n_chars": "characters of its repaired text",
        "n_words": "words of its repaired text",
        "text_sha256": "SHA-256 of its repaired text in UTF-8, in hexadecimal",
        "wording": "its words in their order, as a hash: copies that share it are identical",
        "run_id": "the run that wrote the row",
    },
    "dumps": {
        "dump_id": _PLACE["dump_id"],
        "path": _PLACE["dump_path"],
        "member": "the member of an archive that is the dump; null where the file is",
        "also_at": "other places with the same bytes; `//` stands between an archive and its member",
        "format": "what it was taken for, from its content",
        "size_bytes": "its size",
        "encoding": "how its bytes were decoded",
        "encoding_confidence": "how sure that is, 0 to 1",
        "encoding_evidence": "what spoke for it",
        "n_chars": "characters of the decoded text",
        "n_copies": "rows of `copies` of the dump at this place",
        "n_residue": "rows of `residue` of the dump at this place",
        "status": "`ingested` or `rejected`",
        "error": "why it was rejected, or what in it could not be read",
        "told": "what other dumps said of its lines (from 0) when it was split: whether a post begins there, and why",
        "way": "the key of the layout that the other dumps of its source spoke for; null where it is its own",
        "run_id": "the run that read it",
        "pipeline_version": "the winnow that read it",
    },
    "residue": {
        **{name: _PLACE[name] for name in ("dump_id", "dump_path")},
        "member": "the member of an archive that is the dump; null where the file is",
        **{name: _PLACE[name] for name in ("start", "end")},
        "kind": "what it is, in words",
        "text": "the text, repaired",
    },
    "runs": {
        "run_id": "the name of the run: the moment of its start, UTC",
        "command": "`ingest`, `backfill`, `forget` or `verify --repair`",
        "started": "when it began",
        "finished": "when it ended",
        "options": "what was asked, as JSON",
        "counts": "what came of it, as JSON",
        "versions": "the version of each Delta table after it, as JSON; of a run that committed nothing, before it",
        "status": "`completed`, `failed`, `crashed` or `cancelled`; null, in rows of an older winnow, is `completed`",
        "error": "why it did not complete",
        "index_version": "by which constants the index was written",
    },
}

QUALITY: Final[Mapping[str, str]] = {
    "mean_word_length": "characters in words / words (Gopher: 3 to 10)",
    "repeated_line_share": "lines that stood in the text before / lines (Gopher: at most 0.3)",
    "repeated_line_char_share": "the same in characters (Gopher: at most 0.2; FineWeb: less than 0.1)",
    "top_2gram_char_share": "characters in the most frequent pair of words / characters (Gopher: at most 0.20)",
    "top_3gram_char_share": "of three words (Gopher: at most 0.18)",
    "top_4gram_char_share": "of four words (Gopher: at most 0.16)",
    **{
        f"duplicate_{n}gram_char_share": f"characters in runs of {n} words that stood in the text before / characters "
        f"(Gopher: at most 0.{20 - n})"
        for n in range(5, 11)
    },
    "symbol_word_ratio": "hash signs and ellipses / words (Gopher: at most 0.1)",
    "alphabetic_word_share": "words with a letter / words (Gopher: at least 0.8)",
    "terminal_line_share": "lines that end in a mark of a sentence or a closing quote / lines "
    "(C4 keeps no others; FineWeb: more than 0.12)",
    "bullet_line_share": "lines that begin with a bullet / lines (Gopher: at most 0.9)",
    "ellipsis_line_share": "lines that end in an ellipsis / lines (Gopher: at most 0.3)",
    "short_line_share": "lines of less than 30 characters / lines (FineWeb: less than 0.67)",
    "n_sentences": "sentences with a letter or digit (C4: at least 5)",
    "n_stop_words": "how many of “the, be, to, of, and, that, have, with” there are (Gopher: at least 2)",
    "has_javascript": "the word “javascript” (C4 keeps no line with it)",
    "has_lorem_ipsum": "“lorem ipsum” (C4 keeps no page with it)",
    "has_curly_bracket": "a curly bracket (C4 keeps no page with it)",
    "has_email": "an e-mail address",
    "has_phone": "a telephone number",
    "has_ip": "an IP address",
}
