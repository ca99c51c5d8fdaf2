def async_task():
    """Goes on where the last run stopped, at most a hundred users at a time."""

    class ProcessingState(TaskEntity):
        last_processed_id = Integer(default=0)
        total_processed = Integer(default=0)

    states = ProcessingState.instances()
    state = states[0] if states else ProcessingState()

    from ggg import User

    users = User.filter(lambda user: int(user._id) > state.last_processed_id)[:100]
    for user in users:
        state.last_processed_id = int(user._id)
        state.total_processed += 1

    ic.print(f"Processed {len(users)} users, total: {state.total_processed}")
    return state.total_processed
