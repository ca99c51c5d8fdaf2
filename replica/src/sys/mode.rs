//! The contexts in which a message runs, and sets of them.

/// What kind of entry point runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Mode {
    Start = 1 << 0,
    Init = 1 << 1,
    PreUpgrade = 1 << 2,
    Update = 1 << 3,
    ReplicatedQuery = 1 << 4,
    Query = 1 << 5,
    CompositeQuery = 1 << 6,
    Reply = 1 << 7,
    Reject = 1 << 8,
    CompositeReply = 1 << 9,
    CompositeReject = 1 << 10,
    Cleanup = 1 << 11,
    Inspect = 1 << 12,
    Heartbeat = 1 << 13,
    GlobalTimer = 1 << 14,
}

impl Mode {
    /// The name in the text of a contract violation.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Init => "init",
            Self::PreUpgrade => "pre upgrade",
            Self::Update => "update",
            Self::ReplicatedQuery => "replicated query",
            Self::Query => "non replicated query",
            Self::CompositeQuery => "composite query",
            Self::Reply => "reply callback",
            Self::Reject => "reject callback",
            Self::CompositeReply => "composite reply callback",
            Self::CompositeReject => "composite reject callback",
            Self::Cleanup => "cleanup",
            Self::Inspect => "inspect message",
            Self::Heartbeat => "heartbeat",
            Self::GlobalTimer => "global timer",
        }
    }

    /// Whether what the message does to its canister is kept when it succeeds. Installations are
    /// another matter.
    pub(crate) fn is_committed(self) -> bool {
        const COMMITTED: Modes = modes("U Ry Rt C T");
        COMMITTED.contains(self)
    }

    /// Whether the message runs on every node, so that its effects can be kept.
    pub(crate) fn is_replicated(self) -> bool {
        const NON_REPLICATED: Modes = modes("NQ CQ CRy CRt F");
        !NON_REPLICATED.contains(self)
    }
}

/// A set of modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Modes(u16);

impl Modes {
    pub(crate) const fn contains(self, mode: Mode) -> bool {
        self.0 & mode as u16 != 0
    }
}

/// Reads the letters of the interface specification: I init and post-upgrade, G pre-upgrade,
/// U update, RQ NQ CQ queries, Ry Rt callbacks, CRy CRt callbacks of composite queries, C cleanup,
/// F inspect, T heartbeat and timer, s start, `*` all but s.
pub(crate) const fn modes(letters: &str) -> Modes {
    let bytes = letters.as_bytes();
    let mut set = 0;
    let mut start = 0;
    while start < bytes.len() {
        let mut end = start;
        while end < bytes.len() && bytes[end] != b' ' {
            end += 1;
        }
        set |= mode_bits(bytes, start, end);
        start = end + 1;
    }
    Modes(set)
}

const fn mode_bits(bytes: &[u8], start: usize, end: usize) -> u16 {
    let (first, last, length) = (bytes[start], bytes[end - 1], end - start);
    match (first, last, length) {
        (b'*', _, 1) => !(Mode::Start as u16),
        (b's', _, 1) => Mode::Start as u16,
        (b'I', _, 1) => Mode::Init as u16,
        (b'G', _, 1) => Mode::PreUpgrade as u16,
        (b'U', _, 1) => Mode::Update as u16,
        (b'C', b'C', 1) => Mode::Cleanup as u16,
        (b'F', _, 1) => Mode::Inspect as u16,
        (b'T', _, 1) => Mode::Heartbeat as u16 | Mode::GlobalTimer as u16,
        (b'R', b'Q', 2) => Mode::ReplicatedQuery as u16,
        (b'N', b'Q', 2) => Mode::Query as u16,
        (b'C', b'Q', 2) => Mode::CompositeQuery as u16,
        (b'R', b'y', 2) => Mode::Reply as u16,
        (b'R', b't', 2) => Mode::Reject as u16,
        (b'C', b'y', 3) => Mode::CompositeReply as u16,
        (b'C', b't', 3) => Mode::CompositeReject as u16,
        _ => panic!("BUG: an unknown letter for a mode"),
    }
}
