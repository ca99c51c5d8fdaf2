"""ic-py against a scheduler: query, update and read_state.

    CHIME_URL, CHIME_SCHEDULER: ic_py.py

Prints a line `ok <what>` for everything that was done; ends with an error at the first that fails.
This client verifies no certificate, and it has no setting for it: what is shown is that it
understands every answer.
"""

import os
import time
from pathlib import Path
from typing import Any

from ic.agent import Agent
from ic.canister import Canister
from ic.certificate import lookup
from ic.client import Client
from ic.identity import Identity
from ic.principal import Principal

PATIENCE_SECONDS = 60


def done(what: str) -> None:
    print(f"ok {what}", flush=True)


def ok(answer: Any) -> Any:
    """What a method answers when it succeeds."""
    (value,) = answer
    assert "Ok" in value, value
    return value["Ok"]


agent = Agent(Identity(), Client(url=os.environ["CHIME_URL"]))
name = os.environ["CHIME_SCHEDULER"]
interface = Path(__file__).with_name("client.did").read_text()
scheduler = Canister(agent, name, interface)

assert ok(scheduler.get_my_tasks({}))["total_tasks"] == 0
done("query")

step = {"action": {"call": {"canister": "aaaaa-aa", "method": "raw_rand"}}}
schedule = {"rule": {"interval": {"repeat_every_seconds": 1}}}
task = ok(scheduler.create_task({"name": "made by ic-py", "steps": [step], "schedules": [schedule]}))
assert task["name"] == "made by ic-py"
done("update, by polling")

for _ in range(PATIENCE_SECONDS):
    runs = ok(scheduler.get_my_tasks({}))["tasks"][0]["total_executions"]
    if runs > 0:
        break
    time.sleep(1)
assert runs > 0, "the task did not fire"
ok(scheduler.delete_task({"task_id": task["id"]}))
done("a task fires and is deleted")

path = [b"canister", Principal.from_str(name).bytes, b"module_hash"]
assert len(lookup(path, agent.read_state_raw(name, [path]))) == 32
done("read_state of the module hash")
