"""``manage.py makemessages`` which also finds the sentences of refusals.

A refusal carries its msgid as a plain argument (the kernel knows no Django), so the collector is told
which argument of which name it is.
"""

from typing import Final

from django.core.management.commands import makemessages

REFUSALS: Final = ("NotPermitted", "NotFound", "StateConflict", "RuleBroken", "Unavailable", "Finding")


class Command(makemessages.Command):
    """Django's collector with the kernel's names added."""

    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=deny:1",
        *(f"--keyword={name}:2" for name in REFUSALS),
    ]
