"""Runs published pipelines (../shared/conformance/kfp/valid) through the unmodified SDK and compares with expected.csv.

    $(./venv.sh) kfp_corpus_check.py --data DIR --corpus FOLDER [--only WORDS] [--parallel N] [--slow]

Taken are the rows that state a result and need neither network nor cluster objects; those that sleep for minutes only with --slow.
Compared: final state, least number of task details, known outputs. Beside that, how often each container task ran and what it gave are
compared with what the SDK's own local runner did (observed.json); a difference there is printed as a note: it is a second opinion.
A pipeline that is refused because its image needs a container engine is counted apart. A row of differences.csv explains where the
expectation, not Kumiki, is doubted; such a pipeline must still end as that file says.
"""
import collections
import concurrent.futures
import contextlib
import csv
import io
import json
import os
import sys
import time

from kumiki_client import Checks, Kumiki
import kfp
from kfp_server_api import ApiException

PATIENCE = 300
NO_ENGINE = "refused by name: its image needs a container engine"


def rows(corpus, args):
    with open(os.path.join(corpus, "expected.csv")) as f:
        for row in csv.DictReader(f):
            needs = row["needs"] or "accelerator" in row["uses"].split(";")
            if row["terminal_state_in_kfp"] == "skip" or row["needs_network"] or needs:
                continue
            if "sleep" in row["notes"] and not args.slow or args.only not in row["file"]:
                continue
            yield row


def same(found, wanted):
    """Numbers agree by value: 1 and 1.0 are one number in JSON."""
    if isinstance(wanted, dict) and set(wanted) == {"anyOf"}:
        return any(same(found, one) for one in wanted["anyOf"])
    if isinstance(wanted, dict):
        return isinstance(found, dict) and found.keys() == wanted.keys() and all(same(found[k], v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, found, wanted))
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


class Corpus:
    def __init__(self, kumiki, corpus):
        self.kumiki = kumiki
        self.corpus = corpus
        self.client = kfp.Client(host=kumiki.endpoint, existing_token=kumiki.token or None)
        with contextlib.redirect_stdout(io.StringIO()):
            self.experiment = self.client.create_experiment("corpus").experiment_id
        with open(os.path.join(corpus, "observed.json")) as f:
            self.observed = json.load(f)
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "differences.csv")) as f:
            self.differences = {row["file"]: row for row in csv.DictReader(f)}

    def start(self, row):
        inputs = json.loads(row["inputs"] or "{}")
        run = self.client.run_pipeline(self.experiment, os.path.basename(row["file"])[:120], os.path.join(self.corpus, row["file"]), inputs)
        return run.run_id

    def check(self, row):
        began = time.monotonic()
        try:
            run_id = self.start(row)
        except ApiException as e:
            if e.status == 400 and "it needs a container engine" in e.body:
                return NO_ENGINE
            raise
        run = self.client.wait_for_run_completion(run_id, PATIENCE, sleep_duration=1)
        details = run.run_details.task_details or []
        doubt = self.differences.get(row["file"])
        wanted = doubt["ends_here"] if doubt else row["terminal_state_in_kfp"]
        if run.state != wanted:
            faults = [f"{t.display_name} {t.state} {t.error.message if t.error else ''}" for t in details if t.state != "SUCCEEDED"]
            raise AssertionError(f"wanted {wanted}, got {run.state} {run.error.message if run.error else ''}; {'; '.join(faults)}")
        least = int(row["min_task_details"] or 0)
        assert len(details) >= least, f"{len(details)} task details, at least {least} are wanted"
        known = json.loads(row["known_outputs"] or "{}")
        if known:
            outputs = self.kumiki.outputs(run.run_id)
            wanted_all = known if set(known) == {"anyOf"} else {k: v for k, v in known.items()}
            assert same(outputs, wanted_all), f"outputs {outputs}, wanted {known}"
        note = self.second_opinion(row, run.run_id)
        note += f"  DIFFERS: {doubt['why']}" if doubt else ""
        return f"{run.state}, {len(details)} tasks, after {time.monotonic() - began:.1f} s" + (f", outputs {known}" if known else "") + note

    def second_opinion(self, row, run_id):
        seen = self.observed.get(row["file"])
        if not seen:
            return ""
        ran = [t for t in self.kumiki.run(run_id)["tasks"] if t["kind"] == "CONTAINER" and t["state"] in ("SUCCEEDED", "CACHED", "FAILED")]
        counts = collections.Counter(t["name"] for t in ran)
        note = "" if counts == collections.Counter(seen["executions"]) else f"  NOTE ran {dict(counts)}, the SDK's local runner {seen['executions']}"
        theirs = sorted(json.dumps(o["parameters"], sort_keys=True) for o in seen.get("task_outputs", {}).values() if o.get("parameters"))
        if theirs:
            given = [self.kumiki.task(run_id, t["id"])["outputs"]["parameters"] for t in ran]
            ours = sorted(json.dumps(whole(o), sort_keys=True) for o in given if o)
            note += "" if ours == theirs else f"  NOTE values {ours}, the SDK's local runner {theirs}"
        return note


def whole(value):
    """Whole floats as integers, as observed.json has them."""
    if isinstance(value, dict):
        return {k: whole(v) for k, v in value.items()}
    if isinstance(value, list):
        return [whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def main():
    parser = Kumiki.arguments(__doc__)
    parser.add_argument("--corpus", required=True, help="the folder with expected.csv")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--parallel", type=int, default=4, help="runs at a time")
    parser.add_argument("--slow", action="store_true", help="also those that sleep for minutes")
    args = parser.parse_args()
    corpus = Corpus(Kumiki.of(args), args.corpus)
    checks = Checks()
    with contextlib.redirect_stdout(io.StringIO()) as unused, concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
        del unused
        results = [(row, pool.submit(corpus.check, row)) for row in rows(args.corpus, args)]
        for row, result in results:
            concurrent.futures.wait([result])
            with contextlib.redirect_stdout(sys.__stdout__):
                if result.exception() is None and result.result() == NO_ENGINE:
                    print(f"n/a   {row['file']}: {NO_ENGINE}", flush=True)
                else:
                    checks.run(row["file"], result.result)
    sys.exit(checks.report())


main()
