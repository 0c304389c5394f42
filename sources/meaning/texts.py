"""Reads study material and yields the texts that the table is fitted on.

Input is a folder of OWNER+NAME.tar.gz archives, one snapshot each, like those that GitHub serves. Markdown,
notebooks, reStructuredText and plain text are split at headings; nothing is unpacked to disk. Only English is kept,
because the teacher knows only English. The order of all output depends on the input alone.
"""

import hashlib
import html
import json
import re
import tarfile
from pathlib import Path
from typing import Iterator, NamedTuple

FORMATS = (".md", ".mdx", ".qmd", ".rst", ".txt", ".ipynb")
LARGEST_FILE = 2_000_000
SECTION_WORDS = 150  # longer sections are split at paragraphs: the encoder reads the first tokens of a text only
TRANSLATED = re.compile(
    r"(^|/)(ar|cn|de|es|fa|fr|he|id|it|ja|jp|ko|kr|pt|pt-br|ru|tr|uk|vi|zh|zh-cn|zh-tw)/"
    r"|[._-](ar|ca|cn|de|es|fi|fr|it|ja|jp|kr|ko|pt|pt-br|ru|tr|zh|zh-hans|zh-tw|zh-cn)\.[a-z]+$", re.I)
SKIPPED = re.compile(r"(^|/)(licen[sc]e|code_of_conduct|contributing|security|changelog|requirements|robots)[^/]*$"
                     r"|(^|/)(node_modules|\.github)/|labels?\.txt$", re.I)
ENGLISH = frozenset("the of and to is for that with are this you on be it as by from or can".split())
QUESTIONS = ("what is {}", "how does {} work", "how do i use {}", "why {}", "when should i use {}", "{} explained",
             "how to choose {}", "{} interview question")
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
UNDERLINE = re.compile(r"^([=\-~^\"'#*+])\1{2,}\s*$")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")


class Section(NamedTuple):
    """A passage with its place: the headings above it, its plain text, and its first and last line."""

    source: str
    path: str
    first: int
    last: int
    trail: tuple[str, ...]
    text: str

    def full(self) -> str:
        """Heading trail and text, as the table and the encoder read them."""
        return "\n".join([*self.trail, self.text])


def plain(line: str) -> str:
    """One line of Markdown without its marks: links keep their words, images and tags go."""
    line = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r" ", line)
    line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"\[([^\]]*)\]\[[^\]]*\]", r"\1", line)
    line = re.sub(r"<!--.*?-->|</?[a-zA-Z][^>]*>", " ", line)
    line = re.sub(r"https?://\S+", " ", line)
    line = re.sub(r"^\s*([-*+>]|\d+[.)])\s+", "", line)
    line = re.sub(r":[a-z]+:`([^`<]*)[^`]*`", r"\1", line)
    line = re.sub(r"[*`|]+|__+|~~+|\{#[^}]*\}|^\s*[:=-]{3,}.*$", " ", line)
    return re.sub(r"\s+", " ", html.unescape(line)).strip()


def headings(lines: list[str], rst: bool) -> Iterator[tuple[int, int, str]]:
    """(line number from 0, level, text) of each heading; fenced code has none."""
    fence, marks = False, ""
    for number, line in enumerate(lines):
        if FENCE.match(line):
            fence = not fence
        elif fence:
            continue
        elif not rst and (match := HEADING.match(line)):
            yield number, len(match[1]), plain(match[2])
        elif rst and number and UNDERLINE.match(line) and lines[number - 1].strip():
            if not UNDERLINE.match(lines[number - 1]):
                marks += line[0] if line[0] not in marks else ""
                yield number - 1, marks.index(line[0]) + 1, plain(lines[number - 1])


def paragraphs(lines: list[str], first: int) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, plain text) of pieces of at most about SECTION_WORDS words, split where a line ends."""
    words, start, texts = 0, first, []
    for number, line in enumerate(lines, first):
        text = plain(line)
        count = len(text.split())
        if texts and words + count > SECTION_WORDS:
            yield start, number - 1, "\n".join(texts)
            words, start, texts = 0, number, []
        if text:
            texts.append(text)
            words += count
    if texts:
        yield start, first + len(lines) - 1, "\n".join(texts)


def notebook(raw: str) -> str:
    """The Markdown cells of a notebook as one Markdown text; empty if it is not a notebook."""
    try:
        cells = json.loads(raw).get("cells", [])
        kept = [cell["source"] for cell in cells if cell.get("cell_type") == "markdown"]
        return "\n\n".join(part if isinstance(part, str) else "".join(part) for part in kept)
    except (ValueError, KeyError, AttributeError, TypeError):
        return ""


def is_english(text: str) -> bool:
    """Whether enough of a file's words are common English ones and nearly all of its letters are Latin."""
    letters = [c for c in text[:200_000] if c.isalpha()]
    words = re.findall(r"[a-z]+", text[:200_000].lower())
    if not words or sum(c.isascii() for c in letters) < 0.9 * len(letters):
        return False
    return sum(word in ENGLISH for word in words) >= 0.05 * len(words)


def split(source: str, path: str, text: str) -> Iterator[Section]:
    """The sections of one file; each begins with its heading's line."""
    text = re.sub(r"\A---\n.*?\n---\n", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    lines = text.splitlines()
    found = list(headings(lines, path.endswith(".rst")))
    starts = [(0, 0, "")] + found
    trail: list[tuple[int, str]] = []
    for index, (number, level, title) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(lines)
        if level:
            trail = [entry for entry in trail if entry[0] < level] + [(level, title)]
        body = lines[number + bool(level):end]
        for first, last, piece in paragraphs(body, number + bool(level) + 1):
            yield Section(source, path, first, last, tuple(entry[1] for entry in trail), piece)


def files(archive: Path) -> Iterator[tuple[str, str]]:
    """(path inside the repository, text) of each file of a known format, by path."""
    kept = []
    with tarfile.open(archive) as tar:
        for member in tar:
            path = member.name.split("/", 1)[-1]
            wanted = member.isfile() and path.lower().endswith(FORMATS) and member.size <= LARGEST_FILE
            if wanted and not TRANSLATED.search(path) and not SKIPPED.search(path):
                raw = tar.extractfile(member).read().decode("utf-8", "replace")
                kept.append((path, notebook(raw) if path.endswith(".ipynb") else raw))
    return iter(sorted(kept))


def sections(folder: Path) -> Iterator[Section]:
    """All sections of all archives in a folder, by source, path and line."""
    for archive in sorted(folder.glob("*.tar.gz")):
        source = archive.name[:-len(".tar.gz")].replace("+", "/", 1)
        for path, text in files(archive):
            if is_english(text):
                yield from split(source, path, text)


def sentences(section: Section) -> Iterator[str]:
    """Sentences of 4 to 40 words."""
    for line in section.text.split("\n"):
        for sentence in SENTENCE.split(line):
            if 4 <= len(sentence.split()) <= 40:
                yield sentence


def queries(section: Section, keep: int) -> Iterator[str]:
    """Texts shaped like what people type: its heading as a question, and the key words of some of its sentences."""
    title = section.trail[-1] if section.trail else ""
    if 2 <= len(title.split()) <= 8 and not title.endswith("?"):
        form = QUESTIONS[order(title)[0] % len(QUESTIONS)]
        yield form.format(title.lower())
    for sentence in sorted(sentences(section), key=order)[:keep]:
        words = [w for w in re.findall(r"[A-Za-z][\w-]+", sentence) if w.lower() not in ENGLISH]
        size = 3 + order(sentence)[1] % 5
        if len(words) >= size:
            yield " ".join(words[:size]).lower()


def labels(folder: Path) -> list[str]:
    """Labels and definitions of the vocabulary (Turtle files), without repeats."""
    found: dict[str, None] = {}
    for path in sorted(folder.glob("*.ttl")):
        found.update(dict.fromkeys(re.findall(r'"([^"\\]{2,300})"@en', path.read_text(encoding="utf-8"))))
    return list(found)


def order(text: str) -> bytes:
    """A key that shuffles texts the same way everywhere."""
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
