from decimal import Decimal as D, InvalidOperation

texts = ["1", "1.0", "1.00", "-0", "0E+5", "1e3", "1E-10", "123e-2", "Infinity", "-inf", "NaN", "sNaN12", " 7 ", "1_000.5", "٣.٤", ".5", "5."]
out = [[str(D(t)), repr(D(t))] for t in texts]
out += [str(D(v)) for v in (5, -3, 0.1, 0.5, True, (1, (3, 1, 4), -2), "0.000001", "0.0000001", 10 ** 30)]
out += [str(D.from_float(2.75)), float(D("0.1")), int(D("12.9")), str(D("3.0") + 1), str(D("1.20") * D("3")), str(D("1.30") - D("0.30")), str(D("6.0") / D("2.0")), str(D("7") // D("2")), str(D("-7") // D("2")), str(D("-7") % D("3")), [str(x) for x in divmod(D("7.5"), 2)], str(D(2) ** 100), str(D("4") ** D("-2"))]
out += [D("1.0") == D("1.00") == 1, hash(D("1.0")) == hash(1), D("0.5") == 0.5, D("0.1") == 0.1, D("NaN") == D("NaN"), D("inf") > 10 ** 100, D("1") < D("1.5"), max(D("3"), D("10")) == 10, bool(D("0.0")), bool(D("NaN")), D("-0") == 0]
out += [str(D("1.0").compare_total(D("1.00"))), str(D("NaN").max(5)), str(D("inf") - 1), str(D("3").compare(D("NaN"))), str(abs(D("-0"))), str(-D("0")), str(D("5").copy_sign(D("-1"))), D("nan").is_nan(), D("-0").is_signed(), D("1e5").is_normal(), D("inf").is_finite()]
out += [list(D("-3.14").as_tuple()), D("2.50").as_integer_ratio(), str(D("123.456").scaleb(3)), str(D("12").fma(3, 4)), str(D("10").next_plus()), str(D("17").remainder_near(D("5"))), str(D("1234.5").logb()), D("1E+3").to_eng_string(), str(D("101").logical_xor(D("110"))), str(D("12345").shift(-2)), str(D("12345").rotate(2))[-5:]]
out += [[str(d) for d in sorted([D("1.5"), D(-2), D("inf"), D(0)])], str(sum([D("0.1")] * 10)), sum([0.1] * 3) == 0.3, str(D("1e2").normalize()), str(D("5").number_class()), str(D("12").sqrt() ** 2)[:6]]
for bad in (lambda: D("inf") - D("inf"), lambda: D("sNaN") + 1, lambda: D("NaN") < 1, lambda: int(D("NaN")), lambda: int(D("inf")), lambda: D(""), lambda: D("1 0"), lambda: D(None), lambda: hash(D("sNaN")), lambda: D(-8) ** D("0.5"), lambda: D("0x10"), lambda: D((1, (12,), 0))):
    try:
        out.append(str(bad()))
    except Exception as e:
        out.append(type(e).__name__)
result = out
