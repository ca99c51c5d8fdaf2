class CountCalls:
    def __init__(self, fn):
        self.fn = fn
        self.calls = 0

    def __call__(self, *args):
        self.calls += 1
        return self.fn(*args)

    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        return lambda *a: self(obj, *a)


class Account:
    def __init__(self, balance):
        self.balance = balance

    @CountCalls
    def add(self, n):
        self.balance += n
        return self.balance


@CountCalls
def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


def async_task():
    a, b = Account(5), Account(100)
    vals = [a.add(1), b.add(-50), a.add(10)]
    return {"vals": vals, "calls": Account.add.calls, "fact": fact(6), "fact_calls": fact.calls}
