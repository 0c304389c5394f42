"""Makes table.bin: word-piece vectors whose sum over a text comes close to a sentence encoder's vector of it.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python make.py --archives FOLDER --cache FOLDER --out table.bin

README.md describes the format and the method. The slow part is the teacher; its vectors stay in the cache.
"""

import argparse
import re
import struct
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import blake3
import numpy as np
import scipy.sparse as sparse

from encode import Teacher, vocabulary, word_pieces
from texts import Section, labels, order, queries, sections, sentences

MAGIC = b"CAIRNMT1"
LIMITS = (300, 600, 600, 300)  # sections, sentences, headings and queries of one source
WORD_SOURCES = 3  # in so many sources at least


class Options(NamedTuple):
    """What the ablations vary."""

    a: float = 3e-4  # weight of a piece: a / (a + its share of all pieces)
    ridge: float = 0.1  # pull towards the piece's own vector
    dims: int = 128
    steps: int = 20  # of conjugate gradients
    words: int = 0  # entries for frequent words that BERT splits
    rounds: int = 1  # further fits in which long texts count as much as short ones


class Texts(NamedTuple):
    """The texts of one source that the fit uses, each kind shuffled the same way everywhere."""

    source: str
    sections: list[str]
    sentences: list[str]
    titles: list[str]
    queries: list[str]


def targets(read: list[Section]) -> list[Texts]:
    """What to fit on, by source; a text that an earlier source has is left out."""
    by_source: dict[str, list[dict[str, None]]] = {}
    for section in read:
        kinds = by_source.setdefault(section.source, [{}, {}, {}, {}])
        kinds[0][section.full()] = None
        kinds[1].update(dict.fromkeys(sentences(section)))
        kinds[2].update(dict.fromkeys(title for title in section.trail if title))
        kinds[3].update(dict.fromkeys(queries(section, 1)))
    seen: set[str] = set()
    result = []
    for source, kinds in by_source.items():
        chosen = [sorted(kind.keys() - seen, key=order)[:limit] for kind, limit in zip(kinds, LIMITS)]
        seen.update(*kinds)
        result.append(Texts(source, *chosen))
    return result


def useful(piece: str) -> bool:
    """Whether a piece can occur in English text: it has no letters of other scripts and is not reserved."""
    if re.fullmatch(r"\[(PAD|CLS|SEP|MASK|unused\d+)\]", piece):
        return False
    names = [unicodedata.name(c, "") for c in piece if unicodedata.category(c)[0] in "LM"]
    return all("LATIN" in name or "GREEK" in name for name in names)


def whole_words(read: list[Section], pieces: list[str], most: int) -> list[str]:
    """Words that BERT splits, the most frequent first, if several sources use them."""
    tokenizer, known = word_pieces(pieces), set(pieces)
    count: Counter[str] = Counter()
    spread: dict[str, set[str]] = {}
    for text, source in {section.text: section.source for section in read}.items():
        normal = tokenizer.normalizer.normalize_str(text)
        for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal):
            if word not in known and word.isascii() and word.isalnum() and not word.isdigit() and len(word) <= 24:
                count[word] += 1
                spread.setdefault(word, set()).add(source)
    found = [word for word in count if len(spread[word]) >= WORD_SOURCES]
    return sorted(found, key=lambda word: (-count[word], word))[:most]


def bags(texts: list[str], pieces: list[str]) -> sparse.csr_matrix:
    """How often each piece occurs in each text."""
    tokenizer = word_pieces(pieces)
    unknown = pieces.index("[UNK]")
    rows = []
    for start in range(0, len(texts), 4096):
        for encoding in tokenizer.encode_batch(texts[start:start + 4096]):
            rows.append([i for i in encoding.ids if i != unknown])
    pointers = np.cumsum([0] + [len(row) for row in rows])
    columns = np.concatenate([np.array(row, np.int32) for row in rows])
    matrix = sparse.csr_matrix((np.ones(len(columns), np.float32), columns, pointers), (len(texts), len(pieces)))
    matrix.sum_duplicates()
    return matrix


def piece_weights(counts: sparse.csr_matrix, a: float) -> np.ndarray:
    """a / (a + p) for each piece, with p its share of all pieces."""
    share = np.asarray(counts.sum(0)).ravel() + 0.5
    share /= share.sum()
    return (a / (a + share)).astype(np.float32)


def weighted(counts: sparse.csr_matrix, weights: np.ndarray) -> sparse.csr_matrix:
    """Rows that take the weighted mean."""
    matrix = counts @ sparse.diags(weights.astype(np.float32))
    total = np.maximum(np.asarray(matrix.sum(1)).ravel(), 1e-9)
    return (sparse.diags((1 / total).astype(np.float32)) @ matrix).tocsr()


def fit(mean: sparse.csr_matrix, target: np.ndarray, own: np.ndarray, ridge: float, steps: int) -> np.ndarray:
    """Vectors E that minimise |mean E - target|² + ridge |E - own|², by conjugate gradients on each column.

    Pieces that no text has keep their own vector.
    """
    active = np.flatnonzero(np.bincount(mean.indices, minlength=len(own)))
    mean = mean[:, active].tocsr()
    back = mean.T.tocsr()
    change = np.zeros((len(active), own.shape[1]), np.float32)
    rest = back @ (target - mean @ own[active])
    step = rest.copy()
    size = np.einsum("ij,ij->j", rest, rest)
    for _ in range(steps):
        image = back @ (mean @ step)
        image += np.float32(ridge) * step
        alpha = size / np.maximum(np.einsum("ij,ij->j", step, image), 1e-12)
        change += alpha * step
        image *= alpha
        rest -= image
        before, size = size, np.einsum("ij,ij->j", rest, rest)
        step *= size / np.maximum(before, 1e-12)
        step += rest
    result = own.copy()
    result[active] += change
    return result


def principal(rows: np.ndarray, dims: int) -> tuple[np.ndarray, np.ndarray]:
    """(mean, 384 × dims rotation) of the strongest directions, each with a fixed sign."""
    centre = rows.mean(0, dtype=np.float64)
    spread = rows.astype(np.float64).T @ rows / len(rows) - np.outer(centre, centre)
    _, vectors = np.linalg.eigh(spread)
    rotation = vectors[:, ::-1][:, :dims]
    signs = np.sign(rotation[np.abs(rotation).argmax(0), np.arange(dims)])
    return centre.astype(np.float32), (rotation * signs).astype(np.float32)


def table(counts: sparse.csr_matrix, taught: np.ndarray, own: np.ndarray, options: Options) -> np.ndarray:
    """The rows of the table: fitted vectors, centred, turned to the strongest directions and weighted."""
    centre, rotation = principal(taught, options.dims)
    target = (taught - centre) @ rotation
    target /= np.maximum(np.linalg.norm(target, axis=1, keepdims=True), 1e-9)
    weights = piece_weights(counts, options.a)
    mean = weighted(counts, weights)
    vectors = fit(mean, target, (own - own.mean(0)) @ rotation, options.ridge, options.steps)
    for _ in range(options.rounds):
        length = np.maximum(np.linalg.norm(mean @ vectors, axis=1), 0.05)
        scale = sparse.diags((np.median(length) / length).astype(np.float32))
        vectors = fit((scale @ mean).tocsr(), target, vectors, options.ridge, options.steps // 2)
    return vectors * weights[:, None]


def quantise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(scales, 8-bit values) whose product is proportional to the rows."""
    largest = np.abs(rows).max(1)
    scales = np.rint(largest * (65535 / largest.max())).astype(np.int64)
    values = np.rint(rows * (127 / np.maximum(largest, 1e-12))[:, None]).astype(np.int8)
    values[scales == 0] = 0
    return scales.astype(np.uint16), values


def write(path: Path, pieces: list[str], scales: np.ndarray, values: np.ndarray) -> None:
    """Writes the file that README.md describes."""
    body = [MAGIC, struct.pack("<HHI", values.shape[1], 0, len(pieces))]
    for scale, row in zip(scales, values):
        body += [struct.pack("<H", scale), row.tobytes()]
    for piece in pieces:
        raw = piece.encode()
        body += [bytes([len(raw)]), raw]
    data = b"".join(body)
    path.write_bytes(data + blake3.blake3(data).digest())


def taught(teacher: Teacher, chosen: list[Texts], extra: list[str]) -> tuple[list[str], np.ndarray]:
    """All texts to fit on, cut as the teacher cuts them, and its vectors of them."""
    texts, rows = [], []
    for entry in chosen:
        for kind in ("sections", "sentences", "titles", "queries"):
            cut = teacher.cut(getattr(entry, kind))
            texts += cut
            rows.append(teacher.encode(cut, f"{entry.source}-{kind}"))
    texts += extra
    rows.append(teacher.encode(extra, "labels"))
    return texts, np.concatenate(rows).astype(np.float32)


def main() -> None:
    """Reads, encodes, fits, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archives", type=Path, required=True, help="folder of OWNER+NAME.tar.gz files")
    parser.add_argument("--vocabulary", type=Path, default=Path(__file__).parent.parent / "vocabulary")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the teacher's vectors")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "table.bin")
    parser.add_argument("--without", nargs="*", default=[], help="sources (OWNER/NAME) to leave out of the fit")
    for name, value in Options()._asdict().items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    given = parser.parse_args()
    options = Options(**{name: getattr(given, name) for name in Options._fields})
    read = list(sections(given.archives))
    pieces = [piece for piece in vocabulary() if useful(piece)]
    if options.words:
        pieces += whole_words(read, vocabulary(), options.words)
    chosen = [entry for entry in targets(read) if entry.source not in given.without]
    teacher = Teacher(given.cache)
    texts, rows = taught(teacher, chosen, labels(given.vocabulary))
    own = teacher.encode([piece.removeprefix("##") for piece in pieces], "pieces").astype(np.float32)
    result = table(bags(texts, pieces), rows, own, options)
    result[pieces.index("[UNK]")] = 0
    write(given.out, pieces, *quantise(result))
    print(f"{len(texts)} texts, {len(pieces)} pieces, {given.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
