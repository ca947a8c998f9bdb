"""How the finance desk answers: what became of a bank file, and files for the bank as downloads."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding.forms.security import BankFileForm
from bidding.models.security import MatchProposal
from bidding.payer_keys import payer_key
from bidding.rules.bank.lines import StatementRefused
from bidding.selectors.security_pages import books as book_reads
from bidding.selectors.security_pages.desk import parts_given
from bidding.services import security as acts
from bidding.services.security.line_propose import Part


def statement_take(form: BankFileForm, who: Actor, at: datetime) -> dict[str, Any]:
    """Take the file in; what the page says of it. No count and no name is among it."""
    data = form.cleaned_data
    account_id, upload = UUID(data["account"]), data["file"]
    given: dict[str, Any] = {"account_id": account_id, "name": upload.name, "stream": upload.file}
    given["key"] = payer_key()
    try:
        taken = acts.statement_import(dry_run=data["dry_run"], actor=who, at=at, **given)
    except StatementRefused as refusal:
        sentence = _(refusal.message) % refusal.data if refusal.data else _(refusal.message)
        form.add_error("file", _("Refused as a whole."))
        return {"refused": {"line": refusal.line, "where": refusal.where, "sentence": sentence}}
    return {"taken": book_reads.taken_words(taken, account_id, dry_run=data["dry_run"])}


def line_proposed(split: Sequence[tuple[str, Decimal]], **given: Any) -> MatchProposal:
    """Propose, with the numbers of sub-accounts as they were written."""
    parts = [Part(owner, amount) for owner, amount in parts_given(given["line_id"], split)]
    return acts.line_propose(parts=parts, **given)


def file_answer(content: bytes, name: str) -> HttpResponse:
    """A file for the bank, never shown in the browser."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
