def async_task():
    """Asks the ledger, and is suspended until it has answered."""
    from ggg import Treasury

    treasury = Treasury["main"]
    balance = yield treasury.refresh()
    ic.print(f"Treasury refreshed: {balance}")
    return balance
