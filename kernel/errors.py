"""The five ways the domain says no.

Each error carries a stable ``code`` for programs, an English ``message`` (a gettext msgid which
may hold ``%(name)s`` placeholders) for people, and ``data`` to fill it. Only ``config/errors.py``
turns them into HTTP answers.
"""

import dataclasses
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Finding:
    """One rule that bites.

    ``code`` is stable; ``message`` is a msgid; ``source`` is the legal article or document the rule
    comes from; ``blocks`` is False for a warning; ``field`` names the input at fault, or is empty;
    ``data`` fills the placeholders of ``message``.
    """

    code: str
    message: str
    source: str = ""
    blocks: bool = True
    field: str = ""
    data: Mapping[str, object] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """A refusal by the domain. Raise one of the five kinds below, never this class."""

    def __init__(self, code: str, message: str, **data: object) -> None:
        """Keep the stable ``code``, the msgid ``message`` and the ``data`` which fills it."""
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.data: dict[str, object] = data

    def __str__(self) -> str:
        """The untranslated sentence, for logs and the command line; never fails on missing data."""
        try:
            return self.message % self.data if self.data else self.message
        except (KeyError, TypeError, ValueError):
            return self.message


class NotPermitted(DomainError):
    """The actor may not do this; the message is the reason (403)."""


class NotFound(DomainError):
    """No such thing, or none this actor may know of (404)."""


class StateConflict(DomainError):
    """The thing is not in a state in which this can happen (409)."""


class RuleBroken(DomainError):
    """One or more rules of the law or the rule pack forbid it; all are given at once (422)."""

    def __init__(self, code: str, message: str, findings: Sequence[Finding] = (), **data: object) -> None:
        """Keep every finding, in the order in which the rules were asked."""
        super().__init__(code, message, **data)
        self.findings: tuple[Finding, ...] = tuple(findings)


class Unavailable(DomainError):
    """Something the act depends on cannot be reached: store, time source, clock, log (503)."""
