//! What a client is told before it uses the tools.

/// About the scheduler.
pub(super) const SCHEDULER: &str = "\
Chime runs tasks at the times of their schedules. A task has steps, which run one after the other, \
and schedules; each run is an execution.

Where to begin: task_overview shows how tasks stand and what is wrong with them; explain_failure says \
why something failed and what to do; preview_schedule shows what a schedule means before it is made; \
get_api_doc with a method shows every detail of its arguments and answer.

Arguments: instants (names ending in _at) are RFC 3339 with a zone, such as 2027-03-28T02:30:00Z; \
answers give them in UTC. Durations (names ending in _seconds) are text such as 90s or 1h30m, or whole \
seconds. Identifiers (id, and names ending in _id) are text. Whole numbers above 2^53 are text. A \
choice without details is its name, such as \"skip\"; one with details is an object with exactly one \
key, such as {\"daily\": {\"hour\": 2}}. What is not required may be left out or null. Bytes are \
base64, or hexadecimal after hex:.

Zones: hours and days of a schedule are meant in its timezone, an IANA name such as Europe/Zurich; \
without one it is UTC. Ask the user for the zone when they name a time of day. Answers show the next \
times in UTC and local.

Safety: dry_run says what a call would change and changes nothing. Tools that destroy something do \
nothing without confirm: true; ask the user first.

Errors say the kind, the field at fault, the rule and the fix. After the kind outcome_unknown look \
first whether it was done; with an idempotency_key creating again is safe.

Lists come in pages: give next_cursor as cursor to see more. left_out names what an answer had no \
room for. Answers are concise; response_format: detailed shows every field.";

/// About any other canister.
pub(super) const ANY_CANISTER: &str = "\
These tools are the methods of a canister on the Internet Computer, as its Candid interface describes \
them.

Arguments: nat and int above 2^53 are text. Principals are text. An opt may be left out or null. A \
choice without details is its name; one with details is an object with exactly one key. A tuple is an \
object with the keys \"0\", \"1\", ..., or a list. Bytes are base64, or hexadecimal after hex:.

Safety: dry_run checks the arguments and shows what would be sent. Methods whose names say that they \
destroy something do nothing without confirm: true; ask the user first.

Errors say the kind, the field at fault, the rule and the fix. After the kind outcome_unknown look \
first whether it was done. left_out names what an answer had no room for.";
