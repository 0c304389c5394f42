"""A client of the test cluster, with the standard library alone: requests, recorded answers, checks and their results."""

import http.client
import json
import os
import re
import signal
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

ANSWERS = Path(__file__).parent / "answers"


@dataclass
class Answer:
    """What a request got. Without an answer, the status is 0 and the body the name of Python's error."""

    status: int
    body: object
    seconds: float

    @property
    def reason(self):
        """The type of the error: OpenSearch's, or that of the failed connection."""
        error = self.body.get("error", self.body) if isinstance(self.body, dict) else self.body
        return error.get("type", "no error") if isinstance(error, dict) else str(error)

    @property
    def hits(self):
        return self.body["hits"]["hits"]

    def brief(self):
        """Status and type of the error, with the cause if it has another type."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        causes = {cause["type"] for cause in error.get("root_cause", [])} if isinstance(error, dict) else set()
        causes |= {(error.get("caused_by") or {}).get("type")} if isinstance(error, dict) else set()
        other = sorted(causes - {self.reason, None})
        return f"{self.status or 'no answer'} {self.reason}" + (f" ({', '.join(other)})" if other else "")


class Cluster:
    """Three nodes on loopback, each known by its HTTP port and process number."""

    def __init__(self, nodes, record):
        self.ports = [int(node.split(":")[0]) for node in nodes]
        self.processes = [int(node.split(":")[1]) for node in nodes]
        self.record = record
        self.version = "?"
        self.node_ids = {}

    def ask(self, method, path, body=None, *, node=0, name=None, wait=240):
        """Sends one request. `body` is JSON, or a list of JSON lines for `_bulk` and `_msearch`, or bytes as they are.

        With `name`, `--record` keeps request and answer. It never raises: a broken connection has the status 0."""
        data = encode(body)
        kind = "application/x-ndjson" if isinstance(body, (list, bytes)) else "application/json"
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[node], timeout=wait)
        try:
            connection.request(method, path, data, {"Content-Type": kind} if data else {})
            response = connection.getresponse()
            answer = Answer(response.status, decode(response.read()), time.monotonic() - began)
        except (OSError, http.client.HTTPException) as error:
            answer = Answer(0, type(error).__name__, time.monotonic() - began)
        finally:
            connection.close()
        if name and self.record:
            self.keep(name, method, path, body, answer)
        return answer

    def search(self, index, body, *, partial=False, name=None, kind="dfs_query_then_fetch", **options):
        """A search as Cairn's engine sends it: one set of statistics for all shards, and whole or not at all."""
        path = f"/{index}/_search?search_type={kind}&allow_partial_search_results={str(partial).lower()}"
        return self.ask("POST", path, body, name=name, **options)

    def signal(self, node, number):
        os.kill(self.processes[node], number)

    def kill(self, node):
        self.signal(node, signal.SIGKILL)

    def wait_ready(self, seconds=600):
        """Waits for a green cluster of three nodes, learns version and node numbers, and returns the seconds."""
        began = time.monotonic()
        path = "/_cluster/health?wait_for_nodes=3&wait_for_status=green&timeout=5s"
        while self.ask("GET", path).status != 200:
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"no green cluster of three nodes after {seconds} s")
            time.sleep(0.2)
        self.version = self.ask("GET", "/").body["version"]["number"]
        nodes = self.ask("GET", "/_nodes/_all/http").body["nodes"]
        self.node_ids = {number: node["name"] for number, node in nodes.items()}
        return time.monotonic() - began

    def wait_green(self, index, seconds=200):
        answer = self.ask("GET", f"/_cluster/health/{index}?wait_for_status=green&timeout={seconds}s", wait=seconds + 10)
        expect(answer.status, 200, f"{index} is green")

    @property
    def major(self):
        return int(self.version.split(".")[0])

    def keep(self, name, method, path, body, answer):
        """Writes one request with its answer below `answers/`, without what differs from run to run."""
        folder = ANSWERS / self.version.rsplit(".", 1)[0]
        folder.mkdir(parents=True, exist_ok=True)
        sent = {"lines": body} if isinstance(body, list) else {"body": body}
        if isinstance(body, bytes):
            sent = {"text": body.decode()}
        record = {
            "version": self.version,
            "request": {"method": method, "path": path, **sent},
            "response": {"status": answer.status, "body": self.settled(answer.body)},
        }
        text = json.dumps(record, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n")

    def settled(self, value, key=None):
        """`value` without times, ports and numbers that OpenSearch drew at random."""
        if isinstance(value, dict):
            return {each: self.settled(inner, each) for each, inner in value.items()}
        if isinstance(value, list):
            return [self.settled(inner) for inner in value]
        if key in ("took", "creation_time"):
            return 1
        if key in ("uuid", "index_uuid", "cluster_uuid", "pit_id"):
            return key.upper()
        if key in ("disk.avail", "disk.percent"):
            return "42"
        if not isinstance(value, str):
            return value
        for number, node in self.node_ids.items():
            value = value.replace(number, f"ID-OF-{node}")
        value = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9300", value)
        value = re.sub(r"(?<=[{/])[\w-]{22}(?=[]}])", "RANDOM", value)
        return re.sub(r"@[0-9a-f]{5,8}\b", "@0", value)


def encode(body):
    if body is None or isinstance(body, bytes):
        return body
    lines = body if isinstance(body, list) else [body]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def decode(data):
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


def expect(found, wanted, what):
    """Fails the check unless `found` is `wanted`."""
    if found != wanted:
        raise AssertionError(f"{what}: {found!r} instead of {wanted!r}")


def run(checks, cluster):
    """Runs the checks in order, prints a line for each, and returns how many failed."""
    failed = 0
    for check in checks:
        name = check.__name__
        try:
            print(f"ok   {name}: {check(cluster)}", flush=True)
        except Exception as error:  # Whatever goes wrong is this check's failure, and the next one runs.
            failed += 1
            print(f"FAIL {name}: {check.__doc__} {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
    return failed
