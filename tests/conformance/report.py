"""What was done with which client, and what came of it."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from environment import run

HEADER = """\
# Conformance

Clients that others wrote, unmodified, in the versions that `tests/conformance` locks, against the
canisters and the replica of this repository. `scripts/conformance` installs them, runs them and
writes this table.

| client | version | what was done | outcome |
| --- | --- | --- | --- |
"""

NOTES = """
* `icp-cli` starts `chime-launcher` as its network and deploys this project as `icp.yaml` describes
  it; only the port is another one. All certificates are verified under the root key that the
  launcher wrote into its status file.
* Identities in the keyring are read in a session of their own, with GNOME's keyring on Debian; where
  that cannot be had its steps are skipped.
* `@icp-sdk/core` and `icp-py-core` verify certificates and the signatures of queries, and refuse the
  same answers under another root key. `icp-py-core` has no setting for the root key but a constant,
  and wants a BLS module that is on no package index; `tests/conformance/blst.py` stands in for it.
* `ic-py` verifies nothing: it has no code for it. Both agents for Python need `cbor2` before
  version 6, whose maps and lists they do not take for such.
* The clients of MCP talk to `chime mcp`, which uses the network that `icp` started: over standard
  streams they start it, over HTTP they share one server and show its token.
* The official suite talks to a test program that serves the suite's fixtures through the code of
  `chime mcp --http` (`bridge/examples/mcp_conformance`): every scenario that the revision requires,
  and those of the Tasks extension. Left out are:
"""


@dataclass(frozen=True)
class Client:
    """Something that others wrote."""

    name: str
    version: str


@dataclass
class Report:
    """The rows of the table."""

    rows: list[tuple[Client, str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def add(self, client: Client, what: str, outcome: str) -> None:
        self.rows.append((client, what, outcome))
        print(f"{outcome}: {client.name}: {what}", flush=True)

    @contextlib.contextmanager
    def step(self, client: Client, what: str) -> Iterator[None]:
        """Something that is done; an exception means that it failed, and ends only the step."""
        try:
            yield
        except Exception as error:
            self.add(client, what, "failed")
            traceback.print_exception(error, limit=-3, file=sys.stdout)
        else:
            self.add(client, what, "passed")

    def count(self, outcome: str) -> int:
        return sum(row[2] == outcome for row in self.rows)

    def table(self) -> str:
        lines = [
            f"| {client.name} | {client.version} | {what} | {outcome} |"
            for client, what, outcome in self.rows
        ]
        left_out = [f"  * `{name}`: {reason}" for name, reason in self.left_out]
        return HEADER + "\n".join(lines) + "\n" + NOTES + "\n".join(left_out) + "\n"

    def write(self, path: Path) -> None:
        path.write_text(self.table())

    def summary(self) -> str:
        counts = (self.count(outcome) for outcome in ("passed", "failed", "skipped"))
        return "{} passed, {} failed, {} skipped".format(*counts)


def program(report: Report, client: Client, command: list[str | Path], variables: dict[str, str]) -> None:
    """Runs a client program, which prints a line `ok <what>` for everything that it did."""
    result = run(command, variables)
    for line in result.stdout.splitlines():
        if line.startswith("ok "):
            report.add(client, line.removeprefix("ok "), "passed")
    if result.returncode != 0:
        report.add(client, "the rest", "failed")
        print(result.stdout + result.stderr, flush=True)
