import hashlib

names = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"]
out = {}
for n in names:
    h = hashlib.new(n)
    h.update(b"hello ")
    c = h.copy()
    h.update(b"world")
    c.update(bytearray(b"there"))
    one = getattr(hashlib, n)(b"hello world")
    out[n] = [h.hexdigest(), c.hexdigest()[:16], one.digest() == h.digest(), h.digest_size, h.block_size, h.name, getattr(hashlib, n)().hexdigest()[:16]]
shake = hashlib.shake_128(b"x")
out["shake"] = [shake.hexdigest(5), shake.hexdigest(20), hashlib.shake_256(b"").hexdigest(16)]
big = hashlib.sha256()
for i in range(1000):
    big.update(str(i).encode())
out["big"] = [big.hexdigest(), hashlib.sha256("".join(map(str, range(1000))).encode()).hexdigest() == big.hexdigest(), hashlib.sha1("é".encode()).hexdigest(), hashlib.md5(memoryview(b"abc")).hexdigest()]
out["edge"] = [hashlib.sha256(b"a" * n).hexdigest()[:8] for n in (55, 56, 63, 64, 65, 119, 128)] + [hashlib.sha512(b"a" * n).hexdigest()[:8] for n in (111, 112, 127, 128)]
errs = []
for bad in (lambda: hashlib.new("nope"), lambda: hashlib.md5("str"), lambda: hashlib.sha256(5), lambda: hashlib.sha1().update(None)):
    try:
        bad()
    except Exception as e:
        errs.append(type(e).__name__)
out["errs"] = errs
out["sets"] = [set(names) <= hashlib.algorithms_guaranteed, {"md5", "sha256"} <= hashlib.algorithms_available]
chain = b"seed"
for _ in range(50):
    chain = hashlib.sha256(chain).digest()
result = [out, chain.hex()]
