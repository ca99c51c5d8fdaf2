import json
from decimal import Decimal
import io

texts = ['{"a": [1, 2.0, -0, 1E3, 1e-2]}', ' "\\u00e9\\ud83d\\ude00\\/\\b" ', "[]", "null", "12345678901234567890", "-0.0", '{"k":1,"k":2}', "[1,\n\t2\r]"]
out = [json.loads(t) for t in texts]
out.append(type(json.loads("1E3")).__name__)
out.append(str(json.loads("1.10", parse_float=Decimal) * 3))
out.append(json.loads("[1, 22]", parse_int=lambda s: "i" + s))
out.append(json.loads('{"b": {"x": 1}, "a": 2}', object_pairs_hook=lambda ps: [list(p) for p in ps]))
out.append(json.loads('[{"t": 1}, {"u": {"t": 2}}]', object_hook=lambda d: d.get("t", d)))
out.append(json.loads(b'{"bytes": "\xc3\xa9"}'))
out.append(repr(json.loads("[NaN, Infinity, -Infinity]")))
bad = ["", "{", "[1,]", "{'a': 1}", "[1 2]", "01", "1.", '"\n"', '"\\x"', "nul", '{"a" 1}', "[1]x", "+1", ".5", '"abc', "{1: 2}"]
for t in bad:
    try:
        out.append(json.loads(t))
    except json.JSONDecodeError as e:
        out.append([t, e.lineno >= 1, isinstance(e, ValueError)])
try:
    json.loads('[1, 2,\n  oops]')
except json.JSONDecodeError as e:
    out.append([e.pos, e.lineno, e.colno, e.doc])
buf = io.StringIO()
json.dump({"x": [1, None]}, buf)
buf.seek(0)
result = out + [buf.getvalue(), json.load(buf), list(json.JSONDecoder().raw_decode('{"a": 1} tail'))]
