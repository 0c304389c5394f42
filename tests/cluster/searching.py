"""Checks of what searches answer. `small` holds the eight sections of `sections.SMALL`."""

import math

from cluster import expect
from sections import OPEN, SMALL, definition, lines, section, weighted


def fill(cluster, index, sections, **layout):
    """Creates an index, fills it, makes it searchable and waits for its replicas."""
    expect(cluster.ask("PUT", f"/{index}", definition(**layout)).status, 200, f"create {index}")
    answer = cluster.ask("POST", "/_bulk", list(lines(index, sections)))
    expect(answer.body["errors"], False, f"fill {index}")
    cluster.wait_green(index)
    cluster.ask("POST", f"/{index}/_refresh")


def index_is_created(cluster):
    """An index with Cairn's settings and mappings is accepted and kept as sent."""
    answer = cluster.ask("PUT", "/small", definition(), name="create-index")
    expect(answer.status, 200, "create")
    kept = cluster.ask("GET", "/small/_mapping", name="mapping").body["small"]["mappings"]
    expect(kept["dynamic"], "false", "dynamic")
    expect(set(kept["properties"]), set(definition()["mappings"]["properties"]), "the fields")
    cluster.ask("POST", "/_bulk", list(lines("small", SMALL)), name="bulk-small")
    cluster.wait_green("small")
    refreshed = cluster.ask("POST", "/small/_refresh", name="refresh").body["_shards"]
    expect((refreshed["total"], refreshed["failed"]), (6, 0), "refreshed shards")
    return "200, acknowledged; dynamic comes back as the string 'false'"


def white_space_splits(cluster):
    """The whitespace analyser keeps case and punctuation; what it does with very long words."""
    answer = cluster.ask("POST", "/small/_analyze", {"field": "body", "text": "C++ node.js Lamp-post"}, name="analyze")
    expect([token["token"] for token in answer.body["tokens"]], ["C++", "node.js", "Lamp-post"], "tokens")
    long = cluster.ask("POST", "/small/_analyze", {"field": "body", "text": "x" * 600}).body["tokens"]
    return f"as sent; a word of 600 characters becomes tokens of {[len(token['token']) for token in long]}"


def unknown_fields_are_ignored(cluster):
    """With `dynamic: false`, a field that the mapping lacks is no error, neither in documents nor in queries."""
    odd = {**SMALL[0], "surprise": "zebra"}
    answer = cluster.ask("PUT", "/small/_doc/odd?refresh=true", odd)
    found = cluster.search("small", {"query": {"term": {"surprise": "zebra"}}}, name="unknown-field")
    expect((answer.status, found.status, len(found.hits)), (201, 200, 0), "indexed, searched, hits")
    expect(cluster.ask("DELETE", "/small/_doc/odd?refresh=true").status, 200, "delete")
    return "201 for the document, 200 and no hits for the query: a misspelt field is never an error"


def weighted_fields_rank(cluster):
    """A bool of weighted terms finds and ranks sections, and counts them exactly."""
    body = {
        "query": weighted(["moths", "dusk"], 3),
        "size": 5,
        "track_total_hits": True,
        "explain": False,
        "timeout": "10s",
        "_source": False,
        "sort": ["_score", {"passage": "asc"}],
    }
    answer = cluster.search("small", body, name="search")
    expect(answer.body["hits"]["total"], {"value": 7, "relation": "eq"}, "total")
    expect((answer.body["timed_out"], answer.body["_shards"]["failed"]), (False, 0), "whole")
    expect([hit["_id"] for hit in answer.hits][:2], ["s0", "s1"], "best sections")
    expect(any("_explanation" in hit for hit in answer.hits), False, "explanations")
    scores = [round(hit["_score"], 4) for hit in answer.hits]
    highest = answer.body["hits"]["max_score"]
    return f"7 hits, s0 and s1 first, scores {scores}; sorted by _score and passage, max_score is {highest}"


def match_and_phrase(cluster):
    """`match` with `operator: and`, and phrases with slop, which need positions."""
    both = {"match": {"body": {"query": "lamp moths", "operator": "and", "boost": 2}}}
    near = {"match_phrase": {"body": {"query": "moths lamps", "slop": 1}}}
    found = [[hit["_id"] for hit in cluster.search("small", {"query": query}).hits] for query in (both, near)]
    expect((found[0], sorted(found[1])), (["s2"], ["s0", "s1"]), "sections")
    return "match finds s2; a phrase with slop 1 finds s0 and s1"


def validity_selects(cluster):
    """Two ranges select the sections of one generation."""
    found = {}
    for generation in (2, 3):
        body = {"query": weighted(["lamps"], generation), "size": 20}
        answer = cluster.search("small", body, name=f"generation-{generation}")
        found[generation] = {hit["_id"] for hit in answer.hits}
    expect(("s4" in found[2], "s5" in found[2]), (True, False), "generation 2 has s4, s5")
    expect(("s4" in found[3], "s5" in found[3]), (False, True), "generation 3 has s4, s5")
    return f"generation 2 has s4 and not s5, generation 3 the reverse; an open end is {OPEN}"


def keywords_filter(cluster):
    """Keyword filters select, for several values of one field with `terms`."""
    chosen = [{"terms": {"topic": ["owl", "counting"]}}, {"term": {"kind": "question"}}]
    answer = cluster.search("small", {"query": weighted(["moths"], 3, *chosen)})
    expect({hit["_id"] for hit in answer.hits}, {"s2", "s7"}, "sections")
    return "terms and term select s2 and s7"


def candidates_carry_payload(cluster):
    """A hit brings its payload from stored fields, doc values or the source."""
    wanted = {
        "query": {"ids": {"values": ["s2"]}},
        "_source": ["payload"],
        "stored_fields": ["payload", "label"],
        "docvalue_fields": ["passage", "kind", "topic", "valid_to"],
    }
    hit = cluster.search("small", wanted, name="candidates").hits[0]
    fields, payload = hit["fields"], SMALL[2]["payload"]
    expect(fields["payload"], [payload], "the stored payload")
    expect(hit["_source"], {"payload": payload}, "the source's payload")
    expect((fields["passage"], fields["topic"]), ([9_000_000_000_002], ["counting", "lamp"]), "doc values")
    return "fields are always lists; binary comes as base64; doc values of topic are sorted, not in the order sent"


def totals(cluster):
    """How `track_total_hits` counts."""
    shapes = []
    for limit in (True, 2, False):
        body = {"query": {"term": {"body": "moths"}}, "track_total_hits": limit, "size": 0}
        shapes.append(cluster.search("small", body).body["hits"].get("total"))
    expect(shapes[0], {"value": 5, "relation": "eq"}, "exact")
    expect(shapes[1]["relation"], "gte", "bounded")
    expect(shapes[2] is None, True, "off")
    return f"true {shapes[0]}, 2 {shapes[1]}, false has no total"


def facets_count(cluster):
    """`terms` aggregations count facets over all hits."""
    names = ("topic", "kind", "source")
    order = [{"_count": "desc"}, {"_key": "asc"}]
    facets = {name: {"terms": {"field": name, "size": 2, "order": order}} for name in names}
    answer = cluster.search("small", {"query": weighted(["moths"], 3), "size": 0, "aggs": facets}, name="facets")
    topic = answer.body["aggregations"]["topic"]
    expect((topic["buckets"][0], topic["doc_count_error_upper_bound"]), ({"key": "lamp", "doc_count": 5}, 0), "topics")
    return f"{topic['buckets']}, others {topic['sum_other_doc_count']}"


def dfs_makes_scores_equal(cluster):
    """With `dfs_query_then_fetch`, equal texts on different shards have equal scores."""
    body = {"query": {"bool": {"must": [{"term": {"body": "circle"}}, {"ids": {"values": ["s0", "s1"]}}]}}}
    scores = {}
    for kind in ("dfs_query_then_fetch", "query_then_fetch"):
        scores[kind] = [round(hit["_score"], 5) for hit in cluster.search("small", body, kind=kind).hits]
    expect(len(set(scores["dfs_query_then_fetch"])), 1, f"different scores in {scores}")
    return f"{scores}"


def bm25(frequency, length, average, holders, total, k1, b):
    """Lucene's BM25 without the factor k1 + 1."""
    rarity = math.log(1 + (total - holders + 0.5) / (holders + 0.5))
    return rarity * frequency / (frequency + k1 * (1 - b + b * length / average))


def scores_have_a_factor(cluster):
    """2.19 multiplies BM25 by k1 + 1, with the k1 of each field; 3.x does not."""
    fill(cluster, "one", SMALL, shards=1)
    lengths = [len(each["body"].split()) for each in SMALL]
    exact = bm25(3, lengths[6], sum(lengths) / len(lengths), 5, 8, 1.2, 0.75)
    hits = cluster.search("one", {"query": {"term": {"body": "moths"}}}, name="score").hits
    score = next(hit["_score"] for hit in hits if hit["_id"] == "s6")
    factor = score / exact
    expect(abs(factor - (2.2 if cluster.major < 3 else 1.0)) < 0.001, True, f"factor {factor}")
    return f"score {score:.5f}, by the formula {exact:.5f}: factor {factor:.4f}"


def withdrawn_sections_count(cluster):
    """Filters do not change the statistics: sections of other generations count, and deleted ones do for a while."""
    query = {"query": weighted(["lit"], 2)}
    before = cluster.search("one", query).hits[0]["_score"]
    copies = [section(20 + number, "old lamps were lit by hand", first=9, last=9) for number in range(4)]
    extra = [line for n, each in enumerate(copies) for line in ({"index": {"_index": "one", "_id": f"copy{n}"}}, each)]
    cluster.ask("POST", "/_bulk?refresh=true", extra)
    filtered = cluster.search("one", query).hits[0]["_score"]
    cluster.ask("POST", "/_bulk?refresh=true", [{"delete": {"_index": "one", "_id": f"copy{n}"}} for n in range(4)])
    deleted = cluster.search("one", query).hits[0]["_score"]
    cluster.ask("POST", "/one/_flush")
    cluster.ask("POST", "/one/_forcemerge?max_num_segments=1")
    cluster.ask("POST", "/one/_refresh")
    merged = cluster.search("one", query).hits[0]["_score"]
    expect(filtered < before, True, f"scores {before}, {filtered}")
    later = f"{deleted:.4f} after their deletion, {merged:.4f} after a merge"
    return f"score {before:.4f}; {filtered:.4f} with 4 copies that are not valid, {later}"


def combined_fields(cluster):
    """`combined_fields` is missing in 2.19."""
    query = {"combined_fields": {"query": "moths dusk", "fields": ["title^3", "heading^2", "body"]}}
    answer = cluster.search("small", {"query": query, "_source": False}, name="combined-fields")
    expect(answer.status, 400 if cluster.major < 3 else 200, "status")
    if answer.status != 200:
        return answer.brief()
    return f"200, {[(hit['_id'], round(hit['_score'], 3)) for hit in answer.hits[:3]]}"


def wrong_query(cluster):
    """A query that OpenSearch does not understand is a 400, even within a bool."""
    unknown = cluster.search("small", {"query": {"bool": {"must": [{"nearly": {}}]}}}, name="wrong-query")
    value = cluster.search("small", {"query": {"range": {"valid_from": {"lte": "soon"}}}}, name="wrong-value")
    expect((unknown.status, value.status), (400, 400), "status")
    return f"unknown query: {unknown.brief()}; a word for a number: {value.brief()}"


def unknown_index(cluster):
    """An index that is not there is a 404."""
    answer = cluster.search("nowhere", {"query": {"match_all": {}}}, name="unknown-index")
    expect((answer.status, answer.reason), (404, "index_not_found_exception"), "answer")
    return answer.brief()


def many_clauses(cluster):
    """How many clauses a query may have."""
    results = []
    for words in (170, 171):
        query = weighted([f"w{n}" for n in range(words)], 3)
        answer = cluster.search("small", {"query": query})
        results.append(f"{words * 6} terms: {answer.brief()}")
    one = {"bool": {"should": [{"term": {"body": f"w{n}"}} for n in range(1025)]}}
    answer = cluster.search("small", {"query": one})
    if cluster.record:
        cluster.keep("clauses-1025", "POST", "/small/_search", "1,025 terms in one bool", answer)
    expect(answer.status, 400, "1,025 clauses")
    return "; ".join([*results, f"1,025 terms in one bool: {answer.brief()}"])


def deep_pages(cluster):
    """Pages end at 10,000; a point in time with `search_after` goes on."""
    deep = cluster.search("small", {"from": 9_999, "size": 2}, name="too-deep")
    expect(deep.status, 400, "from + size = 10,001")
    opened = cluster.ask("POST", "/small/_search/point_in_time?keep_alive=1m", name="point-in-time")
    page = {"size": 3, "sort": [{"passage": "asc"}], "search_after": [9_000_000_000_003]}
    body = {"pit": {"id": opened.body["pit_id"]}, **page}
    page = cluster.ask("POST", "/_search", body)
    expect([hit["_id"] for hit in page.hits], ["s4", "s5", "s6"], "page")
    cluster.ask("DELETE", "/_search/point_in_time", {"pit_id": [opened.body["pit_id"]]})
    return f"{deep.brief()}; a point in time gives the next page"


def many_searches(cluster):
    """`_msearch` answers each search by itself."""
    good = [{"index": "small"}, {"query": {"term": {"body": "owl"}}, "_source": False}]
    bad = [{"index": "nowhere"}, {"query": {"match_all": {}}}]
    answer = cluster.ask("POST", "/_msearch", good + bad, name="msearch")
    expect([each["status"] for each in answer.body["responses"]], [200, 404], "statuses")
    return "200, with 200 and 404 within"


CHECKS = [
    index_is_created,
    white_space_splits,
    unknown_fields_are_ignored,
    weighted_fields_rank,
    match_and_phrase,
    validity_selects,
    keywords_filter,
    candidates_carry_payload,
    totals,
    facets_count,
    dfs_makes_scores_equal,
    scores_have_a_factor,
    withdrawn_sections_count,
    combined_fields,
    wrong_query,
    unknown_index,
    many_clauses,
    deep_pages,
    many_searches,
]
