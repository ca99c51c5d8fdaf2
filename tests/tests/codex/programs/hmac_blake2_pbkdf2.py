import hashlib
import hmac

key, msg = b"secret key", b"The message"
out = [hmac.new(key, msg, n).hexdigest() for n in ("md5", "sha1", "sha256", "sha512", "sha3_256")]
h = hmac.new(key, digestmod=hashlib.sha256)
h.update(b"The ")
c = h.copy()
h.update(b"message")
c.update(b"other")
out += [h.hexdigest() == out[2], c.hexdigest(), h.digest_size, h.block_size, h.name, hmac.digest(key, msg, "sha256").hex() == out[2]]
out += [hmac.new(b"k" * 200, msg, "sha1").hexdigest(), hmac.new(b"", b"", "md5").hexdigest(), hmac.new(bytearray(key), msg, hashlib.sha1).hexdigest() == out[1]]
out += [hmac.compare_digest("abc", "abc"), hmac.compare_digest(b"abc", b"abd"), hmac.compare_digest(b"a", b"ab"), hmac.compare_digest("", "")]
out += [hashlib.blake2b(msg, digest_size=10).hexdigest(), hashlib.blake2s(msg, key=b"k", digest_size=8).hexdigest(), hashlib.blake2b(msg, key=b"key", salt=b"salt", person=b"me").hexdigest()[:24], hashlib.blake2b(b"").hexdigest()[:24]]
out += [hashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 10).hex(), hashlib.pbkdf2_hmac("sha1", b"pw", b"salt", 1, dklen=40).hex()]
for bad in (lambda: hmac.new("str", msg, "md5"), lambda: hmac.new(key, "str", "md5"), lambda: hmac.new(key, msg), lambda: hmac.new(key, msg, "nope"), lambda: hmac.compare_digest("a", b"a"), lambda: hmac.compare_digest("é", "é"), lambda: hashlib.blake2b(digest_size=65), lambda: hashlib.blake2s(key=b"k" * 33)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append("ValueError" if isinstance(e, ValueError) else type(e).__name__)


def sign(payload):
    return "%s.%s" % (payload, hmac.new(key, payload.encode(), "sha256").hexdigest()[:12])


def verify(token):
    payload, _, sig = token.rpartition(".")
    return hmac.compare_digest(sign(payload), token)


result = out + [sign("user=1"), verify(sign("user=1")), verify(sign("user=1").replace("1", "2", 1)), verify("")]
