"""Bid security in the demonstration: every state it can be in, reached as its people and the bank would reach it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID

from accounts.actors import SYSTEM
from accounts.models import BasicAccount
from accounts.states import OrganisationKind, Role
from bidding.models.security import BankLine, CollectingAccount, Refund, SubAccount
from bidding.payer_keys import payer_key
from bidding.rehearsal import hosts
from bidding.rehearsal.clock import Clock
from bidding.rehearsal.parties import Party, Registry
from bidding.rehearsal.tenders import Published
from bidding.services import outcomes
from bidding.services import security as acts
from bidding.states.security import LineKind, RefundState
from portal.demo.bank_files import HOLDER, Bank, Movement
from trading.models import Lot
from trading.rules.counting import local_day
from trading.services import documents_take

DEPOSIT = Decimal(20_000)
NUMBER, PREFIX = "350016168500525", "35001616"
MAKER, CHECKER, SECOND = "财务经办", "财务复核", "招标人负责人"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PERSONAL = {"other": "某个人", "other_account": "6222000011112222"}
ISSUER = "预演担保公司"


@dataclass
class Deposits:
    """The centre's account, its two finance people, and its bank."""

    registry: Registry
    clock: Clock
    bank: Bank = field(default_factory=lambda: Bank(NUMBER))

    def open(self) -> CollectingAccount:
        """The collecting account, opened once, and the two people who keep it."""
        centre = self.registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=self.clock.now)
        for name in (MAKER, CHECKER):
            self.registry.staff(centre, Role.FINANCE, name, at=self.clock.now)
        return acts.collecting_account_open(
            code="demo",
            holder=HOLDER,
            bank="预演银行",
            number=NUMBER,
            currency="CNY",
            columns="",
            prefix=PREFIX,
            opened_on=local_day(self.clock.now),
            opening_balance=Decimal(0),
            actor=SYSTEM,
            at=self.clock.now,
        )

    @property
    def account(self) -> UUID:
        """The id of the collecting account."""
        return CollectingAccount.objects.get(code="demo").pk

    def firm(self, name: str, lot: Lot) -> Party:
        """A firm that has taken the documents of this lot."""
        party = self.registry.party(name, OrganisationKind.BIDDER, at=self.clock.now)
        documents_take(tender_id=lot.tender_id, actor=party.actor, at=self.clock.now)
        return party

    def sub(self, name: str, lot: Lot) -> SubAccount:
        """Its own account for this lot."""
        party = self.firm(name, lot)
        return acts.sub_account_issue(lot_id=lot.pk, actor=party.actor, at=self.clock.now)

    def pay(self, sub: SubAccount, **changes: object) -> None:
        """A payment as the right payer makes it; ``changes`` say what is wrong with it."""
        basic = BasicAccount.objects.get(organisation=sub.organisation, until__isnull=True)
        facts = {
            "amount": DEPOSIT,
            "at": self.clock.now,
            "other": sub.organisation.name,
            "other_account": basic.number,
            "credited": sub.number,
            "text": sub.number[-8:],
        }
        self.bank.book(Movement(**{**facts, **changes}))  # type: ignore[arg-type]

    def take(self) -> None:
        """Take in what the bank has booked since the last statement."""
        self.clock.after(seconds=60)
        name, content = self.bank.statement(self.clock.now)
        maker = self.registry.staff_member(MAKER).actor
        given = {"account_id": self.account, "name": name, "stream": BytesIO(content), "key": payer_key()}
        acts.statement_import(actor=maker, at=self.clock.now, **given)  # type: ignore[arg-type]
        self.clock.after(seconds=60)
        self.clock.cut()

    def guarantee(self, name: str, one: Published, number: str, *, genuine: bool) -> None:
        """A guarantee, and what two people heard of its issuer."""
        party, at = self.firm(name, one.lot), self.clock.now
        row = acts.guarantee_register(
            lot_id=one.lot.pk,
            form="e_guarantee",
            number=number,
            issuer=ISSUER,
            beneficiary=one.owner.organisation.name,
            amount=DEPOSIT,
            valid_from=local_day(at),
            valid_until=local_day(one.close_at + timedelta(days=120)),
            file_name="guarantee.pdf",
            content=PDF,
            actor=party.actor,
            at=at,
        )
        maker, checker = (self.registry.staff_member(who).actor for who in (MAKER, CHECKER))
        reason = "按出具方官网电话核实" if genuine else "出具方答复没有此编号"
        acts.guarantee_check(guarantee_id=row.pk, genuine=genuine, reason=reason, actor=maker, at=at)
        acts.guarantee_check_decide(guarantee_id=row.pk, confirm=True, actor=checker, at=at)

    def refunds(self, firms: Sequence[str], lot: Lot) -> list[Refund]:
        """What is due back to these firms for this lot, in their order."""
        rows = Refund.objects.filter(sub_account__lot=lot, state=RefundState.DUE_BACK.value)
        found = {row.sub_account.organisation.name: row for row in rows if row.sub_account}
        return [found[name] for name in firms]

    def order(self, refunds: Sequence[Refund]) -> None:
        """A list by one, approved by another, handed to the bank."""
        maker, checker = (self.registry.staff_member(who).actor for who in (MAKER, CHECKER))
        ids = [row.pk for row in refunds]
        made = acts.refund_list_make(account_id=self.account, refund_ids=ids, actor=maker, at=self.clock.now)
        self.clock.after(seconds=600)
        acts.refund_list_decide(
            list_id=made.pk, confirm=True, answer="已核对", actor=checker, at=self.clock.now
        )
        acts.refund_list_send(list_id=made.pk, format="pain.001", actor=maker, at=self.clock.now)
        self.clock.after(seconds=600)

    def charged(self, amount: Decimal, kind: LineKind) -> None:
        """The bank takes a fee or gives interest, and two people say so."""
        self.bank.book(Movement(amount, self.clock.now, "", "", text=kind.value))
        self.take()
        maker, checker = (self.registry.staff_member(who).actor for who in (MAKER, CHECKER))
        line = BankLine.objects.filter(account=self.account, amount=amount).latest("imported_at")
        made = acts.line_propose(
            line_id=line.pk, parts=[], kind=kind, reason="对账单附言", actor=maker, at=self.clock.now
        )
        acts.proposal_decide(
            proposal_id=made.pk, confirm=True, answer="已核对", actor=checker, at=self.clock.now
        )

    def paid_out(self, row: Refund, *, bounces: bool) -> None:
        """The bank pays an order, or pays it and gets it back."""
        row.refresh_from_db()
        facts = {"other": row.payee_name, "other_account": row.payee_account, "end_to_end": row.end_to_end_id}
        self.bank.book(Movement(-(row.principal + row.interest), self.clock.now, **facts))
        if bounces:
            later = self.clock.now + timedelta(seconds=30)
            back = Movement(row.principal + row.interest, later, **facts, text="账户已销户，退汇")
            self.bank.book(back)


def paid_before_the_opening(deposits: Deposits, tenders: Sequence[Published]) -> None:
    """Everybody who will bid in these lots pays in time, from the right account."""
    for one in tenders:
        for offer in one.plan.offers:
            deposits.pay(deposits.sub(offer.firm, one.lot))
    deposits.take()


def late(deposits: Deposits, one: Published, firm: str) -> None:
    """A payment the bank books after the deadline: the account was given in time, the money did not come in time."""
    sub = SubAccount.objects.get(lot=one.lot, organisation__name=firm)
    deposits.clock.to(one.close_at + timedelta(hours=6))
    deposits.pay(sub)
    deposits.take()


def given_back(deposits: Deposits, one: Published) -> None:
    """After the contract: kept by decision, on hold, paid back, bounced, with the bank, and due, one of each."""
    clock, lot = deposits.clock, one.lot
    firms = [offer.firm for offer in one.plan.offers]
    kept, held, back, bounced, paying = firms[:5]
    parties = {name: deposits.registry.party(name, OrganisationKind.BIDDER, at=clock.now) for name in firms}
    _keep(deposits, one, parties[kept])
    acts.hold_place(
        lot_id=lot.pk,
        ground="order",
        reference="处字 1 号",
        organisation_id=parties[held].id,
        actor=one.supervisor.actor,
        at=clock.now,
    )
    _awarded(deposits, one, parties[firms[-1]])
    acts.refunds_due(at=clock.now)
    clock.after(hours=20)
    first = deposits.refunds([back, bounced], lot)
    deposits.order(first)
    deposits.paid_out(first[0], bounces=False)
    deposits.paid_out(first[1], bounces=True)
    for amount, kind in ((Decimal("-15.00"), LineKind.FEE), (Decimal("12.34"), LineKind.INTEREST)):
        deposits.charged(amount, kind)
    deposits.bank.book(Movement(Decimal("-20.00"), clock.now, "", "", text="账户管理费"))
    deposits.take()
    deposits.order(deposits.refunds([paying], lot))
    clock.cut()


def _awarded(deposits: Deposits, one: Published, winner: Party) -> None:
    """The owner records award notice and contract, from papers made outside the platform."""
    day = local_day(deposits.clock.now)
    given = {"lot_id": one.lot.pk, "actor": one.owner.actor, "at": deposits.clock.now}
    outcomes.award_record(
        outside_reason="评标在平台外进行",
        winner_id=winner.id,
        report_number="评字〔2026〕3 号",
        report_on=day,
        report=("report.pdf", PDF),
        notified_on=day,
        notice=("notice.pdf", PDF),
        **given,  # type: ignore[arg-type]
    )
    names = f"{one.owner.organisation.name}\n{winner.organisation.name}"
    outcomes.contract_record(
        signed_on=day,
        parties=names,
        amount=Decimal(9_000_000),
        file=("contract.pdf", PDF),
        **given,  # type: ignore[arg-type]
    )


def _keep(deposits: Deposits, one: Published, firm: Party) -> None:
    """The owner decides with two people that a security is not returned."""
    second = deposits.registry.staff(one.owner, Role.OWNER, SECOND, at=deposits.clock.now)
    made = acts.forfeiture_propose(
        lot_id=one.lot.pk,
        organisation_id=firm.id,
        ground="no_contract",
        reason="中标后无正当理由拒签合同，催告两次未果",
        file_name="decision.pdf",
        content=PDF,
        actor=one.owner.actor,
        at=deposits.clock.now,
    )
    acts.forfeiture_decide(
        forfeiture_id=made.pk, confirm=True, answer="同意", actor=second.actor, at=deposits.clock.now
    )


def in_every_state(deposits: Deposits, one: Published) -> None:
    """Before the opening: booked, from a person, too little, too much, twice, nobody's, and guarantees good and bad."""
    firms = [offer.firm for offer in one.plan.offers]
    lot = one.lot
    deposits.pay(deposits.sub(firms[0], lot))
    deposits.pay(deposits.sub(firms[1], lot), **PERSONAL)
    deposits.pay(deposits.sub(firms[2], lot), amount=Decimal(12_000))
    deposits.pay(deposits.sub(firms[3], lot), amount=Decimal(25_000))
    twice = deposits.sub(firms[4], lot)
    deposits.pay(twice)
    deposits.pay(twice, at=deposits.clock.now + timedelta(seconds=20))
    wrong = deposits.sub(firms[0], lot)
    deposits.pay(wrong, credited=PREFIX + "0" * (len(wrong.number) - len(PREFIX)), text="投标保证金")
    deposits.take()
    deposits.guarantee(firms[5], one, "BH-2026-0001", genuine=True)
    deposits.guarantee("投标单位 500", one, "BH-2026-0002", genuine=False)
    acts.refunds_due(at=deposits.clock.now)
    deposits.clock.cut()
