"""Keep a lot's evaluation method as data, in a draft; or go back to a method in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import NotFound, RuleBroken
from ledger.services import record_append
from protocol import canonical, hashing
from protocol.errors import ProtocolError
from trading import selectors
from trading.models import Lot
from trading.rules.methods.files import read_method_file
from trading.rules.methods.templates import method_templates
from trading.rules.schemes import AGREED
from trading.services.tender_draft import may_draft, require_draft

MAX_BYTES = 400_000


@transaction.atomic
def method_set(*, lot_id: UUID, scheme: Mapping[str, Any], actor: Actor, at: datetime) -> Lot:
    """Keep ``scheme`` as the method of a lot in draft; what is not in order in it blocks publishing, not saving.

    The members which stand beside the method (kind, candidates, coefficient) are taken from it, so that they agree;
    a method in words is dropped. ``RuleBroken`` for a value that is no JSON the protocol can write, or too large.
    """
    lot = selectors.lot_for_update(lot_id)
    may_draft(lot.tender, actor, at)
    require_draft(lot.tender)
    try:
        data = canonical.encode(dict(scheme))
    except ProtocolError as error:
        message = _("This method cannot be kept: %(why)s.")
        raise RuleBroken("method_not_data", message, why=error.message) from error
    if len(data) > MAX_BYTES:
        raise RuleBroken("method_too_large", _("The method is too large to be kept. Leave rows out."))
    beside = {name: scheme[name] for name in AGREED if scheme.get(name)}
    lot.method = {**beside, "scheme": canonical.decode(data)}
    lot.save(update_fields=["method"])
    changed(lot, hashing.sha256(data).hex(), actor, at)
    return lot


@transaction.atomic
def method_drop(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """Take the method as data out of a draft; kind and number of candidates stay for the method in words."""
    lot = selectors.lot_for_update(lot_id)
    may_draft(lot.tender, actor, at)
    require_draft(lot.tender)
    lot.method = {name: value for name, value in lot.method.items() if name != "scheme"}
    lot.save(update_fields=["method"])
    changed(lot, "", actor, at)
    return lot


def changed(lot: Lot, digest: str, actor: Actor, at: datetime) -> None:
    """The entry of the ledger: which method stands from now on, by its hash; empty for one in words."""
    subject = f"{lot.tender.reference}/{lot.code}"
    record_append(name="lot-method-set", subject=subject, data={"scheme": digest}, actor=actor.key, at=at)


@transaction.atomic
def method_begin(*, lot_id: UUID, template: str, actor: Actor, at: datetime) -> Lot:
    """Begin a lot's method from a template of the packs. ``NotFound`` for one there is not."""
    found = next((row for row in method_templates() if row.id == template), None)
    if found is None:
        raise NotFound("template_unknown", _("There is no such template."))
    return method_set(lot_id=lot_id, scheme=found.scheme, actor=actor, at=at)


@transaction.atomic
def method_file_set(*, lot_id: UUID, data: bytes, actor: Actor, at: datetime) -> Lot:
    """Keep the method in a file. ``RuleBroken`` with every defect and its cell or path; then nothing is changed."""
    lot = selectors.lot_for_update(lot_id)
    may_draft(lot.tender, actor, at)
    found = read_method_file(data)
    if found.findings:
        raise RuleBroken("method_defects", _("The method in the file is not in order."), found.findings)
    return method_set(lot_id=lot_id, scheme=found.scheme, actor=actor, at=at)
