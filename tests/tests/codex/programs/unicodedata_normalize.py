import unicodedata as u

words = ["é", "e\u0301", "ﬁ", "Å", "\u212b", "①", "ｱ", "½", "\uac00", "x²", "ǅ", "\u1e9b\u0323", "plain", ""]
out = [[u.normalize(f, w) for f in ("NFC", "NFD", "NFKC", "NFKD")] for w in words]
out += [[u.is_normalized(f, w) for f in ("NFC", "NFD")] for w in words[:4]]
chars = "aA1 \n_é€½²٣\u0301漢\u200b+(«\u00ad\ue000"
out.append([u.category(c) for c in chars])
out.append([u.name(c, None) for c in chars])
out.append([[u.decimal(c, None), u.digit(c, None), u.numeric(c, None)] for c in "5½²٣xⅧ①"])
out.append([u.lookup(n) for n in ("SNOWMAN", "LATIN SMALL LETTER E WITH ACUTE", "GREEK CAPITAL LETTER OMEGA", "HANGUL SYLLABLE GA", "snowman")])
out.append([[u.combining(c), u.bidirectional(c), u.east_asian_width(c), u.mirrored(c), u.decomposition(c)] for c in "a\u0301\u05d0(漢½ｱé"])


def strip_accents(s):
    return "".join(c for c in u.normalize("NFKD", s) if not u.combining(c))


def slug(s):
    return "-".join("".join(c if c.isalnum() else " " for c in strip_accents(s).lower()).split())


out += [strip_accents("Crème Brûlée à la façon Ångström"), slug("  Ünïcode & Ťest: №5 "), u.normalize("NFC", "e\u0301") == "é", len(u.normalize("NFD", "ệ")), sorted("zéea", key=strip_accents), u.normalize("NFC", "a\u0323\u0301") == u.normalize("NFC", "a\u0301\u0323")]
out += ["straße".casefold() == "STRASSE".casefold(), [w for w in ("İ", "ß", "ŉ") if len(w.upper()) != 1 or len(w.lower()) != 1]]
for bad in (lambda: u.name("\n"), lambda: u.lookup("NOPE NOPE"), lambda: u.category("ab"), lambda: u.normalize("NFX", "a"), lambda: u.digit("x"), lambda: u.numeric(""), lambda: u.decimal("½"), lambda: u.name(5)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
