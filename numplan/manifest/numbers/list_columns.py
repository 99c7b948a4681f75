"""Which column of a list holds what, by the words in its headers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from numplan.manifest.reading.quoting import one_of
from numplan.model.diagnostics import Diagnostic, Source, error, note

NUMBER: Final = "number"
NAME: Final = "name"
COUNTRY: Final = "country"
LABEL: Final = "label."
PROTECT: Final = "protect"
REASON: Final = "reason"
"""The column in which a list of retired numbers says why."""
UNREADABLE: Final = "unreadable"
"""The column in which `numplan numbers --csv` says what is wrong with a row of the account: such a row is no line."""
_SILENT: Final = frozenset(
    """
    unreadable country state city type category setup_charge monthly_charge assigned_to flow flow_id flow_name row place
    area_code resource address whose sip_trunk_id labels protect bought_at leaving_at
    voice_rate sms_rate initial_block regular_block
    note notes comment comments remark remarks
    """.split()  # noqa: SIM905 - a list of so many words is a page
)
"""Columns that numplan itself writes, and columns for people: no note is needed that they are not read."""


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(one for one in plain if one.isalnum())


_SPELLED: Final = {
    NUMBER: """
        numbers, phone, phones, phone no, phone nr, phone number, phone numbers, telephone, telephone no,
        telephone number, tel, tel no, tel nr, tn, did, dids, did number, ddi, ddi number, dnis, msisdn, e164,
        e164 number, caller id, cli, access number, virtual number, inbound number, rufnummer, telefonnummer, telefonnr,
        telefon, nummer, numero,
        numero de telephone, numero telephone, telefono, numero de telefono, numero telefono, numero di telefono,
        telefone, numero de telefone, telefoonnummer, telefoon, numer, numer telefonu, puhelinnumero,
        \u043d\u043e\u043c\u0435\u0440, \u0442\u0435\u043b\u0435\u0444\u043e\u043d, \u96fb\u8a71\u756a\u53f7,
        \u7535\u8bdd\u53f7\u7801, \u865f\u78bc, \u53f7\u7801, \uc804\ud654\ubc88\ud638
        """,
    NAME: """
        line name, display name, contact name, full name, site name,
        bezeichnung, nom, nombre, nome, naam, nazwa, namn, navn,
        \u0438\u043c\u044f, \u540d\u524d, \u540d\u79f0, \uc774\ub984
        """,
}
_WORDS: Final = {field: frozenset(map(_folded, words.split(","))) for field, words in _SPELLED.items()}
"""Other words for a field, without case, accents and spaces."""
_QUOTABLE: Final = re.compile(r"[^\W\d_]([^\W\d]|[ ./()#&'-]|\d(?!\d\d)){0,29}")
"""A header that can be quoted, as it is no secret: words, and few digits."""
_MOST: Final = 12


def number_column(header: Sequence[str], source: Source) -> int | Diagnostic:
    """The column that holds the numbers, or a finding if that is not clear."""
    at = _columns_of(NUMBER, header)
    if len(at) == 1:
        return at[0]
    hint = "name one column `number` in the first row"
    if at:
        return error(
            f"{len(at)} columns may hold the numbers: {_listed(header[one] for one in at)}",
            source=source,
            hint=hint,
        )
    if any(sum(map(str.isdigit, name)) >= len("12345") for name in header):
        return error(
            "the first row holds no headers",
            source=source,
            hint="put a row above it, with `number` over the numbers",
        )
    return error(
        f"none of the {len(header):,} columns is named `number`: they are {_listed(header)}",
        source=source,
        hint=hint,
    )


def reason_column(header: Sequence[str]) -> int | None:
    """The first column that says why, if there is one."""
    return next((at for at, name in enumerate(header) if _folded(name) == REASON), None)


def is_number_word(name: str) -> bool:
    """Whether a header is one of the words for phone numbers."""
    return _folded(name) in {NUMBER} | _WORDS[NUMBER]


def columns_of(
    header: Sequence[str], given: Mapping[str, str], source: Source
) -> Mapping[str, int] | Diagnostic:
    """The columns of an inventory by field: `number`, `name`, `country`, `label.X`. `given` maps fields to headers that
    the user named.
    """
    found: dict[str, int] = {}
    folded = [name.strip().casefold() for name in header]
    for field, name in given.items():
        if name.strip().casefold() not in folded:
            return error(
                f"no column is named {_quoted(name)}: they are {_listed(header)}",
                source=source,
                hint=f"say which it is: --column {field}=HEADER",
            )
        found[field] = folded.index(name.strip().casefold())
    if NUMBER not in found:
        column = number_column(header, source)
        if isinstance(column, Diagnostic):
            return error(column.summary, source=source, hint="say which it is: --column number=HEADER")
        found[NUMBER] = column
    for field in (NAME, COUNTRY):
        if field not in found and len(fitting := _columns_of(field, header)) == 1:
            found[field] = fitting[0]
    for at, name in enumerate(folded):
        if name.startswith(LABEL) and name != LABEL:
            found.setdefault(name, at)
    return found


def unread(
    header: Sequence[str], read: Iterable[int], known: Sequence[str], source: Source, *, strict: bool = False
) -> Iterator[Diagnostic]:
    """Findings about columns that are not read: an error for each whose name is nearly a known one, and one note about
    the others; where a table is read `strict`ly, an error about these too.
    """
    used = {*read}
    others = [name.strip() for at, name in enumerate(header) if at not in used and name.strip()]
    others = [name for name in others if name.casefold() not in _SILENT]
    near = {name: meant for name in others if (meant := _meant(name, known))}
    for name, meant in near.items():
        hint = f"is `{meant}` meant? else name it otherwise"
        yield error(f"the column {_quoted(name)} is not known", source=source, hint=hint)
    if left := [name for name in others if name not in near]:
        what = "1 column is" if len(left) == 1 else f"{len(left):,} columns are"
        hint = f"known: {one_of([f'`{one}`' for one in known])}"
        say = error if strict else note
        yield say(f"{what} not {'known' if strict else 'read'}: {_listed(left)}", source=source, hint=hint)


def _columns_of(field: str, header: Sequence[str]) -> list[int]:
    """The columns of a field: the one of its very name, else those with a word for it."""
    folded = [_folded(name) for name in header]
    if exact := [at for at, name in enumerate(folded) if name == field]:
        return exact
    return [at for at, name in enumerate(folded) if name in _WORDS.get(field, ())]


def _meant(name: str, known: Iterable[str]) -> str:
    """The known name that a header is nearly: two letters changed places, or one is missing or too many."""
    first, separator, rest = re.match(r"([^._: /]*)([._: /]?)(.*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
    for one in known:
        if one.startswith(LABEL):
            if separator and rest and (first.casefold() == "label" or _is_slip(first.casefold(), "label")):
                return f"{LABEL}{rest}"
        elif _is_slip(name.casefold(), one) or (one == PROTECT and first.casefold().startswith("prot")):
            return one
    return ""


def _is_slip(written: str, meant: str) -> bool:
    if len(written) == len(meant):
        return (
            any(
                written == meant[:at] + meant[at + 1] + meant[at] + meant[at + 2 :]
                for at in range(len(meant) - 1)
            )
            and written != meant
        )
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    return len(longer) - len(shorter) == 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def _listed(names: Iterable[str]) -> str:
    quoted = [_quoted(name) for name in names]
    more = f" and {len(quoted) - _MOST:,} more" if len(quoted) > _MOST else ""
    return ", ".join(quoted[:_MOST]) + more


def _quoted(name: str) -> str:
    bare = name.strip()
    if not bare:
        return "one without a name"
    return f"`{bare}`" if _QUOTABLE.fullmatch(bare) else f"one of {len(bare):,} characters"
