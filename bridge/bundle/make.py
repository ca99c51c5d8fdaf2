"""Makes the bundle for desktop clients, and its entry for a registry of servers.

    make.py PROGRAM VERSION DIRECTORY

Writes DIRECTORY/chime-VERSION-PLATFORM.mcpb, what is in it into DIRECTORY/bundle, and
DIRECTORY/server.json. A bundle is for the platform that it is made on. The same program always makes
the same bytes.

CHIME_PUBLISHER is the namespace in the registry, such as io.github.somebody, and CHIME_RELEASE_URL
the address that the bundle will be downloaded from, without its name. Without them server.json has
examples in their place.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LICENSE = HERE.parent.parent / "LICENSE"

# The names of the manifest's platforms.
PLATFORMS = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}

# Before this nothing can be dated in a zip file.
EPOCH = (1980, 1, 1, 0, 0, 0)


def fill(directory: Path, program: Path, version: str) -> None:
    """Puts together what is in the bundle."""
    shutil.rmtree(directory, ignore_errors=True)
    server = directory / "server"
    server.mkdir(parents=True)
    name = "chime.exe" if program.suffix == ".exe" else "chime"
    copy_without_symbols(program, server / name)
    shutil.copyfile(LICENSE, directory / "LICENSE")
    manifest = json.loads((HERE / "manifest.json").read_text())
    manifest["version"] = version
    manifest["compatibility"]["platforms"] = [PLATFORMS[platform.system()]]
    manifest["server"]["entry_point"] = f"server/{name}"
    manifest["server"]["mcp_config"]["command"] = f"${{__dirname}}/server/{name}"
    write(directory / "manifest.json", manifest)


def copy_without_symbols(program: Path, copy: Path) -> None:
    """Copies the program; without its symbols, which only debuggers read, where that can be done."""
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    strip = shutil.which("strip")
    if strip is not None:
        subprocess.run([strip, str(copy)], check=False, stderr=subprocess.DEVNULL)


def pack(directory: Path, bundle: Path) -> None:
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), EPOCH)
            mode = 0o755 if path.parent.name == "server" else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def registry_entry(bundle: Path, version: str) -> dict[str, object]:
    publisher = os.environ.get("CHIME_PUBLISHER") or "com.example"
    address = os.environ.get("CHIME_RELEASE_URL") or "https://example.com"
    entry = json.loads((HERE / "server.json").read_text())
    entry["name"] = f"{publisher}/chime"
    entry["version"] = version
    package = entry["packages"][0]
    package["identifier"] = f"{address.rstrip('/')}/{bundle.name}"
    package["version"] = version
    package["fileSha256"] = hashlib.sha256(bundle.read_bytes()).hexdigest()
    return entry


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    program, version, target = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    contents = target / "bundle"
    fill(contents, program, version)
    machine = f"{PLATFORMS[platform.system()]}-{platform.machine().lower()}"
    bundle = target / f"chime-{version}-{machine}.mcpb"
    pack(contents, bundle)
    write(target / "server.json", registry_entry(bundle, version))
    print(f"{bundle.stat().st_size} bytes  {bundle.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
