"""Translations: every msgid has its Chinese, none is fuzzy, none was forgotten to be collected."""

import ast
import gettext
import re
import shutil
import subprocess
import sys

import pytest

from tests.architecture import tree

CATALOGUE = tree.ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
CONTEXT = "\x04"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def entries(text):
    """(key, msgstrs, fuzzy) of each living entry of a catalogue; the key is the msgid, behind its context if any."""
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        fields, current = {}, None
        for line in lines:
            if match := re.match(r'(msgid_plural|msgid|msgctxt|msgstr(?:\[\d\])?) "(.*)"$', line):
                current = match[1]
                fields[current] = match[2]
            elif current and (match := re.match(r'"(.*)"$', line)):
                fields[current] += match[1]
        if fields.get("msgid"):
            context = f"{fields['msgctxt']}{CONTEXT}" if "msgctxt" in fields else ""
            yield context + fields["msgid"], [v for k, v in fields.items() if k.startswith("msgstr")], fuzzy


def read(path):
    return list(entries(path.read_text(encoding="utf-8")))


def test_every_sentence_has_its_chinese():
    missing = [msgid for msgid, translations, _ in read(CATALOGUE) if not all(translations)]

    assert not missing


def test_no_translation_is_a_guess():
    assert not [msgid for msgid, _, fuzzy in read(CATALOGUE) if fuzzy]


def test_translations_keep_the_placeholders():
    def names(text):
        return {a or b for a, b in PLACEHOLDER.findall(text)}

    differing = [
        msgid
        for msgid, translations, _ in read(CATALOGUE)
        if any(text and names(text) != names(msgid) for text in translations)
    ]

    assert not differing


def test_compiled_catalogue_is_the_written_one():
    """The compiled file is kept beside it: a machine with nothing but Python shows Chinese, too."""
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = [
        msgid
        for msgid, translations, _ in read(CATALOGUE)
        if compiled.gettext(unescape(msgid)) not in {unescape(text) for text in translations}
        and compiled.ngettext(unescape(msgid), "", 1) not in {unescape(text) for text in translations}
    ]

    assert not stale


def unescape(text):
    return ast.literal_eval(f'"{text}"')


@pytest.mark.needs_gettext
def test_no_sentence_was_forgotten(tmp_path):
    """Collect anew in a copy of the tree: the catalogue already holds all of it."""
    for package in (*tree.PACKAGES, "templates", "locale", "manage.py"):
        source = tree.ROOT / package
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / package)
    (tmp_path / "static").mkdir()

    result = subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-location", "--no-wrap"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert result.returncode == 0, result.stderr[-2000:]
    known = {msgid for msgid, _, _ in read(CATALOGUE)}
    collected = {msgid for msgid, _, _ in read(tmp_path / "locale/zh_Hans/LC_MESSAGES/django.po")}
    assert collected - known == set()
