def fact(n):
    r = 1
    for i in range(2, n + 1):
        r *= i
    return r


a, b = 3 ** 200, 7 ** 77
f = fact(60)
result = [
    str(a), str(f), a.bit_length(), f % 1000007, a // b, a % b, -a // b % 97, divmod(-a, b)[1] == b - a % b,
    pow(3, 10 ** 18, 10 ** 9 + 7), pow(5, -1, 37), pow(2, 127) - 1, (2 ** 64 - 1) * (2 ** 64 + 1) == 2 ** 128 - 1,
    hex(2 ** 70 + 255), bin(2 ** 66 - 1).count("1"), oct(8 ** 25), int("z" * 20, 36), int("-0b1011", 0), int("0xff_ff", 16),
    a.to_bytes(41, "big").hex()[:12], int.from_bytes(b"\xff" * 9, "little"), int.from_bytes(b"\x80\x00", "big", signed=True),
    (-5).to_bytes(3, "little", signed=True).hex(), (1 << 100) >> 98, -(1 << 80) >> 79, ~(2 ** 65), (2 ** 65) ^ (2 ** 65 - 1) == 2 ** 66 - 1,
    -(2 ** 70) & 0xFFFF0, a > b > 0, str(10 ** 40 + 1)[-3:], int(1e25), float(2 ** 60) == 2 ** 60, 2 ** 53 + 1 == float(2 ** 53 + 1),
    hash(2 ** 61 - 1), hash(2 ** 61), hash(-1), (10 ** 30).bit_count(), f"{10 ** 21:,}", round(123456789 ** 3, -20), (7 ** 30).as_integer_ratio()[1],
]
