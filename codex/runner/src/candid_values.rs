//! Values of Candid, as the world of a codex hands them over: tuples of a tag and what it stands for.

use candid::types::Label;
use candid::types::value::{IDLArgs, IDLField, IDLValue, VariantValue};
use candid::{Int, Nat, Principal};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyBytes, PyInt, PyList, PyStr, PyTuple};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, TryFromBorrowedObject, TryFromObject, VirtualMachine,
};

/// How deep values may be: each level is one of the stack.
const DEPTH: usize = 64;

/// Encodes arguments.
pub fn encode(vm: &VirtualMachine, values: &[PyObjectRef]) -> PyResult<Vec<u8>> {
    let values: Vec<IDLValue> = values
        .iter()
        .map(|value| lower(vm, value, DEPTH))
        .collect::<PyResult<_>>()?;
    IDLArgs::new(&values)
        .to_bytes()
        .map_err(|error| vm.new_type_error(format!("cannot be encoded as Candid: {error}")))
}

/// Decodes a reply.
pub fn decode(vm: &VirtualMachine, bytes: &[u8]) -> PyResult<Vec<PyObjectRef>> {
    let values = IDLArgs::from_bytes(bytes)
        .map_err(|error| vm.new_value_error(format!("a reply that is no Candid: {error}")))?;
    values
        .args
        .iter()
        .map(|value| lift(vm, value, DEPTH))
        .collect()
}

fn pair<'a>(vm: &VirtualMachine, value: &'a PyObject) -> PyResult<(String, &'a PyObject)> {
    let parts = value
        .downcast_ref::<PyTuple>()
        .map(|tuple| tuple.as_slice())
        .filter(|parts| parts.len() == 2)
        .ok_or_else(|| vm.new_type_error("a value is a tuple of a tag and what it stands for"))?;
    Ok((text(vm, &parts[0])?, &parts[1]))
}

fn text(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    let text = value.downcast_ref::<PyStr>();
    let text = text.ok_or_else(|| vm.new_type_error("text is a str"))?;
    Ok(text.to_string_lossy().into_owned())
}

fn bytes(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    let bytes = value.downcast_ref::<PyBytes>();
    let bytes = bytes.ok_or_else(|| vm.new_type_error("a blob is bytes"))?;
    Ok(bytes.as_bytes().to_vec())
}

fn list(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    let list = value.downcast_ref::<PyList>();
    let list = list.ok_or_else(|| vm.new_type_error("a vec is a list"))?;
    Ok(list.borrow_vec().to_vec())
}

fn number<T>(vm: &VirtualMachine, value: &PyObject) -> PyResult<T>
where
    T: for<'a> TryFromBorrowedObject<'a>,
{
    T::try_from_borrowed_object(vm, value)
}

/// A whole number of any size.
fn digits(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    let number = value.downcast_ref::<PyInt>();
    let number = number.ok_or_else(|| vm.new_type_error("a number is an int"))?;
    Ok(number.as_bigint().to_string())
}

fn lower(vm: &VirtualMachine, value: &PyObject, depth: usize) -> PyResult<IDLValue> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(vm.new_value_error(format!("values are at most {DEPTH} levels deep")));
    };
    let (tag, value) = pair(vm, value)?;
    let refused = |error: &dyn std::fmt::Display| -> PyBaseExceptionRef {
        vm.new_value_error(format!("no {tag}: {error}"))
    };
    Ok(match tag.as_str() {
        "null" => IDLValue::Null,
        "bool" => IDLValue::Bool(value.to_owned().is_true(vm)?),
        "text" => IDLValue::Text(text(vm, value)?),
        "blob" => IDLValue::Blob(bytes(vm, value)?),
        "principal" => {
            let bytes = bytes(vm, value)?;
            IDLValue::Principal(Principal::try_from_slice(&bytes).map_err(|error| refused(&error))?)
        }
        "nat" => {
            let nat = digits(vm, value)?;
            IDLValue::Nat(Nat::parse(nat.as_bytes()).map_err(|error| refused(&error))?)
        }
        "int" => {
            let int = digits(vm, value)?;
            IDLValue::Int(Int::parse(int.as_bytes()).map_err(|error| refused(&error))?)
        }
        "nat8" => IDLValue::Nat8(number(vm, value)?),
        "nat16" => IDLValue::Nat16(number(vm, value)?),
        "nat32" => IDLValue::Nat32(number(vm, value)?),
        "nat64" => IDLValue::Nat64(number(vm, value)?),
        "int8" => IDLValue::Int8(number(vm, value)?),
        "int16" => IDLValue::Int16(number(vm, value)?),
        "int32" => IDLValue::Int32(number(vm, value)?),
        "int64" => IDLValue::Int64(number(vm, value)?),
        "float32" => IDLValue::Float32(f64::try_from_object(vm, value.to_owned())? as f32),
        "float64" => IDLValue::Float64(f64::try_from_object(vm, value.to_owned())?),
        "opt" if vm.is_none(value) => IDLValue::None,
        "opt" => IDLValue::Opt(Box::new(lower(vm, value, depth)?)),
        "vec" => {
            let parts = list(vm, value)?;
            let parts = parts.iter().map(|part| lower(vm, part, depth));
            IDLValue::Vec(parts.collect::<PyResult<_>>()?)
        }
        "record" => {
            let fields = list(vm, value)?;
            let fields = fields.iter().map(|field| lower_field(vm, field, depth));
            let mut fields: Vec<IDLField> = fields.collect::<PyResult<_>>()?;
            fields.sort_unstable_by_key(|field| field.id.get_id());
            IDLValue::Record(fields)
        }
        "variant" => {
            let field = lower_field(vm, value, depth)?;
            IDLValue::Variant(VariantValue(Box::new(field), 0))
        }
        _ => return Err(vm.new_type_error(format!("there is no tag {tag}"))),
    })
}

fn lower_field(vm: &VirtualMachine, field: &PyObject, depth: usize) -> PyResult<IDLField> {
    let (name, value) = pair(vm, field)?;
    let id = match name.parse::<u32>() {
        Ok(number) if number.to_string() == name => Label::Id(number),
        _ => Label::Named(name),
    };
    let val = lower(vm, value, depth)?;
    Ok(IDLField { id, val })
}

fn lift(vm: &VirtualMachine, value: &IDLValue, depth: usize) -> PyResult<PyObjectRef> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(vm.new_value_error(format!("values are at most {DEPTH} levels deep")));
    };
    let ctx = &vm.ctx;
    let int = |digits: String| -> PyResult<PyObjectRef> {
        let text: PyObjectRef = ctx.new_str(digits.replace('_', "")).into();
        ctx.types.int_type.as_object().call((text,), vm)
    };
    let (tag, lifted): (&str, PyObjectRef) = match value {
        IDLValue::Null | IDLValue::Reserved => ("null", ctx.none()),
        IDLValue::Bool(value) => ("bool", ctx.new_bool(*value).into()),
        IDLValue::Text(value) | IDLValue::Number(value) => {
            ("text", ctx.new_str(value.as_str()).into())
        }
        IDLValue::Blob(value) => ("blob", ctx.new_bytes(value.clone()).into()),
        IDLValue::Principal(value) | IDLValue::Service(value) | IDLValue::Func(value, _) => {
            ("principal", ctx.new_bytes(value.as_slice().to_vec()).into())
        }
        IDLValue::Nat(value) => ("nat", int(value.to_string())?),
        IDLValue::Int(value) => ("int", int(value.to_string())?),
        IDLValue::Nat8(value) => ("nat8", ctx.new_int(*value).into()),
        IDLValue::Nat16(value) => ("nat16", ctx.new_int(*value).into()),
        IDLValue::Nat32(value) => ("nat32", ctx.new_int(*value).into()),
        IDLValue::Nat64(value) => ("nat64", ctx.new_int(*value).into()),
        IDLValue::Int8(value) => ("int8", ctx.new_int(*value).into()),
        IDLValue::Int16(value) => ("int16", ctx.new_int(*value).into()),
        IDLValue::Int32(value) => ("int32", ctx.new_int(*value).into()),
        IDLValue::Int64(value) => ("int64", ctx.new_int(*value).into()),
        IDLValue::Float32(value) => ("float32", ctx.new_float(f64::from(*value)).into()),
        IDLValue::Float64(value) => ("float64", ctx.new_float(*value).into()),
        IDLValue::None => ("opt", ctx.none()),
        IDLValue::Opt(value) => ("opt", lift(vm, value, depth)?),
        IDLValue::Vec(values) => {
            let values = values.iter().map(|value| lift(vm, value, depth));
            ("vec", ctx.new_list(values.collect::<PyResult<_>>()?).into())
        }
        IDLValue::Record(fields) => {
            let fields = fields.iter().map(|field| lift_field(vm, field, depth));
            (
                "record",
                ctx.new_list(fields.collect::<PyResult<_>>()?).into(),
            )
        }
        IDLValue::Variant(case) => ("variant", lift_field(vm, &case.0, depth)?),
    };
    Ok(ctx.new_tuple(vec![ctx.new_str(tag).into(), lifted]).into())
}

fn lift_field(vm: &VirtualMachine, field: &IDLField, depth: usize) -> PyResult<PyObjectRef> {
    let name = vm.ctx.new_str(field.id.to_string()).into();
    let value = lift(vm, &field.val, depth)?;
    Ok(vm.ctx.new_tuple(vec![name, value]).into())
}
