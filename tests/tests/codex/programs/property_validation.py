class Temperature:
    def __init__(self, celsius):
        self.celsius = celsius

    @property
    def celsius(self):
        """Degrees."""
        return self._c

    @celsius.setter
    def celsius(self, value):
        if value < -273.15:
            raise ValueError("too cold")
        self._c = value

    @celsius.deleter
    def celsius(self):
        self._c = 0

    fahrenheit = property(lambda self: self._c * 9 / 5 + 32)


def async_task():
    t = Temperature(25)
    out = [t.fahrenheit]
    t.celsius += 75
    out.append(t.fahrenheit)
    for action in (lambda: setattr(t, "celsius", -300), lambda: setattr(t, "fahrenheit", 1),
                   lambda: Temperature(-1000)):
        try:
            action()
        except (ValueError, AttributeError) as e:
            out.append(type(e).__name__)
    del t.celsius
    out += [t.celsius, Temperature.celsius.__doc__, Temperature.fahrenheit.fset is None]
    return out
