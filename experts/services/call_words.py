"""What an invited expert is told, word for word: by the caller, by SMS or voice, by mail. Never project, owner, lot."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from trading.rules.counting import CHINA


def script(words: Mapping[str, object], until: datetime, *, reminder: bool = False) -> str:
    """The text a caller reads out, in the language of the moment; ``words`` are those of the invitation."""
    told = {**words, "until": moment_words(until)}
    if reminder:
        return (
            _(
                "You have accepted an evaluation: %(time)s, %(city)s, about %(hours)s hours. "
                "Bring your identity card. If you cannot come after all, say so at once on your page."
            )
            % told
        )
    return (
        _(
            "You are invited to an evaluation. Category: %(category)s. Time: %(time)s. City: %(city)s. "
            "It takes about %(hours)s hours. Fee: %(fee)s. Please answer before %(until)s: "
            "one, you accept; two, you cannot come, and why; three, you must stand aside for a conflict of interest. "
            "Please tell nobody of this call."
        )
        % told
    )


def mail_words(until: datetime, url: str, *, reminder: bool = False) -> tuple[str, str]:
    """Subject and body of a mail: an invitation, and until when; what it is about stands behind the login."""
    told = {"until": moment_words(until), "url": url}
    if reminder:
        return (
            _("A reminder from the expert pool"),
            _("You are expected at %(until)s (Beijing time). Details are on your page: %(url)s") % told,
        )
    return (
        _("You have an invitation"),
        _("You have an invitation. Please answer before %(until)s (Beijing time) on your page: %(url)s")
        % told,
    )


def moment_words(moment: datetime) -> str:
    """A moment as it is read out, in Beijing time."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
