"""A method in a file: JSON in the form of the protocol, or a workbook; read whole, and every defect with its place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding, RuleBroken
from protocol import canonical
from protocol.errors import ProtocolError
from trading.rules.archives import OLE
from trading.rules.methods.defects import Defect, defects
from trading.rules.methods.workbook import MAX_BYTES, read_workbook

ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Found:
    """A file as read: the value, and what keeps it from being a method, each with its path or cell."""

    scheme: Any
    findings: tuple[Finding, ...]


def write_json(scheme: Mapping[str, Any]) -> bytes:
    """The method as JSON to be read by people too."""
    return (json.dumps(scheme, ensure_ascii=False, indent=1) + "\n").encode()


def read_method_file(data: bytes) -> Found:
    """The method in a file; ``RuleBroken`` for a file that is neither a workbook nor JSON, with what to do."""
    if data.startswith((ZIP, OLE)):
        read = read_workbook(data)
        found = defects(read.scheme)
        return Found(read.scheme, tuple(finding(item, read.cell(item.path) or item.path) for item in found))
    scheme = _json(data)
    return Found(scheme, tuple(finding(item, item.path) for item in defects(scheme)))


def finding(item: Defect, place: str) -> Finding:
    """A defect as a finding; ``place`` is the cell or the path in the file."""
    message = _("%(place)s: %(sentence)s")
    return Finding("method_scheme", message, field="file", data={"place": place, "sentence": str(item)})


def _json(data: bytes) -> Any:
    try:
        value = canonical.decode_loose(data.removeprefix(b"\xef\xbb\xbf"), MAX_BYTES)
    except ProtocolError as error:
        message = _(
            "The file is neither XLSX nor JSON that can be read (%(why)s). Numbers with a point stand in quotes."
        )
        raise RuleBroken("method_unreadable", message, why=error.evidence or error.message) from error
    if isinstance(value, dict) and isinstance(value.get("method"), dict):  # a method.json as T binds it
        return value["method"].get("scheme")
    return value
