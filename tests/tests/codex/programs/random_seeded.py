import random

random.seed(42)
out = [random.random() for _ in range(3)] + [random.randint(1, 6) for _ in range(10)]
deck = list(range(10))
random.shuffle(deck)
out += [deck, random.choice("abcdef"), random.sample(range(100), 5), random.choices("xyz", k=4), random.randrange(0, 100, 7), random.uniform(1, 2), random.getrandbits(70)]
random.seed("text seed")
out.append([random.random(), random.randint(-5, 5)])
random.seed(b"bytes")
out.append(random.randrange(10 ** 30))
a, b = random.Random(7), random.Random(7)
state = a.getstate()
first = [a.random() for _ in range(3)]
a.setstate(state)
out += [first == [a.random() for _ in range(3)], first == [b.random() for _ in range(3)], a.random() == b.random()]


def pick(seed):
    r = random.Random(seed)
    pool = ["ann", "bob", "cy", "dee"]
    r.shuffle(pool)
    return pool + [r.choice(pool), r.randint(0, 10 ** 12), r.sample(pool, 2)]


out += [pick(0), pick(-1), pick(2 ** 80), pick(1.5), pick(0) == pick(0), random.Random(3).sample([1, 1, 2], k=3), random.Random(5).sample("aab", counts=None, k=1)]
walk, r = [0], random.Random(99)
for _ in range(20):
    walk.append(walk[-1] + r.choice((-1, 1)))
hits = sum(r.random() ** 2 + r.random() ** 2 <= 1 for _ in range(2000))
for bad in (lambda: random.choice([]), lambda: random.randint(5, 1), lambda: random.sample([1], 2), lambda: random.randrange(0), lambda: random.sample({1, 2}, 1), lambda: random.shuffle("abc"), lambda: random.getrandbits(-1)):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)
result = out + [walk, hits]
