"""The form every account page uses: a refusal by a rule becomes a sentence at its field."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.rules import paper_findings
from accounts.rules.articles import article_shown
from accounts.rules.notices import BEIJING
from accounts.rules.papers import HEAD_BYTES
from accounts.states import LABELS, label
from kernel.errors import Finding, RuleBroken

INTERNAL_SOURCES = ("ours", "journeys", "sealedbid")


def word(value: Enum) -> str:
    """A state, role or kind as the reader calls it."""
    return _(label(value))


def choices(kind: type[Enum], members: Iterable[Any] | None = None) -> list[tuple[str, str]]:
    """The choices of a field: code and word of each member."""
    return [(member.value, word(member)) for member in (members or LABELS[kind])]


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, with the look's class on each."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "form-check-input"})


class DayInput(forms.DateInput):
    """A day, by the browser's own picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PaperField(forms.FileField):
    """A file that is kept and never shown: PDF, OFD, PNG or JPEG."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.FileInput(attrs={"accept": ".pdf,.ofd,.png,.jpg,.jpeg"}),
            help_text=gettext_lazy(
                "PDF, OFD, PNG or JPEG, at most 50 MB. It is kept as it is, never changed."
            ),
            error_messages={"required": gettext_lazy("No file chosen. Choose the scanned paper.")},
            max_length=400,
            allow_empty_file=True,
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file, after a look at its name, its first bytes and its size."""
        given = super().clean(data, initial)
        if isinstance(given, UploadedFile):
            head = given.read(HEAD_BYTES)
            given.seek(0)
            if findings := paper_findings(given.name or "", head, given.size or 0):
                raise forms.ValidationError([sentence(finding) for finding in findings])
        return given


class DomainForm(forms.Form):
    """A form whose errors come from the rules as well: ``attempt`` runs the act and keeps what stands against it.

    ``places`` maps the field a finding names to the field of this form; ``headings`` names the part of a long form
    that begins with a field.
    """

    required_css_class = ""
    places: ClassVar[Mapping[str, str]] = {}
    headings: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.use_required_attribute = False
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _("This field is empty. Fill it in.")

    def attempt(self, act: Callable[[], Any]) -> Any:
        """What the act returns, or None with the refusal written at its fields."""
        try:
            return act()
        except RuleBroken as refusal:
            findings = refusal.findings or (Finding(refusal.code, refusal.message, data=refusal.data),)
            for finding in findings:
                place = self.places.get(finding.field, finding.field)
                self.add_error(place if place in self.fields else None, sentence(finding))
            return None

    @property
    def problems(self) -> int:
        """How many sentences the summary has."""
        return sum(len(errors) for errors in self.errors.values()) if self.is_bound else 0


def sentence(finding: Finding) -> str:
    """A finding in the reader's language, with the article behind it where there is one."""
    data = {
        name: word(value) if isinstance(value, Enum) and type(value) in LABELS else value
        for name, value in finding.data.items()
    }
    text = _(finding.message) % data if data else _(finding.message)
    public = finding.source and not finding.source.startswith(INTERNAL_SOURCES)
    if not public:
        return text
    return _("%(text)s (%(source)s)") % {"text": text, "source": article_words(finding.source)}


def article_words(article: str) -> str:
    """The article behind a rule in the page's language."""
    return article_shown(article, chinese=(get_language() or "zh-hans").startswith("zh"))


def day_begins(day: date) -> datetime:
    """00:00 of a day in Beijing."""
    return datetime.combine(day, time(), tzinfo=BEIJING)


def day_ends(day: date) -> datetime:
    """24:00 of a day in Beijing."""
    return day_begins(day) + timedelta(days=1)
