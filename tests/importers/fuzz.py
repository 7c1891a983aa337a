"""Try what no test thought of: `python tests/importers/fuzz.py [NAME…] [--inputs 100000] [--seconds 2] [--seed 0] [--use-every 1]`.

An input is a file of a format that Hypothesis broke. It is imported as `oao import` does, and what comes of it is saved,
loaded, shown and replayed. Only an OaoError may be raised, and none once there is a session; nor may it take long.
What fails is made small, told, and kept in a file, which `--again FILE` tries anew.
"""

import argparse
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from zlib import crc32

from fuzz_inputs import inputs
from fuzz_seeds import NAMES, gather
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from pytest_oao.cassette import shelf
from pytest_oao.cassette.encodings import compact
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.soundness import flaw
from pytest_oao.errors import OaoError, OaoHalt, StoreFailed, UnknownFormat
from pytest_oao.importers.detection import detect, named
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.bodies import Body
from pytest_oao.policy.prices import Prices
from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.description import replied
from pytest_oao.providers.neutral import MEDIA_TYPE
from pytest_oao.providers.rendering import request_of
from pytest_oao.providers.session_description import described_session
from pytest_oao.report.session_text import render_session
from pytest_oao.runtime.replaying import Comparing, ReportContext, replayer_of
from pytest_oao.runtime.spending import ledger_of

CHAT = "POST /chat/completions"
SECONDS = 2.0
"""Of the processor, for one input."""
MEMORY = 6 * 1024**3
"""Bytes of addresses, so that an input that takes all there is takes no other process down."""
BATCH = 1000
"""Inputs of one run of Hypothesis, which remembers them all."""
REDACTOR = Redactor.of(environment={})
PRICES = Prices.of()
QUIET = {
    "database": None,
    "deadline": None,
    "derandomize": False,
    "phases": (Phase.generate, Phase.shrink),
    "suppress_health_check": list(HealthCheck),
    "report_multiple_bugs": False,
    "verbosity": Verbosity.quiet,
}


class TooSlow(AssertionError):
    """An input took too long."""


def tried(data, name, seconds=SECONDS, use_every=1):
    """Import a file, as of the format named where nothing else is told by its content; return what came of it.

    Of so many files, one is used as well: saved, loaded, shown and replayed.
    """
    began = time.process_time()
    use = crc32(data) % use_every == 0
    try:
        came = [_came(one, use) for one in _read(FileDump("folder/a file", data), name)]
    except OaoError as error:
        came = [_came(error)]
    took = time.process_time() - began
    if took > seconds:
        raise TooSlow(f"{len(data):,} bytes took {took:.1f} s")
    return Counter(came or ["nothing"])


def _read(dump, name):
    try:
        importer = detect(dump, IMPORTERS)
    except UnknownFormat:
        importer = named("langsmith" if name == "parquet" else name, IMPORTERS)
    return importer.read(dump)


def _came(one, use=True):
    if isinstance(one, OaoError):
        assert one.what
        assert one.where
        assert str(one)
        return "refused"
    assert not flaw(one), flaw(one)
    if not use:
        return "session"
    try:
        sealed = shelf.dumps(redacted_session(one, REDACTOR))
    except StoreFailed:  # it is nested too deep for any file
        return "refused"
    try:
        _use(sealed)
    except OaoError as error:
        raise AssertionError("a session was saved that cannot be used") from error
    return "session"


def _use(sealed):
    """Do with a cassette what users do: load, show and replay it."""
    loaded = described_session(shelf.loads(sealed.data, "a file.yaml", sealed.blobs.__getitem__))
    assert render_session(loaded, 2, replies=replied, ledger=ledger_of(loaded, PRICES))
    replayer = replayer_of(loaded, loaded.exchanges, Comparing(REDACTOR), ReportContext())
    for exchange in loaded.exchanges:
        with suppress(OaoHalt):  # not each answer can be given in the words of another API
            replayer.answer(_live(exchange.call))


def _live(call):
    """Return a recorded call as an agent makes it: in OpenAI's words where it stands in those of no provider."""
    if call.body.media_type != MEDIA_TYPE:
        return call
    body = codec_for(CHAT).write_request(request_of(call))
    return replace(call, target=CHAT, body=Body(compact(body), "application/json"))


class Fuzzing:
    """Inputs of one format, and what came of them."""

    def __init__(self, name, seconds=SECONDS, use_every=1):
        self.name, self.seconds, self.use_every = name, seconds, use_every
        self.came = Counter()
        self.failures = {}
        """By where it was raised: the smallest input of each failure, and what was raised."""
        self.known = set()
        """Where that was in the runs of Hypothesis before this one, which need not stop for it."""

    def run(self, wanted, first_seed=0):
        """Try so many inputs; yield each failure, made small, as (input, what was raised)."""
        for number in count(first_seed):
            size = min(BATCH, wanted - self.came["inputs"])
            if size <= 0:
                return
            self.known = set(self.failures)
            try:
                self._try_some(number, size)
            except Exception:
                if self.known == set(self.failures):
                    raise  # not by what was tried, but by the fuzzer
            yield from (self.failures[where] for where in set(self.failures) - self.known)

    def _try_some(self, number, size):
        @seed(number)
        @settings(max_examples=size, **QUIET)
        @given(inputs(self.name))
        def check(data):
            self._check(data)

        check()

    def _check(self, data):
        self.came["inputs"] += 1
        try:
            self.came += tried(data, self.name, self.seconds, self.use_every)
        except Exception as error:
            where = _where(error)
            smallest = self.failures.get(where, (data,))[0]
            if len(data) <= len(smallest):
                self.failures[where] = data, error
            if where not in self.known and not isinstance(error, TooSlow):
                raise


def _where(error):
    """Return what tells failures apart: the kind of error, and the last place in our code."""
    cause = error.__cause__ or error
    places = [
        place for place in traceback.extract_tb(cause.__traceback__) if "pytest_oao" in Path(place.filename).parts
    ]
    last = places[-1] if places else None
    return type(cause).__name__, *((last.filename, last.lineno) if last else ())


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all of them if none is named")
    parser.add_argument("--inputs", type=int, default=100_000, help="of each format; default: 100000")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that an input may take; default: 2")
    parser.add_argument("--seed", type=int, default=0, help="of the first thousand; the next has the next; default: 0")
    parser.add_argument("--use-every", type=int, default=1, metavar="N", help="save and replay one of N; default: 1")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "oao-fuzz"), metavar="DIR")
    parser.add_argument("--again", type=Path, metavar="FILE", help="try one input, as of the format NAME")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such format: {', '.join(sorted(unknown))}")
    names = options.names or NAMES
    if options.again:
        print(*tried(options.again.read_bytes(), names[0], options.seconds).items())
        return 0
    return 1 if sum(_fuzz(name, options) for name in names) else 0


def _fuzz(name, options):
    fuzzing, began = Fuzzing(name, options.seconds, options.use_every), time.monotonic()
    for data, error in fuzzing.run(options.inputs, options.seed):
        options.keep.mkdir(parents=True, exist_ok=True)
        path = options.keep / f"{name}-{sha256(data).hexdigest()[:8]}"
        path.write_bytes(data)
        print(f"{name}: {path}\n{data[:2000]!r}\n{''.join(traceback.format_exception(error)[-12:])}", flush=True)
    told = ", ".join(f"{number:,} {what}" for what, number in fuzzing.came.items())
    print(f"{name}: {told}, {len(fuzzing.failures)} defects, {time.monotonic() - began:.0f} s", flush=True)
    return len(fuzzing.failures)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    gather()
    sys.exit(main())
