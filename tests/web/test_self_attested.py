"""A panel drawn by one officer alone is called self-attested wherever people work with it or read its result."""

import io
from http import HTTPStatus

import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from tests.experts.draws import world
from tests.experts.draws.conftest import own_installation  # noqa: F401 - keys of each test's own
from tests.experts.panels import scored
from tests.web.test_draw_pages import at, client_of

pytestmark = pytest.mark.django_db
LABEL = {"zh-hans": "自证", "en": "Self-attested: for trials only."}
ALONE = {"t": 1, "n": 1}


def written(client, name, *args):
    """A page in both languages, each of which says it."""
    for language, label in LABEL.items():
        answer = client.get(at(name, *args, language=language))
        assert answer.status_code == HTTPStatus.OK, (name, language)
        assert label in answer.content.decode(), (name, language)


def test_the_supervisor_reads_it_before_he_signs_the_header(monkeypatch, kept):
    play = kept(world.play)
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    play.asked()
    play.begun(**ALONE)
    play.prepared()

    written(client_of(play.supervisor.actor), "draw-sign", play.draw_id)


def test_panel_process_and_report_say_it_on_the_screen_and_on_paper(monkeypatch, kept):
    made = kept(scored.scoring, officers=ALONE)
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    panel, member = made.panel.pk, client_of(made.chair.actor)
    written(member, "panel", panel)
    written(client_of(made.supervisor.actor), "panel-process", panel)
    scored.shown(made)
    scored.report(made)
    scored.handed(made)
    owner = client_of(made.owner.actor)

    written(owner, "report", panel)

    for language, label in LABEL.items():
        with translation.override(language):
            paper = owner.get(reverse("portal:report-file", args=[panel, 1]))
        text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.content)).pages)
        assert label in text, language


@pytest.mark.parametrize("production", [False, True])
def test_the_form_refuses_one_officer_in_production(settings, monkeypatch, production, kept):
    """Decision 7: the refusal names the field and what to give instead, and nothing has begun."""
    play = kept(world.play)
    monkeypatch.setattr("kernel.clock.now", lambda: play.now)
    play.asked()
    operator = client_of(play.operator)
    settings.PRODUCTION = production

    answer = operator.post(at("draw-begin", play.request.pk, language="en"), {"t": "1"})

    assert answer.status_code == (HTTPStatus.UNPROCESSABLE_ENTITY if production else HTTPStatus.FOUND)
    assert world.Draw.objects.exists() is not production
    if production:
        page = answer.content.decode()
        assert 'href="#id_t"' in page
        assert "give 2 or more" in page
