from urllib.parse import parse_qs, parse_qsl, quote, quote_plus, unquote, unquote_plus, urldefrag, urlencode, urljoin, urlparse, urlsplit, urlunparse, urlunsplit

urls = ["http://user:pw@Host.org:8080/p/a;x=1?q=1&r=#frag", "mailto:a@b.c", "//net/path", "/only/path?x", "https://[::1]:443/", "", "file:///etc/x", "http://h?a/b"]
out = []
for u in urls:
    p, s = urlparse(u), urlsplit(u)
    out.append([list(p), list(s), p.hostname, p.port, p.username, p.password, p.geturl() == u or p.geturl()])
base = "http://a/b/c/d;p?q"
out.append([urljoin(base, r) for r in ("g", "./g", "../g", "../../g", "/g", "//g", "?y", "#s", "g?y#s", "http:g", "mailto:x", "", ".", "..", "g/../h", ";x")])
out += [quote("a b/c?d=é&~"), quote("a/b", safe=""), quote_plus("a b+c/d"), unquote("a%20b%2Fc%C3%A9%zz+"), unquote_plus("a+b%2B"), quote(b"\xff\x00"), unquote("%FF"), unquote("%E9", "latin-1"), quote("é", encoding="latin-1"), quote("")]
out += [urlencode({"a": 1, "b": "x y", "c": "é&="}), urlencode([("k", "1"), ("k", "2")]), urlencode({"l": [1, "b"], "t": ()}, doseq=True), urlencode({"l": [1]}), urlencode({"q": "a b"}, quote_via=quote), urlencode({})]
out += [parse_qs("a=1&b=2&a=3&c=&d"), parse_qs("a=&b=1", keep_blank_values=True), parse_qsl("x=%20+y&z=1%3D2"), parse_qs("a=1;b=2"), parse_qsl("a=1;b=2", separator=";"), parse_qs("")]
out += [list(urldefrag("http://h/p#f")), urlunparse(("http", "h", "/p", "par", "q=1", "f")), urlunsplit(("", "h", "p", "", "")), urlsplit("http://h/p")._replace(query="z=9", fragment="t").geturl(), urlparse("http://h/p").netloc, urlsplit("HTTP://H/P").scheme]
for bad in (lambda: parse_qs("a", strict_parsing=True), lambda: urlsplit("http://h:x/").port, lambda: urlsplit("http://h:99999/").port, lambda: urlsplit("http://[::1/"), lambda: urlencode("abc"), lambda: urljoin("a", b"b"), lambda: quote(5), lambda: parse_qs("a=1&b=2", max_num_fields=1)):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)
result = out
