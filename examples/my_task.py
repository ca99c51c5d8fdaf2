def async_task():
    """Simple sync task - no inter-canister calls"""
    ic.print('Processing...')

    # Access GGG entities, which are in codices/ggg.py
    from ggg import User
    users = User.instances()
    ic.print(f'Found {len(users)} users')

    return 'ok'
