def async_task():
    """Says how many users there are."""
    from ggg import User

    users = User.instances()
    ic.print(f"Found {len(users)} users")
    return "ok"
