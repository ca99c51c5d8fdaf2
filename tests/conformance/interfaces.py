"""Interfaces in Candid that nobody has written: types within themselves in every constructor, labels that
are no identifiers, `opt opt`, functions and services as values. The same each time.
"""

import random
from pathlib import Path

SEED = 20_261_130
COUNT = 12

PRIMITIVES = ("nat", "nat64", "int8", "float64", "text", "bool", "blob", "principal", "null", "reserved")
LABELS = ("a", '"weird name-!"', '""', '"7"', '"$ref"', '"type"', "12", "created_at", '"zürich"')
METHODS = ("f", "delete", '"two words"', '""', '"$ref"', f'"{"long" * 20}"')


def any_type(chance: random.Random, names: int, depth: int) -> str:
    """A type that is made of others by their names."""

    def inner() -> str:
        return any_type(chance, names, depth - 1)

    def fields(prefix: str) -> str:
        labels = chance.sample(LABELS, chance.randint(0, 3))
        return f"{prefix} {{ " + " ".join(f"{label} : {inner()};" for label in labels) + " }"

    if depth == 0:
        return chance.choice([*PRIMITIVES, *(f"T{index}" for index in range(names))])
    makers = (
        lambda: f"opt {inner()}",
        lambda: f"opt opt {inner()}",
        lambda: f"vec {inner()}",
        lambda: fields("record"),
        lambda: fields("variant"),
        lambda: f"record {{ {inner()}; {inner()} }}",
        lambda: f"func ({inner()}) -> ({inner()}) query",
        lambda: f"service {{ f : ({inner()}) -> () }}",
    )
    return chance.choice(makers)()


def any_interface(chance: random.Random) -> str:
    """Some types that use each other, and two methods."""
    names = chance.randint(1, 4)
    # Each type begins with a constructor: names that lead to nothing but names are no types.
    types = [f"type T{index} = {any_type(chance, names, chance.randint(1, 4))};" for index in range(names)]
    method = chance.choice(METHODS)
    takes, gives = (any_type(chance, names, 2) for _ in range(2))
    service = f"service : {{ {method} : ({takes}) -> ({gives}); g : (x : {gives}, T0) -> (T0) query }}"
    return "\n".join([*types, service]) + "\n"


def write_interfaces(directory: Path) -> list[Path]:
    """The interfaces in files."""
    directory.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)
    files = [directory / f"{index}.did" for index in range(COUNT)]
    for file in files:
        file.write_text(any_interface(chance))
    return files
