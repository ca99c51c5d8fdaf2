import textwrap

text = "The quick brown fox jumped over the lazy dog, then slept-in until extraordinarily-late noon.  Two spaces."
code = """
    def f():
        return 1

      # odd indent
\tend"""
W = textwrap
out = [W.wrap(text, 20), W.fill(text, 30, initial_indent="* ", subsequent_indent="  "), W.shorten(text, 25), W.shorten(text, 25, placeholder="..."), W.shorten("  tiny   text ", 40), W.wrap("", 10), W.wrap("   ", 10)]
out += [W.wrap("a" * 25 + " bb", 10), W.wrap("a" * 25 + " bb", 10, break_long_words=False), W.wrap("well-known-word here", 8), W.wrap("well-known-word here", 8, break_on_hyphens=False), W.wrap("one\ntwo  three\tfour", 50), W.wrap("x\ty", 20, expand_tabs=False), W.wrap("a  b", 10, drop_whitespace=False)]
out += [W.dedent(code), W.dedent("  a\n    b\n   \n  c\n"), W.dedent("a\n  b"), W.indent("one\n\ntwo\n", "> "), W.indent("one\n\ntwo\n", "> ", lambda line: True), W.indent("x\n y", "\t", lambda l: l.startswith(" "))]
out += [W.wrap(text, 18, max_lines=3), W.wrap(text, 18, max_lines=2, placeholder=" [etc]"), W.wrap("line one\n\nline two", 40, replace_whitespace=False), W.wrap("End. Next end.  Then", 12, fix_sentence_endings=True)]
tw = W.TextWrapper(width=12, initial_indent="- ")
tw.subsequent_indent = "....."
out += [tw.wrap("alpha beta gamma delta"), tw.fill("epsilon zeta eta"), len(W.fill(text, 25).splitlines()), max(map(len, W.wrap(text, 25)))]
for bad in (lambda: W.wrap("abc", 0), lambda: W.wrap("abc", -1), lambda: W.shorten("some long text", 3), lambda: W.wrap(5), lambda: W.indent(None, "")):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)
result = out
