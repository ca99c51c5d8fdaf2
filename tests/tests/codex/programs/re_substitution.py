import re


def double(m):
    return str(int(m[0]) * 2)


out = [re.sub(r"\d+", double, "a1 b22 c333"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world again bye"), re.sub(r"a", "b", "aaaa", count=2)]
out += [list(re.subn(r"\s+", " ", " a  b \n c ")), re.sub("", "-", "abc"), re.sub("x*", "-", "axxb"), re.sub(r"\b", "|", "hi you"), re.sub(r"$", "!", "a\nb\n")]
out += [re.sub(r"(?P<k>\w)=(?P<v>\d)", r"\g<v>=\g<k>;", "a=1b=2"), re.sub(r"(a)(b)?", r"[\1\2]", "ab a"), re.sub(r"(.)", r"\g<1>0", "xy"), re.sub(r"\.", r"\\.", "1.2")]
out += [re.sub("a", lambda m: r"\n", "bab"), re.sub("a", r"\n", "bab"), re.sub("(?i)HELLO", "bye", "Hello hELLO"), re.sub(r"(?m)^", "> ", "one\ntwo")]
out += [re.sub(r"[aeiou]", lambda m: m[0].upper(), "programming language"), re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", "1234567"), re.sub(rb"\d", b"#", b"a1b2").decode()]
camel = re.sub(r"_([a-z])", lambda m: m[1].upper(), "some_snake_case_name")
snake = re.sub(r"(?<!^)(?=[A-Z])", "_", camel).lower()
out += [camel, snake, re.escape("a.b*c[d]\\e f-g_h/é"), re.sub(re.escape("$1+"), "X", "cost $1+ tax")]
for bad in (lambda: re.sub("a", r"\2", "a"), lambda: re.sub("a", r"\q", "a"), lambda: re.sub("(?P<n>a)", r"\g<m>", "a"), lambda: re.sub("a", 5, "a"), lambda: re.sub("a", b"b", "a")):
    try:
        out.append(bad())
    except Exception as e:
        out.append("re.error" if isinstance(e, re.error) else type(e).__name__)
result = out
