import csv
import io

text = 'id,name,note\r\n1,"Smith, J","said ""hi"""\r\n2,Ann,\r\n3,"multi\nline",x\r\n\r\n4\r\n'
rows = list(csv.reader(io.StringIO(text, newline="")))
recs = list(csv.DictReader(io.StringIO(text), restval="-"))
extra = list(csv.DictReader(["1,2,3", "4"], fieldnames=["a", "b"], restkey="more"))


def write(rows, **kw):
    buf = io.StringIO()
    csv.writer(buf, **kw).writerows(rows)
    return buf.getvalue()


data = [["a", 1, 2.5, None, True], ["x,y", 'q"t', "new\nline", "", " sp "]]
out = [rows, recs, extra, write(data), write(data, quoting=csv.QUOTE_ALL, lineterminator="\n"), write(data, quoting=csv.QUOTE_NONNUMERIC), write(data, delimiter="\t", lineterminator="\n"), write(data, quotechar="'", doublequote=False, escapechar="\\"), write([["a,b"]], quoting=csv.QUOTE_NONE, escapechar="\\"), write([[""], []])]
buf = io.StringIO()
w = csv.DictWriter(buf, ["b", "a"], extrasaction="ignore", restval="?", lineterminator="\n")
w.writeheader()
w.writerows([{"a": 1, "b": 2, "z": 3}, {"a": "only"}])
out += [buf.getvalue(), list(csv.reader(["a|'b|c'|d"], delimiter="|", quotechar="'")), list(csv.reader(["1, 2,  3"], skipinitialspace=True)), list(csv.reader(['1,"2",3.5'], quoting=csv.QUOTE_NONNUMERIC)), list(csv.reader(["a\\,b,c"], escapechar="\\")), list(csv.reader(['a"b,"c"d']))]
csv.register_dialect("pipes", delimiter="|", quoting=csv.QUOTE_MINIMAL)
r = csv.reader(["x|y", "z"], "pipes")
out += [list(r), r.line_num, "pipes" in csv.list_dialects(), csv.get_dialect("pipes").delimiter, csv.Sniffer().sniff("a;b;c\n1;2;3\n4;5;6\n").delimiter]
csv.unregister_dialect("pipes")
for bad in (lambda: csv.writer(io.StringIO()).writerow(5), lambda: csv.reader(["a"], "nope"), lambda: write([["a,b"]], quoting=csv.QUOTE_NONE), lambda: csv.reader(["a"], delimiter="ab"), lambda: csv.DictWriter(io.StringIO(), ["a"]).writerow({"q": 1}), lambda: list(csv.reader(['"open'], strict=True)), lambda: csv.reader(5)):
    try:
        bad()
        out.append("ok")
    except (csv.Error, TypeError, ValueError) as e:
        out.append("csv.Error" if isinstance(e, csv.Error) else type(e).__name__)
result = out
