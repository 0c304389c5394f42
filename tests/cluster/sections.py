"""The index as Cairn's engine lays it out, and invented sections for it."""

import base64
import itertools
import random

TEXT_FIELDS = ["title", "trail", "heading", "body", "code", "exact"]
WEIGHTS = {"title": 3.0, "trail": 1.5, "heading": 2.5, "body": 1.0, "code": 0.5, "exact": 2.0}
OPEN = 2_147_483_647  # `valid_to` of a section that no generation has withdrawn.


def definition(shards=3, replicas=1, **mappings):
    """Settings and mappings. The engine sends stems, so all texts are split at white space alone."""
    similar = {"short": {"type": "BM25", "k1": 1.2, "b": 0.3}, "long": {"type": "BM25", "k1": 1.2, "b": 0.75}}
    text = {
        field: {"type": "text", "analyzer": "whitespace", "similarity": "long" if field in ("body", "code") else "short"}
        for field in TEXT_FIELDS
    }
    keywords = {field: {"type": "keyword"} for field in ("source", "kind", "topic", "language")}
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": -1,
            "similarity": similar,
        },
        "mappings": {
            "dynamic": False,
            **mappings,
            "properties": {
                **text,
                **keywords,
                "valid_from": {"type": "integer"},
                "valid_to": {"type": "integer"},
                "passage": {"type": "long", "index": False},
                "payload": {"type": "binary", "store": True},
                "label": {"type": "keyword", "index": False, "store": True},
            },
        },
    }


def section(number, body, title="lamps", heading="moths", first=1, last=OPEN, kind="note", topic=("lamp",)):
    """One section, with everything that a search needs and a payload that only Cairn understands."""
    return {
        "title": title,
        "trail": f"{title} {heading}",
        "heading": heading,
        "body": body,
        "code": "count ( moths )",
        "exact": f"{heading} {body}",
        "source": "invented/lamps" if number % 2 else "invented/moths",
        "kind": kind,
        "topic": list(topic),
        "language": "en",
        "valid_from": first,
        "valid_to": last,
        "passage": 9_000_000_000_000 + number,
        "payload": base64.b64encode(f"payload of {number}".encode()).decode(),
        "label": f"label of {number}",
    }


SMALL = [
    section(0, "moths circle lamps at dusk"),
    section(1, "moths circle lamps at dusk"),
    section(2, "a lamp post counts the moths that circle it", kind="question", topic=("lamp", "counting")),
    section(3, "dusk comes late in june", title="evenings", heading="june"),
    section(4, "old lamps were lit by hand", first=1, last=2),
    section(5, "new lamps light themselves", first=3, topic=("lamp", "timing")),
    section(6, "moths moths moths and one beetle", title="beetles", heading="a beetle", topic=("beetle",)),
    section(7, "the owl eats moths at dusk", title="owls", heading="food", kind="question", topic=("owl",)),
]


def lines(index, sections, action="index"):
    """The lines of a `_bulk` request."""
    for number, each in enumerate(sections):
        yield {action: {"_index": index, "_id": f"s{number}"}}
        yield each


def invented(count, seed=7):
    """`count` sections of about 80 words, drawn from 5,000 invented words as rare as words are (Zipf)."""
    draw = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    words = ["".join(draw.choices(syllables, k=draw.randint(2, 4))) for _ in range(5000)]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    common = words[:200]
    for number in range(count):
        body = " ".join(draw.choices(words, cum_weights=weights, k=draw.randint(40, 120)))
        heading = " ".join(draw.choices(words, cum_weights=weights, k=4))
        yield section(number, body, heading=heading, topic=[draw.choice(common), draw.choice(common)])


def weighted(words, generation, *filters):
    """The query of a search: each word in each field with its weight, among the sections of one generation."""
    terms = [
        {"term": {field: {"value": word, "boost": weight}}} for word in words for field, weight in WEIGHTS.items()
    ]
    valid = [{"range": {"valid_from": {"lte": generation}}}, {"range": {"valid_to": {"gte": generation}}}]
    return {"bool": {"should": terms, "minimum_should_match": 1, "filter": [*valid, *filters]}}
