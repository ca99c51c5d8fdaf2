import base64 as b

raw = [b"", b"f", b"fo", b"foo", b"foob", bytes(range(250, 256)) + b"\x00", "héllo wörld".encode()]
out = [[f(r).decode() for f in (b.b64encode, b.urlsafe_b64encode, b.b32encode, b.b16encode, b.b85encode, b.a85encode, b.b32hexencode)] for r in raw]
pairs = ((b.b64encode, b.b64decode), (b.urlsafe_b64encode, b.urlsafe_b64decode), (b.b32encode, b.b32decode), (b.b16encode, b.b16decode), (b.b85encode, b.b85decode), (b.a85encode, b.a85decode), (b.encodebytes, b.decodebytes))
out.append(all(dec(enc(r)) == r for enc, dec in pairs for r in raw))
out += [b.b64encode(b"\xfb\xff", altchars=b"-_").decode(), b.b64decode("-_8=", altchars=b"-_").hex(), b.b64decode("Zm9v\nYmFy").decode(), b.b64decode("Zm 9v!").decode(), b.b32decode("mzxw6===", casefold=True).decode(), b.b16decode("ff0a", casefold=True).hex()]
out += [b.encodebytes(bytes(60)).decode(), b.standard_b64decode(b"QQ==").decode(), b.a85encode(bytes(4) + b"abcd", foldspaces=True, adobe=True).decode(), b.a85decode(b"<~z~>", adobe=True).hex(), b.b32decode("MZXW6L2Q", map01=None).decode("latin-1")]
token = b.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
out += [token, b.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode(), b.b64encode(bytearray(b"ba")).decode(), b.b64encode(memoryview(b"mv")).decode()]
for bad in (lambda: b.b64decode("abc"), lambda: b.b64decode("Zg==!", validate=True), lambda: b.b32decode("a======="), lambda: b.b16decode("0g"), lambda: b.b16decode("abc"), lambda: b.b64encode("str"), lambda: b.b85decode("~~~~~"), lambda: b.b64decode("é"), lambda: b.a85decode("vvvvv")):
    try:
        out.append(bad().hex())
    except Exception as e:
        out.append("ValueError" if isinstance(e, ValueError) else type(e).__name__)
result = out
