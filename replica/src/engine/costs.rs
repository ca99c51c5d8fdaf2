//! Instructions charged per WebAssembly operator, as on the Internet Computer.
//!
//! The weights are those of `instruction_to_cost` in the replica's instrumentation. The engine adds 1
//! at each function entry, hence a call is one less here. Its weights are bytes: `memory.grow` and the
//! dropping of segments are 255 instead of 300. Of the vector operators only the accesses to memory
//! have their weight; the others, of 1 to 3 on the Internet Computer, are 1. `docs/metering.md` holds
//! the sums against published ones.

use wasmtime::OperatorCost;

macro_rules! set {
    ($costs:ident, $($weight:literal: $($operator:ident)*;)*) => {
        $($($costs.$operator = $weight;)*)*
    };
}

/// The weights for one width of memory addresses; those not named cost 1.
pub(super) fn operator_costs(is_wasm64: bool) -> OperatorCost {
    let mut costs = OperatorCost::new();
    set! { costs,
        0: Block Loop Else End;
        1: Nop Drop Return Unreachable F32Abs F32Neg F64Abs F64Neg;
        2: GlobalGet GlobalSet If Br BrIf BrTable F32Copysign
           F32Add F32Sub F32Mul F32Ceil F32Floor F32Trunc F32Nearest
           F64Add F64Sub F64Mul F64Ceil F64Floor F64Trunc F64Nearest;
        3: F32Eq F32Ne F32Lt F32Gt F32Le F32Ge F64Eq F64Ne F64Lt F64Gt F64Le F64Ge
           F32Div F64Copysign F32ConvertI32S F32ConvertI64S F64ConvertI32S F64ConvertI64S;
        4: Call;
        5: F64Div F32Sqrt TableGet TableSet RefIsNull;
        8: F64Sqrt;
        9: CallIndirect;
        10: I32DivS I32DivU I32RemS I32RemU I64DivS I64DivU I64RemS I64RemU;
        16: F32ConvertI32U F32ConvertI64U F64ConvertI32U F64ConvertI64U;
        18: F32Min F32Max F64Min F64Max;
        20: MemorySize I32TruncF32S I32TruncF32U I32TruncF64S I32TruncF64U
            I64TruncF32S I64TruncF32U I64TruncF64S I64TruncF64U
            I32TruncSatF32S I32TruncSatF32U I32TruncSatF64S I32TruncSatF64U
            I64TruncSatF32S I64TruncSatF32U I64TruncSatF64S I64TruncSatF64U;
        100: MemoryCopy MemoryFill MemoryInit TableCopy TableFill TableInit TableSize;
        130: RefFunc;
        255: MemoryGrow TableGrow DataDrop ElemDrop;
    }
    if is_wasm64 {
        set_wide_accesses(&mut costs);
    }
    costs
}

/// Accesses by addresses of 64 bits have to be checked.
fn set_wide_accesses(costs: &mut OperatorCost) {
    set! { costs,
        2: I32Load I64Load F32Load F64Load I32Load8S I32Load8U I32Load16S I32Load16U
           I64Load8S I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U
           I32Store I64Store F32Store F64Store I32Store8 I32Store16
           I64Store8 I64Store16 I64Store32
           V128Load V128Load8x8S V128Load8x8U V128Load16x4S V128Load16x4U V128Load32x2S
           V128Load32x2U V128Load8Splat V128Load16Splat V128Load32Splat V128Load64Splat
           V128Load32Zero V128Load64Zero V128Store V128Load8Lane V128Load16Lane V128Load32Lane
           V128Load64Lane V128Store8Lane V128Store16Lane V128Store32Lane V128Store64Lane;
    }
}
