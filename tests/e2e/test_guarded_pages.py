"""Pages behind a mailed link, a second factor or a fresh proof: reached as a person reaches them, held to the look.

Codes come from the secret on the page, links from the mail, passkeys from the browser's own virtual device.
"""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from accounts.models import OrganisationRecord
from kernel import clock
from tests import builders_accounts as build
from tests.e2e import pages
from tests.e2e.test_accounts_keys import PASSWORD, authenticator, sign_in
from tests.e2e.test_rare_pages import Reader, reader  # noqa: F401 - a fixture
from tests.web.account_forms.test_registration import paper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_browser]
LINK = re.compile(r"https?://\S+")
FRESH = "Another-good-password-2026"


@pytest.fixture
def base(live_server):
    """By name: passkeys know no bare addresses."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def someone(reader, base):  # noqa: F811
    """A bidder's person with a password, signed in, in front of a browser with a passkey device."""
    reader.base = base
    party = build.accepted(1, at=clock.now(), with_key=False)
    EmailAddress.objects.create(user=party.person, email=party.person.email, primary=True, verified=True)
    sign_in(reader.page, base, party.person)
    return party


def code_of(secret):
    """What a code app shows now for a secret as the page writes it (RFC 6238)."""
    now = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(re.sub(r"\W", "", secret), now))


def set_up_codes(reader):  # noqa: F811
    """Scan, type the code, and keep the secret."""
    page = reader.page
    page.goto(reader.base + "/en/account/2fa/totp/activate/")
    secret = page.inner_text("main p code")
    page.fill("#id_code", "000000")
    page.press("#id_code", "Enter")
    reader.look(page, "a wrong code of the app")
    secret = page.inner_text("main p code")
    page.fill("#id_code", code_of(secret))
    page.press("#id_code", "Enter")
    page.wait_for_url("**/recovery-codes/")
    return secret


def begin_sign_in(reader, person):  # noqa: F811
    """With the password, up to the second factor."""
    page = reader.page
    page.context.clear_cookies()
    page.goto(f"{reader.base}/en/account/login/")
    page.fill("#id_login", person.email)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url("**/2fa/authenticate/")


def mailed_to(mailoutbox, address):
    """The link of the newest mail to this address."""
    return [LINK.search(mail.body)[0] for mail in mailoutbox if mail.to == [address]][-1]


def test_what_a_mailed_link_leads_to(reader, someone, base, mailoutbox):  # noqa: F811
    page, new = reader.page, "new-address@example.test"
    page.goto(base + "/en/account/email/")
    page.fill("#id_email", new)
    with page.expect_navigation():
        page.click("button[name=action_add]")
    link = mailed_to(mailoutbox, new)
    key = re.search(r"confirm-email/([^/]+)/", link)[1]

    reader.sees("account_confirm_email", key)
    page.click("main form button")
    page.wait_for_url(lambda url: "confirm-email" not in url)
    assert EmailAddress.objects.get(email=new).verified
    reader.sees("account_confirm_email", "gone")

    page.context.clear_cookies()
    page.goto(base + "/en/account/password/reset/")
    page.fill("#id_email", someone.person.email)
    page.press("#id_email", "Enter")
    page.wait_for_url("**/password/reset/done/")
    link = mailed_to(mailoutbox, someone.person.email)
    person, token = re.search(r"reset/key/([0-9A-Za-z]+)-([^/]+)/", link).groups()
    reader.sees("account_reset_password_from_key", person, "wrong-token")
    page.goto(link)
    assert page.url.endswith("-set-password/")
    reader.sees("account_reset_password_from_key", person, "set-password")
    page.fill("#id_password1", "short")
    page.fill("#id_password2", "else")
    page.press("#id_password2", "Enter")
    page.wait_for_selector(".sl-errors")
    reader.look(page, "a new password refused")
    page.fill("#id_password1", FRESH)
    page.fill("#id_password2", FRESH)
    page.press("#id_password2", "Enter")
    page.wait_for_url("**/password/reset/key/done/")
    assert token not in page.url
    reader.sees("account_reset_password_from_key", person, token)
    assert reader.seen == pages.RARE["mail"]


def test_somebody_who_has_only_a_passkey_may_set_a_password(reader, someone):  # noqa: F811
    """Whoever came by an invitation or a passkey has no password yet; the session is all that proves them."""
    person = someone.person
    person.set_unusable_password()
    person.save()
    reader.enter(person.pk)

    reader.sees("account_set_password")
    assert reader.seen == pages.RARE["without a password"]


def test_what_a_code_app_leads_to(reader, someone):  # noqa: F811
    page = reader.page
    secret = set_up_codes(reader)
    reader.sees("mfa_view_recovery_codes")
    reader.sees("mfa_index")
    reader.sees("mfa_deactivate_totp")
    reader.sees("mfa_reauthenticate")
    begin_sign_in(reader, someone.person)
    reader.sees("mfa_authenticate")
    assert page.locator("#mfa_webauthn_authenticate").count() == 0  # nobody is offered what was never set up
    page.fill("#id_code", "000000")
    page.press("#id_code", "Enter")
    page.wait_for_selector(".sl-errors")
    reader.look(page, "a wrong code at the sign-in")
    page.fill("#id_code", code_of(secret))
    page.press("#id_code", "Enter")
    page.wait_for_url(lambda url: url.rstrip("/").endswith("/account"))
    assert reader.seen - {"mfa_index"} == pages.RARE["code app"]


def test_what_a_passkey_leads_to(reader, someone, base):  # noqa: F811
    page = reader.page
    authenticator(page)
    page.goto(base + "/en/account/2fa/webauthn/add/")
    page.fill("#id_name", "Laptop")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    reader.sees("mfa_list_webauthn")
    one = someone.person.authenticator_set.get(type="webauthn")
    reader.sees("mfa_edit_webauthn", one.pk)
    reader.sees("mfa_remove_webauthn", one.pk)
    reader.sees("mfa_reauthenticate_webauthn")
    page.goto(base + "/en/account/2fa/webauthn/reauthenticate/?next=/en/account/messages/")
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url(lambda url: urlsplit(url).path == "/en/account/messages/")
    begin_sign_in(reader, someone.person)
    reader.sees("mfa_authenticate")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(lambda url: url.rstrip("/").endswith("/account"))
    assert reader.seen - {"mfa_list_webauthn", "mfa_authenticate"} == pages.RARE["passkey"]


def test_where_a_paper_is_ended(reader, someone, client):  # noqa: F811
    client.force_login(someone.person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session.save()
    client.post(reverse("accounts:paper-add"), paper())
    record = OrganisationRecord.objects.get()

    reader.sees("accounts:paper-end", record.pk)
    with reader.page.expect_navigation():
        reader.page.click("main form button")
    reader.look(reader.page, "a paper ended without a reason")
    assert reader.seen == pages.RARE["papers"]
