def kind(v):
    match v:
        case None:
            return "none"
        case True | False:
            return "bool"
        case 0 | 1:
            return "bit"
        case int(n) if n < 0:
            return "neg %d" % -n
        case int() | float() as num if num > 1000:
            return "big"
        case "yes" | "no" as word:
            return word.upper()
        case str(s) if s.isdigit():
            return "digits"
        case -1.5:
            return "minus one and a half"
        case 3 + 4j:
            return "complex"
        case b"raw":
            return "bytes"
        case _:
            return "other " + type(v).__name__


vals = [None, True, False, 0, 1, 1.0, 0.0, -5, 5, 5000, 2e9, "yes", "no", "12", "zz", -1.5, 3 + 4j,
        b"raw", bytearray(b"raw"), [], float("nan")]
result = [kind(v) for v in vals]
