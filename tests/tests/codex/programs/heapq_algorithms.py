import heapq
from itertools import count

h = [9, 4, 7, 1, 8, 2]
heapq.heapify(h)
out = [h[0], all(h[k] <= h[c] for k in range(len(h)) for c in (2 * k + 1, 2 * k + 2) if c < len(h)), heapq.heappushpop(h, 0), heapq.heappushpop(h, 5), heapq.heapreplace(h, 100), [heapq.heappop(h) for _ in range(3)], sorted(h)]
words = "pear fig banana kiwi apple".split()
out += [heapq.nlargest(2, words, key=len), heapq.nsmallest(2, words, key=len), heapq.nlargest(0, words), heapq.nsmallest(10, [3, 1, 2]), heapq.nlargest(1, [2, 5, 3]), heapq.nsmallest(3, ["b", "B", "a"], key=str.lower)]
out += [list(heapq.merge([1, 4, 7], [2, 5], [], [3])), list(heapq.merge("adf", "be", key=ord)), list(heapq.merge([5, 3, 1], [4, 2], reverse=True)), next(heapq.merge(count(3), count(2)))]


def dijkstra(graph, start):
    dist, queue = {}, [(0, start, [])]
    while queue:
        d, node, path = heapq.heappop(queue)
        if node not in dist:
            dist[node] = [d, "".join(path + [node])]
            for nxt, w in graph.get(node, {}).items():
                heapq.heappush(queue, (d + w, nxt, path + [node]))
    return dist


queue, tick = [], count()
for prio, name in ((2, "b"), (1, "first"), (2, "a"), (1, "second")):
    heapq.heappush(queue, (prio, next(tick), name))
order = [heapq.heappop(queue)[2] for _ in range(len(queue))]
out += [dijkstra({"A": {"B": 4, "C": 1}, "C": {"B": 2, "D": 7}, "B": {"D": 1}}, "A"), order]
for bad in (lambda: heapq.heappop([]), lambda: heapq.heapreplace([], 1), lambda: heapq.heapify((2, 1)), lambda: heapq.heapify([1, "a"]), lambda: heapq.heappush([{}], {})):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)
result = out + [heapq.heappushpop([], 3), [heapq.heappop(x) for x in ([1.5, 2], [True, 2])]]
