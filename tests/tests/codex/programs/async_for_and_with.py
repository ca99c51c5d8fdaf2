log = []

class Pause:
    def __await__(self):
        yield "pause"

class Manager:
    async def __aenter__(self):
        await Pause()
        log.append("enter")
        return self

    async def __aexit__(self, kind, value, tb):
        log.append("exit " + (kind.__name__ if kind else "-"))
        return kind is KeyError

async def numbers(n):
    for i in range(n):
        await Pause()
        yield i

async def main():
    async with Manager():
        squares = [x * x async for x in numbers(4) if x % 2]
        async for v in numbers(2):
            log.append(v)
        else:
            log.append("else")
        raise KeyError("gone")
    return [squares, {k: k + 1 async for k in numbers(2)}]

coro, pauses = main(), 0
while True:
    try:
        pauses += coro.send(None) == "pause"
    except StopIteration as stop:
        result = [pauses, log, stop.value[0], sorted(stop.value[1].items())]
        break
