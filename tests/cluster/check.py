"""Checks what Cairn expects of OpenSearch: `check.py [--record] [--measure] PORT:PROCESS PORT:PROCESS PORT:PROCESS`.

The three nodes listen on loopback. It kills two of them, so it runs once for each cluster. `.ci/cluster` starts it."""

import sys

import describing
import failing
import measuring
import searching
import writing
from cluster import Cluster, run


def main(arguments):
    """Runs all checks in order and returns the exit code."""
    options = {each for each in arguments if each.startswith("--")}
    nodes = [each for each in arguments if not each.startswith("--")]
    if len(nodes) != 3 or options - {"--record", "--measure"}:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    cluster = Cluster(nodes, "--record" in options)
    seconds = cluster.wait_ready()
    print(f"OpenSearch {cluster.version}: three nodes are green after {seconds:.0f} s")
    groups = [searching.CHECKS, describing.CHECKS, writing.CHECKS, failing.CHECKS]
    if "--measure" in options:
        groups.insert(3, measuring.CHECKS)
    checks = [check for group in groups for check in group]
    failed = run(checks, cluster)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
