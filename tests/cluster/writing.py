"""Checks of what writes answer: bulk requests, item errors, mappings, read-only indexes and overload."""

import threading
from collections import Counter

from cluster import Answer, encode, expect
from searching import fill
from sections import SMALL, definition, invented, lines, section


def outcomes(answer):
    """How many items of a bulk answer have which status and error."""
    items = [next(iter(item.values())) for item in answer.body["items"]]
    return Counter(f"{item['status']} {item.get('error', {}).get('type', '')}".strip() for item in items)


def bulk_takes_a_thousand(cluster):
    """One `_bulk` request indexes 1,000 sections, which searches see after a refresh."""
    expect(cluster.ask("PUT", "/thousand", definition()).status, 200, "create")
    cluster.wait_green("thousand")  # Before that, 2.19 once showed sections that no refresh had made visible, probably in a new replica.
    answer = cluster.ask("POST", "/_bulk", list(lines("thousand", invented(1000))))
    expect((answer.status, answer.body["errors"], len(answer.body["items"])), (200, False, 1000), "answer")
    before = cluster.ask("GET", "/thousand/_count").body["count"]
    cluster.ask("POST", "/thousand/_refresh")
    after = cluster.ask("GET", "/thousand/_count").body["count"]
    expect((before, after), (0, 1000), "count before and after the refresh")
    return f"1,000 items in {answer.seconds:.1f} s, none seen before the refresh, all after it"


def bulk_reports_items(cluster):
    """A bulk request is a 200 although items failed: each item has its status, in the order sent."""
    request = [
        {"index": {"_index": "small", "_id": "good"}},
        SMALL[0],
        {"index": {"_index": "small", "_id": "bad"}},
        {**SMALL[0], "valid_from": "soon"},
        {"create": {"_index": "small", "_id": "s0"}},
        SMALL[0],
        {"delete": {"_index": "small", "_id": "missing"}},
        {"update": {"_index": "small", "_id": "missing"}},
        {"doc": {"valid_to": 3}},
    ]
    answer = cluster.ask("POST", "/_bulk", request, name="bulk-item-errors")
    expect((answer.status, answer.body["errors"]), (200, True), "answer")
    statuses = [next(iter(item.values()))["status"] for item in answer.body["items"]]
    expect(statuses, [201, 400, 409, 404, 404], "statuses")
    cluster.ask("DELETE", "/small/_doc/good?refresh=true")
    return f"200 with {dict(outcomes(answer))}; deleting what is not there is a 404 without an error"


def broken_bulk(cluster):
    """A bulk request that is cut off is refused; what that does to the items before the cut."""
    whole = b'{"index":{"_index":"small","_id":"cut"}}\n{"body":"cut"}\n'
    cut = cluster.ask("POST", "/_bulk", whole + b'{"index":{"_index":"small","_id":"cut2"}}\n{"body"', name="bulk-cut")
    wrong = cluster.ask("POST", "/_bulk", whole + b'{"put":{"_index":"small"}}\n{}\n', name="bulk-wrong-action")
    expect((cut.status, wrong.status), (400, 400), "statuses")
    kept = cluster.ask("GET", "/small/_doc/cut").status
    expect(kept, 404, "the item before the cut")
    return f"cut off: {cut.brief()}; unknown action: {wrong.brief()}; no item was written"


def bulk_creates_unknown_indexes(cluster):
    """A bulk request to an unknown index creates it with guessed mappings, unless alias or setting forbids that."""
    item = [{"index": {"_index": "guessed", "_id": "1"}}, {"valid_from": 1}]
    created = outcomes(cluster.ask("POST", "/_bulk", item))
    cluster.ask("DELETE", "/guessed")
    alias = outcomes(cluster.ask("POST", "/_bulk?require_alias=true", item, name="bulk-no-alias"))
    cluster.ask("PUT", "/_cluster/settings", {"persistent": {"action.auto_create_index": "false"}})
    setting = outcomes(cluster.ask("POST", "/_bulk", item, name="bulk-unknown-index"))
    cluster.ask("PUT", "/_cluster/settings", {"persistent": {"action.auto_create_index": None}})
    expect((list(created), list(alias)), (["201"], ["404 index_not_found_exception"]), "created, require_alias")
    return f"{dict(created)}; with require_alias {dict(alias)}; with action.auto_create_index=false {dict(setting)}"


def updates_close_sections(cluster):
    """An update that changes `valid_to` alone keeps the texts, except those that `_source` leaves out."""
    found = {}
    sources = {"kept": {}, "left-out": {"excludes": ["body"]}, "no-source": {"enabled": False}}
    for index, source in sources.items():
        fill(cluster, index, SMALL[:1], shards=1, replicas=0, _source=source)
        path = f"/{index}/_update/s0?refresh=true"
        answer = cluster.ask("POST", path, {"doc": {"valid_to": 5}}, name=f"update-{index}")
        hits = cluster.search(index, {"query": {"term": {"body": "dusk"}}}).hits
        found[index] = (answer.status, len(hits))
    expect(found["kept"], (200, 1), "with the whole source")
    return f"status and hits {found}: an update drops texts that `_source` excludes"


def scripts_are_missing(cluster):
    """`_update_by_query` needs a script, which this cluster (unlike a packaged one) cannot compile."""
    body = {"query": {"match_all": {}}, "script": {"source": "ctx._source.valid_to = 5"}}
    answer = cluster.ask("POST", "/kept/_update_by_query", body)
    old = {"query": {"range": {"valid_to": {"lte": 5}}}}
    gone = cluster.ask("POST", "/kept/_delete_by_query?refresh=true", old, name="delete-by-query")
    expect((gone.status, gone.body["deleted"]), (200, 1), "delete by query")
    return f"{answer.brief()}; _delete_by_query works: {gone.body['deleted']} deleted"


def writes_can_be_conditional(cluster):
    """A write with an old sequence number is a 409, and one with an old external version too."""
    old = cluster.ask("PUT", "/small/_doc/s3?if_seq_no=999&if_primary_term=1", SMALL[3], name="conflict")
    new = cluster.ask("PUT", "/small/_doc/ext?version=7&version_type=external", SMALL[3])
    stale = cluster.ask("PUT", "/small/_doc/ext?version=6&version_type=external", SMALL[3])
    cluster.ask("DELETE", "/small/_doc/ext?version=8&version_type=external&refresh=true")
    expect((old.status, new.status, stale.status), (409, 201, 409), "statuses")
    return f"{old.brief()}; version 6 after 7: {stale.brief()}"


def wrong_mappings(cluster):
    """A mapping that is wrong, or differs from the one in force, is a 400; so is an index that exists."""
    wrong = definition()
    wrong["mappings"]["properties"]["body"]["type"] = "prose"
    setting = definition()
    setting["settings"]["colour"] = "green"
    answers = [
        cluster.ask("PUT", "/wrong", wrong, name="wrong-mapping"),
        cluster.ask("PUT", "/wrong", setting, name="wrong-setting"),
        cluster.ask("PUT", "/small/_mapping", {"properties": {"kind": {"type": "text"}}}, name="mapping-conflict"),
        cluster.ask("PUT", "/small", definition(), name="index-exists"),
    ]
    expect({answer.status for answer in answers}, {400}, "statuses")
    return "; ".join(answer.brief() for answer in answers)


def aliases_switch(cluster):
    """An alias moves from one index to another in one step."""
    add = {"actions": [{"add": {"index": "small", "alias": "current"}}]}
    away = {"remove": {"index": "small", "alias": "current"}}
    move = {"actions": [away, {"add": {"index": "thousand", "alias": "current"}}]}
    counts = []
    for actions in (add, move):
        expect(cluster.ask("POST", "/_aliases", actions).body, {"acknowledged": True}, "switch")
        counts.append(cluster.ask("GET", "/current/_count").body["count"])
    expect(counts, [8, 1000], "sections behind the alias")
    return "8 sections, then 1,000"


def read_only_indexes(cluster):
    """An index that a full disk made read-only refuses writes as 429 or 403, and is still searched."""
    item = [{"index": {"_index": "small", "_id": "s0"}}, SMALL[0], {"delete": {"_index": "small", "_id": "s1"}}]
    found = []
    for block in ("read_only_allow_delete", "write"):
        setting = {"index": {f"blocks.{block}": True}}
        expect(cluster.ask("PUT", "/small/_settings", setting).status, 200, "block")
        bulk = cluster.ask("POST", "/_bulk", item, name=f"bulk-{block.replace('_', '-')}")
        searched = cluster.search("small", {"query": {"match_all": {}}}).status
        expect((bulk.status, searched, bulk.body["errors"]), (200, 200, True), "bulk, search, errors")
        freed = cluster.ask("PUT", "/small/_settings", {"index": {f"blocks.{block}": None}}).status
        expect(freed, 200, "free")
        found.append(f"{block}: 200 with {dict(outcomes(bulk))}")
    expect(cluster.ask("POST", "/_bulk", item[:2]).body["errors"], False, "writes afterwards")
    return "; ".join(found) + "; searches are 200"


def too_many_bytes(cluster):
    """A bulk request above the limit of bytes in flight (8 MB here, by default a tenth of the heap) is a 429."""
    huge = section(0, "moths " * 200_000)
    request = [line for n in range(8) for line in ({"index": {"_index": "thousand", "_id": f"huge{n}"}}, huge)]
    answer = cluster.ask("POST", "/_bulk", request)
    expect(answer.status, 429, "status")
    if cluster.record:
        cluster.keep("bulk-too-many-bytes", "POST", "/_bulk", "9.6 MB", answer)
    return answer.brief()


def full_queue(cluster):
    """When the queue of writes is full (8 here, 10,000 by default), items are 429 within a 200."""
    seen, wholes, kept = Counter(), Counter(), []
    request = encode(list(lines("thousand", invented(150))))

    def send():
        answer = cluster.ask("POST", "/_bulk", request)
        wholes[answer.brief()] += 1
        if answer.status == 200:
            seen.update(outcomes(answer))
            kept.extend(item for item in answer.body["items"] if item["index"]["status"] == 429)

    threads = [threading.Thread(target=send) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if kept and cluster.record:
        answer = Answer(200, {"took": 1, "errors": True, "items": kept[:1]}, 0)
        cluster.keep("bulk-full-queue", "POST", "/_bulk", "one of 40 at the same time", answer)
    return f"requests {dict(wholes)}, items {dict(seen)}" + ("" if kept else " (not provoked this time)")


CHECKS = [
    bulk_takes_a_thousand,
    bulk_reports_items,
    broken_bulk,
    bulk_creates_unknown_indexes,
    updates_close_sections,
    scripts_are_missing,
    writes_can_be_conditional,
    wrong_mappings,
    aliases_switch,
    read_only_indexes,
    too_many_bytes,
    full_queue,
]
