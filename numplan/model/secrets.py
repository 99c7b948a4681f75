"""The secrets that this process knows, and what hides them in whatever it tells.

Texts, logs and reports go out through `hidden`: each secret in them is `***`, as it is, in base64, and with any of
its characters escaped as URLs, JSON and HTML have it. Documents that are read again are never altered: `require_none`
refuses one that holds a secret. A text of less than eight characters is no secret, and might be a piece of any word.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Final

from numplan.model.errors import NumplanError

LEAST: Final = 8
MASK: Final = "***"
BEARER: Final = "the API token"
PLAN_KEY: Final = "a key of NUMPLAN_PLAN_KEY"
_NAMED: Final = {
    "NUMPLAN_TOKEN": BEARER,
    "NUMPLAN_GITLAB_TOKEN": "GitLab's token (NUMPLAN_GITLAB_TOKEN)",
    "NUMPLAN_STATE_PASSWORD": "the state's password (NUMPLAN_STATE_PASSWORD)",
    "TF_HTTP_PASSWORD": "the state's password (TF_HTTP_PASSWORD)",
    "PGPASSWORD": "the state's password (PGPASSWORD)",
    "PGSSLPASSWORD": "the state's password (PGSSLPASSWORD)",
}
_KEYS: Final = "NUMPLAN_PLAN_KEY"
_OF_CLOUDS: Final = re.compile(r"(?i:AWS|AZURE|GOOGLE)_\w*(?i:SECRET|PASSWORD|TOKEN|KEY|SAS)\w*")
_NO_SECRET: Final = re.compile(r"\w*_(?i:FILE|PATH|ID|URI|URL|ENDPOINT)")
_IN_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s:@]*:([^/?#\s]+)@", re.IGNORECASE)
_PASSWORD_OF_QUERY: Final = re.compile(r"[?&](?:ssl)?password=([^&#\s]+)", re.IGNORECASE)
_KEY_BLOCK: Final = re.compile(r"[A-Za-z0-9+/=]{40,}")
_ESCAPES: Final = re.compile(
    r"\\+(?:u(?P<unit>[0-9A-Fa-f]{4})|x(?P<byte>[0-9A-Fa-f]{2}))?|%(?:25)*(?P<percent>[0-9A-Fa-f]{2})"
    r"|&(?:amp;)*(?:#(?P<code>[0-9]{1,9});|#[xX](?P<hex>[0-9A-Fa-f]{1,8});|(?P<name>amp|lt|gt|quot|apos);)"
)
"""A character as JSON, URLs and HTML escape it, also more than once."""
_ENTITIES: Final = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_LETTERS: Final = {name: letter for letter, name in _ENTITIES.items()}


class Secret:
    """One secret and its forms. `kind` is what to call it."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.forms = tuple(dict.fromkeys((text, *_base64(text))))
        # What holds an escape itself, or takes several of them for one letter, is not found where all are undone.
        self._is_odd = not text.isascii() or _bare(text) != text
        self.ends_as_escapes_begin = text.endswith(("&", "%"))
        """Whether what escapes its end holds it as it is: `&amp;` after all the rest of it."""

    def __repr__(self) -> str:
        return f"Secret({self.kind!r})"

    def hidden_in(self, body: bytes) -> bytes:
        """Bytes without this secret."""
        text = body.decode(errors="surrogateescape")
        told = _without((self,), text)
        return body if told is text else told.encode(errors="surrogateescape")

    def as_is(self, text: str) -> str | None:
        """The first of the forms that stands in a text as it is."""
        return next((form for form in self.forms if form in text), None)

    def may_be_escaped(self, bare: str) -> bool:
        """Whether a form may stand in a text with escapes, of which all are undone in `bare`."""
        return self._is_odd or any(form in bare for form in self.forms)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """All forms with any of their characters escaped. Slow to look for."""
        return re.compile("|".join("".join(map(_spelled, form)) for form in self.forms))


_known: dict[str, Secret] = {}
_times_changed = count(1)
_edition = 0


def forget() -> None:
    """Know nothing any more, as at the start of a run."""
    _known.clear()
    _changed()


def edition() -> int:
    """Another number whenever another secret is known, or none any more."""
    return _edition


def _changed() -> None:
    global _edition  # noqa: PLW0603 - as much of the process as what is known
    _edition = next(_times_changed)


def learn(environment: Mapping[str, str], arguments: Iterable[str] = ()) -> None:
    """Learn the secrets of an environment and a command line."""
    for name, text in environment.items():
        if name == _KEYS:
            for key in text.split(","):
                know(PLAN_KEY, key)
        elif name in _NAMED or (_OF_CLOUDS.fullmatch(name) and not _NO_SECRET.fullmatch(name)):
            know(_NAMED.get(name, f"the secret of {name}"), text)
        elif "://" in text:
            _learn_url(f"the password in {name}", text)
    for text in arguments:
        if "://" in text:
            _learn_url("the password in an argument", text)


def know(kind: str, text: str) -> None:
    """Keep one more secret. One of many lines, such as a key file, is also known by its long ones."""
    text = text.strip()
    for one in (text, *(_KEY_BLOCK.findall(text.replace("\\n", "\n")) if "PRIVATE KEY" in text else ())):
        if len(one) >= LEAST and one not in _known:
            _known[one] = Secret(kind, one)
            _changed()


def hidden(text: str) -> str:
    """The text with `***` in the place of every secret."""
    return _without(tuple(_known.values()), text) if _known else text


def holds_none(document: bytes) -> bool:
    """Whether a document that is read again holds no secret."""
    return not _known or _first(tuple(_known.values()), document.decode(errors="surrogateescape")) is None


def require_none(document: bytes, what: str, kind: type[NumplanError] = NumplanError) -> None:
    """Raise an error of this `kind` where a document that is read again would hold a secret: it says which and where,
    never the secret itself.
    """
    text = document.decode(errors="surrogateescape") if _known else ""
    found = _first(tuple(_known.values()), text)
    if found is not None:
        raise kind(
            f"{what} would hold {found.kind}, in {_field(found, text)}: it was not written",
            hint="take the secret out of there; if it was stored anywhere before, replace it by another",
        )


def _without(secrets: Sequence[Secret], text: str) -> str:
    for secret in secrets:
        if secret.ends_as_escapes_begin:
            text = secret.pattern.sub(MASK, text)
        while (form := secret.as_is(text)) is not None:
            text = text.replace(form, MASK)
    if _may_escape(text):
        bare = _bare(text)
        for secret in secrets:
            if secret.may_be_escaped(bare):
                text = secret.pattern.sub(MASK, text)
    return text


def _first(secrets: Sequence[Secret], text: str) -> Secret | None:
    """The first secret that a text holds."""
    plain = next((one for one in secrets if one.as_is(text) is not None), None)
    if plain is not None or not _may_escape(text):
        return plain
    bare = _bare(text)
    return next((one for one in secrets if one.may_be_escaped(bare) and one.pattern.search(text)), None)


def _may_escape(text: str) -> bool:
    """Whether a text holds what an escape begins with."""
    return "\\" in text or "%" in text or "&" in text


def _bare(text: str) -> str:
    """The text with every escape undone, so that a secret in it can be found at once. No escape goes beyond its line,
    and in a document of any size few lines have any.
    """
    if not ("%" in text or "&" in text or "\\u" in text or "\\x" in text):
        return text.replace("\\", "")  # the usual ones
    lines = text.split("\n")
    return "\n".join(_ESCAPES.sub(_meant, line) if _may_escape(line) else line for line in lines)


def _meant(escape: re.Match[str]) -> str:
    coded = escape["unit"] or escape["byte"] or escape["percent"] or escape["hex"]
    code = int(coded, 16) if coded else int(escape["code"] or 0)
    return chr(min(code, 0x10FFFF)) if code else _LETTERS.get(escape["name"] or "", "")


def _learn_url(kind: str, text: str) -> None:
    for pattern in (_IN_URL, _PASSWORD_OF_QUERY):
        for found in pattern.findall(text):
            know(kind, found)
            know(kind, _unescaped(found))


def _unescaped(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)


def _field(secret: Secret, document: str) -> str:
    """Where in a document a secret stands: the members of JSON, else the line."""
    import json

    try:
        path = next(_paths(secret, json.loads(document)), None)
    except (ValueError, RecursionError):
        path = None
    if path:
        return hidden(path)
    lines = enumerate(document.split("\n"), 1)
    return f"line {next((at for at, line in lines if _first((secret,), line)), 1)}"


def _paths(secret: Secret, value: object, path: str = "") -> Iterator[str]:
    match value:
        case str() if _first((secret,), value):
            yield path
        case dict():
            for name, one in value.items():
                yield from _paths(secret, name, f"the names in {path or 'it'}")
                yield from _paths(secret, one, f"{path}.{name}" if path else name)
        case list():
            for at, one in enumerate(value):
                yield from _paths(secret, one, f"{path}[{at}]")


def _base64(text: str) -> Iterator[str]:
    """What is always the same of the text in base64, wherever in a longer text it stands; both alphabets."""
    raw = text.encode(errors="surrogateescape")
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw).rstrip(b"=").decode()
        whole = coded[(0, 2, 3)[before] : len(coded) - bool((before + len(raw)) % 3)]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _spelled(letter: str) -> str:
    """A pattern of one character in whatever way it is written; each alternative begins with one character of its
    own, which makes looking for it quick.
    """
    code = ord(letter)
    plain = re.escape(letter)
    units = letter.encode("utf-16-be", errors="surrogatepass")
    pairs = [units[at : at + 2].hex() for at in range(0, len(units), 2)]
    json_form = r"\\+".join(f"u(?i:{pair})" for pair in pairs)
    ways = [json_form, *([f"x(?i:{code:02x})"] if code <= 0xFF else []), plain]  # noqa: PLR2004
    percent = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in letter.encode(errors="surrogatepass"))
    names = [
        f"#0*{code};",
        f"#[xX]0*(?i:{code:x});",
        *([f"{_ENTITIES[letter]};"] if letter in _ENTITIES else []),
    ]
    return rf"(?:\\\\*(?:{'|'.join(ways)})|{percent}|&(?:amp;)*(?:{'|'.join(names)})|{plain})"
