//! Every function of `ic0`: its signature, where it may be called, what it costs, what it does.
//!
//! The signatures are those of ic0 1.2, with the four 32-bit stable memory functions that older
//! modules import; the contexts are those of the interface specification.

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
    modes: Modes,
    /// Instructions on top of those of any system call.
    instructions: u64,
    body: Body,
}

/// Instructions of any system call.
const CALL_INSTRUCTIONS: u64 = 500;

impl Function {
    /// Charges the call, checks that it is allowed here, and makes it.
    pub(crate) fn invoke(
        &self,
        run: &mut Run,
        guest: &mut Guest<'_>,
        args: &[u64; 8],
    ) -> Result<u64, Trap> {
        run.charge(CALL_INSTRUCTIONS + self.instructions)?;
        let mode = run.input.mode;
        if !self.modes.contains(mode) {
            return Err(Trap::Contract(format!(
                "\"ic0_{}\" cannot be executed in {} mode",
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
        modes,
        instructions,
        body,
    }
}

const P: Kind = Kind::Pointer;
const W: Kind = Kind::I32;
const L: Kind = Kind::I64;

/// The system interface. P is a pointer or size, W a 32-bit and L a 64-bit number.
#[rustfmt::skip]
pub(crate) static FUNCTIONS: &[Function] = &[
    function("msg_arg_data_size", &[], Some(P), modes("I U RQ NQ CQ Ry CRy F"), 0, message::arg_data_size),
    function("msg_arg_data_copy", &[P, P, P], None, modes("I U RQ NQ CQ Ry CRy F"), 20, message::arg_data_copy),
    function("msg_caller_size", &[], Some(P), modes("*"), 0, message::caller_size),
    function("msg_caller_copy", &[P, P, P], None, modes("*"), 0, message::caller_copy),
    function("msg_caller_info_data_size", &[], Some(P), modes("*"), 0, message::caller_info_size),
    function("msg_caller_info_data_copy", &[P, P, P], None, modes("*"), 0, message::caller_info_copy),
    function("msg_caller_info_signer_size", &[], Some(P), modes("*"), 0, message::caller_info_size),
    function("msg_caller_info_signer_copy", &[P, P, P], None, modes("*"), 0, message::caller_info_copy),
    function("msg_reject_code", &[], Some(W), modes("Ry Rt CRy CRt C"), 0, message::reject_code),
    function("msg_reject_msg_size", &[], Some(P), modes("Rt CRt"), 0, message::reject_msg_size),
    function("msg_reject_msg_copy", &[P, P, P], None, modes("Rt CRt"), 20, message::reject_msg_copy),
    function("msg_deadline", &[], Some(L), modes("U RQ NQ CQ Ry Rt CRy CRt"), 0, message::deadline),
    function("msg_reply_data_append", &[P, P], None, modes("U RQ NQ CQ Ry Rt CRy CRt"), 20, message::reply_data_append),
    function("msg_reply", &[], None, modes("U RQ NQ CQ Ry Rt CRy CRt"), 0, message::reply),
    function("msg_reject", &[P, P], None, modes("U RQ NQ CQ Ry Rt CRy CRt"), 0, message::reject),
    function("msg_cycles_available128", &[P], None, modes("U RQ Ry Rt"), 0, message::cycles_available),
    function("msg_cycles_refunded128", &[P], None, modes("Ry Rt"), 0, message::cycles_refunded),
    function("msg_cycles_accept128", &[L, L, P], None, modes("U RQ Ry Rt"), 0, message::cycles_accept),
    function("cycles_burn128", &[L, L, P], None, modes("I G U Ry Rt C T"), 0, system::cycles_burn),
    function("canister_self_size", &[], Some(P), modes("*"), 0, system::self_size),
    function("canister_self_copy", &[P, P, P], None, modes("*"), 0, system::self_copy),
    function("canister_cycle_balance128", &[P], None, modes("*"), 0, system::cycle_balance),
    function("canister_liquid_cycle_balance128", &[P], None, modes("*"), 0, system::cycle_balance),
    function("canister_status", &[], Some(W), modes("*"), 0, system::status),
    function("canister_version", &[], Some(L), modes("*"), 0, system::version),
    function("subnet_self_size", &[], Some(P), modes("*"), 0, system::subnet_size),
    function("subnet_self_copy", &[P, P, P], None, modes("*"), 0, system::subnet_copy),
    function("subnet_self_node_count", &[], Some(W), modes("*"), 0, system::subnet_node_count),
    function("msg_method_name_size", &[], Some(P), modes("F"), 0, message::method_name_size),
    function("msg_method_name_copy", &[P, P, P], None, modes("F"), 20, message::method_name_copy),
    function("accept_message", &[], None, modes("F"), 0, message::accept_message),
    function("call_new", &[P, P, P, P, P, P, P, P], None, modes("U CQ Ry Rt CRy CRt T"), 1_000, calls::new),
    function("call_on_cleanup", &[P, P], None, modes("U CQ Ry Rt CRy CRt T"), 0, calls::on_cleanup),
    function("call_data_append", &[P, P], None, modes("U CQ Ry Rt CRy CRt T"), 0, calls::data_append),
    function("call_with_best_effort_response", &[W], None, modes("U CQ Ry Rt CRy CRt T"), 0, calls::with_best_effort_response),
    function("call_cycles_add128", &[L, L], None, modes("U Ry Rt T"), 0, calls::cycles_add),
    function("call_perform", &[], Some(W), modes("U CQ Ry Rt CRy CRt T"), 4_500, calls::perform),
    function("stable64_size", &[], Some(L), modes("* s"), 0, stable::size),
    function("stable64_grow", &[L], Some(L), modes("* s"), 0, stable::grow),
    function("stable64_write", &[L, L, L], None, modes("* s"), 20, stable::write),
    function("stable64_read", &[L, L, L], None, modes("* s"), 20, stable::read),
    function("stable_size", &[], Some(W), modes("* s"), 0, stable::size_32),
    function("stable_grow", &[W], Some(W), modes("* s"), 0, stable::grow_32),
    function("stable_write", &[W, W, W], None, modes("* s"), 20, stable::write_32),
    function("stable_read", &[W, W, W], None, modes("* s"), 20, stable::read_32),
    function("root_key_size", &[], Some(P), modes("I G U RQ Ry Rt C T"), 0, system::root_key_size),
    function("root_key_copy", &[P, P, P], None, modes("I G U RQ Ry Rt C T"), 0, system::root_key_copy),
    function("certified_data_set", &[P, P], None, modes("I G U Ry Rt T"), 0, system::certified_data_set),
    function("data_certificate_present", &[], Some(W), modes("*"), 0, system::certificate_present),
    function("data_certificate_size", &[], Some(P), modes("NQ CQ"), 0, system::certificate_size),
    function("data_certificate_copy", &[P, P, P], None, modes("NQ CQ"), 20, system::certificate_copy),
    function("time", &[], Some(L), modes("*"), 0, system::time),
    function("global_timer_set", &[L], Some(L), modes("I G U Ry Rt C T"), 0, system::global_timer_set),
    function("performance_counter", &[W], Some(L), modes("* s"), 0, system::performance_counter),
    function("is_controller", &[P, P], Some(W), modes("* s"), 1_000, system::is_controller),
    function("in_replicated_execution", &[], Some(W), modes("* s"), 0, system::in_replicated_execution),
    function("cost_call", &[L, L, P], None, modes("* s"), 0, cost::call),
    function("cost_create_canister", &[P], None, modes("* s"), 0, cost::create_canister),
    function("cost_http_request", &[L, L, P], None, modes("* s"), 0, cost::http_request),
    function("cost_http_request_v2", &[P, P, P], None, modes("* s"), 0, cost::http_request_v2),
    function("cost_sign_with_ecdsa", &[P, P, W, P], Some(W), modes("* s"), 0, cost::sign_with_ecdsa),
    function("cost_sign_with_schnorr", &[P, P, W, P], Some(W), modes("* s"), 0, cost::sign_with_schnorr),
    function("cost_vetkd_derive_key", &[P, P, W, P], Some(W), modes("* s"), 0, cost::vetkd_derive_key),
    function("env_var_count", &[], Some(P), modes("*"), 0, environment::count),
    function("env_var_name_size", &[P], Some(P), modes("*"), 0, environment::name_size),
    function("env_var_name_copy", &[P, P, P, P], None, modes("*"), 0, environment::name_copy),
    function("env_var_name_exists", &[P, P], Some(W), modes("*"), 0, environment::name_exists),
    function("env_var_value_size", &[P, P], Some(P), modes("*"), 0, environment::value_size),
    function("env_var_value_copy", &[P, P, P, P, P], None, modes("*"), 0, environment::value_copy),
    function("debug_print", &[P, P], None, modes("* s"), 100, system::debug_print),
    function("trap", &[P, P], None, modes("* s"), 0, system::trap),
];
