"""Makes the test data of Cairn's own reader of word pieces again, with the package `tokenizers` and `table.bin`.

    python pieces.py ../../tests/fixtures/meaning/pieces.jsonl

Each line of the file is an object with a text; its pieces and its sum (components 0, 1 and 127 of the sum of the
pieces' rows, and the sum of all components) are replaced. Needed after a new table. To test a new text, add a line
with the text alone.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

from encode import word_pieces

HEAD = 16  # bytes before the rows


def table(path: Path) -> tuple[list[str], np.ndarray]:
    """The pieces of a table, and the row of each piece as integers: scale times values."""
    data = path.read_bytes()
    dimensions, _, count = struct.unpack_from("<HHI", data, 8)
    rows = np.frombuffer(data, dtype=np.uint8, count=count * (2 + dimensions), offset=HEAD).reshape(count, -1)
    scales = rows[:, :2].copy().view("<u2")[:, 0].astype(np.int64)
    values = rows[:, 2:].view(np.int8).astype(np.int64) * scales[:, None]
    pieces, at = [], HEAD + count * (2 + dimensions)
    for _ in range(count):
        pieces.append(data[at + 1 : at + 1 + data[at]].decode())
        at += 1 + data[at]
    return pieces, values


def main(path: Path) -> None:
    pieces, values = table(Path(__file__).with_name("table.bin"))
    rows = dict(zip(pieces, values))
    unknown = [] if "[UNK]" in rows else ["[UNK]"]
    tokenizer = word_pieces(pieces + unknown)
    lines = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        text = json.loads(line)["text"]
        found = tokenizer.encode(text, add_special_tokens=False).tokens
        total = sum((rows[piece] for piece in found if piece in rows), np.zeros(values.shape[1], dtype=np.int64))
        numbers = [int(number) for number in (total[0], total[1], total[-1], total.sum())]
        lines.append(json.dumps({"text": text, "pieces": found, "sum": numbers}))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
