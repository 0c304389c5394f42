"""Asks a server through a client that openapi-python-client has generated from its description.

Usage: api_client.py ADDRESS, with the generated package `cairn_client` on the path.
The index may be Cairn's own notes alone.
"""

import sys

from cairn_client import Client
from cairn_client.api.default import (
    case_guide,
    cases,
    compare_topics,
    document,
    learning_path,
    news,
    related_topics,
    resources,
    search,
    section,
    section_at,
    sources,
    status,
    suggest,
    topic,
    topic_path,
    topics,
)
from cairn_client.models import ErrorAnswer


def main():
    client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)

    def answered(operation, *arguments, **parameters):
        """The parsed answer of an operation, which must be no failure."""
        answer = operation.sync(*arguments, client=client, **parameters)
        assert answer is not None and not isinstance(answer, ErrorAnswer), (operation.__name__, answer)
        return answer

    found = answered(search, q="position bias", limit=3)
    assert 1 <= len(found.hits) <= 3, found
    hit = found.hits[0]
    assert hit.source and hit.url and hit.snippet.text, hit
    assert answered(section, hit.id).section.id == hit.id
    place = answered(section_at, source=hit.source, path=hit.path, line=hit.lines[0])
    assert place.section.id == hit.id, place
    assert answered(document, hit.document).document.id == hit.document
    assert answered(suggest, q="calibr").suggestions
    assert answered(topics, limit=5).topics[4].label
    assert answered(topic, "CTR").topic.id == "click-through-rate"
    assert answered(related_topics, "calibration", limit=4).related[0].id
    assert answered(learning_path, "calibration").order[-1].id == "calibration"
    assert answered(topic_path, from_="calibration", to="click-through-rate").paths
    assert len(answered(compare_topics, topics="precision,recall").topics) == 2
    assert len(answered(cases).steps) == 8
    assert len(answered(case_guide, "video-recommendation", limit=2).steps) == 8
    assert isinstance(answered(resources, limit=3).resources, list)
    assert answered(sources).sources[0].id
    assert answered(status).sections > 0
    assert isinstance(answered(news, since="7d").items, list)

    failure = topic.sync("quokka", client=client)
    assert isinstance(failure, ErrorAnswer) and failure.error.code == "not_found", failure
    print("17 operations answered")


main()
