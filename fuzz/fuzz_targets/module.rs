//! Any bytes as a module to be installed.
#![no_main]

// `scripts/fuzz` gives the process a stack that is large enough for guests.
libfuzzer_sys::fuzz_target!(init: chime_replica::fuzzing::on_this_stack(), |bytes: &[u8]| {
    chime_replica::fuzzing::module(bytes);
});
