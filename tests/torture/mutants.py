"""Mutants of real documents: the same random source makes the same mutant of the same seeds."""

import hashlib
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

TAIL = re.compile(rb',\s*"checksum":"sha256:[^"]*"\s*}\s*\Z')


class Pairs(list):
    """A JSON object as its members in order: a key may come twice."""


class Raw(bytes):
    """A piece of a document as it is written, whether it is JSON or not."""


def parse(document: bytes) -> Any:
    """JSON whose objects are Pairs."""
    return json.loads(document, object_pairs_hook=Pairs)


def write(node: Any) -> bytes:
    """The JSON of a tree with Pairs and Raws in it."""
    match node:
        case Raw():
            return bytes(node)
        case Pairs():
            return b"{" + b",".join(write(key) + b":" + write(value) for key, value in node) + b"}"
        case list():
            return b"[" + b",".join(map(write, node)) + b"]"
        case _:
            return json.dumps(node).encode()


def mend(document: bytes) -> bytes:
    """The document closed with a checksum that fits, whatever it says."""
    tail = TAIL.search(document)
    body = document[: tail.start()] if tail else document.rstrip().removesuffix(b"}")
    return body + b',\n"checksum":"sha256:' + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'


def unsealed(document: bytes) -> bytes:
    """The JSON of a sealed document, without its checksum."""
    return TAIL.sub(b"}", document)


# -- bytes -------------------------------------------------------------------------------------------------

TOKENS = (
    *(b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\x1b[2J", b"\r\n", b"\t"),
    *(
        b'"',
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"#",
        b"&a ",
        b"*a",
        b"!",
    ),
    *(b"null", b"NaN", b"-Infinity", b"1e999", b"-0", b"9" * 30, b"9" * 5000, b"\n---\n", b"<<: ", b" "),
)
_LARGE = (b"[" * 120_000, b'{"a":' * 60_000, b"9" * 300_000, b"x" * 400_000, b"\n" * 200_000, b"- " * 30_000)


def _spot(document: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(document))


def _chunk(document: bytes, chance: random.Random) -> tuple[int, int]:
    start = _spot(document, chance)
    return start, min(len(document), start + int(chance.expovariate(1 / 30)))


def flip_bit(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    if not document:
        return b"\x01"
    at = chance.randrange(len(document))
    return document[:at] + bytes([document[at] ^ 1 << chance.randrange(8)]) + document[at + 1 :]


def set_byte(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    at = _spot(document, chance)
    return document[:at] + bytes([chance.randrange(256)]) + document[at + 1 :]


def cut_end(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return document[: _spot(document, chance)]


def cut_chunk(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _chunk(document, chance)
    return document[:start] + document[end:]


def double_chunk(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _chunk(document, chance)
    return document[:end] + document[start:end] * chance.choice((1, 1, 2, 50)) + document[end:]


def move_chunk(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _chunk(document, chance)
    rest = document[:start] + document[end:]
    at = _spot(rest, chance)
    return rest[:at] + document[start:end] + rest[at:]


def splice(document: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    return document[: _spot(document, chance)] + other[_spot(other, chance) :]


def put_token(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    at = _spot(document, chance)
    token = chance.choice(_LARGE) if chance.random() < 0.01 else chance.choice(TOKENS)
    return document[:at] + token + document[at + chance.choice((0, len(token))) :]


def other_encoding(document: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return document.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-8-sig", "utf-7")))


BYTEWISE = (
    *(flip_bit, flip_bit, set_byte, cut_end, cut_chunk, double_chunk, move_chunk),
    *(splice, put_token, put_token),
)

Operator = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def bytewise(document: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A few accidents of bytes."""
    if chance.random() < 0.01:
        return other_encoding(document, chance, others)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        document = chance.choice(BYTEWISE)(document, chance, others)
    return document


# -- JSON --------------------------------------------------------------------------------------------------

_VALUES = (
    *(None, True, False, 0, 1, -1, 2, 5, 1.5, -0.0, 2**31, 2**63, 2**64, 10**40, "", " ", "x", [], [[]]),
    *("0.10", "-1", "NaN", "sNaN", "Infinity", "1E+999999", "1E-999999", "0E+99999", "1e400", "0x10", "OK"),
    *("+12050012202", "+1", "12050012202", "\u0661\u0662\u0663\u0664\u0665\u0666", "+" + "1" * 40, "a\0b"),
    *("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"),
    *("number.a", 'pool.a["+12050012202"]', "pool.", "purchase", "release", "no-op", "\x1b]0;x\x07", "=1+1"),
    *("\u202egnp.exe", "\ufeff", "Flow Builder", "../../etc/passwd", "{{x}}", "%s%n", "<script>", "é\u0301"),
    Pairs(),
    Pairs([("type", "purchase")]),
    Raw(b"NaN"),
    Raw(b"-Infinity"),
    Raw(b"1e9999999999"),
    Raw(b"1E-9999999999999999999"),
    Raw(b"-0"),
    Raw(b"01"),
    Raw(b"9" * 4000),
    Raw(b"9" * 5000 + b".5"),
    Raw(b'"\\ud800"'),
    Raw(b'"\\udc00\\ud800"'),
    Raw(b'"\xed\xa0\x80"'),
    Raw(b'"\xff"'),
    Raw(b'"\\x"'),
    Raw(b'"'),
    Raw(b""),
    Raw(b"[" * 300 + b"]" * 300),
)


def _value(chance: random.Random) -> Any:
    if chance.random() < 0.01:
        depth = chance.choice((900, 1100, 20_000, 200_000))
        return chance.choice(
            (
                Raw(b"[" * depth + b"]" * depth),
                Raw(b'{"a":' * depth + b"1" + b"}" * depth),
                Raw(b'"' + b"y" * depth + b'"'),
                Raw(b"9" * depth),
                Raw(b"{" + b",".join(b'"k%d":%d' % (at, at) for at in range(depth // 4)) + b',"k7":0}'),
            )
        )
    return parse_again(chance.choice(_VALUES))


def _holders(root: Any) -> list[Any]:
    """Every object and list that holds something."""
    found, pending = [], [root]
    while pending:
        node = pending.pop()
        if isinstance(node, list) and node:
            found.append(node)
            pending += [member[1] for member in node] if isinstance(node, Pairs) else node
    return found


def _place(root: Any, chance: random.Random) -> tuple[Any, int]:
    """A holder, and the place of one of its members. Small holders are as likely as long ones."""
    holder = chance.choice(_holders(root))
    return holder, chance.randrange(len(holder))


def _get(holder: Any, at: int) -> Any:
    return holder[at][1] if isinstance(holder, Pairs) else holder[at]


def _set(holder: Any, at: int, value: Any) -> None:
    holder[at] = (holder[at][0], value) if isinstance(holder, Pairs) else value


def _tweaked(value: Any, chance: random.Random) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + chance.choice((1, -1, 10**9, -(10**9), 0.5))
        case str() if value:
            at = chance.randrange(len(value))
            return chance.choice(
                (
                    value[:at] + value[at + 1 :],
                    value[:at] + chance.choice('0123456789+-." \0\u00a0é') + value[at:],
                    value.swapcase(),
                    value + value,
                    f" {value}",
                    value[::-1],
                )
            )
        case _:
            return _value(chance)


def mutate_tree(root: Any, chance: random.Random, others: Sequence[Any]) -> Any:
    """One change to the meaning of a JSON document; `root` itself may be changed."""
    if not isinstance(root, list) or not root:
        return _value(chance)
    holder, at = _place(root, chance)
    match chance.randrange(12):
        case 0 | 1 | 2:
            _set(holder, at, _value(chance))
        case 3 | 4:
            _set(holder, at, _tweaked(_get(holder, at), chance))
        case 5:
            del holder[at]
        case 6:  # a part of another document, or of this one
            donor, place = _place(chance.choice(others) if chance.random() < 0.5 else root, chance)
            _set(holder, at, parse_again(_get(donor, place)))
        case 7 if isinstance(holder, Pairs):
            key, value = holder[at]
            twin = value if chance.random() < 0.3 else _value(chance)
            holder.insert(chance.randint(0, len(holder)), (key, parse_again(twin)))
        case 8 if isinstance(holder, Pairs):
            holder[at] = (_tweaked(holder[at][0], chance), holder[at][1])
        case 9 if isinstance(holder, Pairs):
            name = chance.choice(("version", "status", "data", "labels", "x", "", "type", "number", "é"))
            holder.append((name, _value(chance)))
        case 10:
            chance.shuffle(holder)
        case 11 if not isinstance(holder, Pairs):
            times = chance.choice((1, 2, 2, 200)) if len(holder) < 100 else 1
            holder += [parse_again(holder[at]) for _ in range(times)]
        case _:
            _set(holder, at, _value(chance))
    return root


def parse_again(node: Any) -> Any:
    """A copy that shares nothing with the original, so that no tree comes to hold itself."""
    if isinstance(node, Pairs):
        return Pairs((key, parse_again(value)) for key, value in node)
    return (
        [parse_again(one) for one in node] if isinstance(node, list) and not isinstance(node, Raw) else node
    )


def json_aware(document: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A document that stays JSON, mostly, and means something else."""
    root = parse(document)
    trees = [parse(chance.choice(others))]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        root = mutate_tree(root, chance, trees)
    return write(root)


# -- YAML --------------------------------------------------------------------------------------------------

_SCALARS = (
    *(
        "",
        "~",
        "null",
        "true",
        "yes",
        "NO",
        "0",
        "1",
        "-1",
        "1.5",
        "1e3",
        "0x1F",
        "0o17",
        "1_000",
        "12:30:45",
    ),
    *(
        ".inf",
        ".nan",
        "2026-01-01",
        "=",
        "<<",
        "'",
        '"',
        "''",
        '""',
        '"\\ud800"',
        '"\\x41"',
        '"\\q"',
        "|",
        ">-",
    ),
    *("[]", "{}", "[[]]", "{a: }", "{a: b, a: c}", "? x", "- x", "&a x", "*a", "*b", "!!str 1", "!!int x"),
    *("!!python/object/apply:os.system [x]", "!!binary aGk=", "!!set {a}", "!!timestamp 2026-01-01", "!x y"),
    *("!<tag:yaml.org,2002:str> x", "@x", "`x`", "%x", "x: y", "x #y", "+12050012202", "012345", "+1 (205)"),
    *("2050012202", "\u0661\u0662\u0663", "\ufeff", "\u2028", "\x85", "a\tb", "9" * 25, "9" * 5000, "é" * 70),
    *("United States", "Geographic", "http://127.0.0.1/", "https://u:p@h/", "https://[::1", "../../x", "/x"),
)
_LINES = (
    *(
        "---",
        "...",
        "%YAML 1.2",
        "%TAG ! tag:x,2000:",
        "<<: *a",
        "<<: [*a, *a]",
        "? [a, b]\n: c",
        "\t",
        "\ta: b",
    ),
    *(
        "&a a: &b b",
        "*a : b",
        "- *a",
        "!!map a: b",
        "key: |2\n   x",
        "key: >+\n\n\n",
        "a: 'x",
        'a: "x',
        "{",
        "[",
    ),
    *("version: 1", "version: 2", "numbers:", "sets: {}", "pools: []", "policy: &a {max_releases: 1}", "# x"),
    *(
        "defaults: *a",
        "api: {url: 'https://x.test/', batch_size: 0}",
        "variables: {}",
        "\0",
        "\u2029",
        "x" * 3000,
    ),
)


def _bomb(chance: random.Random) -> str:
    depth = chance.choice((12, 49, 51, 3000))
    return chance.choice(
        (
            "x: " + "[" * depth + "]" * depth,
            "x: " + "{a: " * depth + "}" * depth,
            "\n".join(" " * at + "a:" for at in range(min(depth, 400))),
            "a0: &a0 [x, x, x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)),
            "a: &a {b: *a}",
            "x: '" + "y" * 70_000 + "'",
            "x: " + "9" * 70_000,
            "\n".join(f"k{at}: 1" for at in range(2000)),
            "x: [" + "1, " * 5000 + "]",
        )
    )


def _line_of(lines: list[str], chance: random.Random) -> int:
    return chance.randrange(len(lines)) if lines else 0


def mutate_lines(lines: list[str], chance: random.Random, others: Sequence[bytes]) -> list[str]:
    """One change to the lines of a YAML document."""
    at = _line_of(lines, chance)
    line = lines[at] if lines else ""
    indent = line[: len(line) - len(line.lstrip())]
    key, colon, value = line.partition(":")
    match chance.randrange(13):
        case 0 | 1 | 2 if colon:
            new = f"{key}: {chance.choice(_SCALARS)}"
        case 3:
            new = indent + chance.choice(_LINES) + "\n" + line
        case 4 if colon:
            new = f"{key}: {chance.choice(('&a', '*a', '!!str', '!!map', '!!seq', '!', '|', '>'))}{value}"
        case 5:
            new = chance.choice(("\t", " ", "  ", "      ", "")) + line.lstrip()
        case 6:
            new = f"{line}\n{line}"
        case 7:
            return [*lines[:at], *lines[at + 1 :]]
        case 8 if lines:
            other = _line_of(lines, chance)
            lines[at], lines[other] = lines[other], lines[at]
            return lines
        case 9:
            donor = chance.choice(others).decode("utf-8", "replace").split("\n")
            start = _line_of(donor, chance)
            return [*lines[:at], *donor[start : start + chance.randint(1, 12)], *lines[at:]]
        case 10 if chance.random() < 0.2:
            new = line + "\n" + indent + _bomb(chance)
        case 11 if colon:
            new = f"{indent}{chance.choice(_SCALARS)}:{value}"
        case _:
            new = line.swapcase() if chance.random() < 0.3 else line.replace('"', chance.choice(("", "'")))
    return [*lines[:at], *new.split("\n"), *lines[at + 1 :]]


def yaml_aware(document: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A document that stays YAML, often, and means something else."""
    lines = document.decode("utf-8", "replace").split("\n")
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        lines = mutate_lines(lines, chance, others)
    end = chance.choice(("\n",) * 20 + ("\r\n", "\r"))
    return end.join(lines).encode("utf-8", "surrogatepass")
