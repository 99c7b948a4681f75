"""What carries the promise, taken out piece by piece from a copy of the code: each time tests must fail.

`python -m tests.torture.sabotage` tries each and prints the tests that fail.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

ROOT = Path(__file__).parents[2]
COPIED = ("numplan", "tests", "examples", "benchmarks", "schemas", "pyproject.toml")
LARGE = ("tests/services/node_modules", "tests/services/gitlab/node_modules")
"""Not copied, for that takes longer than the tests."""


@dataclass(frozen=True)
class Sabotage:
    """A piece of code, what is put in its place, and the quick tests that are to notice."""

    name: str
    file: str
    code: str
    instead: str
    tests: Sequence[str]

    def strike(self, root: Path) -> None:
        """Change the copy under `root`. Raises AssertionError where the code does not stand there, once."""
        path = root / "numplan" / self.file
        source = path.read_text()
        assert source.count(self.code) == 1, (
            f"{self.name}: {self.file} has this {source.count(self.code)} times"
        )
        path.write_text(source.replace(self.code, self.instead))


def _at(depth: int, code: str) -> str:
    """Lines of code, indented as they stand."""
    return indent(dedent(code).lstrip("\n"), " " * depth)


SABOTAGES = (
    Sabotage(
        "a number that nobody knows is decided about as if no pool could take it",
        "engine/plan/selecting/about.py",
        "if manifest.pools and not all(one in numbers or one.startswith(EXPLICIT) for one in targets):",
        "if False:",
        ["tests/engine/plan/selecting/test_about.py"],
    ),
    Sabotage(
        "a member that may be lost makes another one too many",
        "engine/compare/pools/status.py",
        "not managed[one].surplus and _is_shown(one, sides)]",
        "not managed[one].surplus]",
        ["tests/engine/compare/pools/test_status.py"],
    ),
    Sabotage(
        "a look-up that finds nothing is believed of a server that finds no number",
        "api/look_ups.py",
        "if others and not self._finds:",
        "if False:",
        ["tests/api/listings/test_look_ups.py"],
    ),
    Sabotage(
        "a search that does not say it has all proves what it lacks",
        "engine/account/pricing.py",
        "answer.exhausted and answer.total is not None and not answer.unreadable",
        "True",
        ["tests/engine/account/test_seeking.py"],
    ),
    Sabotage(
        "a server that calls a part of what it has all is believed",
        "engine/account/pricing.py",
        "return told if any(told.values()) else dict.fromkeys(numbers)",
        "return dict.fromkeys(numbers)",
        ["tests/engine/account/test_seeking.py"],
    ),
    Sabotage(
        "members of a pool are taken to be as state has them while one of them is decided about",
        "engine/plan/selecting/about.py",
        'if any(kind_of(resource) == "pool" for _, resource in chosen):',
        "if False:",
        ["tests/engine/plan/selecting/test_about.py"],
    ),
    Sabotage(
        "what is open is not looked up by a run that is about others",
        "engine/account/refresh.py",
        "[*unsettled_numbers(state), *only]",
        "[*only]",
        ["tests/engine/plan/selecting/test_about.py"],
    ),
    Sabotage(
        "a number that nobody looked at is planned for",
        "engine/plan/explicit.py",
        "unknown = unasked | comparison.snapshot.unlooked",
        "unknown = unasked",
        ["tests/engine/plan/selecting/test_about.py"],
    ),
    Sabotage(
        "a saved plan says the same of what stays, whatever that is",
        "model/stored/plan_document.py",
        "digest.update(",
        "len(",
        ["tests/model/test_documents.py"],
    ),
    Sabotage(
        "a pool adopts by a state that the vendor pays no heed to",
        "engine/plan/choosing/owned_alike.py",
        "        provider.require_states()\n",
        "        pass\n",
        ["tests/scenarios/test_new_state.py"],
    ),
    Sabotage(
        "a listing that was split is whole whatever its parts add up to",
        "api/by_number.py",
        'gap="" if whole.count == share.total else shortfall(whole)',
        'gap=""',
        ["tests/api/listings/test_by_number.py"],
    ),
    Sabotage(
        "a part of a listing holds numbers that begin otherwise",
        "api/listing.py",
        "rows = {number: row for number, row in share.rows.items() if filters.begins(number)}",
        "rows = dict(share.rows)",
        ["tests/api/listings/test_by_number.py"],
    ),
    Sabotage(
        "a record that was put in at the end of the history is one of a state that was put back",
        "model/history/chain.py",
        'if record.outcome == "restored":',
        "if True:",
        ["tests/model/history/test_chain.py"],
    ),
    Sabotage(
        "a note of anybody that bears our marker is taken for ours",
        "cli/operations/merge_request_note.py",
        "if mine and str(",
        "if str(",
        ["tests/cli/operations/test_merge_request_note.py"],
    ),
    Sabotage(
        "GitLab's token goes to any address",
        "cli/operations/merge_request_note.py",
        'safe_url(root, f"the token comes from {TOKEN}")',
        "root.strip()",
        ["tests/cli/operations/test_merge_request_note.py"],
    ),
    Sabotage(
        "a line of a note may be a command to GitLab",
        "cli/operations/merge_request_note.py",
        '_ACTION.sub(r"\\1&#47;", text)',
        "text",
        ["tests/cli/operations/test_merge_request_note.py"],
    ),
    Sabotage(
        "a server that may be called without TLS may be at any port",
        "model/location/plain_http.py",
        "return (host, port) in _allowed",
        "return host in dict(_allowed)",
        ["tests/model/location/test_plain_http.py"],
    ),
    Sabotage(
        "any host is called by plain http",
        "model/location/urls.py",
        "is_loopback(parts.hostname) or plain_http",
        "True or plain_http",
        ["tests/scenarios/trust/test_plain_http.py"],
    ),
    Sabotage(
        "plain http goes through a proxy, token and all",
        "http/session.py",
        'self._direct or urlsplit(url).scheme == "http"',
        "self._direct",
        ["tests/scenarios/trust/test_plain_http.py"],
    ),
    Sabotage(
        "a record that the history holds already is written once more",
        "state/local/history.py",
        "return next((at for at in range(len(lines), 0, -1) if lines[at - 1] in there), 0)",
        "return 0 if there else 0",
        ["tests/state/local/test_history.py"],
    ),
    Sabotage(
        "a record that stands far up in the history is written once more",
        "state/local/history.py",
        "first = _first_lacking(self.lines(), lines)",
        "first = 0",
        ["tests/state/local/test_history.py"],
    ),
    Sabotage(
        "state lets go of records that the history did not take",
        "engine/apply/chronicle.py",
        _at(
            8,
            """
            if not problem:
                self._stored = self._stored._replace(records=())
            """,
        ),
        _at(
            8,
            """
            if True:
                self._stored = self._stored._replace(records=())
            """,
        ),
        ["tests/engine/apply/test_chronicle.py"],
    ),
    Sabotage(
        "the hash of the record before is not looked at",
        "model/history/chain.py",
        "if record.previous != self.hash or record.record != self.last + 1:",
        "if record.record != self.last + 1:",
        ["tests/model/history/test_chain.py"],
    ),
    Sabotage(
        "decimals of a spreadsheet are read as digits",
        "numbering/tidying.py",
        "if decimals := _DECIMALS.fullmatch(text):",
        "if False and (decimals := _DECIMALS.fullmatch(text)):",
        ["tests/numbering/test_reading.py", "tests/manifest/numbers/test_number_list.py"],
    ),
    Sabotage(
        "a 0 that is dialled inside the country only is part of a number",
        "numbering/reading.py",
        _at(
            4,
            """
            if not is_dialled_as_written(number) and (problem := _difference(number)):
                raise NumberError(problem)
            """,
        ),
        "",
        ["tests/numbering/test_reading.py"],
    ),
    Sabotage(
        "digits without a + and without a country are taken for E.164",
        "numbering/reading.py",
        '    raise NumberError(f"{why}: write the + and the calling code, or declare a country")',
        '    return Reading(E164("+" + tidy.digits))',
        ["tests/numbering/test_reading.py"],
    ),
    Sabotage(
        "another country's calling code is valid",
        "numbering/plausible.py",
        'if code is None or number.startswith(f"+{code}") or _WORLDWIDE.match(number):',
        "if True:",
        ["tests/manifest/declarations/test_plausibility.py"],
    ),
    Sabotage(
        "a workbook is read as a list",
        "manifest/numbers/list_text.py",
        "        if raw.startswith(beginning):",
        "        if False:",
        ["tests/manifest/numbers/test_list_text.py"],
    ),
    Sabotage(
        "a header that may be a secret is quoted",
        "manifest/numbers/list_columns.py",
        'return f"`{bare}`" if _QUOTABLE.fullmatch(bare) else f"one of {len(bare):,} characters"',
        'return f"`{bare}`"',
        ["tests/manifest/numbers/test_list_columns.py"],
    ),
    Sabotage(
        "a number that is gone stops the plan",
        "engine/plan/explicit.py",
        "if (gone := comparison.managed.get(declared.number)) or declared.terms.may_lack:",
        "if (gone := None) or declared.terms.may_lack:",
        ["tests/engine/plan/test_planner.py"],
    ),
    Sabotage(
        "a plan document tells every finding",
        "views/machine/terraform_plan.py",
        "for one in first.findings]",
        "for one in plan.diagnostics]",
        ["tests/views/machine/test_terraform_plan.py"],
    ),
    Sabotage(
        "a backup that cannot be written is found late",
        "state/local/backend.py",
        "folder.require_plain(files.backup_name)",
        "pass",
        ["tests/state/test_refusals.py"],
    ),
    Sabotage(
        "a numbers file is read once for each set",
        "manifest/numbers/numbers_file.py",
        "return read_straight(real) if len(places) == 1 else None",
        "return read_straight(real)",
        ["tests/manifest/numbers/test_numbers_file.py"],
    ),
    Sabotage(
        "secrets are told",
        "model/secrets.py",
        "return _without(tuple(_known.values()), text) if _known else text",
        "return text",
        ["tests/laws/test_secrets.py", "tests/model/test_secrets.py"],
    ),
    Sabotage(
        "a secret that is escaped is told",
        "model/secrets.py",
        "if secret.may_be_escaped(bare):",
        "if False:",
        ["tests/model/test_secrets.py"],
    ),
    Sabotage(
        "a state may hold a secret",
        "state/encoding.py",
        'secrets.require_none(document, "the state", StateError)',
        "pass",
        ["tests/laws/test_secrets.py"],
    ),
    Sabotage(
        "what was written once may hold what is a secret by now",
        "state/encoding.py",
        "if edition != self._edition:",
        "if False:",
        ["tests/state/test_encoding.py"],
    ),
    Sabotage(
        "a link may lead out of the repository",
        "manifest/files/repository.py",
        "if not real.is_relative_to(root):",
        "if False:",
        ["tests/scenarios/trust/test_links.py", "tests/manifest/files/test_repository.py"],
    ),
    Sabotage(
        "a line that is no number is quoted",
        "manifest/reading/quoting.py",
        "return quote(text) if looks_like_number(text) else described(text, kind)",
        "return quote(text)",
        ["tests/scenarios/trust/test_links.py"],
    ),
    Sabotage(
        "no intent is written",
        "engine/apply/apply.py",
        "run.write(now)\n    failpoint(",
        "failpoint(",
        ["tests/engine/apply/test_apply_intents.py", "tests/scenarios/test_known_traps.py"],
    ),
    Sabotage(
        "no intent is written of a substitute",
        "engine/apply/run.py",
        'yield from self.save()\n        failpoint(f"{why}.after-intents")',
        'failpoint(f"{why}.after-intents")\n        yield from ()',
        ["tests/engine/apply/test_purchasing.py", "tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "what a dead run left is not settled",
        "engine/apply/leftovers.py",
        "open_state, provider, clock, manifest.api, list(open_state.intents), given_up=given_up",
        "open_state, provider, clock, manifest.api, [], given_up=given_up",
        ["tests/engine/apply/settle/test_settle_verdicts.py", "tests/scenarios/test_known_traps.py"],
    ),
    Sabotage(
        "an unknown outcome is not settled",
        "engine/apply/run.py",
        "if not numbers or self.clock.interrupted():",
        "if numbers or self.clock.interrupted():",
        ["tests/engine/apply/test_purchasing.py", "tests/engine/apply/test_releasing.py"],
    ),
    Sabotage(
        "a purchase is closed without a tombstone",
        "engine/apply/settle.py",
        "open_state.bury(Tombstone(instance=intent.instance, closed_at=now))",
        "open_state.drop_intent(intent.number)",
        ["tests/engine/apply/settle/test_settle_verdicts.py", "tests/scenarios/test_known_traps.py"],
    ),
    Sabotage(
        "state is written in place",
        "files/atomic.py",
        "os.rename(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)",
        _at(
            12,
            """
            written = os.open(temporary, os.O_RDONLY, dir_fd=self._descriptor)
            target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE, dir_fd=self._descriptor)
            _write(target, memoryview(os.read(written, 1 << 31)))
            os.close(target)
            os.close(written)
            os.unlink(temporary, dir_fd=self._descriptor)
            """,
        ).strip(),
        ["tests/state/test_atomic_files.py", "tests/state/test_processes.py"],
    ),
    Sabotage(
        "what is renamed may not be on disk yet",
        "files/atomic.py",
        "os.fsync(descriptor)",
        "pass",
        ["tests/state/test_atomic_files.py"],
    ),
    Sabotage(
        "every listing counts as complete to those who settle",
        "engine/apply/settle.py",
        "if not listing.complete:",
        "if False:",
        ["tests/engine/apply/settle/test_settle_doubts.py"],
    ),
    Sabotage(
        "every listing is called complete",
        "api/listing.py",
        "complete=not gap, gap=gap",
        "complete=True, gap=gap",
        ["tests/api/test_listing.py"],
    ),
    Sabotage(
        "a row that names no number hides none",
        "engine/account/refresh.py",
        "if not listing.complete or nameless(listing.unreadable):",
        "if not listing.complete:",
        ["tests/engine/account/test_refresh.py", "tests/engine/account/test_unreadable.py"],
    ),
    Sabotage(
        "a managed number in a row that cannot be read is missing",
        "engine/compare/known_numbers.py",
        "held = {**held_unread(sides.snapshot, managed, sides.declared, sides.state), **held}",
        "pass",
        ["tests/engine/account/test_unreadable.py"],
    ),
    Sabotage(
        "what has no price costs nothing",
        "api/decode.py",
        "    if charge is None:\n        raise FieldError(field, written, number)\n    return charge",
        "    return Charge(0) if charge is None else charge",
        ["tests/api/test_decode.py"],
    ),
    Sabotage(
        "an answer's number may be written as people write it",
        "api/row_by_row.py",
        '    return plus if is_canonical(plus := f"+{text}") else None',
        "    from numplan.numbering.reading import read_number\n\n    return read_number(text).number",
        ["tests/api/test_decode.py"],
    ),
    Sabotage(
        "a connection carries a second purchase",
        "http/adapter.py",
        _at(
            8,
            """
            if conn is not None:
                conn.close()
            super()._put_conn(conn)
            """,
        ),
        _at(8, "super()._put_conn(conn)\n"),
        ["tests/api/test_early.py"],
    ),
    Sabotage(
        "a call that was lost after its bytes left was not sent",
        "http/adapter.py",
        "            this_call.request_sent = True\n",
        "            pass\n",
        ["tests/api/test_early.py"],
    ),
    Sabotage(
        "a purchase is sent on a connection that the server is done with",
        "http/early.py",
        "and is_untouched(connection):",
        "and True:",
        ["tests/api/test_early.py"],
    ),
    Sabotage(
        "connections are opened for calls that do not come",
        "http/early.py",
        "min(self._most, self._to_come - 1)",
        "self._most",
        ["tests/api/test_early.py"],
    ),
    Sabotage(
        "what no call needs stays open",
        "http/early.py",
        "surplus = [] if calls else list(self._line)",
        "surplus = []",
        ["tests/api/test_early.py"],
    ),
    Sabotage(
        "an interim answer is the answer",
        "http/adapter.py",
        "if status >= HTTPStatus.OK or status == HTTPStatus.SWITCHING_PROTOCOLS:",
        "if status:",
        ["tests/api/test_interim.py"],
    ),
    Sabotage(
        "numbers are released while a purchase is unknown",
        "engine/apply/releasing.py",
        'if any(intent.kind == "purchase" for intent in run.open_state.intents.values()):',
        "if False:",
        ["tests/engine/apply/test_purchasing.py"],
    ),
    Sabotage(
        "a number that was sent before gives way to an alternate",
        "engine/apply/purchasing.py",
        "case Refused(message) if known_anew:",
        "case Refused(message):",
        ["tests/engine/apply/test_purchasing.py", "tests/scenarios/test_known_traps.py"],
    ),
    Sabotage(
        "a run that has lost its lock sends all the same",
        "engine/apply/gate.py",
        "if reason := self.reason or self._last_look():\n                return dict.fromkeys(batch.numbers",
        "if reason := self.reason:\n                return dict.fromkeys(batch.numbers",
        ["tests/engine/apply/test_dispatch.py"],
    ),
    Sabotage(
        "nobody asks whether the lock of a shared place is still held",
        "state/shared/backend.py",
        "        self._lock.require()\n",
        "",
        ["tests/state/shared/test_http_contract.py::TestHttpBackend"],
    ),
    Sabotage(
        "an object is put whatever is there",
        "state/shared/objects.py",
        '"create" if before is None else before.version',
        '"overwrite"',
        ["tests/state/shared/test_objects.py::TestGcs"],
    ),
    Sabotage(
        "a lock of our own, whose answer was lost, is taken for another's",
        "state/shared/objects.py",
        "if holder is not None and holder.id == info.id:\n                return _ObjectLock(self, info)",
        "if False:\n                return _ObjectLock(self, info)",
        ["tests/state/shared/test_objects.py::TestGcs"],
    ),
    Sabotage(
        "a row is written over whatever it holds",
        "state/shared/postgres.py",
        """%(name)s AND lineage = %(old_lineage)s "
    "AND serial = %(old_serial)s AND write_id = %(old_write_id)s AND""",
        """%(name)s "
    "AND""",
        ["tests/state/shared/test_postgres.py"],
    ),
    Sabotage(
        "nobody looks at what a server holds before it is written over",
        "state/shared/http.py",
        "if store.fetch() != before:",
        "if False:",
        ["tests/state/shared/test_http.py"],
    ),
    Sabotage(
        "an older copy of a shared state is as good as the newest",
        "state/shared/last_seen_cache.py",
        "return found.last_seen if found.place == self._place else None",
        "return None",
        ["tests/state/shared/test_last_seen_cache.py"],
    ),
    Sabotage(
        "a flag goes beyond the operator's limit",
        "engine/policy/limits.py",
        "operators=manifest.operator)",
        "operators=msgspec.structs.replace(manifest.operator, **given))",
        ["tests/engine/policy/test_limits.py"],
    ),
    Sabotage(
        "a list that was cut is as good as any",
        "engine/guard/guards.py",
        "    _release_share,\n",
        "",
        ["tests/engine/guard/test_limit_guards.py"],
    ),
    Sabotage(
        "what a pull request loosens is not told",
        "engine/plan/planner.py",
        "loosened=loosened(state.bound if state else None, bound_by(manifest))",
        "loosened=loosened(None, bound_by(manifest))",
        ["tests/engine/policy/test_loosening.py"],
    ),
    Sabotage(
        "a number that is forgotten loses its protection",
        "engine/apply/open_state.py",
        "            self._protected[number] = None\n",
        "            pass\n",
        ["tests/scenarios/test_protection.py"],
    ),
    Sabotage(
        "the token goes where the manifest says",
        "cli/workspace/open.py",
        "url = check_url(named) if named else DEFAULT_API_URL",
        "url = check_url(named) if named else manifest.api.url if manifest else DEFAULT_API_URL",
        ["tests/scenarios/trust/test_where_the_token_goes.py"],
    ),
    Sabotage(
        "credentials go where the manifest keeps state",
        "model/location/recipients.py",
        "    if isinstance(place, LocalLocation) or place in named:\n        return Grant.ALL\n",
        "    return Grant.ALL\n",
        ["tests/model/location/test_recipients.py"],
    ),
    Sabotage(
        "nobody asks whether a place may be sent credentials before it is opened",
        "cli/workspace/state_location.py",
        "_open_store(place, environment, clock, _granted(place, named, environment))",
        "_open_store(place, environment, clock, Grant.ALL)",
        ["tests/scenarios/trust/test_where_credentials_go.py"],
    ),
    Sabotage(
        "only the address of a state is looked at, and not where it is locked",
        "model/location/recipients.py",
        "for url in (place.address, place.lock_address, place.unlock_address)]",
        "for url in (place.address,)]",
        ["tests/model/location/test_recipients.py"],
    ),
    Sabotage(
        "a manifest may say which of an operator's credentials PostgreSQL is sent",
        "model/location/recipients.py",
        "odd = sorted(set(parameters) - _LIBPQ)",
        "odd = sorted([])",
        ["tests/model/location/test_recipients.py"],
    ),
    Sabotage(
        "state travels to a database in the clear",
        "state/shared/postgres_connection.py",
        "if mode not in _ENCRYPTED and not",
        "if mode == 'never' and not",
        ["tests/state/shared/test_postgres_connection.py"],
    ),
    Sabotage(
        "a state server may compress its answers",
        "state/shared/http_client.py",
        "whole_body(response, most, encodings=())",
        "whole_body(response, most)",
        ["tests/state/shared/test_http.py"],
    ),
    Sabotage(
        "an old offer is as good as a fresh one",
        "engine/apply/evidence.py",
        "return self._clock.monotonic() - asked_at < FRESH",
        "return True",
        ["tests/engine/apply/test_evidence.py"],
    ),
    Sabotage(
        "an alternate is bought at the price it once had",
        "engine/apply/evidence.py",
        "if order.anew or order.number in self._old:",
        "if order.number in self._old:",
        ["tests/engine/apply/test_evidence.py"],
    ),
    Sabotage(
        "what is bought may cost more than was reviewed",
        "engine/apply/evidence.py",
        "return price_words(offer, reviewed)",
        'return ""',
        ["tests/engine/apply/test_evidence.py", "tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "a minute may cost more than was reviewed",
        "engine/apply/evidence.py",
        "if not keeps_rate(rate, then):",
        "if False:",
        ["tests/engine/apply/test_evidence.py"],
    ),
    Sabotage(
        "a number that does not say its rate keeps every cap",
        "engine/compare/ceiling.py",
        "return most is None or (rate is not None and rate <= most)",
        "return most is None or rate is None or rate <= most",
        ["tests/engine/compare/test_ceiling.py", "tests/engine/plan/test_ranked_stock.py"],
    ),
    Sabotage(
        "a number that is known to be dearer goes where others cannot be asked for",
        "engine/apply/evidence.py",
        "if unasked and not self._is_fresh(order):\n            return unasked",
        'if unasked:\n            return "" if self._is_fresh(order) else unasked',
        ["tests/engine/apply/test_evidence.py"],
    ),
    Sabotage(
        "what went off sale during the question is sent",
        "engine/apply/evidence.py",
        "if order.anew or order.number in self._old:",
        "if order.anew:",
        ["tests/engine/apply/test_evidence.py"],
    ),
    Sabotage(
        "what an answer names before its own call is forgotten",
        "engine/apply/run.py",
        'self.doubt(number, "the answer to another call says that it was bought")',
        "pass",
        ["tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "a pool picks a number twice where a document names it twice",
        "engine/plan/pool_choice.py",
        "offered.pop(number, None) if number is not None",
        "offered.get(number) if number is not None",
        ["tests/engine/plan/test_pool_choice.py"],
    ),
    Sabotage(
        "a call that waited is made again though nothing more may be sent",
        "engine/apply/gate.py",
        "if reason := self.reason or self._last_look():\n                return dict.fromkeys(numbers, reason)",
        "if False:\n                return {}",
        ["tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "an alternate that waited is sent again at the price it had before",
        "engine/apply/gate.py",
        "self.ask_again([one for one in numbers if one in self._orders and self._orders[one].anew])",
        "pass",
        ["tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "the gate holds no budget",
        "engine/apply/ledger.py",
        "            if over := self._over(budget, one):\n",
        "            if over := '':\n",
        ["tests/engine/apply/test_ledger.py"],
    ),
    Sabotage(
        "an edit of a label moves no charge",
        "engine/plan/budgets.py",
        "case Adopt() | Update():",
        "case Adopt():",
        ["tests/engine/guard/test_budget_guard.py"],
    ),
    Sabotage(
        "a purchase of an unknown outcome is in no budget",
        "engine/compare/charged.py",
        "for one in (*comparison.intended, *waiting):",
        "for one in waiting:",
        ["tests/engine/guard/test_budget_guard.py"],
    ),
    Sabotage(
        "a charge that is not known is nothing",
        "model/money/budget.py",
        "return self.raised and (self.is_beyond or bool(self.after.unknown))",
        "return self.raised and self.is_beyond",
        ["tests/engine/guard/test_budget_guard.py"],
    ),
    Sabotage(
        "what the account charges is not asked again after the question",
        "cli/operations/apply.py",
        "result = with_budgets_of_now(chosen.result, limits, work.account)",
        "result = chosen.result",
        ["tests/scenarios/money/test_budgets.py"],
    ),
    Sabotage(
        "adopt knows no budget",
        "engine/edit/adoption.py",
        "        refusals += check_budgets(budgets, changes, narrow, whole)\n",
        "",
        ["tests/scenarios/money/test_budgets.py"],
    ),
    Sabotage(
        "the gate counts nothing",
        "engine/apply/gate.py",
        "            if over := self._ledger.take(order.attributes):\n",
        "            if over := '':\n",
        ["tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "a protected number passes the gate",
        "engine/apply/gate.py",
        "if known.attributes.protect and not",
        "if False and not",
        ["tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "nobody asks again after the question",
        "cli/operations/apply.py",
        "gone = check_offers(chosen.result.plan, work.account, work.manifest.api.parallelism)",
        "gone = ()",
        ["tests/scenarios/test_money_traps.py"],
    ),
    Sabotage(
        "a status that says no closes its intents",
        "api/writes.py",
        "number: msgspec.structs.replace(rejected, reason=said) for number, said in words.items()",
        "number: NotSent(said) for number, said in words.items()",
        ["tests/scenarios/test_money_traps.py"],
    ),
    Sabotage(
        "what the vendor refused is not watched",
        "engine/apply/purchasing.py",
        """                case Refused(message) if known_anew:
                    run.open_state.watch(order.instance(), "refused", run.now(), message)
""",
        """                case Refused(message) if known_anew:
                    run.open_state.drop_intent(order.number)
""",
        ["tests/engine/apply/test_purchasing.py"],
    ),
    Sabotage(
        "a password for any host goes to a server that a manifest names",
        "state/shared/passfile.py",
        'return server.host in hosts and "*" not in hosts',
        "return server.host in hosts",
        ["tests/scenarios/trust/test_where_credentials_go.py"],
    ),
    Sabotage(
        "one look makes a number missing",
        "engine/compare/deferral.py",
        "elif accept_missing or is_missing(one, now, hold):",
        "elif True:",
        ["tests/scenarios/test_money_traps.py", "tests/engine/compare/test_deferral.py"],
    ),
    Sabotage(
        "what left state as missing is not watched",
        "engine/apply/local_changes.py",
        '                open_state.watch(lost, "missing", now)\n',
        "                pass\n",
        ["tests/scenarios/test_money_traps.py"],
    ),
    Sabotage(
        "the vendor's clock counts for nothing",
        "model/moment.py",
        "return min(our_time(now) - our_time(then), _vendors_time(now) - _vendors_time(then))",
        "return our_time(now) - our_time(then)",
        ["tests/model/test_moment.py"],
    ),
    Sabotage(
        "one clock alone says that a day has come",
        "model/today.py",
        "    day, latest = sorted((_day(ours), _day(vendors)))\n",
        "    day, latest = _day(ours), _day(vendors)\n",
        ["tests/model/test_today.py", "tests/engine/plan/leaving/test_due.py"],
    ),
    Sabotage(
        "clocks that are far apart are believed about a day",
        "engine/plan/leaving/due.py",
        "    if comparison.today.doubt:\n",
        "    if False:\n",
        ["tests/engine/plan/leaving/test_due.py", "tests/scenarios/life/test_waiting.py"],
    ),
    Sabotage(
        "a number that leaves fills a slot of its pool",
        "engine/compare/pools/status.py",
        "members = tuple(one for one in staying if one.attributes.leaving_at is None)",
        "members = tuple(staying)",
        ["tests/engine/plan/leaving/test_waiting.py", "tests/engine/plan/leaving/test_pool_leaving.py"],
    ),
    Sabotage(
        "what is due is released whatever room the limits leave",
        "engine/plan/leaving/due.py",
        "taken = room(limits, allowances, found, len(free))",
        "taken = len(free)",
        ["tests/engine/plan/leaving/test_due.py"],
    ),
    Sabotage(
        "the span that state remembers counts for nothing",
        "engine/compare/attributes.py",
        "return max(one.attributes.release_after or 0, declared or 0)",
        "return declared or 0",
        ["tests/engine/plan/leaving/test_waiting.py"],
    ),
    Sabotage(
        "what leaves goes on leaving though it is declared again",
        "engine/compare/attributes.py",
        "        and attributes.leaving_at is None\n",
        "",
        ["tests/engine/plan/leaving/test_waiting.py"],
    ),
    Sabotage(
        "a saved plan is carried out as it says",
        "engine/saved_plan/made_anew.py",
        "    if problems:\n        raise stale(problems)\n",
        "",
        ["tests/engine/saved_plan/test_made_anew.py", "tests/engine/saved_plan/test_staleness.py"],
    ),
    Sabotage(
        "a plan without a seal is as good as one with",
        "model/stored/plan_document.py",
        "        if keys is not None:\n            _require_sealed(members, by, keys, place)\n",
        "",
        ["tests/model/documents/test_signature.py"],
    ),
    Sabotage(
        "what the vendor said of a call is forgotten once it is settled",
        "engine/apply/settle.py",
        'reason=f"{intent.doubt}; {seen}" if intent.doubt else seen,',
        "reason=seen,",
        ["tests/scenarios/test_vendors_reasons.py", "tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "calls that an earlier run left are nothing to do",
        "engine/plan/planner.py",
        "unsettled=len(state.intents) if state else 0,",
        "unsettled=0,",
        ["tests/scenarios/test_unsettled.py"],
    ),
    Sabotage(
        "what is charged beyond the plan is not told",
        "engine/compare/overcharge.py",
        "    if not instance.charges_planned or not (",
        "    if True or not (",
        ["tests/engine/compare/test_overcharge.py"],
    ),
    Sabotage(
        "the gate lets through what is retired",
        "engine/apply/gate.py",
        "barred = {**unreviewed, **over, **retired}",
        "barred = {**unreviewed, **over}",
        ["tests/engine/apply/test_gate.py"],
    ),
    Sabotage(
        "a pool buys what is retired",
        "engine/plan/ranked_stock.py",
        "            comparison.retired,\n",
        "",
        ["tests/engine/plan/leaving/test_pool_steps_retired.py"],
    ),
    Sabotage(
        "a pool buys what this state released not long ago",
        "engine/plan/ranked_stock.py",
        "            comparison.released,\n",
        "",
        ["tests/engine/plan/leaving/test_pool_steps_retired.py"],
    ),
    Sabotage(
        "a release is not remembered",
        "engine/apply/open_state.py",
        "        self._released[number] = Released(number, now)\n",
        "",
        ["tests/engine/apply/test_apply_retiring.py"],
    ),
    Sabotage(
        "a successor does not remember whom it replaces",
        "engine/apply/orders.py",
        "            replaces=self.replaces,\n",
        "",
        ["tests/engine/apply/test_apply_retiring.py"],
    ),
    Sabotage(
        "a closed purchase of a retired number is tried again",
        "engine/plan/pool_steps.py",
        "        and one.number not in retired\n",
        "",
        ["tests/engine/plan/leaving/test_pool_steps_retired.py"],
    ),
    Sabotage(
        "what an answer names unasked is forgotten",
        "engine/apply/run.py",
        'self.open_state.watch(order.instance() if order else unseen, "unasked", self.now())',
        "pass",
        ["tests/engine/apply/test_gate.py", "tests/engine/apply/test_verify.py"],
    ),
    Sabotage(
        "a purchase in doubt takes in what another state manages",
        "engine/apply/settle.py",
        '            if number not in theirs or theirs[number].standing == "watched":\n                intent',
        "            if True:\n                intent",
        ["tests/scenarios/test_several_teams.py"],
    ),
    Sabotage(
        "what another state may have bought is sent again",
        "engine/apply/purchasing.py",
        "if one in run.open_state.intents and one not in run.unknown",
        "if one in run.open_state.intents",
        ["tests/engine/apply/test_purchasing.py"],
    ),
    Sabotage(
        "a number that is in another state of the country by now is bought",
        "engine/apply/evidence.py",
        "if offer.state and reviewed.state and not same_state(offer.state, reviewed.state, reviewed.country):",
        "if False:",
        ["tests/engine/apply/test_evidence.py"],
    ),
    Sabotage(
        "what turns up is taken in although another state has it",
        "engine/apply/settle.py",
        "if number in theirs and theirs[number].comes_before(open_state.state.lineage):",
        "if False:",
        ["tests/engine/apply/test_claims.py"],
    ),
    Sabotage(
        "what another state let go just now is taken for what turned up",
        "engine/apply/settle.py",
        "for tombstone in (one for one in back if one.number not in gone):",
        "for tombstone in back:",
        ["tests/engine/apply/test_claims.py"],
    ),
    Sabotage(
        "what a plan forgets makes room in a budget",
        "engine/plan/budgets.py",
        "case Forget(missing=False):\n            pass",
        "case Forget(missing=False) if False:\n            pass",
        ["tests/engine/guard/test_budget_guard.py"],
    ),
    Sabotage(
        "pools choose among the numbers of another state",
        "engine/plan/ranked_stock.py",
        "            comparison.others.by_number,\n",
        "",
        ["tests/engine/compare/test_others.py"],
    ),
    Sabotage(
        "pools adopt the numbers of another state",
        "engine/compare/comparison.py",
        "known = (self.managed, self.declared, held, self.others.by_number, self.just_released)",
        "known = (self.managed, self.declared, held, self.just_released)",
        ["tests/scenarios/test_several_teams.py"],
    ),
    Sabotage(
        "a number in two states is no error",
        "engine/plan/plan_messages.py",
        "    yield from _doubled(comparison)\n",
        "",
        ["tests/scenarios/test_several_teams.py"],
    ),
    Sabotage(
        "the other states are not read again before an adoption is written",
        "engine/apply/apply.py",
        "    require_free(claims, open_state)\n",
        "",
        ["tests/scenarios/test_several_teams.py"],
    ),
    Sabotage(
        "the other states are not read again after an adoption was written",
        "engine/apply/apply.py",
        "    require_still_free(claims, open_state, before, now)\n",
        "",
        ["tests/scenarios/test_several_teams.py"],
    ),
    Sabotage(
        "a member leaves though no successor was bought for it",
        "engine/apply/apply.py",
        "return isinstance(change, Update) and change.successor is not None",
        "return False",
        ["tests/scenarios/life/test_combinations.py"],
    ),
    Sabotage(
        "a member whose successor was bought does not leave",
        "engine/apply/apply.py",
        "        yield from _let_go(run)\n",
        "",
        ["tests/scenarios/life/test_combinations.py"],
    ),
    Sabotage(
        "what was released just now is anybody's to take in",
        "engine/compare/sides.py",
        "for one in known.released if age(now, one.at) < hold",
        "for one in known.released if False",
        ["tests/scenarios/life/test_combinations.py"],
    ),
    Sabotage(
        "what begins to leave for good is no share of what goes",
        "engine/policy/releases.py",
        "return change.begins_leaving and bool(change.because or change.successor)",
        "return False",
        ["tests/scenarios/life/test_combinations.py"],
    ),
    Sabotage(
        "a substitute has nothing of what was reviewed",
        "engine/compare/attributes.py",
        "return msgspec.structs.replace(reviewed, **_said_by(offer))",
        "return Attributes(**_said_by(offer), sip_trunk_id=reviewed.sip_trunk_id)",
        ["tests/scenarios/life/test_combinations.py"],
    ),
    Sabotage(
        "a span that the ending edit brings counts for nothing",
        "engine/plan/removals.py",
        "declared=span, ended=day_after(last)",
        "ended=day_after(last)",
        ["tests/scenarios/life/test_combinations.py"],
    ),
)


def failures(sabotage: Sabotage, folder: Path) -> list[str]:
    """The names of the tests that fail on a copy, made in `folder`, of the sabotaged code."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy(ROOT / name, folder / name)
    for large in LARGE:
        (folder / large).symlink_to(ROOT / large)
    sabotage.strike(folder)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *sabotage.tests],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "HYPOTHESIS_PROFILE": "ci"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
    return re.findall(r"^FAILED (\S+)", ran.stdout, re.MULTILINE)


def main() -> int:
    """Try each; returns 1 if any went unnoticed."""
    unnoticed = 0
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for sabotage, failed in zip(SABOTAGES, threads.map(tried, SABOTAGES), strict=True):
            unnoticed += not failed
            print(f"{sabotage.name}: {len(failed)} tests fail", *failed, sep="\n    ", flush=True)
    return 1 if unnoticed else 0


def tried(sabotage: Sabotage) -> list[str]:
    """The names of the tests that notice."""
    with tempfile.TemporaryDirectory() as folder:
        return failures(sabotage, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
