"""The notification matrix as data: who is told what, by which way, and what must not be revealed.

``notifications.toml`` lists for each event the only fields its words may use. What must stay secret is
listed too, by name, and a row which would reveal it cannot be loaded: the leak is refused at the start of
the process, not looked for in the mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from string import Template

from accounts.states import Channel, Power

LANGUAGES = ("zh-hans", "en")
PHONE_CHANNELS = frozenset({Channel.SMS, Channel.VOICE})
BEIJING = timezone(timedelta(hours=8))
_WEEKDAYS = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
)


class MatrixInvalid(ValueError):
    """The matrix or its words would reveal something, or are incomplete; the message names the row."""


@dataclass(frozen=True)
class EventRule:
    """One row of the matrix.

    ``fields`` are the only data an event may carry, ``phone_fields`` those which may appear on a lock
    screen (SMS, voice). ``powers`` narrows the members told in an organisation; empty means all. ``later``
    says why an event cannot happen yet; such an event is never sent.
    """

    code: str
    to: tuple[str, ...]
    channels: tuple[Channel, ...]
    fields: frozenset[str]
    phone_fields: frozenset[str]
    must_not_reveal: frozenset[str]
    phone_must_not_reveal: frozenset[str]
    powers: frozenset[Power] = frozenset()
    urgent_channels: tuple[Channel, ...] = ()
    later: str = ""


@dataclass(frozen=True)
class Text:
    """The words of one event in one language: mail and site use subject and body, phones ``phone``."""

    subject: str
    body: str
    phone: str = ""


def matrix_parse(data: Mapping[str, object]) -> dict[str, EventRule]:
    """The matrix from its TOML. Raises ``MatrixInvalid`` for a row which is doubled or reveals a secret."""
    rules: dict[str, EventRule] = {}
    rows = data.get("event")
    if not isinstance(rows, list):
        raise MatrixInvalid("no [[event]] rows")
    for row in rows:
        rule = _event_rule(row)
        if rule.code in rules:
            raise MatrixInvalid(f"{rule.code}: listed twice")
        rules[rule.code] = rule
    return rules


def _event_rule(row: Mapping[str, object]) -> EventRule:
    def words(name: str) -> tuple[str, ...]:
        value = row.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise MatrixInvalid(f"{row.get('code')}: {name} is not a list of words")
        return tuple(value)

    try:
        rule = EventRule(
            code=str(row["code"]),
            to=words("to"),
            channels=tuple(Channel(word) for word in words("channels")),
            fields=frozenset(words("fields")),
            phone_fields=frozenset(words("phone_fields")),
            must_not_reveal=frozenset(words("must_not_reveal")),
            phone_must_not_reveal=frozenset(words("phone_must_not_reveal")),
            powers=frozenset(Power(word) for word in words("powers")),
            urgent_channels=tuple(Channel(word) for word in words("urgent_channels")),
            later=str(row.get("later", "")),
        )
    except (KeyError, ValueError) as error:
        raise MatrixInvalid(f"{row.get('code')}: {error}") from error
    if not rule.to or not rule.channels:
        raise MatrixInvalid(f"{rule.code}: nobody to tell, or no way to")
    if leak := rule.fields & rule.must_not_reveal:
        raise MatrixInvalid(f"{rule.code}: would reveal {sorted(leak)}")
    if leak := rule.phone_fields & (rule.must_not_reveal | rule.phone_must_not_reveal):
        raise MatrixInvalid(f"{rule.code}: would reveal {sorted(leak)} on a phone")
    if beyond := rule.phone_fields - rule.fields:
        raise MatrixInvalid(f"{rule.code}: phone_fields has more than fields: {sorted(beyond)}")
    return rule


def texts_parse(
    data: Mapping[str, Mapping[str, Mapping[str, str]]], rules: Mapping[str, EventRule]
) -> dict[tuple[str, str], Text]:
    """The words by (event, language). Raises ``MatrixInvalid`` when a language is missing, or when words
    use a field the row does not allow there.
    """
    texts: dict[tuple[str, str], Text] = {}
    for code, by_language in data.items():
        rule = rules.get(code)
        if rule is None:
            raise MatrixInvalid(f"{code}: words for an event the matrix does not know")
        for language in LANGUAGES:
            if language not in by_language:
                raise MatrixInvalid(f"{code}: no words in {language}")
            text = Text(**by_language[language])
            _check_words(rule, language, text)
            texts[code, language] = text
    if silent := sorted(set(rules) - set(data)):
        raise MatrixInvalid(f"{silent[0]}: no words at all")
    return texts


def _check_words(rule: EventRule, language: str, text: Text) -> None:
    used = set(Template(text.subject).get_identifiers()) | set(Template(text.body).get_identifiers())
    if beyond := used - rule.fields:
        raise MatrixInvalid(f"{rule.code} ({language}): uses {sorted(beyond)}")
    if beyond := set(Template(text.phone).get_identifiers()) - rule.phone_fields:
        raise MatrixInvalid(f"{rule.code} ({language}): says {sorted(beyond)} on a phone")
    phones = PHONE_CHANNELS & {*rule.channels, *rule.urgent_channels}
    if not text.subject or not text.body or (phones and not text.phone):
        raise MatrixInvalid(f"{rule.code} ({language}): words are missing")


def text_render(text: Text, data: Mapping[str, object], *, language: str) -> Text:
    """The words with ``data`` filled in; names ending in ``_at`` are ISO moments, shown in Beijing time."""
    shown = {name: _shown(name, value, language) for name, value in data.items()}
    return Text(
        subject=Template(text.subject).substitute(shown),
        body=Template(text.body).substitute(shown),
        phone=Template(text.phone).substitute(shown),
    )


def _shown(name: str, value: object, language: str) -> str:
    return moment_shown(datetime.fromisoformat(str(value)), language) if name.endswith("_at") else str(value)


def moment_shown(moment: datetime, language: str) -> str:
    """A moment in words and digits with its offset, as every deadline is shown."""
    local = moment.astimezone(BEIJING)
    weekday = _WEEKDAYS[local.weekday()]
    if language == "en":
        return f"{weekday[1]} {local.day} {local:%B %Y, %H:%M:%S}, Beijing time (UTC+8)"
    return f"{local.year}年{local.month}月{local.day}日 {weekday[0]} {local:%H:%M:%S} 北京时间"
