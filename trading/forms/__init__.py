"""Input shapes of the trading pages and the sentences people read when something does not fit."""

from trading.forms.base import SignedForm
from trading.forms.conduct import (
    AddendumForm,
    AnswerForm,
    CancelForm,
    KeyForm,
    OrderForm,
    OverrideForm,
    PostponeForm,
    ReplyForm,
    SuspendForm,
)
from trading.forms.draft import DocumentForm, LotForm, SheetForm
from trading.forms.gatherings import AbsenceForm, MediaForm, MeetingForm
from trading.forms.method import MethodFileForm, MethodForm
from trading.forms.opening import OpeningForm, SeatForm
from trading.forms.project import IntakeForm, ProjectForm

__all__ = [
    "AbsenceForm",
    "AddendumForm",
    "AnswerForm",
    "CancelForm",
    "DocumentForm",
    "IntakeForm",
    "KeyForm",
    "LotForm",
    "MediaForm",
    "MeetingForm",
    "MethodFileForm",
    "MethodForm",
    "OpeningForm",
    "OrderForm",
    "OverrideForm",
    "PostponeForm",
    "ProjectForm",
    "ReplyForm",
    "SeatForm",
    "SheetForm",
    "SignedForm",
    "SuspendForm",
]
