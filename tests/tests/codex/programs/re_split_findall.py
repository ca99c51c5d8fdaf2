import re

out = [re.split(r"[,;]\s*", "a, b;c,,d"), re.split(r"([,;])", "a,b;c"), re.split(r"\s+", " lead trail "), re.split(r"(-)|(\+)", "1-2+3"), re.split("x", "axbxc", maxsplit=1)]
out += [re.split(r"", "abc"), re.split(r"\b", "hi, you"), re.split("z", "none"), re.split(r"(?=[A-Z])", "oneTwoThree"), re.split(r"(a)?b", "xbyabz")]
out += [re.findall(r"\d+", "1 22 333"), re.findall(r"(\w)=(\d)", "a=1,b=2"), re.findall(r"(\w)=\d", "a=1,b=2"), re.findall("a*", "baac"), re.findall("(a)|b", "ab"), re.findall("x", "")]
out += [re.findall(r"(?=(\d\d))", "1234"), re.findall(r"\b\w", "the quick brown"), re.findall(r"^\w+", "one\ntwo", re.M), re.findall(r".+", "a\nb", re.S), re.findall(r"[^\W\d_]+", "ab1_cd é")]
out.append([(m.start(), m.group()) for m in re.finditer(r"aba", "abababa")])
p = re.compile(r"\w+")
out += [p.findall("skip these words", 5), p.findall("skip these words", 5, 8), p.match("  x") is None, p.search("  x").span(), p.match("  x", 2).span(), p.fullmatch("abc", 1).group(), p.fullmatch("a b") is None]
tok = re.compile(r"(?P<num>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<op>[-+*/()=])|(?P<ws>\s+)|(?P<bad>.)")
out.append([(m.lastgroup, m.group()) for m in tok.finditer("x1 = 3.14*(y - 2) ?") if m.lastgroup != "ws"])
result = out
