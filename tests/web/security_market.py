"""The people and moments the pages of bid security are tested with: real logins, real bank files, the real services."""

from dataclasses import dataclass

from accounts.actors import SYSTEM
from accounts.models import Person
from accounts.states import OrganisationKind, Role
from bidding.rehearsal import hosts
from bidding.rehearsal.parties import Party
from bidding.services import security as acts
from tests.bidding.security.worlds import World, world

MAKER, CHECKER = "财务经办", "财务复核"


@dataclass
class Market:
    """A lot with a deposit, its bidders, and the centre's two finance people."""

    world: World

    @property
    def hall(self):
        """The lot with its clock."""
        return self.world.hall

    @property
    def lot(self):
        """The lot's row."""
        return self.world.lot

    @property
    def at(self):
        """The path of what stands after the opening."""
        return f"/hall/{self.lot.tender.number}/{self.lot.no}/security/"

    @property
    def deposit(self):
        """The path of the bidder's page."""
        return f"/bids/lot/{self.lot.number}/deposit/"

    def staff(self, role: Role, name: str) -> Party:
        """A member of the centre's staff."""
        centre = self.hall.registry.party(hosts.CENTRE, OrganisationKind.CENTRE, at=self.hall.clock.now)
        return self.hall.registry.staff(centre, role, name, at=self.hall.clock.now)

    @property
    def maker(self) -> Party:
        """The finance person who proposes."""
        return self.staff(Role.FINANCE, MAKER)

    @property
    def auditor(self) -> Party:
        """Who audits: of a body of its own, not of the centre."""
        body = self.hall.registry.party("某审计局", OrganisationKind.AUDIT, at=self.hall.clock.now)
        return self.hall.registry.staff(body, Role.AUDITOR, "审计", at=self.hall.clock.now)

    @property
    def checker(self) -> Party:
        """The finance person who decides."""
        return self.staff(Role.FINANCE, CHECKER)

    def strangers(self) -> dict[str, Party]:
        """Whoever has no business with money that is not theirs."""
        return {
            "owner": self.hall.one.owner,
            "supervisor": self.hall.one.supervisor,
            "officer": self.hall.one.seats[0].party,
            "agency": self.hall.registry.party("某代理公司", OrganisationKind.AGENCY, at=self.hall.clock.now),
            "witness": self.staff(Role.WITNESS, "见证"),
            "intake": self.staff(Role.INTAKE, "受理"),
            "sysadmin": self.staff(Role.SYSADMIN, "运维"),
            "rival": self.hall.bidder(99),
        }

    def opened(self, bids: int = 3) -> None:
        """Hand in bids and open them."""
        self.hall.bids(bids)
        self.hall.opened()

    def ended(self) -> None:
        """The contract is signed: everything is due back."""
        signed = self.hall.clock.now
        acts.contract_signed(lot_id=self.lot.pk, signed_at=signed, actor=SYSTEM, at=signed)
        acts.refunds_due(at=signed)


def market(**changes) -> Market:
    """A market with one lot that asks for a deposit."""
    return Market(world(**changes))


def sign_in(client, party: Party):
    """A login which has just proved who it is."""
    client.force_login(Person.objects.get(pk=party.actor.person))
    return client
