"""Identities that `icp` made in its own store, read by `chime`: both must name the same principal."""

import shutil
from pathlib import Path

from environment import HERE, Environment, output
from report import Client, Report, program

PASSWORD = "a long password"


def same_principal(environment: Environment, name: str, password: Path) -> None:
    """What `icp` and `chime` say of an identity."""
    variables = environment.variables()
    expected = output(
        [environment.icp, "identity", "principal", "--identity", name, "--identity-password-file", password],
        variables,
    )
    found = output(
        [environment.chime, "identity", "principal", f"icp:{name}", "--password-file", password], variables
    )
    assert found.strip() == expected.strip(), f"{name}: {found} is not {expected}"


def identities(environment: Environment, report: Report, icp: Client) -> None:
    password = environment.directory / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    variables = environment.variables()
    for storage in ("plaintext", "password"):
        with report.step(icp, f"`identity new --storage {storage}`, read by `chime --identity icp:NAME`"):
            name = f"kept-in-{storage}"
            command = [environment.icp, "identity", "new", name, "--storage", storage]
            if storage == "password":
                command += ["--storage-password-file", password]
            output(command, variables)
            same_principal(environment, name, password)
    keyring(environment, report, icp)


def keyring(environment: Environment, report: Report, icp: Client) -> None:
    """In a session of its own, with a keyring that lives in the home of this run."""
    if not all(map(shutil.which, ("dbus-run-session", "gnome-keyring-daemon"))):
        report.add(icp, "`identity new --storage keyring`, read by `chime`", "skipped")
        return
    runtime = environment.home / "runtime"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    variables = environment.variables() | {
        "HOME": str(environment.home),
        "XDG_RUNTIME_DIR": str(runtime),
        "CHIME_PROGRAM": str(environment.chime),
        "ICP_PROGRAM": str(environment.icp),
    }
    program(report, icp, ["dbus-run-session", "--", "bash", HERE / "keyring.sh"], variables)
