"""A panel from its review to the report in the owner's hands: what each member's device and the clock do."""

import secrets

from accounts.actors import SYSTEM
from bidding import store
from bidding.selectors.anchors import SAME_RUN, anchors_export
from bidding.states import Edition
from experts.models import Sheet
from experts.rules.sheets import Change, sheet_body, text_hash
from experts.selectors.draws import anchors_of, certifiers_of
from experts.selectors.evaluation import evaluation_of, method_of
from experts.selectors.report_draft import draft_body, settled
from experts.services.evaluation_bundle import evaluation_bundle
from experts.services.report_make import report_make
from experts.services.report_stand import report_sign
from experts.services.sheet_lock import sheet_lock
from experts.services.sheet_save import sheet_save
from protocol import dsse
from protocol.verify import verify
from tests.experts.panels.world import reviewing

MARKS = {"plan": "8", "team": "6"}


def facts(made):
    """Everybody has looked at everything, quantities are agreed on; what is evaluated is in the log, scoring begins."""
    made.marked()
    for number, bid in enumerate(made.bids):
        if method_of(made.lot).of_kind("objective") and not made.panel.facts.exists():
            made.fact(bid, value=str(number + 1))
    made.facts()
    return made


def scoring(**given):
    """The facts are in the log, nobody has marked anything."""
    return facts(reviewing(**given))


def changes(made, marks=None, notes=None):
    """Cells of a whole sheet: the same marks for every bid, unless ``marks`` says otherwise by bid and criterion."""
    evaluation = evaluation_of(made.panel)
    given = {bid: {**MARKS, **(marks or {}).get(bid, {})} for bid in evaluation.bids}
    return [
        Change(bid, name, mark, (notes or {}).get((bid, name), ""))
        for bid, row in given.items()
        for name, mark in row.items()
    ]


def save(made, member, cells=None, reason=""):
    """The page saves a member's cells."""
    given = changes(made) if cells is None else cells
    return sheet_save(panel_id=made.panel.pk, changes=given, actor=member.actor, at=made.at, reason=reason)


def locked(made, member, **instead):
    """What the member's device signs to lock the draft: keyword arguments of ``sheet_lock``."""
    draft = Sheet.objects.select_related("facts__entry").get(seat=member.id, state="draft")
    body = sheet_body(
        policy=made.lot.policy,
        facts=draft.facts.entry.ev,
        seat=member.number,
        look=draft.round,
        nonce=secrets.token_hex(32),
        marks=instead.get("marks", draft.marks),
        notes=draft.notes,
    )
    signer = instead.get("signer", member.signer)
    lock = member.signed(
        "sheet-lock",
        round=draft.round,
        reason=draft.reason,
        hash=dsse.event_id("score-sheet", body).hex(),
    )
    return {
        "sheet": {"body": body, "signatures": [signer.sign("score-sheet", body)]},
        "lock": instead.get("lock", lock),
    }


def lock(made, member, **instead):
    """A member locks his draft."""
    given = locked(made, member, **instead)
    return sheet_lock(panel_id=made.panel.pk, actor=member.actor, at=made.at, **given)


def marked(made, member, marks=None, reason=""):
    """A member fills in a whole sheet and locks it."""
    save(made, member, changes(made, marks), reason=reason)
    return lock(made, member)


def shown(made=None, marks=None, **given):
    """Every member has locked: the sheets are open to the panel. ``marks`` by seat number, then bid, criterion."""
    made = made or scoring(**given)
    for member in sitting(made):
        marked(made, member, (marks or {}).get(member.number))
    made.hall.cut()
    return made


def sitting(made):
    """The members in their seats."""
    return [one for one in made.members if one.seat.state == "seated"]


def report(made, matters="核对项目经理在建情况", **instead):
    """The chair signs the report."""
    evaluation = evaluation_of(made.panel)
    body = draft_body(evaluation, *settled(evaluation)) | instead
    signatures = [made.chair.signer.sign("evaluation-report", body)]
    made_report = report_make(
        panel_id=made.panel.pk,
        body=body,
        signatures=signatures,
        matters=matters,
        actor=made.chair.actor,
        at=made.at,
    )
    made.hall.cut()
    return made_report


def sign(made, member, note=""):
    """A member signs the report, or dissents with a note."""
    given = member.signed(
        "report-sign",
        report=made.panel.reports.order_by("-number").first().entry.ev,
        stance="dissent" if note else "agree",
        note=text_hash(note) if note else None,
    )
    return report_sign(panel_id=made.panel.pk, note=note, actor=member.actor, at=made.at, **given)


def handed(made):
    """Every member signs; the report is the owner's."""
    for member in sitting(made):
        sign(made, member)
    made.hall.cut()
    return made


def judged(made, folder, edition=Edition.PUBLIC):
    """What a stranger finds in the bundle with draws and evaluation."""
    bundle = evaluation_bundle(lot_id=made.lot.pk, edition=edition, actor=SYSTEM, at=made.at)
    path = folder / f"{edition.value}.zip"
    path.write_bytes(b"".join(store.default().read(bundle.path)))
    lots = [made.lot]
    anchors = anchors_export(
        lots=lots,
        registrar=made.hall.registry.registrar.spki.hex(),
        origin=SAME_RUN,
        draws=anchors_of(lots),
        certifiers=certifiers_of(lots),
    )
    return verify(path, anchors, []), path, anchors
