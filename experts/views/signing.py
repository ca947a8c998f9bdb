"""What members sign in two steps: written and checked first, then shown as it will be signed by the own key."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from experts.forms.panel import Signed
from experts.selectors.panel_pages import PanelPage
from experts.views.answers import page


def asked(form: Signed) -> bool:
    """Whether the content stands and waits for its signature."""
    return not form.cleaned_data["signatures"]


def sign_page(
    request: HttpRequest, form: Signed, seen: PanelPage, kind: str, body: Mapping[str, Any], **more: Any
) -> HttpResponse:
    """The page that shows what is signed, with the content of the form carried along unseen."""
    names = [name for name in form.fields if name != "signatures"]
    hidden = [(name, value) for name in names for value in _values(form, name, more)]
    shown = [(form.fields[name].label, value) for name, value in hidden if form.fields[name].label and value]
    signing = {"kind": kind, "body": dict(body), "spkis": [seen.seat.sig_key] if seen.seat else []}
    return page(request, "panel_sign", seen=seen, signing=signing, hidden=hidden, shown=shown)


def _values(form: Signed, name: str, more: Mapping[str, Any]) -> list[str]:
    """What was sent under a name, or what the first step has found out instead."""
    if name in more:
        return [str(more[name])]
    data: Any = form.data
    return [str(one) for one in data.getlist(form.add_prefix(name))]
