"""What every page's frame shows: display choice, language twin, server time, latest checkpoint, who runs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel import clock
from portal.selectors import ledger

LOOK_COOKIE = "sunlit_look"
# choice -> (Bootstrap theme, contrast)
LOOKS = {
    "auto": ("light", ""),
    "light": ("light", ""),
    "dark": ("dark", ""),
    "more": ("light", "more"),
    "dark-more": ("dark", "more"),
}


@dataclass(frozen=True)
class LookChoice:
    """One entry of the display menu."""

    code: str
    word: str
    pressed: bool


class Frame:
    """The frame around a page; reads the database only when a template asks for the checkpoint."""

    def __init__(self, request: HttpRequest) -> None:
        """Keep the request; everything else is worked out when a template asks."""
        self.request = request
        self.now = clock.now()

    @cached_property
    def choice(self) -> str:
        """The display setting of the cookie, "auto" without a valid one."""
        chosen = self.request.COOKIES.get(LOOK_COOKIE, "auto")
        return chosen if chosen in LOOKS else "auto"

    @property
    def theme(self) -> str:
        """Value of `data-bs-theme`."""
        return LOOKS[self.choice][0]

    @property
    def contrast(self) -> str:
        """Value of `data-contrast`, or nothing."""
        return LOOKS[self.choice][1]

    @property
    def looks(self) -> list[LookChoice]:
        """The display menu in its order."""
        words = (
            ("auto", _("Same as my device")),
            ("light", _("Light")),
            ("dark", _("Dark")),
            ("more", _("High contrast")),
            ("dark-more", _("Dark, high contrast")),
        )
        return [LookChoice(code, word, code == self.choice) for code, word in words]

    @property
    def chinese(self) -> bool:
        """Whether this page is in Chinese."""
        return (get_language() or settings.LANGUAGE_CODE).startswith("zh")

    @property
    def twin_url(self) -> str:
        """The same page in the other language; after a form was posted, the page without its answers."""
        return translate_url(self.request.get_full_path(), "en" if self.chinese else "zh-hans")

    @property
    def path(self) -> str:
        """Where the display menu comes back to."""
        return self.request.get_full_path() if self.request.method == "GET" else "/"

    @property
    def section(self) -> str:
        """Which word of the navigation is current."""
        match = self.request.resolver_match
        return NAVIGATION.get(match.view_name, "") if match else ""

    @cached_property
    def checkpoint(self) -> ledger.CheckpointLine | None:
        """The latest ledger checkpoint, for the footer."""
        return ledger.latest_checkpoint_line()

    @property
    def operator(self) -> str:
        """Who runs this installation."""
        return settings.OPERATOR_NAME or _("Example City Public Resource Trading Centre")

    @property
    def phone(self) -> str:
        """The duty telephone of the trading centre."""
        return settings.OPERATOR_PHONE


NAVIGATION = {
    "portal:home": "tenders",
    "portal:notice": "tenders",
    "portal:openings": "openings",
    "portal:opening": "openings",
    "portal:verify": "verify",
    "portal:receipt": "verify",
    "portal:receipt-check": "verify",
    "portal:ledger": "ledger",
    "portal:checkpoints": "ledger",
    "portal:guide-verify": "guides",
}


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame` for base.html."""
    return {"frame": Frame(request)}
