import html
from html.parser import HTMLParser

raw = ["<a href='x'>&\"</a>", "", "plain", "a & b &amp; c", "é < 5 > \u2603"]
out = [[html.escape(r), html.escape(r, quote=False), html.unescape(html.escape(r)) == r] for r in raw]
ents = ["&lt;&gt;&amp;&quot;&#39;&apos;", "&eacute;&euro;&nbsp;", "&#65;&#x41;&#X1F600;", "&notanentity; &amp", "&copy 2024", "&#0;&#128;&#xD800;", "&ltfoo", "&amp;lt;", "& &; &#; &#x;", "&hearts;&NotEqualTilde;", "&#1114112;"]
out.append([html.unescape(e) for e in ents])


class Outline(HTMLParser):
    def __init__(self):
        super().__init__()
        self.events, self.depth = [], 0

    def handle_starttag(self, tag, attrs):
        self.events.append([self.depth, "start", tag, [list(a) for a in attrs]])
        self.depth += tag not in ("br", "img")

    def handle_endtag(self, tag):
        self.depth -= 1
        self.events.append([self.depth, "end", tag])

    def handle_startendtag(self, tag, attrs):
        self.events.append([self.depth, "empty", tag])

    def handle_data(self, data):
        if data.strip():
            self.events.append([self.depth, "text", data.strip()])

    def handle_comment(self, data): self.events.append("comment" + data)
    def handle_decl(self, decl): self.events.append("decl " + decl)


p = Outline()
p.feed("<!DOCTYPE html><DIV class='a b' ID=x checked>Hi &amp; <b>bold</b><br/>")
p.feed("<!-- note --><a href=\"?q=1&amp;r=2\">li")
p.feed("nk</a></div>")
p.close()
result = out + [p.events]
