import re

tests = [(r"\d+(?= USD)", "10 EUR 20 USD"), (r"(?<=\$)\d+", "a 5 $77"), (r"\b(?!un)\w+", "undo redo"), (r"(?<!\w)cat(?!\w)", "concat cat"), (r"a{2,3}", "aaaaa"),
         (r"a{2,3}?", "aaaaa"), (r"<.+>", "<a><b>"), (r"<.+?>", "<a><b>"), (r"a{,2}b", "aaab"), (r"(ab){2}", "ababab"), (r"x{0}y", "xy"), (r"colou?r", "color colour"),
         (r"^\s*$", ""), (r"a|ab", "ab"), (r"(?:a|ab)(?:c|bcd)(d*)", "abcd"), (r"[]a]+", "]a]b"), (r"[^]a]+", "]xy]"), (r"[a\-z]+", "-az-b"), (r"\Aab\Z", "ab"), (r"a{", "a{"),
         (r"(a*)*b", "aaab"), (r"(a+|b)*c", "aabbc"), (r"\d{2,}", "1 12 123"), (r"(?:(\w)(\w))+", "abcdef"), (r".*(\d)", "a1b2c"), (r".*?(\d)", "a1b2c"), (r"(?=.*\d)(?=.*[a-z])\w{4,}", "abc1")]
out = []
for pat, s in tests:
    m = re.search(pat, s)
    out.append([pat, list(m.span()), m.group(), list(m.groups())] if m else [pat, None])
password = re.compile(r"(?=.{8,}$)(?=.*[A-Z])(?=.*\d)(?!.*\s).*")
out.append([bool(password.match(p)) for p in ("Passw0rd", "password1", "Pass 0rdX", "Sh0rt", "ALLCAPS99")])
out.append([m.group() for m in re.finditer(r"(?<=[aeiou])[^aeiou\s](?=[aeiou])", "a lonely banana")])
out.append(re.findall(r"(?s:a.b)|c.d", "a\nb c\nd cxd"))
result = out
