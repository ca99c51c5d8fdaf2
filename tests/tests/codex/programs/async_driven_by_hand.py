import types

class Ask:
    def __init__(self, q):
        self.q = q

    def __await__(self):
        answer = yield self.q
        return answer

async def child(n):
    total = 0
    for i in range(n):
        total += await Ask("c%d" % i)
    return total

async def parent():
    a = await Ask("name")
    try:
        b = await child(2)
    except ValueError as e:
        b = "err " + str(e)
    return [a, b]

def drive(coro, answers):
    asked, send = [], None
    for ans in answers + [None]:
        try:
            asked.append(coro.throw(send) if isinstance(send, Exception) else coro.send(send))
        except StopIteration as stop:
            return [asked, stop.value]
        send = ans
    coro.close()
    return [asked, "unfinished"]

result = [drive(parent(), ["bob", 4, 5]), drive(parent(), ["eve", ValueError("x"), 1]),
          drive(parent(), []), drive(child(0), [1]), isinstance(parent, types.FunctionType)]
