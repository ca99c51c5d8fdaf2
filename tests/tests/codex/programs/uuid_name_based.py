import uuid

a = uuid.uuid5(uuid.NAMESPACE_DNS, "example.org")
b = uuid.uuid3(uuid.NAMESPACE_URL, "http://example.org/ü")
u = uuid.UUID(int=0x12345678123456781234567812345678)
out = [str(a), str(b), repr(u), u.hex, u.int, u.bytes.hex(), u.bytes_le.hex(), u.urn, u.fields, u.time_low, u.node, u.variant, u.version, a.version, b.version, a.variant == uuid.RFC_4122]
forms = ["12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}", "urn:uuid:12345678-1234-5678-1234-567812345678", "12345678-12345678-1234-567812345678"]
out += [all(uuid.UUID(f) == u for f in forms), uuid.UUID(bytes=u.bytes) == u, uuid.UUID(bytes_le=u.bytes_le) == u, uuid.UUID(fields=u.fields) == u, uuid.UUID("ABCDEF00" + "0" * 24).hex, str(uuid.UUID(int=0)), str(uuid.UUID(int=2 ** 128 - 1))]
out += [str(uuid.UUID(int=0, version=4)), str(uuid.UUID(bytes=bytes(range(16)), version=5)), uuid.UUID(int=5) < uuid.UUID(int=6), sorted([uuid.UUID(int=3), uuid.UUID(int=1)])[0].int, len({u, uuid.UUID(forms[1])}), int(u) == u.int, u == str(u), hash(u) == hash(uuid.UUID(int=u.int))]
out += [str(uuid.uuid5(a, "child")), str(uuid.uuid3(a, "child")), str(uuid.uuid5(uuid.NAMESPACE_OID, "")), [str(n)[:8] for n in (uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL, uuid.NAMESPACE_OID, uuid.NAMESPACE_X500)]]
r = uuid.UUID(bytes=bytes([255] * 16), version=1)
out += [r.version, r.time, r.clock_seq, r.time_hi_version, uuid.uuid4().version, len(str(uuid.uuid4()))]
for bad in (lambda: uuid.UUID("short"), lambda: uuid.UUID(), lambda: uuid.UUID(int=-1), lambda: uuid.UUID(int=2 ** 128), lambda: uuid.UUID(bytes=b"x"), lambda: uuid.UUID("g" * 32), lambda: uuid.UUID(int=1, version=99), lambda: uuid.UUID(hex="0" * 32, int=1), lambda: setattr(u, "int", 5), lambda: u < 5, lambda: uuid.UUID(fields=(1, 2))):
    try:
        bad()
        out.append("ok")
    except (ValueError, TypeError, AttributeError) as e:
        out.append(type(e).__name__)
result = out
