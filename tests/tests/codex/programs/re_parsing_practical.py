import re

LOG = """2024-01-05 10:00:01 [INFO] web: GET /index.html 200
2024-01-05 10:00:02 [ERROR] db: timeout after 30s
bad line
2024-01-06 23:59:59 [WARN] web: slow (1.25s)"""
line = re.compile(r"(?P<date>\S+) (?P<time>[\d:]+) \[(?P<level>[A-Z]+)\] (?P<src>\w+): (?P<msg>.*)")
rows = [m.groupdict() for l in LOG.splitlines() if (m := line.fullmatch(l))]
email = re.compile(r"[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}", re.I)
ipv4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}")
url = re.compile(r"(\w+)://([^/:?#]+)(?::(\d+))?(/[^?#]*)?(?:\?([^#]*))?(?:#(.*))?")
csv = re.compile(r'(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))')


def template(text, **env):
    return re.sub(r"\{\{\s*(\w+)(?:\|(\w+))?\s*\}\}", lambda m: getattr(str(env.get(m[1], "?")), m[2] or "__str__")(), text)


result = [rows, email.findall("Mail a.b@x.org, c+d@Sub.Example.COM; not@this, @nope.com"),
          [bool(ipv4.fullmatch(s)) for s in ("192.168.0.1", "256.1.1.1", "1.2.3", "0.0.0.0", "1.2.3.4.")],
          [url.match(u).groups() for u in ("http://h.org:80/a/b?q=1&r=2#top", "ftp://host", "x://h?z#")],
          [a or b for a, b in csv.findall('one,"two, ""quoted""",,4')],
          template("Hi {{ name|upper }}, {{n}} {{ missing }} {{ name|title }}", name="ada l", n=3),
          sorted(set(re.findall(r"#(\w+)", "#b x #a ##c #b"))), re.findall(r"(\d+)([hms])", "1h30m15s"),
          re.findall(r"^(#{1,6})\s+(.*?)\s*#*$", "# One\n## Two ##\nText\n### Three", re.M)]
