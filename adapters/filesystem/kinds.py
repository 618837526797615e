"""Which kind of file it is: what the first bytes say, and only then the ending of its name."""

import codecs
import re
from enum import StrEnum


class Kind(StrEnum):
    """How the rows lie in a file."""

    JSON_LINES = "jsonl"
    JSON = "json"
    SEPARATED = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"

    @property
    def is_table(self) -> bool:
        """Tell whether it is no text."""
        return self in {Kind.PARQUET, Kind.ARROW}


class NoDataError(ValueError):
    """The first bytes are those of something that guild does not read; fix says what to do."""

    def __init__(self, why: str, fix: str = "") -> None:
        super().__init__(why)
        self.fix = fix


HEAD = 64 * 1024
BOM = codecs.BOM_UTF8
TEXTS = (".jsonl", ".json", ".csv", ".tsv")
ENDINGS = (
    *(text + packed for text in TEXTS for packed in (".gz", ".zst", "")),
    ".parquet",
    ".arrow",
)

_TABLES = {
    b"PAR1": Kind.PARQUET,
    b"ARROW1": Kind.ARROW,
    b"\xff\xff\xff\xff": Kind.ARROW,
}
_FOREIGN = {
    b"BZh": "it is packed with bzip2",
    b"\xfd7zXZ\0": "it is packed with xz",
    b"PK\x03\x04": "it is a zip file, as spreadsheets are",
    b"7z\xbc\xaf": "it is packed with 7z",
    b"\x1f\x8b": "it is packed twice",
    b"\x28\xb5\x2f\xfd": "it is packed twice",
}
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LIST = re.compile(rb"\[\s*(?:[{\]\[]|$)")
_OPEN_OBJECT = re.compile(rb"\{(?:\s*|.*[:,{\[]\s*)")


def ending_of(name: str) -> str:
    """Give the ending of a name that guild takes in, '' for any other."""
    return next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")


def kind_of(head: bytes, name: str) -> Kind:
    """Recognise a file that is not packed by its first bytes, else by its name; or refuse it."""
    for magic, kind in _TABLES.items():
        if head.startswith(magic):
            return kind
    for magic, why in _FOREIGN.items():
        if head.startswith(magic):
            raise NoDataError(why, "unpack it, or pack it with gzip or zstd alone")
    if head.startswith(_WIDE):
        raise NoDataError(
            "it is UTF-16, not UTF-8", "iconv -f UTF-16 -t UTF-8 FILE > NEW, and add that"
        )
    return _kind_of_text(head.removeprefix(BOM).lstrip(), ending_of(name))


def check_text(head: bytes) -> None:
    """Refuse first bytes that are no text at all."""
    if b"\0" in head:
        raise NoDataError("it is not UTF-8 text: it holds NUL bytes")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        raise NoDataError(f"it is not UTF-8 text: byte {error.start + 1} is wrong") from error


def _kind_of_text(head: bytes, ending: str) -> Kind:
    first, _, rest = head.partition(b"\n")
    if _is_list(head, ending):
        return Kind.JSON
    if head.startswith(b"{") and rest.strip() and _OPEN_OBJECT.fullmatch(first.rstrip()):
        raise NoDataError(
            "it is one JSON object over several lines, not a list of them",
            "write the list alone, such as: jq .data FILE > NEW",
        )
    if head.startswith(b"{") or (b"\n{" in head and ending.startswith(".json")):
        return Kind.JSON_LINES
    if ending.startswith((".csv", ".tsv")):
        return Kind.SEPARATED
    return Kind.SEPARATED if _looks_separated(first, rest) else Kind.JSON_LINES


def _is_list(head: bytes, ending: str) -> bool:
    return bool(_LIST.match(head)) or (
        head.startswith(b"[") and not ending.startswith((".csv", ".tsv"))
    )


def _looks_separated(first: bytes, rest: bytes) -> bool:
    return bool(rest.strip()) and any(mark in first for mark in (b"\t", b","))
