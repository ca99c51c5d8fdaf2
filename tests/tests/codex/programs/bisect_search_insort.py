from bisect import bisect, bisect_left, bisect_right, insort, insort_left, insort_right

a = [1, 2, 2, 2, 5, 8]
out = [[bisect_left(a, x), bisect_right(a, x), bisect(a, x)] for x in (0, 1, 2, 3, 8, 9, 2.5, True)]
out += [bisect_left([], 5), bisect_left(a, 2, 2), bisect_right(a, 2, 0, 2), bisect_left(a, 100, 0, 3), bisect_left("abde", "c"), bisect((1, 3), 2)]
people = [("al", 20), ("bo", 30), ("cy", 40)]
out += [bisect_left(people, 30, key=lambda p: p[1]), bisect_right(people, 35, key=lambda p: p[1])]
insort(people, ("di", 30), key=lambda p: p[1])
insort_left(people, ("ed", 30), key=lambda p: p[1])
out.append(people)
b = []
for x in (5, 1, 4, 1.0, True, 3):
    insort(b, x)
c = [1, 3]
insort_left(c, 1.0)
insort_right(c, 3.0)
out += [[repr(x) for x in b], [repr(x) for x in c]]

def grade(score, breaks=(60, 70, 80, 90), grades="FDCBA"):
    return grades[bisect(breaks, score)]

def index(seq, x):
    i = bisect_left(seq, x)
    return i if i != len(seq) and seq[i] == x else -1

def count_range(seq, lo, hi):
    return bisect_right(seq, hi) - bisect_left(seq, lo)

def lis(seq):
    tails = []
    for x in seq:
        tails[bisect_left(tails, x):bisect_left(tails, x) + 1] = [x]
    return len(tails)

out += ["".join(grade(s) for s in (33, 99, 77, 70, 89, 90, 100)), [index(a, x) for x in (1, 2, 3, 8)], count_range(a, 2, 5), count_range(a, 3, 4), lis([3, 1, 4, 1, 5, 9, 2, 6]), lis([])]
for bad in (lambda: bisect([1, "a"], 2), lambda: bisect(5, 1), lambda: bisect_left(a, 1, -1), lambda: insort((1,), 0), lambda: bisect_left(a)):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)
result = out
