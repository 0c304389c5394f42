"""Checks of what a cluster answers while it loses nodes. They run last, and leave one node of three."""

import signal
import threading
import time
from collections import Counter

from cluster import expect
from searching import fill
from sections import SMALL, invented, lines, weighted
from writing import outcomes

QUERY = {"query": weighted(["moths"], 3), "_source": False, "stored_fields": ["payload"], "timeout": "2s"}


class Searches:
    """Searches that run in the background through the first node, and what they got."""

    def __init__(self, cluster, index, partial):
        self.cluster, self.index, self.partial = cluster, index, partial
        self.seen, self.longest, self.first = Counter(), 0.0, {}
        self.running = True
        self.threads = [threading.Thread(target=self.loop) for _ in range(3)]

    def loop(self):
        while self.running:
            answer = self.cluster.search(self.index, QUERY, partial=self.partial, wait=40)
            kind = kind_of(answer)
            self.seen[kind] += 1
            self.first.setdefault(kind, answer)
            self.longest = max(self.longest, answer.seconds)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.running = False
        for thread in self.threads:
            thread.join()


def kind_of(answer):
    """Status and error of a search, and whether shards failed or were left out."""
    shards = answer.body.get("_shards") if isinstance(answer.body, dict) else None
    if not shards or shards["successful"] == shards["total"]:
        return answer.brief()
    return f"{answer.brief()}, shards {shards}"


def hung_node(cluster):
    """A node that hangs (SIGSTOP) holds searches up, whatever their `timeout` says."""
    fill(cluster, "copies", SMALL)
    fill(cluster, "single", list(invented(300)) + SMALL, replicas=0)
    cluster.signal(2, signal.SIGSTOP)
    try:
        answers = [cluster.search("single", QUERY, partial=partial, wait=5) for partial in (False, True)]
        copies = [cluster.search("copies", QUERY, wait=5) for _ in range(4)]
    finally:
        cluster.signal(2, signal.SIGCONT)
    found = Counter(f"{answer.brief()} in {answer.seconds:.0f} s" for answer in copies)
    return f"without replicas {[answer.brief() for answer in answers]} after 5 s; with replicas {dict(found)}"


def killed_node(cluster):
    """What searches get while a node is killed, with a replica of each shard."""
    with Searches(cluster, "copies", partial=False) as whole, Searches(cluster, "copies", partial=True) as partial:
        time.sleep(2)
        cluster.kill(2)
        time.sleep(8)
    for searches, name in ((whole, "killed"), (partial, "killed-partial")):
        for kind, answer in searches.first.items():
            if kind != "200 no error" and cluster.record:
                cluster.keep(f"{name}-{answer.status}", "POST", "/copies/_search", QUERY, answer)
    last = cluster.search("copies", QUERY)
    expect((last.status, last.body["_shards"]["failed"]), (200, 0), "a search afterwards")
    return (
        f"whole answers {dict(whole.seen)}, longest {whole.longest:.1f} s; "
        f"partial ones {dict(partial.seen)}, longest {partial.longest:.1f} s"
    )


def closed_port(cluster):
    """A killed node refuses connections."""
    answer = cluster.ask("GET", "/", node=2)
    expect((answer.status, answer.body), (0, "ConnectionRefusedError"), "answer")
    return answer.body


def writes_with_a_lost_replica(cluster):
    """Writes succeed without their replica, and say so."""
    answer = cluster.ask("POST", "/_bulk", list(lines("copies", SMALL)), name="bulk-lost-replica")
    copies = [item["index"]["_shards"] for item in answer.body["items"]]
    shards = {(each["successful"], each["total"]) for each in copies}
    expect(answer.body["errors"], False, "errors")
    health = cluster.ask("GET", "/_cluster/health/copies", name="health-lost-replica").body["status"]
    return f"200 without errors; copies written of copies wanted {sorted(shards)}; health {health}"


def lost_shard(cluster):
    """A search over a shard that is gone is a 503, or a 200 from fewer shards if partial answers are allowed."""
    whole = cluster.search("single", QUERY, name="lost-shard")
    partial = cluster.search("single", QUERY, partial=True, name="lost-shard-partial")
    counted = cluster.ask("GET", "/single/_count", name="lost-shard-count")
    expect((whole.status, partial.status), (503, 200), "statuses")
    shards = partial.body["_shards"]
    expect(shards["successful"] < shards["total"], True, f"fewer shards in {shards}")
    expect(cluster.ask("POST", "/single/_refresh").status, 200, "refresh")
    red = cluster.ask("GET", "/_cluster/health/single?level=shards&timeout=1s", name="health-lost-shard")
    expect(red.body["status"], "red", "health")
    return f"{kind_of(whole)}; partial {kind_of(partial)}; _count {kind_of(counted)}"


def writes_to_a_lost_shard(cluster):
    """Items for a shard that is gone are 503 after the bulk's `timeout` (a minute by default); others are written."""
    answer = cluster.ask("POST", "/_bulk?timeout=1s", list(lines("single", SMALL)), name="bulk-lost-shard")
    expect((answer.status, answer.body["errors"]), (200, True), "answer")
    return f"200 with {dict(outcomes(answer))} in {answer.seconds:.1f} s"


def lost_majority(cluster):
    """One node of three cannot elect a manager: what searches and writes get from it.

    A write is a 200, an error of its item, or never gets an answer, whatever its `timeout` says. Cairn's client has its own
    time limit, so any of these is fine."""
    cluster.kill(1)
    time.sleep(5)
    search = cluster.search("copies", QUERY, name="lost-majority-search", wait=40)
    item = [{"index": {"_index": "copies", "_id": "s0"}}, SMALL[0]]
    bulk = cluster.ask("POST", "/_bulk?timeout=1s", item, name="lost-majority-bulk", wait=10)
    create = cluster.ask("PUT", "/late?cluster_manager_timeout=1s", name="lost-majority-create")
    health = cluster.ask("GET", "/_cluster/health?cluster_manager_timeout=1s", name="lost-majority-health")
    expect(health.status, 503, "health")
    has_items = isinstance(bulk.body, dict) and "items" in bulk.body
    wrote = f"{dict(outcomes(bulk)) if has_items else bulk.brief()} in {bulk.seconds:.0f} s"
    return f"search {kind_of(search)}; bulk {wrote}; create {create.brief()}; health {health.brief()}"


CHECKS = [
    hung_node,
    killed_node,
    closed_port,
    writes_with_a_lost_replica,
    lost_shard,
    writes_to_a_lost_shard,
    lost_majority,
]
