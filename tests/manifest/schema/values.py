"""What the tests of the schema share: its parts, and values that are nearly what it wants."""

from hypothesis import strategies as st

from numplan.manifest.schema.shipped import schema

ROOT = schema("manifest")


def resolved(here, root=ROOT):
    """A schema with its reference into `$defs` followed; its own keywords stand before the referred ones."""
    reference = here.get("$ref")
    if reference is None:
        return here
    target = root["$defs"][reference.removeprefix("#/$defs/")]
    return {**resolved(target, root), **{key: value for key, value in here.items() if key != "$ref"}}


def objects(here, path="$"):
    """Every object schema in the manifest's schema, with where it stands."""
    if "properties" in here:
        yield path, here
    for name, inner in here.get("properties", {}).items():
        yield from objects(inner, f"{path}.{name}")
    for name, inner in here.get("$defs", {}).items():
        yield from objects(inner, f"{path}#{name}")


WORDS = [
    "1",
    "x",
    "US",
    "USD",
    "Geographic",
    "Voice",
    "Voice+SMS",
    "refuse",
    "cheapest",
    "1.00",
    "1.",
    "warn",
]
ODD = [None, True, False, 0, 1, 5, -1, 10**7, 1.0, 2.5, 1e308, "", "X\n", "X" * 300, " X", "a b"]
scalars = st.sampled_from(ODD + WORDS)
KEYS = [
    *sorted({name for _, here in objects(ROOT) for name in here["properties"]}),
    "a",
    "x1",
    "9d",
    "a\n",
    "",
]


def valued(here, depth=0):
    """Values that are nearly what a schema wants: right ones, and any of them exchanged for something else."""
    here = resolved(here)
    right = st.sampled_from(here.get("enum", here.get("examples", [None])))
    options = [scalars, right, right, st.just([]), st.just({})]
    if "properties" in here and depth < 4:
        inner = {name: valued(each, depth + 1) for name, each in here["properties"].items()}
        required = {name: inner[name] for name in here.get("required", ())}
        options += [
            st.fixed_dictionaries(
                required, optional={name: each for name, each in inner.items() if name not in required}
            ),
            st.dictionaries(st.sampled_from(KEYS), scalars, max_size=2),
        ]
    elif isinstance(here.get("additionalProperties"), dict):
        names = st.sampled_from(["a", "b", "c_1", "9d", "a\n", "x" * 101, ""])
        options.append(st.dictionaries(names, valued(here["additionalProperties"], depth + 1), max_size=3))
    elif "items" in here:
        options.append(st.lists(valued(here["items"], depth + 1), max_size=3))
    return st.one_of(*options)


manifests = valued(ROOT)
