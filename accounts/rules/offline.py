"""Signing outside the browser: the file a page offers, and what the offline tool gives back for it.

The tool (``python -m protocol sign``) returns every body it signed, so that a page can say what differs, instead of
only that a signature does not hold.
"""

import base64
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts.rules.signed import fingerprint
from kernel.errors import RuleBroken
from protocol import bodies, canonical, dsse, papers
from protocol.errors import ProtocolError

Part = Mapping[str, Any]
"""``id``, ``title``, ``kind`` and ``body`` of one thing to be signed."""
_BACK = bodies.record(
    v=bodies.one_of(papers.SIGNED),
    parts=bodies.rows(bodies.record(**papers.PART, signatures=bodies.SIGNATURES), 1, 100),
)


def signing(parts: Sequence[Part], spkis: Collection[str]) -> dict[str, Any]:
    """What a signing panel needs: the parts, the keys (SPKI, hex) which may sign, and the file for the tool.

    ``text`` is that file, ``link`` the same as an address from which it can be saved without asking the server again.
    """
    plain = [{name: part[name] for name in ("id", "kind", "body")} for part in parts]
    data = canonical.encode({"v": papers.ASKED, "parts": plain})
    link = "data:application/json;base64," + base64.b64encode(data).decode("ascii")
    return {"parts": list(parts), "spkis": sorted(spkis), "text": data.decode("utf-8"), "link": link}


def signing_one(kind: str, body: Mapping[str, Any], spkis: Collection[str]) -> dict[str, Any]:
    """The panel for a single body."""
    part = {"id": kind, "title": kind, "kind": kind, "body": dict(body)}
    return {"kind": kind, "body": dict(body), **signing([part], spkis)}


def tool_signatures(
    found: Mapping[str, Any], asked: Sequence[Part], spkis: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    """Signatures by id of the part, from the file the tool wrote; each compared with what the page asks.

    RuleBroken: ``tool_file`` (not that file), ``tool_act`` (of another page), ``tool_body`` (names the members that
    differ), ``tool_signature`` (does not hold), ``tool_key`` (names the key, and those which may sign).
    """
    try:
        _BACK(found, "file")
    except ProtocolError as error:
        raise RuleBroken(
            "tool_file",
            _("This is not the file which the tool wrote (%(why)s). Paste the whole file, unchanged."),
            why=error.message,
        ) from error
    given = {part["id"]: part for part in found["parts"]}
    if {name: part["kind"] for name, part in given.items()} != {part["id"]: part["kind"] for part in asked}:
        raise RuleBroken(
            "tool_act",
            _(
                "This file signs something else than this page asks. Save the file to sign from this page, and sign it."
            ),
        )
    for part in asked:
        _check(part, given[part["id"]], spkis)
    return {name: list(part["signatures"]) for name, part in given.items()}


def _check(asked: Part, given: Part, spkis: Collection[str]) -> None:
    """One part: the very body the page shows, signed by keys that may sign it."""
    told = {"title": asked["title"]}
    wanted, signed = asked["body"], given["body"]
    if canonical.encode(wanted) != canonical.encode(signed):
        names = {*wanted, *signed} if isinstance(signed, dict) else {*wanted}
        fields = sorted(
            name for name in names if not isinstance(signed, dict) or wanted.get(name) != signed.get(name)
        )
        raise RuleBroken(
            "tool_body",
            _(
                "%(title)s: other values were signed than this page shows (%(fields)s). "
                "Save the file to sign from this page again, and sign that."
            ),
            fields=", ".join(fields),
            **told,
        )
    for signature in given["signatures"]:
        try:
            spki = dsse.verify_one(asked["kind"], canonical.encode(wanted), signature).hex()
        except ProtocolError as error:
            raise RuleBroken(
                "tool_signature",
                _("%(title)s: the signature does not hold (%(why)s). Sign the file again."),
                why=error.message,
                **told,
            ) from error
        if spki not in spkis or "key" not in signature:
            raise RuleBroken(
                "tool_key",
                _("%(title)s: the key %(key)s may not sign here. Sign with one of these keys: %(keys)s."),
                key=fingerprint(spki),
                keys=", ".join(fingerprint(one) for one in sorted(spkis)) or "-",
                **told,
            )
