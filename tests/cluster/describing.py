"""Checks of what a cluster says about itself, which `cairn doctor` shows."""

from cluster import expect

HEALTH = "/_cluster/health/small?level=shards&timeout=1s&cluster_manager_timeout=1s"


def names_itself(cluster):
    """`GET /` has the distribution, the version and the name of the cluster."""
    answer = cluster.ask("GET", "/", name="root")
    version = answer.body["version"]
    expect((answer.status, version["distribution"], answer.body["cluster_name"]), (200, "opensearch", "cairn"), "answer")
    return f"{version['distribution']} {version['number']}, {answer.body['tagline']}"


def health_lists_shards(cluster):
    """The health of an index lists its shards. Of an unknown index, it is a 408 after the wait."""
    answer = cluster.ask("GET", HEALTH, name="health-shards")
    expect((answer.status, len(answer.body["indices"]["small"]["shards"])), (200, 3), "shards of small")
    unknown = cluster.ask("GET", HEALTH.replace("small", "nowhere"), name="health-unknown-index")
    expect((unknown.status, unknown.body["timed_out"]), (408, True), "health of an unknown index")
    return f"{answer.body['status']}; unknown index {unknown.brief()} in {unknown.seconds:.0f} s"


def stats_count(cluster):
    """Documents and bytes of an index; an unknown one is a 404."""
    answer = cluster.ask("GET", "/small/_stats/docs,store", name="stats")
    total = answer.body["indices"]["small"]
    unknown = cluster.ask("GET", "/nowhere/_stats/docs,store", name="stats-unknown-index")
    expect((answer.status, unknown.status, unknown.reason), (200, 404, "index_not_found_exception"), "statuses")
    return f"{total['primaries']['docs']['count']} documents, {total['total']['store']['size_in_bytes']} bytes"


def settings_have_blocks(cluster):
    """The settings of an index have its blocks, as texts, only if they are set."""
    path = "/small/_settings/index.blocks.*?flat_settings=true"
    without = cluster.ask("GET", path, name="blocks-none")
    block = "index.blocks.read_only_allow_delete"
    cluster.ask("PUT", "/small/_settings", {block: True})
    answer = cluster.ask("GET", path, name="blocks")
    cluster.ask("PUT", "/small/_settings", {block: None})
    expect(answer.body["small"]["settings"].get(block), "true", block)
    return f"{without.body}, {answer.body}"


def disks_are_listed(cluster):
    """The disk of each node, in bytes and per cent, as texts."""
    path = "/_cat/allocation?format=json&bytes=b&h=node,disk.avail,disk.percent"
    answer = cluster.ask("GET", path, name="allocation")
    expect(answer.status, 200, "status")
    return answer.body[0]


def aliases_of_an_index(cluster):
    """The aliases of an index tell whether it exists."""
    answer = cluster.ask("GET", "/small/_alias", name="alias")
    unknown = cluster.ask("GET", "/nowhere/_alias", name="alias-unknown-index")
    expect((answer.status, unknown.status, unknown.reason), (200, 404, "index_not_found_exception"), "statuses")
    return f"{answer.body}; {unknown.brief()}"


CHECKS = [
    names_itself,
    health_lists_shards,
    stats_count,
    settings_have_blocks,
    disks_are_listed,
    aliases_of_an_index,
]
