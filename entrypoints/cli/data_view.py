"""What was found in a dataset, for people and for programs."""

from dataclasses import asdict
from typing import Any

from application.data_report import DataReport, Refused
from entrypoints.cli.app import App
from entrypoints.cli.errors import show_error
from entrypoints.cli.receipts import filled, mask_facts, numbered, show_bad_rows
from entrypoints.cli.render import Cell, show_facts


def show_report(app: App, file: str, report: DataReport) -> None:
    """Show what was found, the first bad rows by line, and each refusal with its fix."""
    show_facts(app, _facts(file, report))
    show_bad_rows(app, report.notes.bad)
    for refused in report.refusals:
        show_error(refused.error, as_json=False, about=refused.about or file)


def report_document(file: str, report: DataReport) -> dict[str, Any]:
    """Give everything that was found."""
    notes, receipt = report.notes, report.receipt
    return {
        "file": file,
        "ok": report.ok,
        "profile": report.profile,
        "format": notes.format or None,
        "rows": notes.read,
        "bad_rows": notes.bad_count,
        "bad": [asdict(each) for each in notes.bad],
        "untrained": notes.untrained,
        "over_long": notes.over_long_count,
        "over_long_rows": notes.over_long,
        "longest_over_long": notes.longest or None,
        "receipt": receipt and asdict(receipt),
        "remarks": list(receipt.remarks) if receipt else [],
        "lengths": report.lengths and asdict(report.lengths),
        "packing": report.room and asdict(report.room),
        "refusals": [_refusal_document(each) for each in report.refusals],
    }


def _facts(file: str, report: DataReport) -> dict[str, Cell]:
    notes = report.notes
    facts: dict[str, Cell] = {
        "file": file,
        "result": "a job would be refused" if report.refusals else "a job would train",
        "rows read": notes.read,
        "format": notes.format or None,
        "profile": report.profile,
        "bad rows": numbered(notes.bad_count, [each.number for each in notes.bad]),
        "without trained tokens": notes.untrained,
        "over-long": numbered(notes.over_long_count, notes.over_long),
    }
    if notes.longest:
        facts["longest over-long"] = f"{notes.longest} tokens"
    return {**facts, **_measures(report), **(mask_facts(report.receipt) if report.receipt else {})}


def _measures(report: DataReport) -> dict[str, Cell]:
    lengths, room = report.lengths, report.room
    if lengths is None or room is None:
        return {}
    return {
        "tokens per row": f"{lengths.least} to {lengths.most}, "
        f"median {lengths.median:g}, 95 % of rows up to {lengths.p95}",
        "packing": filled(room.batches, room.fill, packed=room.packed),
        "packing proof": "made when a job begins: it takes the weights" if room.packed else None,
    }


def _refusal_document(refused: Refused) -> dict[str, Any]:
    error = refused.error
    return {
        "code": error.code.value,
        "message": str(error),
        "why": error.why or None,
        "fix": list(error.fix),
        "about": refused.about or None,
    }
