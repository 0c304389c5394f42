"""Figures of a small cluster: memory, writes a second, time of a search."""

import itertools
import statistics
import time

from cluster import expect
from sections import definition, invented, lines, weighted

SECTIONS = 20_000
LIMIT = 90  # Seconds of writing, for machines that are busy with something else.


def resident(cluster):
    """Resident memory of each node in MB."""
    found = []
    for process in cluster.processes:
        with open(f"/proc/{process}/status") as status:
            found.append(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS")))
    return found


def bulk_speed(cluster):
    """20,000 invented sections in bulks of 1,000, one after another, with one replica."""
    before = resident(cluster)
    expect(cluster.ask("PUT", "/many", definition()).status, 200, "create")
    requests, spent, written = list(lines("many", invented(SECTIONS))), 0.0, 0
    while written < SECTIONS and spent < LIMIT:
        answer = cluster.ask("POST", "/_bulk", requests[2 * written : 2 * written + 2000])
        expect((answer.status, answer.body.get("errors")), (200, False), "bulk")
        spent += answer.seconds
        written += 1000
    refreshed = cluster.ask("POST", "/many/_refresh").seconds
    cluster.wait_green("many")
    memory = f"memory {before} MB before, {resident(cluster)} MB after"
    return f"{written} written, {written / spent:.0f} a second, refresh {refreshed:.1f} s, {memory}"


def search_speed(cluster):
    """200 searches of three words, 100 candidates with payloads and three facets, one after another."""
    words = sorted({word for each in itertools.islice(invented(50), 50) for word in each["heading"].split()})
    facets = {name: {"terms": {"field": name}} for name in ("topic", "kind", "source")}
    times = []
    for n in range(220):
        query = weighted([words[(n * step) % len(words)] for step in (1, 7, 13)], 3)
        body = {"query": query, "size": 100, "_source": False, "stored_fields": ["payload"], "track_total_hits": True}
        began = time.monotonic()
        answer = cluster.search("many", {**body, "docvalue_fields": ["passage"], "aggs": facets})
        times.append(1000 * (time.monotonic() - began))
        expect(answer.status, 200, "search")
    times = sorted(times[20:])
    return f"median {statistics.median(times):.1f} ms, 95th percentile {times[189]:.1f} ms, longest {times[-1]:.1f} ms"


def slow_search(cluster):
    """What a search answers whose `timeout` has passed, with and without partial answers."""
    query = {"bool": {"should": [{"wildcard": {"body": f"*{letter}*a*"}} for letter in "bdfgklm"]}}
    found = []
    for partial in (False, True):
        body = {"query": query, "timeout": "1ms", "size": 1, "_source": False}
        answer = cluster.search("many", body, partial=partial)
        timed_out = answer.body.get("timed_out") if isinstance(answer.body, dict) else None
        if cluster.record and (timed_out or answer.status != 200):
            cluster.keep("timeout-partial" if partial else "timeout", "POST", "/many/_search", body, answer)
        found.append(f"partial {partial}: {answer.brief()}, timed_out {timed_out}")
    return "; ".join(found)


CHECKS = [bulk_speed, search_speed, slow_search]
