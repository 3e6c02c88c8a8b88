"""What the checks share: where Kumiki runs, its own REST API, and the list of checks with its report."""
import argparse
import json
import os
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import warnings

warnings.simplefilter("ignore")
os.environ["HOME"] = tempfile.mkdtemp(prefix="kumiki-home-")  # no ~/.config/kfp/context.json of the person who runs this


class Kumiki:
    """A running Kumiki, found by its data folder or by its address."""

    def __init__(self, endpoint, token, kubeconfig):
        self.endpoint = endpoint.rstrip("/")
        self.token = token
        self.kubeconfig = kubeconfig

    @staticmethod
    def arguments(description):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--data", default=os.environ.get("KUMIKI_DATA"), help="data folder of a running Kumiki")
        parser.add_argument("--endpoint", default=os.environ.get("KUMIKI_ENDPOINT"), help="address instead of --data")
        parser.add_argument("--token", default=os.environ.get("KUMIKI_TOKEN", ""), help="bearer token with --endpoint")
        return parser

    @staticmethod
    def of(args):
        if args.data:
            with open(os.path.join(args.data, "endpoints.json")) as f:
                endpoint = json.load(f)["dashboard"]
            with open(os.path.join(args.data, "token")) as f:
                token = f.read().strip()
            return Kumiki(endpoint, token, os.path.join(args.data, "kubeconfig"))
        if not args.endpoint:
            sys.exit("say where Kumiki runs: --data DIR or --endpoint URL [--token TOKEN]")
        return Kumiki(args.endpoint, args.token, None)

    def call(self, method, path, body=None):
        """Status and JSON of a REST call."""
        request = urllib.request.Request(self.endpoint + path, method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as e:
            return e.code, json.load(e)

    def outputs(self, run_id):
        """A pipeline's own output parameters, which KFP's API does not show."""
        run = self.run(run_id)
        root = next(task for task in run["tasks"] if task["kind"] == "ROOT")
        return self.task(run_id, root["id"])["outputs"]["parameters"]

    def run(self, run_id):
        status, run = self.call("GET", f"/api/v1/runs/{run_id}")
        assert status == 200, (status, run)
        return run

    def task(self, run_id, task_id):
        status, task = self.call("GET", f"/api/v1/runs/{run_id}/tasks/{urllib.parse.quote(task_id, safe='')}")
        assert status == 200, (status, task)
        return task


class Checks:
    """Runs named checks one after another and prints a line for each."""

    def __init__(self, only=""):
        self.only = only
        self.passed = []
        self.failed = []

    def run(self, name, check):
        if self.only and self.only not in name:
            return
        began = time.monotonic()
        try:
            said = check()
        except Exception as e:  # a check that breaks is a check that fails
            self.failed.append(name)
            print(f"FAIL  {name}: {type(e).__name__}: {str(e)[:2000]}", flush=True)
            if os.environ.get("KUMIKI_TRACE"):
                traceback.print_exc()
            return
        self.passed.append(name)
        print(f"ok    {name} ({time.monotonic() - began:.1f} s){': ' + said if said else ''}", flush=True)

    def report(self):
        print(f"{len(self.passed)} of {len(self.passed) + len(self.failed)} checks passed"
              + (f"; failed: {', '.join(self.failed)}" if self.failed else ""), flush=True)
        return 1 if self.failed or not self.passed else 0
