"""How the tests of account forms enter, address and post."""

import json

from django.urls import reverse
from django.utils import translation

from accounts.models import (
    Person,
)

PDF = b"%PDF-1.7 a paper"
PASSWORD = "correct horse battery staple"


def enter(client, person_id):
    client.force_login(Person.objects.get(pk=person_id))
    return client


def english(name, *args):
    """The address of an account page (or, with a colon or underscore inside, of any page) in English."""
    with translation.override("en"):
        return reverse(name if "_" in name else f"accounts:{name}", args=args)


def post(client, name, data, *args):
    return client.post(english(name, *args), data)


def signed(party, kind, body):
    return json.dumps([party.signer.sign(kind, body)])
