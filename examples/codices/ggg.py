"""Entities that several codices share: `from ggg import User, Treasury`."""


class User(Entity):
    __alias__ = "name"
    name = String(max_length=100)
    joined_at = Datetime()


class Treasury(Entity):
    __alias__ = "name"
    name = String(max_length=100, default="main")
    # The ledger of ICP on the network; any ledger of the standard ICRC-1 will do.
    ledger = String(default="ryjl3-tyaaa-aaaaa-aaaba-cai")
    balance = Integer(default=0)
    refreshed_at = Integer(default=0)

    def refresh(self):
        """`yield treasury.refresh()`: asks the ledger what the scheduler's account holds."""
        account = {"owner": ic.id(), "subaccount": Opt(None)}
        self.balance = yield ic.call(self.ledger, "icrc1_balance_of", account)
        self.refreshed_at = ic.time()
        return self.balance


if not Treasury.count():
    Treasury()
