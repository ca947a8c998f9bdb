"""How the finance desk answers: what became of a bank file, and files for the bank as downloads."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding.forms.security import BankFileForm
from bidding.rules.bank.lines import StatementRefused
from bidding.selectors.security_pages import books as book_reads
from bidding.services import security as acts


def statement_take(form: BankFileForm, who: Actor, at: datetime) -> dict[str, Any]:
    """Take the file in; what the page says of it. No count and no name is among it."""
    data = form.cleaned_data
    account_id, upload = UUID(data["account"]), data["file"]
    given: dict[str, Any] = {"account_id": account_id, "name": upload.name, "stream": upload.file}
    try:
        taken = acts.statement_import(dry_run=data["dry_run"], actor=who, at=at, **given)
    except StatementRefused as refusal:
        sentence = _(refusal.message) % refusal.data if refusal.data else _(refusal.message)
        form.add_error("file", _("Refused as a whole."))
        return {"refused": {"line": refusal.line, "where": refusal.where, "sentence": sentence}}
    return {"taken": book_reads.taken_words(taken, account_id, dry_run=data["dry_run"])}


def file_answer(content: bytes, name: str) -> HttpResponse:
    """A file for the bank, never shown in the browser."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
