import types


def gen(): yield 1
async def coro(): return 1


class C:
    def m(self): return self.v
    v = "class"


ns = types.SimpleNamespace(a=1, b=[2])
ns.c = ns.a + 1
del ns.a
view_src = {"x": 1}
view = types.MappingProxyType(view_src)
view_src["y"] = 2
co = coro()
co.close()
out = [repr(ns), ns == types.SimpleNamespace(b=[2], c=2), vars(ns), dict(view), view["y"], len(view), "x" in view, view.get("z", 0), view | {"z": 3}, list(view.copy())]
obj = C()
obj.bound = types.MethodType(lambda self, k: (self.v, k), obj)
out += [obj.bound(5), types.MethodType(len, "abcd")(), obj.m.__self__ is obj, obj.m.__func__ is C.m, C.m(obj), type(C.m).__name__, type(obj.m).__name__]
mod = types.ModuleType("dyn", "doc text")
exec("def f(n): return n * K\nK = 3", mod.__dict__)
out += [mod.f(7), mod.__name__, mod.__doc__, mod.f.__globals__ is mod.__dict__]
Made = types.new_class("Made", (C,), {}, lambda d: d.update(w=lambda self: self.v * 2))
clone = types.FunctionType(mod.f.__code__, {"K": 100}, "clone")
out += [Made().w(), Made.__name__, clone(2), clone.__name__, types.resolve_bases((C,)) == (C,), types.prepare_class("P", (C,))[0] is type]
kinds = [(gen(), types.GeneratorType), (co, types.CoroutineType), (len, types.BuiltinFunctionType), (gen, types.FunctionType), (lambda: 0, types.LambdaType), (gen.__code__, types.CodeType), (types, types.ModuleType), (None, types.NoneType), (..., types.EllipsisType), (NotImplemented, types.NotImplementedType), (list[int], types.GenericAlias), (int | str, types.UnionType), (C.__dict__, types.MappingProxyType)]
out.append([isinstance(o, t) for o, t in kinds])
for bad in (lambda: view.__setitem__("q", 1), lambda: ns.a, lambda: types.MethodType(5, obj), lambda: types.NoneType(1), lambda: types.MappingProxyType([]), lambda: types.GeneratorType()):
    try:
        bad()
        out.append("ok")
    except (TypeError, AttributeError) as e:
        out.append(type(e).__name__)
result = out
