"""The key events somebody needs who checks a lot."""

from bidding.selectors.chains import LotChain
from ledger import selectors as ledger
from ledger.models import Entry


def key_entries(chain: LotChain) -> list[Entry]:
    """The key events a reader needs: this lot's officers, and the keys of the organisations that acted."""
    place = {"tender": chain.lot.tender.reference, "lot": chain.lot.code}
    orgs = {event.body["org"] for event in chain.of("bid")}
    seats = [
        entry
        for entry in ledger.key_entries(["officer-key", "dryrun"])
        if {name: entry.body[name] for name in place} == place
    ]
    people = [entry for entry in ledger.key_entries(["signer-key", "key-loss"]) if entry.body["org"] in orgs]
    return sorted([*seats, *people], key=lambda entry: int(entry.leaf_index or 0))
