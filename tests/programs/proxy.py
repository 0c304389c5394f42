"""Runs the recipes of docs/proxy.md: nginx in front of a real server, asked as clients would.

Usage: proxy.py PROGRAM PAGE, such as: proxy.py target/release/cairn docs/proxy.md
Needs nginx and openssl. Caddy's recipes are validated where caddy is installed.
"""

import base64
import contextlib
import html.parser
import http.client
import http.server
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# The client addresses, all of this machine.
ONE, OTHER = "127.0.0.2", "127.0.0.3"
PASSWORD = "correct horse"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fenced(page):
    """Each fenced block of the page with its language, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```", page, re.M | re.S)


class Recipe:
    """A recipe of nginx, and the cairn.toml before it, if there is one of its own."""

    def __init__(self, name, page):
        self.name = name
        self.settings = ""
        for language, text in fenced(page):
            if text.startswith("[serve]"):
                self.settings = text
            if language == "nginx" and text.startswith(f"# recipe: {name}\n"):
                self.nginx = text
                return
        raise SystemExit(f"the page has no recipe {name!r}")


@contextlib.contextmanager
def cairn(program, work, index, settings, port):
    settings = re.sub(r"^listen = .*\n", "", settings, flags=re.M)
    config = work / "cairn.toml"
    config.write_text(f'{settings}listen = "127.0.0.1:{port}"\nrequests_per_second = 4\nmcp = true\n')
    log = open(work / "cairn.log", "w")
    server = subprocess.Popen(
        [program, "--config", config, "--index", index, "serve", "--no-refresh"], stderr=log
    )
    try:
        wait_for(port)
        yield
    finally:
        server.terminate()
        server.wait(10)


def wait_for(port):
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


@contextlib.contextmanager
def nginx(work, recipe, port, behind, login):
    """nginx with the recipe, on `port`, in front of the ports of Cairn and of the login."""
    text = recipe.nginx.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    text = text.replace("127.0.0.1:7878", f"127.0.0.1:{behind}").replace("127.0.0.1:4180", f"127.0.0.1:{login}")
    text = re.sub(r"/etc/ssl/\S+\.pem", str(work / "cert.pem"), text)
    text = re.sub(r"/etc/ssl/\S+\.key", str(work / "key.pem"), text)
    text = text.replace("/etc/nginx/cairn.htpasswd", str(work / "htpasswd"))
    if "server {" not in text:
        files = f"ssl_certificate {work}/cert.pem; ssl_certificate_key {work}/key.pem;"
        text = f"server {{ listen 127.0.0.1:{port} ssl; server_name example.org; {files}\n{text}\n}}"
    folders = "".join(
        f"{kind}_temp_path {work}/{kind};\n" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    )
    config = work / "nginx.conf"
    config.write_text(
        f"daemon off; pid {work}/pid; error_log {work}/error.log warn;\nevents {{}}\n"
        f"http {{ access_log off;\n{folders}{text}}}\n"
    )
    server = subprocess.Popen(["nginx", "-c", config, "-p", work], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield
    finally:
        server.terminate()
        server.wait(10)


class Client:
    """A client of the proxy at `host`, from the address `source`."""

    def __init__(self, port, host, source=ONE):
        self.port, self.host, self.source = port, host, source
        self.tls = ssl._create_unverified_context()

    def ask(self, path, headers=None, method="GET", body=None):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=30, context=self.tls, source_address=(self.source, 0)
        )
        connection.request(method, path, body, {"Host": self.host, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), text

    def patiently(self, path, headers=None):
        """Like `ask`, as often as the limit wants."""
        while True:
            answer = self.ask(path, headers)
            if answer[0] != 429:
                return answer
            time.sleep(0.3)


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        names = ("href", "src", "action", "data-copy")
        self.found += [value for name, value in attributes if name in names and value]


def check_limits(port, host, base):
    """Each client has its own limit, and no header of a client evades it."""
    inventing = [{"X-Forwarded-For": f"203.0.113.{at}", "Forwarded": f"for=198.51.100.{at}"} for at in range(60)]
    statuses = [Client(port, host).ask(f"{base}/healthz", headers)[0] for headers in inventing]
    assert 429 in statuses, statuses
    assert Client(port, host, OTHER).ask(f"{base}/healthz")[0] == 200, "another client is not limited"
    time.sleep(2)


def check_links(port, host, base):
    """The links of some pages stay below the base path and lead somewhere."""
    client = Client(port, host)
    queue, seen = [f"{base}/", f"{base}/?q=calibration", f"{base}/topics/calibration"], set()
    while queue and len(seen) < 40:
        path = queue.pop(0)
        if path in seen:
            continue
        seen.add(path)
        status, headers, text = client.patiently(path)
        assert status in (200, 302, 308), (path, status)
        if "text/html" not in headers.get("content-type", ""):
            continue
        for link in [*Links(text).found, headers.get("location", "")]:
            link = link.split("#")[0]
            if not link or "://" in link:
                continue
            assert link.startswith(f"{base}/"), f"{path} leads out of {base}: {link}"
            queue.insert(len(queue) // 2, link)
    feed = client.patiently(f"{base}/feed.atom")[2]
    assert f"<id>https://{host}{base}/feed.atom</id>" in feed, feed[:500]
    assert json.loads(client.patiently(f"{base}/openapi.json")[2])["servers"][0]["url"] == f"https://{host}{base}"
    return len(seen)


def try_host(port):
    check_limits(port, "cairn.example.org", "")
    evil = Client(port, "cairn.example.org").patiently("/", {"X-Forwarded-Host": "evil.example"})
    assert evil[0] == 200, "the proxy replaces the header"
    assert Client(port, "evil.example").patiently("/")[0] == 421
    return f"{check_links(port, 'cairn.example.org', '')} pages"


def try_path(port):
    check_limits(port, "example.org", "/cairn")
    client = Client(port, "example.org")
    status, headers, _ = client.patiently("/cairn")
    assert (status, headers["location"].endswith("/cairn/")) == (308, True), headers
    robots = client.patiently("/robots.txt")[2]
    assert "Disallow: /cairn/" in robots, robots
    assert client.patiently("/topics")[0] == 404, "the rest of the host is not Cairn's"
    return f"{check_links(port, 'example.org', '/cairn')} pages"


def try_password(port):
    client = Client(port, "cairn.example.org")

    def login(password):
        return {"Authorization": "Basic " + base64.b64encode(f"ann:{password}".encode()).decode()}

    closed = ["/", "/api/v1/search?q=bias", "/feed.atom", "/metrics", "/mcp", "/openapi.json", "/readyz", "/assets/main.js"]
    for path in closed:
        assert client.patiently(path)[0] == 401, path
        assert client.patiently(path, login("wrong"))[0] == 401, path
    assert client.patiently("/healthz")[0] == 200
    for path in closed:
        expected = 405 if path == "/mcp" else 200
        assert client.patiently(path, login(PASSWORD))[0] == expected, path
    request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    headers = {**login(PASSWORD), "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    time.sleep(1)
    status, _, text = client.ask("/mcp", headers, "POST", request)
    assert status == 200 and "get_section" in text, (status, text)
    check_limits_with(client, login(PASSWORD))
    return f"{len(closed)} addresses closed"


def check_limits_with(client, headers):
    statuses = [client.ask("/readyz", headers)[0] for _ in range(60)]
    assert 429 in statuses, statuses


class Login(http.server.BaseHTTPRequestHandler):
    """What oauth2-proxy answers: 202 to who is logged in, 401 to others, and its own pages."""

    def do_GET(self):
        is_in = "session=ann" in self.headers.get("Cookie", "")
        is_asked = self.path == "/oauth2/auth"
        self.send_response((202 if is_in else 401) if is_asked else 200)
        self.end_headers()
        self.wfile.write(b"" if is_asked else b"log in here")

    def log_message(self, *_):
        pass


def try_sign_on(port):
    client = Client(port, "cairn.example.org")
    status, headers, _ = client.patiently("/topics")
    start = "https://cairn.example.org/oauth2/start?rd=https://cairn.example.org/topics"
    assert (status, headers["location"]) == (302, start), headers
    assert client.patiently("/oauth2/start")[2] == "log in here"
    assert client.patiently("/oauth2/auth", {"Cookie": "session=ann"})[0] == 404, "only nginx asks there"
    for path in ["/topics", "/api/v1/status", "/feed.atom"]:
        assert client.patiently(path)[0] == 302, path
        assert client.patiently(path, {"Cookie": "session=ann"})[0] == 200, path
    return "closed without a session"


def validate_caddy(page, work):
    if not shutil.which("caddy"):
        return "caddy is not installed: its recipes were not checked"
    hashed = subprocess.run(
        ["caddy", "hash-password", "--plaintext", PASSWORD], check=True, capture_output=True, text=True
    ).stdout.strip()
    sites = [text for language, text in fenced(page) if language == "text" and "reverse_proxy" in text]
    for at, text in enumerate(sites):
        file = work / f"Caddyfile.{at}"
        # Debian's Caddy may be older than 2.8, where this directive has another name.
        for login in ("basic_auth", "basicauth"):
            file.write_text(text.replace("HASH", hashed).replace("basic_auth", login))
            command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
            checked = subprocess.run(command, capture_output=True, text=True)
            if checked.returncode == 0:
                break
        assert checked.returncode == 0, f"{text}\n{checked.stderr}"
    return f"caddy accepts its {len(sites)} recipes"


def main():
    program, page = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).read_text()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        work.chmod(0o755)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=cairn.example.org", "-keyout", work / "key.pem", "-out", work / "cert.pem"],
            check=True, stderr=subprocess.DEVNULL,
        )
        hashed = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True)
        (work / "htpasswd").write_text(f"ann:{hashed.stdout}")
        login = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Login)
        threading.Thread(target=login.serve_forever, daemon=True).start()
        tries = {"host": try_host, "path": try_path, "password": try_password, "sign-on": try_sign_on}
        for name, attempt in tries.items():
            recipe, port, behind = Recipe(name, page), free_port(), free_port()
            with cairn(program, work, work / "index", recipe.settings, behind):
                with nginx(work, recipe, port, behind, login.server_port):
                    print(f"nginx, {name}: {attempt(port)}", flush=True)
        print(validate_caddy(page, work))


main()
