//! The contexts in which a message runs, and sets of them.

/// What kind of entry point runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
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
    LowMemory = 1 << 15,
    /// A query that transforms the response to an HTTPS outcall.
    Transform = 1 << 16,
    CompositeCleanup = 1 << 17,
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
            Self::LowMemory => "on low Wasm memory",
            Self::Transform => "transform",
            Self::CompositeCleanup => "composite cleanup",
        }
    }

    /// Whether what the message does to its canister is kept when it succeeds. Installations are
    /// another matter.
    pub(crate) fn is_committed(self) -> bool {
        const COMMITTED: Modes = modes("U Ry Rt C T");
        COMMITTED.contains(self)
    }

    /// Whether it is a message of its own: not a query, an inspection or part of an installation.
    pub(crate) fn is_message(self) -> bool {
        self == Self::ReplicatedQuery || self.is_committed()
    }

    /// Whether the limit of the heap that controllers set holds for it.
    pub(crate) fn is_heap_limited(self) -> bool {
        const LIMITED: Modes = modes("U I s");
        LIMITED.contains(self)
    }

    /// Whether the message runs on every node, so that its effects can be kept.
    pub(crate) fn is_replicated(self) -> bool {
        const NON_REPLICATED: Modes = modes("NRQ TQ CQ CRy CRt CC F");
        !NON_REPLICATED.contains(self)
    }
}

/// A set of modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Modes(u32);

impl Modes {
    pub(crate) const fn contains(self, mode: Mode) -> bool {
        self.0 & mode as u32 != 0
    }
}

/// Reads the letters of the interface specification: I init and post-upgrade, G pre-upgrade,
/// U update, RQ NRQ TQ CQ queries (TQ: transforms of HTTPS outcalls), Ry Rt callbacks, CRy CRt
/// callbacks of composite queries, C and CC cleanup, F inspect, T system tasks, s start, `*` all
/// but s.
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

/// Every mode.
const ALL: u32 = (1 << 18) - 1;

const fn mode_bits(bytes: &[u8], start: usize, end: usize) -> u32 {
    let (first, last, length) = (bytes[start], bytes[end - 1], end - start);
    match (first, last, length) {
        (b'*', _, 1) => ALL & !(Mode::Start as u32),
        (b's', _, 1) => Mode::Start as u32,
        (b'I', _, 1) => Mode::Init as u32,
        (b'G', _, 1) => Mode::PreUpgrade as u32,
        (b'U', _, 1) => Mode::Update as u32,
        (b'C', b'C', 1) => Mode::Cleanup as u32,
        (b'F', _, 1) => Mode::Inspect as u32,
        (b'T', _, 1) => Mode::Heartbeat as u32 | Mode::GlobalTimer as u32 | Mode::LowMemory as u32,
        (b'R', b'Q', 2) => Mode::ReplicatedQuery as u32,
        (b'N', b'Q', 3) => Mode::Query as u32,
        (b'T', b'Q', 2) => Mode::Transform as u32,
        (b'C', b'Q', 2) => Mode::CompositeQuery as u32,
        (b'R', b'y', 2) => Mode::Reply as u32,
        (b'R', b't', 2) => Mode::Reject as u32,
        (b'C', b'y', 3) => Mode::CompositeReply as u32,
        (b'C', b't', 3) => Mode::CompositeReject as u32,
        (b'C', b'C', 2) => Mode::CompositeCleanup as u32,
        _ => panic!("BUG: an unknown letter for a mode"),
    }
}
