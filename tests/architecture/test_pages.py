"""Templates: nothing inline, nothing from elsewhere, everything translatable."""

import re

import pytest
from django.conf import settings

from tests.architecture import tree

TEMPLATES = sorted(path for path in (tree.ROOT / "templates").rglob("*.html"))
IDS = [path.relative_to(tree.ROOT / "templates").as_posix() for path in TEMPLATES]
COMMENT = re.compile(r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|<!--.*?-->", re.DOTALL)
FORBIDDEN = {
    "inline style": re.compile(r"""\sstyle\s*=\s*["']""", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "javascript address": re.compile(r"""["']\s*javascript:""", re.IGNORECASE),
    "htmx evaluated attribute": re.compile(r"""\shx-(on|vars)\b|["']js:""", re.IGNORECASE),
    # help_text is written in forms.py, never by a reader
    "unescaped output": re.compile(r"(?<!help_text)\|\s*safe\b|\{%\s*autoescape\s+off"),
    "foreign file": re.compile(
        r"""<(?:script|img|iframe|link|source|video|audio)\b[^>]*\b(?:src|href)\s*=\s*["'](?:https?:)?//""",
        re.IGNORECASE,
    ),
}
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.IGNORECASE | re.DOTALL)
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.IGNORECASE | re.DOTALL)
MSGID = re.compile(
    r"\{%\s*(?:translate|trans)\b.*?%\}|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}",
    re.DOTALL,
)
CHINESE = re.compile(r"[一-鿿]")


def text_of(path):
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_nothing_inline_and_nothing_foreign(path):
    text = text_of(path)
    found = {
        name: match.group()[:80] for name, pattern in FORBIDDEN.items() if (match := pattern.search(text))
    }

    assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_scripts_are_files_or_data(path):
    for attributes, body in SCRIPT.findall(text_of(path)):
        assert "src=" in attributes or 'type="application/json"' in attributes, body[:80]


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_posted_forms_carry_their_token(path):
    for form in FORM.findall(text_of(path)):
        if re.search(r'method\s*=\s*"post"', form, re.IGNORECASE):
            assert "csrf_token" in form, form[:120]


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_msgids_are_english(path):
    """Chinese lives in locale/; the brand, names of languages, and terms within a msgid excepted."""
    kept = re.sub(r"阳光交易|简体中文|中文", "", MSGID.sub("", text_of(path)))

    assert not CHINESE.search(kept), CHINESE.search(kept)


def test_policy_allows_our_own_files_only():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    sources = {name: set(map(str, values)) for name, values in directives.items()}

    assert sources["default-src"] == {"'none'"}
    assert sources["script-src"] == sources["style-src"] == sources["connect-src"] == {"'self'"}
    assert sources["img-src"] == {"'self'", "data:"}
    assert sources["frame-ancestors"] == sources["base-uri"] == {"'none'"}
    assert sources["form-action"] == {"'self'"}
