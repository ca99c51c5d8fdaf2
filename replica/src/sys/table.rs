//! Every function of `ic0`: its signature, where it may be called, what it costs, what it does.
//!
//! The signatures are those of ic0 1.2, with the nine older functions that only 32-bit modules may
//! import; the contexts are those of the interface specification, which
//! `tests/behaviour/contexts` holds against it, cell by cell.

use super::mode::{Modes, modes};
use super::{Guest, Run, Trap, calls, cost, environment, message, stable, system};

/// The type of a parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A pointer or a size: as wide as the module's memory addresses.
    Pointer,
    I32,
    I64,
}

type Body = fn(&mut Run, &mut Guest<'_>, &[u64; 8]) -> Result<u64, Trap>;

/// One function of the system interface.
pub(crate) struct Function {
    pub name: &'static str,
    pub params: &'static [Kind],
    pub result: Option<Kind>,
    /// Whether only modules with a 32-bit memory may import it.
    pub is_32_bit_only: bool,
    modes: Modes,
    /// Instructions of a call, besides those for the bytes that it moves.
    instructions: u64,
    body: Body,
}

/// What to do about a function called where it may not be.
const ADVICE: &str = ".\nCheck the ICP documentation to make sure APIs are being called in the \
                      correct message types.";

/// What the engine adds at the entry of a function that it compiled: see `engine::costs`.
const ENTRY_INSTRUCTIONS: u64 = 1;

impl Function {
    /// Charges the call, checks that it is allowed here, and makes it.
    pub(crate) fn invoke(
        &self,
        run: &mut Run,
        guest: &mut Guest<'_>,
        args: &[u64; 8],
    ) -> Result<u64, Trap> {
        run.count_host_call()?;
        run.charge(ENTRY_INSTRUCTIONS + self.instructions)?;
        let mode = run.input.mode;
        if !self.modes.contains(mode) {
            return Err(Trap::Contract(format!(
                "\"ic0_{}\" cannot be executed in {} mode{ADVICE}",
                self.name,
                mode.name()
            )));
        }
        (self.body)(run, guest, args)
    }
}

const fn function(
    name: &'static str,
    params: &'static [Kind],
    result: Option<Kind>,
    modes: Modes,
    instructions: u64,
    body: Body,
) -> Function {
    Function {
        name,
        params,
        result,
        is_32_bit_only: false,
        modes,
        instructions,
        body,
    }
}

/// An older function, which modules with a 64-bit memory do not have.
const fn only_32_bit(
    name: &'static str,
    params: &'static [Kind],
    result: Option<Kind>,
    modes: Modes,
    instructions: u64,
    body: Body,
) -> Function {
    Function {
        is_32_bit_only: true,
        ..function(name, params, result, modes, instructions, body)
    }
}

const P: Kind = Kind::Pointer;
const W: Kind = Kind::I32;
const L: Kind = Kind::I64;

/// The system interface. P is a pointer or size, W a 32-bit and L a 64-bit number.
#[rustfmt::skip]
pub(crate) static FUNCTIONS: &[Function] = &[
    function("msg_arg_data_size", &[], Some(P), modes("I U RQ NRQ TQ CQ Ry CRy F"), 500, message::arg_data_size),
    function("msg_arg_data_copy", &[P, P, P], None, modes("I U RQ NRQ TQ CQ Ry CRy F"), 500, message::arg_data_copy),
    function("msg_caller_size", &[], Some(P), modes("*"), 500, message::caller_size),
    function("msg_caller_copy", &[P, P, P], None, modes("*"), 500, message::caller_copy),
    function("msg_caller_info_data_size", &[], Some(P), modes("U RQ NRQ CQ Ry Rt CRy CRt C CC F"), 500, message::caller_info_size),
    function("msg_caller_info_data_copy", &[P, P, P], None, modes("U RQ NRQ CQ Ry Rt CRy CRt C CC F"), 500, message::caller_info_copy),
    function("msg_caller_info_signer_size", &[], Some(P), modes("U RQ NRQ CQ Ry Rt CRy CRt C CC F"), 500, message::caller_info_size),
    function("msg_caller_info_signer_copy", &[P, P, P], None, modes("U RQ NRQ CQ Ry Rt CRy CRt C CC F"), 500, message::caller_info_copy),
    function("msg_reject_code", &[], Some(W), modes("Ry Rt CRy CRt C"), 500, message::reject_code),
    function("msg_reject_msg_size", &[], Some(P), modes("Rt CRt"), 500, message::reject_msg_size),
    function("msg_reject_msg_copy", &[P, P, P], None, modes("Rt CRt"), 500, message::reject_msg_copy),
    function("msg_deadline", &[], Some(L), modes("U RQ NRQ TQ CQ Ry Rt CRy CRt"), 500, message::deadline),
    function("msg_reply_data_append", &[P, P], None, modes("U RQ NRQ TQ CQ Ry Rt CRy CRt"), 500, message::reply_data_append),
    function("msg_reply", &[], None, modes("U RQ NRQ TQ CQ Ry Rt CRy CRt"), 500, message::reply),
    function("msg_reject", &[P, P], None, modes("U RQ NRQ TQ CQ Ry Rt CRy CRt"), 500, message::reject),
    function("msg_cycles_available128", &[P], None, modes("U RQ Ry Rt"), 500, message::cycles_available),
    function("msg_cycles_refunded128", &[P], None, modes("Ry Rt"), 500, message::cycles_refunded),
    function("msg_cycles_accept128", &[L, L, P], None, modes("U RQ Ry Rt"), 500, message::cycles_accept),
    only_32_bit("msg_cycles_available", &[], Some(L), modes("U RQ Ry Rt"), 500, message::cycles_available_64),
    only_32_bit("msg_cycles_refunded", &[], Some(L), modes("Ry Rt"), 500, message::cycles_refunded_64),
    only_32_bit("msg_cycles_accept", &[L], Some(L), modes("U RQ Ry Rt"), 500, message::cycles_accept_64),
    function("cycles_burn128", &[L, L, P], None, modes("I G U RQ Ry Rt C T"), 500, system::cycles_burn),
    function("canister_self_size", &[], Some(P), modes("*"), 500, system::self_size),
    function("canister_self_copy", &[P, P, P], None, modes("*"), 500, system::self_copy),
    function("canister_cycle_balance128", &[P], None, modes("*"), 500, system::cycle_balance),
    only_32_bit("canister_cycle_balance", &[], Some(L), modes("*"), 500, system::cycle_balance_64),
    function("canister_liquid_cycle_balance128", &[P], None, modes("*"), 500, system::liquid_balance),
    function("canister_status", &[], Some(W), modes("*"), 500, system::status),
    function("canister_version", &[], Some(L), modes("*"), 500, system::version),
    function("subnet_self_size", &[], Some(P), modes("*"), 500, system::subnet_size),
    function("subnet_self_copy", &[P, P, P], None, modes("*"), 500, system::subnet_copy),
    function("subnet_self_node_count", &[], Some(W), modes("*"), 500, system::subnet_node_count),
    function("msg_method_name_size", &[], Some(P), modes("F"), 500, message::method_name_size),
    function("msg_method_name_copy", &[P, P, P], None, modes("F"), 500, message::method_name_copy),
    function("accept_message", &[], None, modes("F"), 500, message::accept_message),
    function("call_new", &[P, P, P, P, P, P, P, P], None, modes("U CQ Ry Rt CRy CRt T"), 1_500, calls::new),
    function("call_on_cleanup", &[P, P], None, modes("U CQ Ry Rt CRy CRt T"), 500, calls::on_cleanup),
    function("call_data_append", &[P, P], None, modes("U CQ Ry Rt CRy CRt T"), 500, calls::data_append),
    function("call_with_best_effort_response", &[W], None, modes("U CQ Ry Rt CRy CRt T"), 500, calls::with_best_effort_response),
    function("call_cycles_add128", &[L, L], None, modes("U Ry Rt T"), 500, calls::cycles_add),
    only_32_bit("call_cycles_add", &[L], None, modes("U Ry Rt T"), 500, calls::cycles_add_64),
    function("call_perform", &[], Some(W), modes("U CQ Ry Rt CRy CRt T"), 5_000, calls::perform),
    function("stable64_size", &[], Some(L), modes("* s"), 20, stable::size),
    function("stable64_grow", &[L], Some(L), modes("* s"), 100, stable::grow),
    function("stable64_write", &[L, L, L], None, modes("* s"), 20, stable::write),
    function("stable64_read", &[L, L, L], None, modes("* s"), 20, stable::read),
    only_32_bit("stable_size", &[], Some(W), modes("* s"), 20, stable::size_32),
    only_32_bit("stable_grow", &[W], Some(W), modes("* s"), 100, stable::grow_32),
    only_32_bit("stable_write", &[W, W, W], None, modes("* s"), 20, stable::write_32),
    only_32_bit("stable_read", &[W, W, W], None, modes("* s"), 20, stable::read_32),
    function("root_key_size", &[], Some(P), modes("I G U RQ Ry Rt C T"), 500, system::root_key_size),
    function("root_key_copy", &[P, P, P], None, modes("I G U RQ Ry Rt C T"), 500, system::root_key_copy),
    function("certified_data_set", &[P, P], None, modes("I G U Ry Rt T"), 500, system::certified_data_set),
    function("data_certificate_present", &[], Some(W), modes("*"), 500, system::certificate_present),
    function("data_certificate_size", &[], Some(P), modes("NRQ CQ"), 500, system::certificate_size),
    function("data_certificate_copy", &[P, P, P], None, modes("NRQ CQ"), 500, system::certificate_copy),
    function("time", &[], Some(L), modes("*"), 500, system::time),
    function("global_timer_set", &[L], Some(L), modes("I G U Ry Rt C T"), 500, system::global_timer_set),
    function("performance_counter", &[W], Some(L), modes("* s"), 200, system::performance_counter),
    function("is_controller", &[P, P], Some(W), modes("* s"), 1_000, system::is_controller),
    function("in_replicated_execution", &[], Some(W), modes("* s"), 500, system::in_replicated_execution),
    function("cost_call", &[L, L, P], None, modes("* s"), 500, cost::call),
    function("cost_create_canister", &[P], None, modes("* s"), 500, cost::create_canister),
    function("cost_http_request", &[L, L, P], None, modes("* s"), 500, cost::http_request),
    function("cost_http_request_v2", &[P, P, P], None, modes("* s"), 500, cost::http_request_v2),
    function("cost_sign_with_ecdsa", &[P, P, W, P], Some(W), modes("* s"), 500, cost::sign_with_ecdsa),
    function("cost_sign_with_schnorr", &[P, P, W, P], Some(W), modes("* s"), 500, cost::sign_with_schnorr),
    function("cost_vetkd_derive_key", &[P, P, W, P], Some(W), modes("* s"), 500, cost::vetkd_derive_key),
    function("env_var_count", &[], Some(P), modes("*"), 500, environment::count),
    function("env_var_name_size", &[P], Some(P), modes("*"), 500, environment::name_size),
    function("env_var_name_copy", &[P, P, P, P], None, modes("*"), 500, environment::name_copy),
    function("env_var_name_exists", &[P, P], Some(W), modes("*"), 500, environment::name_exists),
    function("env_var_value_size", &[P, P], Some(P), modes("*"), 500, environment::value_size),
    function("env_var_value_copy", &[P, P, P, P, P], None, modes("*"), 500, environment::value_copy),
    function("debug_print", &[P, P], None, modes("* s"), 100, system::debug_print),
    function("trap", &[P, P], None, modes("* s"), 500, system::trap),
];
