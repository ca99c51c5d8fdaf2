#!/usr/bin/env bash
# Identities in the keyring of a session that ends with this script. Run by identities.py, which gives
# the programs in ICP_PROGRAM and CHIME_PROGRAM. Prints `ok <what>` for everything that it did.

set -euo pipefail

printf 'a password' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null

"$ICP_PROGRAM" identity new kept-in-keyring --storage keyring >/dev/null
expected=$("$ICP_PROGRAM" identity principal --identity kept-in-keyring)
found=$("$CHIME_PROGRAM" identity principal icp:kept-in-keyring)
[ "$found" = "$expected" ] || { echo "$found is not $expected" >&2; exit 1; }
echo 'ok `identity new --storage keyring`, read by `chime --identity icp:NAME`'

"$CHIME_PROGRAM" identity new own --storage keyring --config-file "$HOME/chime.toml" >/dev/null
made=$("$CHIME_PROGRAM" identity principal own --config-file "$HOME/chime.toml")
[ "$made" = "$("$CHIME_PROGRAM" identity principal keyring:own)" ]
"$CHIME_PROGRAM" identity import copy icp:kept-in-keyring --config-file "$HOME/chime.toml" >/dev/null
key=$("$CHIME_PROGRAM" config get identities.copy.source --config-file "$HOME/chime.toml")
"$ICP_PROGRAM" identity import back --from-pem "$key" --storage plaintext >/dev/null
[ "$("$ICP_PROGRAM" identity principal --identity back)" = "$expected" ]
echo 'ok `identity import` of a key that `chime` took out of the keyring'
