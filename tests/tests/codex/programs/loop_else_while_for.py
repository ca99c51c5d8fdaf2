def first_factor(n):
    d = 2
    while d * d <= n:
        if n % d == 0:
            break
        d += 1
    else:
        return "prime"
    return d

def find(seq, pred):
    for i, v in enumerate(seq):
        if pred(v):
            found = i
            break
    else:
        found = -1
    return found

def nested():
    trail = []
    for i in range(4):
        for j in range(4):
            if j == i:
                break
            if (i + j) % 3 == 0:
                continue
            trail.append((i, j))
        else:
            trail.append("inner done %d" % i)
        if i == 3:
            break
    else:
        trail.append("never")
    return trail

result = [[first_factor(n) for n in (1, 2, 9, 35, 97, 7919, 7917)],
          find("abc", str.isupper), find("abC", str.isupper), find([], bool), nested()]
