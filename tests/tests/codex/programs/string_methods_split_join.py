s = "  one,two;;three  four\tfive\n"
result = {
    "split": [s.split(), s.split(" "), s.split(",", 1), "a,b,,c,".split(","), "".split(), "".split(","), "a b c d".split(None, 2)],
    "rsplit": ["a.b.c".rsplit(".", 1), " x y z ".rsplit(None, 1), "abc".rsplit("z")],
    "lines": ["a\nb\r\nc\rd\x0be\n".splitlines(), "a\n\nb".splitlines(True), "".splitlines(), "\n".splitlines()],
    "part": ["k=v=w".partition("="), "k=v=w".rpartition("="), "none".partition("="), "none".rpartition("=")],
    "join": ["-".join("abc"), ", ".join([]), "".join(["x"]), "<>".join({"k": 1, "l": 2})],
    "strip": [s.strip(), "xxaxx".strip("x"), "abcba".lstrip("ab"), "abcba".rstrip("ab"), "[x]".strip("[]")],
    "affix": ["test_name".removeprefix("test_"), "name.py".removesuffix(".py"), "abc".removeprefix("x"), "aaa".removesuffix("")],
    "tabs": ["a\tb\tc".expandtabs(4), "ab\tc\n\td".expandtabs(), "\t".expandtabs(0)],
    "replace": ["aaaa".replace("a", "b", 2), "abc".replace("", "-"), "abc".replace("b", ""), "".replace("", "x")],
    "unchanged": "abc".strip("") == "abc".replace("x", "y") == "abc",
}
