words = ["hello World", "ÉCOLE straße", "ǆ", "123", "", "Title Case", "snake_case", "ΑΣ", "ﬁ", "i̇"]
out = [[w.upper(), w.lower(), w.title(), w.capitalize(), w.swapcase(), w.casefold()] for w in words]
preds = "isalpha isdigit isalnum isspace isupper islower istitle isidentifier isnumeric isdecimal isascii isprintable".split()
chars = ["a", "A1", "²", "½", " \t", "", "Ab", "_x", "9z", "é", "\n", "٣", "A B"]
table = {p: "".join("01"[getattr(c, p)()] for c in chars) for p in preds}
t = "abracadabra"
search = [t.find("bra"), t.find("bra", 2), t.rfind("bra"), t.find("z"), t.index("c"), t.count("a"), t.count("abra"),
          t.count(""), "aaaa".count("aa"), t.find("", 11), t.find("", 12), t.startswith(("x", "ab")), t.endswith("bra", 0, 4),
          t.startswith(""), "bra" in t, "" in ""]
try:
    t.rindex("q")
except ValueError:
    search.append("ValueError")
fill = ["7".zfill(3), "-7".zfill(4), "+".zfill(3), "ab".center(5, "*"), "abc".center(6), "x".ljust(3, ".") + "|", "x".rjust(3)]
trans = ["hello".translate({104: "J", 108: None}), "abc".translate(str.maketrans("ab", "xy", "c")), "é".translate({233: 101})]
result = [out, table, search, fill, trans]
