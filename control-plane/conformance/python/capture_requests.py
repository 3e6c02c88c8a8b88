"""Writes down what the unmodified kfp SDK sends: one JSON object per request, answered by a stub.

python capture_requests.py OUT.json

The stub's ids are words (EXPERIMENT-ID, RUN-ID, ..); whoever replays the requests puts real ids in their place.
The file web/api/src/test/resources/io/kumiki/web/kfp/sdk-requests.json was made with this.
"""
import http.server
import json
import os
import sys
import tempfile
import threading
import urllib.parse
import warnings

warnings.simplefilter("ignore")
os.environ["HOME"] = tempfile.mkdtemp()

from kfp import compiler, dsl  # noqa: E402
import kfp  # noqa: E402

SEEN = []
STEP = [""]
EXPERIMENT = {"experiment_id": "EXPERIMENT-ID", "display_name": "e", "namespace": "kubeflow"}
PIPELINE = {"pipeline_id": "PIPELINE-ID", "display_name": "p", "name": "p", "namespace": "kubeflow"}
VERSION = {"pipeline_id": "PIPELINE-ID", "pipeline_version_id": "VERSION-ID", "display_name": "v", "name": "v"}
RUN = {"run_id": "RUN-ID", "experiment_id": "EXPERIMENT-ID", "display_name": "r", "state": "SUCCEEDED"}
RECURRING = {"recurring_run_id": "RECURRING-ID", "display_name": "j", "experiment_id": "EXPERIMENT-ID"}


class Stub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        request = {"step": STEP[0], "method": self.command, "path": url.path, "query": url.query,
                   "content_type": self.headers.get("Content-Type", "")}
        if request["content_type"].startswith("multipart/"):
            request["content_type"] = "multipart/form-data"
            head, _, rest = body.partition(b"\r\n\r\n")
            request["part"] = [line.decode() for line in head.split(b"\r\n")[1:]]
            request["file"] = rest[:rest.rindex(b"\r\n--")].decode()
        elif body:
            request["body"] = json.loads(body)
        SEEN.append(request)
        out = json.dumps(self.reply(url.path)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def reply(self, path):
        tail = path.removeprefix("/apis/v2beta1/")
        if tail == "healthz":
            return {"multi_user": False}
        if ":" in tail or self.command == "DELETE":
            return {}
        if tail == "experiments":
            return {"experiments": [EXPERIMENT]} if self.command == "GET" and STEP[0] not in NOT_YET else (EXPERIMENT if self.command == "POST" else {})
        if tail.startswith("experiments/"):
            return EXPERIMENT
        if tail == "pipelines":
            return {"pipelines": [PIPELINE]}
        if tail == "pipelines/upload_version" or "/versions/" in tail:
            return VERSION
        if tail.endswith("/versions"):
            return {"pipeline_versions": [VERSION]}
        if tail.startswith("pipelines"):
            return PIPELINE
        if tail == "runs":
            return RUN if self.command == "POST" else {"runs": [RUN]}
        if tail.startswith("runs/"):
            return RUN
        if tail == "recurringruns":
            return RECURRING if self.command == "POST" else {"recurringRuns": [RECURRING]}
        return RECURRING

    do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = answer

    def log_message(self, *args):
        pass


NOT_YET = {"create_experiment absent"}


@dsl.component
def add(x: int, l: list) -> int:
    return x


@dsl.pipeline(name="add")
def pipe(x: int = 1, l: list = [1]):
    add(x=x, l=l)


def main(out):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"http://127.0.0.1:{server.server_port}"
    package = os.path.join(tempfile.mkdtemp(), "p.yaml")
    compiler.Compiler().compile(pipe, package)
    found = {"predicates": [{"operation": 1, "key": "display_name", "stringValue": "p"}]}
    substring = {"predicates": [{"operation": "IS_SUBSTRING", "key": "display_name", "stringValue": "p"}]}
    STEP[0] = "Client()"
    c = kfp.Client(host=host)

    def step(name, call):
        STEP[0] = name
        call()

    step("get_kfp_healthz", c.get_kfp_healthz)
    step("create_experiment", lambda: c.create_experiment("e"))
    step("create_experiment absent", lambda: c.create_experiment("e2", "what for", namespace="kubeflow"))
    step("list_experiments", lambda: c.list_experiments(sort_by="created_at desc"))
    step("get_experiment", lambda: c.get_experiment(experiment_name="e"))
    step("get_experiment by id", lambda: c.get_experiment(experiment_id="EXPERIMENT-ID"))
    step("archive_experiment", lambda: c.archive_experiment("EXPERIMENT-ID"))
    step("unarchive_experiment", lambda: c.unarchive_experiment("EXPERIMENT-ID"))
    step("upload_pipeline", lambda: c.upload_pipeline(package, "p2", "described"))
    step("upload_pipeline_from_pipeline_func", lambda: c.upload_pipeline_from_pipeline_func(pipe, "p3"))
    step("upload_pipeline_version", lambda: c.upload_pipeline_version(package, "v2", pipeline_name="p"))
    step("upload_pipeline_version by id", lambda: c.upload_pipeline_version(package, "v3", pipeline_id="PIPELINE-ID", description="d"))
    step("list_pipelines", lambda: c.list_pipelines(page_size=5, sort_by="created_at desc", filter=json.dumps(substring)))
    step("get_pipeline_id", lambda: c.get_pipeline_id("p"))
    step("get_pipeline", lambda: c.get_pipeline("PIPELINE-ID"))
    step("list_pipeline_versions", lambda: c.list_pipeline_versions("PIPELINE-ID", sort_by="created_at desc"))
    step("get_pipeline_version", lambda: c.get_pipeline_version("PIPELINE-ID", "VERSION-ID"))
    step("run_pipeline package", lambda: c.run_pipeline("EXPERIMENT-ID", "r", package, {"x": 2, "l": [1, {"a": None}]}, enable_caching=False))
    step("run_pipeline version", lambda: c.run_pipeline("EXPERIMENT-ID", "r", params={"x": 1, "l": [1, {"a": None}]}, pipeline_id="PIPELINE-ID", version_id="VERSION-ID", pipeline_root="minio://mlpipeline/mine", service_account="pipeline-runner"))
    step("create_run_from_pipeline_func", lambda: c.create_run_from_pipeline_func(pipe, {"x": 3}))
    step("create_run_from_pipeline_package", lambda: c.create_run_from_pipeline_package(package, {"x": 3}, run_name="named", experiment_name="e"))
    step("get_run", lambda: c.get_run("RUN-ID"))
    step("wait_for_run_completion", lambda: c.wait_for_run_completion("RUN-ID", 10))
    step("list_runs", lambda: c.list_runs(sort_by="created_at desc"))
    step("list_runs of experiment", lambda: c.list_runs(experiment_id="EXPERIMENT-ID", page_size=5, filter=json.dumps(found)))
    step("list_runs of namespace", lambda: c.list_runs(namespace="kubeflow"))
    step("archive_run", lambda: c.archive_run("RUN-ID"))
    step("unarchive_run", lambda: c.unarchive_run("RUN-ID"))
    step("terminate_run", lambda: c.terminate_run("RUN-ID"))
    step("retry", lambda: c.runs.run_service_retry_run("RUN-ID"))
    step("delete_run", lambda: c.delete_run("RUN-ID"))
    step("create_recurring_run", lambda: c.create_recurring_run("EXPERIMENT-ID", "j", cron_expression="0 0 9 ? * 2-6", no_catchup=True, pipeline_id="PIPELINE-ID", version_id="VERSION-ID"))
    step("list_recurring_runs", lambda: c.list_recurring_runs(experiment_id="EXPERIMENT-ID"))
    step("get_recurring_run", lambda: c.get_recurring_run("RECURRING-ID"))
    step("enable_recurring_run", lambda: c.enable_recurring_run("RECURRING-ID"))
    step("disable_recurring_run", lambda: c.disable_recurring_run("RECURRING-ID"))
    step("delete_recurring_run", lambda: c.delete_recurring_run("RECURRING-ID"))
    step("delete_pipeline_version", lambda: c.delete_pipeline_version("PIPELINE-ID", "VERSION-ID"))
    step("delete_pipeline", lambda: c.delete_pipeline("PIPELINE-ID"))
    step("delete_experiment", lambda: c.delete_experiment("EXPERIMENT-ID"))
    with open(out, "w") as f:
        json.dump(SEEN, f, indent=1)
        f.write("\n")
    print(len(SEEN), "requests")


main(sys.argv[1])
