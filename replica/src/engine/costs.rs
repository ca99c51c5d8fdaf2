//! Instructions charged per WebAssembly operator, as on the Internet Computer.
//!
//! The engine adds 1 at each function entry, hence a call is one less here. Its weights are bytes:
//! `memory.grow` is 255 instead of 300.

use wasmtime::OperatorCost;

macro_rules! set {
    ($costs:ident, $($weight:literal: $($operator:ident)*;)*) => {
        $($($costs.$operator = $weight;)*)*
    };
}

/// The weights; those not named cost 1.
pub(super) fn operator_costs() -> OperatorCost {
    let mut costs = OperatorCost::new();
    set! { costs,
        0: Block Loop Else End;
        1: Nop Drop Return Unreachable;
        2: GlobalGet GlobalSet If Br BrIf BrTable
           F32Eq F32Ne F32Lt F32Gt F32Le F32Ge F64Eq F64Ne F64Lt F64Gt F64Le F64Ge
           F32Abs F32Neg F32Copysign F64Abs F64Neg F64Copysign
           F32Add F32Sub F32Mul F32Min F32Max F64Add F64Sub F64Mul F64Min F64Max
           F32Ceil F32Floor F32Trunc F32Nearest F64Ceil F64Floor F64Trunc F64Nearest;
        3: F32Div F32ConvertI32S F32ConvertI32U F32ConvertI64S F32ConvertI64U
           F64ConvertI32S F64ConvertI32U F64ConvertI64S F64ConvertI64U;
        5: F64Div F32Sqrt F64Sqrt TableGet TableSet TableSize;
        4: Call;
        9: CallIndirect;
        10: I32DivS I32DivU I32RemS I32RemU I64DivS I64DivU I64RemS I64RemU;
        20: MemorySize;
        100: MemoryCopy MemoryFill MemoryInit TableCopy TableFill TableInit;
        255: MemoryGrow TableGrow;
    }
    costs
}
