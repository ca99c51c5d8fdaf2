"""icp-py-core against a scheduler: query, update and read_state, all verified.

    CHIME_URL, CHIME_ROOT_KEY (hexadecimal), CHIME_SCHEDULER: icp_py_core.py

Prints a line `ok <what>` for everything that was done; ends with an error at the first that fails.
The root key comes from whoever started the network. The client verifies under a constant of its own,
the mainnet's key, which is set here: it has no other setting for it.
"""

import os
import time
from pathlib import Path
from typing import Any

from icp_agent import Agent, Client
from icp_canister import Canister
from icp_certificate import certificate
from icp_core.errors import CertificateVerificationError
from icp_identity import Identity
from icp_principal import Principal

PATIENCE_SECONDS = 60

mainnet_key = certificate.IC_ROOT_KEY
network_key = bytes.fromhex(os.environ["CHIME_ROOT_KEY"])
certificate.IC_ROOT_KEY = network_key


def done(what: str) -> None:
    print(f"ok {what}", flush=True)


def ok(answer: Any) -> Any:
    """What a method answers when it succeeds."""
    value = answer[0]["value"]
    assert "Ok" in value, value
    return value["Ok"]


agent = Agent(
    Identity(),
    Client(url=os.environ["CHIME_URL"]),
    root_key=network_key,
    verify_query_signatures=True,
)
name = os.environ["CHIME_SCHEDULER"]
interface = Path(__file__).with_name("client.did").read_text()
scheduler = Canister(agent, name, interface)

assert ok(scheduler.get_my_tasks({}))["total_tasks"] == 0
done("query, the node's signature verified")

step = {"action": {"call": {"canister": "aaaaa-aa", "method": "raw_rand"}}}
schedule = {"rule": {"interval": {"repeat_every_seconds": 1}}}
request = {"name": "made by icp-py-core", "steps": [step], "schedules": [schedule]}
task = ok(scheduler.create_task(request, verify_certificate=True))
assert task["name"] == "made by icp-py-core"
done("update, the certificate verified")

for _ in range(PATIENCE_SECONDS):
    runs = ok(scheduler.get_my_tasks({}))["tasks"][0]["total_executions"]
    if runs > 0:
        break
    time.sleep(1)
assert runs > 0, "the task did not fire"
ok(scheduler.delete_task({"task_id": task["id"]}, verify_certificate=True))
done("a task fires and is deleted")

path = [b"canister", Principal.from_str(name).bytes, b"module_hash"]
assert len(agent.read_state_raw(name, [path]).lookup(path)) == 32
done("read_state of the module hash, verified")

certificate.IC_ROOT_KEY = mainnet_key
try:
    agent.read_state_raw(name, [path])
except CertificateVerificationError:
    done("an answer is refused under the root key of another network")
else:
    raise AssertionError("an answer was accepted under the root key of another network")
