"""The unmodified kfp SDK against a running Kumiki: one line per check, a count at the end, exit code 1 when one fails.

    $(./venv.sh) kfp_sdk_check.py --data DIR [--only WORDS] [--no-runs]
"""
import base64
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
import zipfile
import tarfile

from kumiki_client import Checks, Kumiki
from kfp import compiler, dsl
import kfp
import kfp_server_api
from kfp_server_api import ApiException

FOLDER = tempfile.mkdtemp(prefix="kumiki-check-")
PATIENCE = 180


@dsl.component
def add(a: int, b: int) -> int:
    return a + b


@dsl.component
def train(rows: int, model: dsl.Output[dsl.Model], metrics: dsl.Output[dsl.Metrics]):
    with open(model.path, "w") as f:
        f.write("weights " * rows)
    model.metadata["rows"] = rows
    metrics.log_metric("accuracy", 0.75)


@dsl.component
def measure(model: dsl.Input[dsl.Model]) -> int:
    with open(model.path) as f:
        return len(f.read().split())


@dsl.component
def break_down(message: str):
    raise RuntimeError(message)


@dsl.component
def nap(seconds: int):
    import time
    time.sleep(seconds)


@dsl.component
def chatter(megabytes: int):
    line = "x" * 1023
    for _ in range(megabytes * 1024):
        print(line)
    print("the last line")


@dsl.component
def ask_the_api() -> str:
    import json
    import os
    import urllib.request
    endpoint = os.environ.get("KF_PIPELINES_ENDPOINT") or "http://ml-pipeline.kubeflow.svc.cluster.local:8888"
    request = urllib.request.Request(endpoint + "/apis/v2beta1/healthz")
    token = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    if os.path.exists(token):
        request.add_header("Authorization", "Bearer " + open(token).read())
    return json.load(urllib.request.urlopen(request, timeout=10))["pipeline_store"]


@dsl.component
def total(values: list) -> int:
    return sum(values)


@dsl.container_component
def shout(text: str, out: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="alpine", command=["sh", "-c", 'mkdir -p "$(dirname "$1")" && printf "%s!" "$0" > "$1"'], args=[text, out])


@dsl.pipeline(name="sum-up", description="two numbers")
def sum_up(a: int = 1, b: int = 2) -> int:
    return add(a=a, b=b).output


@dsl.pipeline(name="train-and-measure")
def train_and_measure(rows: int = 5) -> int:
    trained = train(rows=rows)
    return measure(model=trained.outputs["model"]).output


@dsl.pipeline(name="fails")
def fails(message: str = "no luck today"):
    break_down(message=message)


@dsl.pipeline(name="naps")
def naps(seconds: int = 120):
    nap(seconds=seconds)


@dsl.pipeline(name="control-flow")
def control_flow(limit: int = 2) -> int:
    with dsl.ParallelFor([1, 2, 3], parallelism=2) as item:
        doubled = add(a=item, b=item)
    summed = total(values=dsl.Collected(doubled.output))
    with dsl.If(summed.output > limit):
        big = add(a=summed.output, b=1)
    with dsl.Else():
        small = add(a=0, b=0)
    return dsl.OneOf(big.output, small.output)


@dsl.pipeline(name="shouts")
def shouts(text: str = "hello") -> str:
    return shout(text=text).outputs["out"]


@dsl.pipeline(name="chatters")
def chatters(megabytes: int = 100):
    chatter(megabytes=megabytes)


@dsl.pipeline(name="asks")
def asks() -> str:
    return ask_the_api().output


class Suite:
    def __init__(self, kumiki):
        self.kumiki = kumiki
        self.client = kfp.Client(host=kumiki.endpoint, existing_token=kumiki.token or None)
        self.tag = uuid.uuid4().hex[:8]
        self.package = os.path.join(FOLDER, "sum_up.yaml")
        compiler.Compiler().compile(sum_up, self.package)

    def name(self, word):
        return f"{word}-{self.tag}"

    def refused(self, status, call, *words):
        try:
            call()
        except ApiException as e:
            assert e.status == status, f"wanted {status}, got {e.status}: {e.body}"
            body = json.loads(e.body)
            text = body.get("error_message") or body["details"][0]["message"]
            for word in words:
                assert word in text, f"{word!r} is not in {text!r}"
            return text.splitlines()[0][:100]
        raise AssertionError(f"it was taken, wanted {status}")

    def ends(self, run_id, state="SUCCEEDED", sleep=0.5):
        run = self.client.wait_for_run_completion(run_id, PATIENCE, sleep_duration=sleep)
        assert run.state == state, f"wanted {state}, got {run.state}: {run.error}; " + "; ".join(
            f"{t.display_name} {t.state} {t.error.message if t.error else ''}" for t in run.run_details.task_details)
        return run

    def start(self, pipeline, arguments=None, **more):
        return self.client.create_run_from_pipeline_func(pipeline, arguments or {}, **more).run_id

    def tasks(self, run_id):
        """None so far, right after the run was created: a zero value is not sent."""
        details = self.client.get_run(run_id).run_details
        return details.task_details if details else []

    def apart(self, program):
        """In a process of its own: the Kubernetes client reads KUBECONFIG when it is imported."""
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], env={**os.environ, "KUBECONFIG": self.kumiki.kubeconfig},
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-1500:]
        return done.stdout.strip()

    # -- client and health

    def health_is_single_user(self):
        health = self.client.get_kfp_healthz()
        assert health.multi_user is False and health.pipeline_store == "database"
        assert self.client.get_user_namespace() == ""

    def ui_prefix_works(self):
        client = kfp.Client(host=self.kumiki.endpoint + "/pipeline", existing_token=self.kumiki.token or None)
        assert client.list_experiments().total_size >= 1

    def client_without_arguments_uses_the_kubeconfig(self):
        said = self.apart("import kfp; c = kfp.Client(); print(c.list_experiments().total_size, c._existing_config.host)")
        assert int(said.split()[0]) >= 1, said
        return said

    # -- experiments

    def create_experiment_gets_or_creates(self):
        first = self.client.create_experiment(self.name("exp"), description="d")
        assert first.description == "d" and first.namespace == "kubeflow" and first.storage_state == "AVAILABLE"
        assert self.client.create_experiment(self.name("exp")).experiment_id == first.experiment_id

    def get_experiment_by_name_and_id(self):
        made = self.client.create_experiment(self.name("get"))
        assert self.client.get_experiment(experiment_name=self.name("get")).experiment_id == made.experiment_id
        assert self.client.get_experiment(experiment_id=made.experiment_id).display_name == self.name("get")
        assert made.created_at.tzinfo is not None
        try:
            self.client.get_experiment(experiment_name="no such one")
        except ValueError:
            return
        raise AssertionError("an unknown name was found")

    def a_second_experiment_of_a_name_is_409(self):
        body = kfp_server_api.V2beta1Experiment(display_name=self.name("exp"))
        self.client.create_experiment(self.name("exp"))
        return self.refused(409, lambda: self.client._experiment_api.experiment_service_create_experiment(body), "exists already")

    def list_experiments_pages_in_order(self):
        for i in range(5):
            self.client.create_experiment(self.name(f"page{i}"))
        flt = json.dumps({"predicates": [{"operation": "IS_SUBSTRING", "key": "display_name", "stringValue": self.tag}]})
        seen, token = [], ""
        while True:
            page = self.client.list_experiments(page_token=token, page_size=2, sort_by="display_name desc", filter=flt)
            seen += [e.display_name for e in page.experiments]
            token = page.next_page_token or ""
            if not token:
                break
        assert seen == sorted(seen, reverse=True) and len(seen) == page.total_size >= 5, seen

    def archive_and_unarchive_an_experiment(self):
        made = self.client.create_experiment(self.name("arch"))
        self.client.archive_experiment(made.experiment_id)
        assert self.client.get_experiment(experiment_id=made.experiment_id).storage_state == "ARCHIVED"
        text = self.refused(400, lambda: self.client.run_pipeline(made.experiment_id, "r", self.package), "archived")
        self.client.unarchive_experiment(made.experiment_id)
        assert self.client.get_experiment(experiment_id=made.experiment_id).storage_state == "AVAILABLE"
        return text

    def delete_an_experiment(self):
        made = self.client.create_experiment(self.name("del"))
        self.client.delete_experiment(made.experiment_id)
        return self.refused(404, lambda: self.client.get_experiment(experiment_id=made.experiment_id), "not found")

    def the_default_experiment_stays(self):
        default = self.client.get_experiment(experiment_name="Default")
        return self.refused(400, lambda: self.client.delete_experiment(default.experiment_id), "default experiment")

    # -- pipelines and versions

    def upload_a_pipeline(self):
        made = self.client.upload_pipeline(self.package, self.name("pipe"), description="what it is for")
        assert made.display_name == self.name("pipe") and made.description == "what it is for"
        assert self.client.get_pipeline_id(self.name("pipe")) == made.pipeline_id
        assert self.client.get_pipeline(made.pipeline_id).name == self.name("pipe")
        versions = self.client.list_pipeline_versions(made.pipeline_id)
        assert [v.display_name for v in versions.pipeline_versions] == [self.name("pipe")]

    def a_second_upload_of_a_name_is_409(self):
        self.client.upload_pipeline(self.package, self.name("dup"))
        return self.refused(409, lambda: self.client.upload_pipeline(self.package, self.name("dup")), "exists already")

    def upload_from_a_function_and_as_archives(self):
        self.client.upload_pipeline_from_pipeline_func(train_and_measure, self.name("func"))
        archive = os.path.join(FOLDER, "p.zip")
        with zipfile.ZipFile(archive, "w") as z:
            z.write(self.package, "pipeline.yaml")
        self.client.upload_pipeline(archive, self.name("zip"))
        packed = os.path.join(FOLDER, "p.tar.gz")
        with tarfile.open(packed, "w:gz") as t:
            t.add(self.package, "pipeline.yaml")
        made = self.client.upload_pipeline(packed, self.name("tar"))
        version = self.client.list_pipeline_versions(made.pipeline_id).pipeline_versions[0]
        assert version.pipeline_spec["pipelineInfo"]["name"] == "sum-up"

    def list_pipelines_filters_and_pages(self):
        for i in range(3):
            self.client.upload_pipeline(self.package, self.name(f"many{i}"))
        flt = json.dumps({"predicates": [{"operation": "IS_SUBSTRING", "key": "name", "stringValue": "many"},
                                         {"operation": "IS_SUBSTRING", "key": "display_name", "stringValue": self.tag}]})
        first = self.client.list_pipelines(page_size=2, sort_by="created_at desc", filter=flt)
        rest = self.client.list_pipelines(page_size=2, sort_by="created_at desc", filter=flt, page_token=first.next_page_token)
        assert [p.name for p in first.pipelines + rest.pipelines] == [self.name(f"many{i}") for i in (2, 1, 0)]
        assert rest.next_page_token is None and first.total_size == 3

    def versions_are_added_listed_and_read(self):
        made = self.client.upload_pipeline(self.package, self.name("vers"))
        second = self.client.upload_pipeline_version(self.package, "two", pipeline_name=self.name("vers"), description="d")
        third = self.client.upload_pipeline_version_from_pipeline_func(train_and_measure, "three", pipeline_id=made.pipeline_id)
        names = [v.display_name for v in self.client.list_pipeline_versions(made.pipeline_id, sort_by="created_at desc").pipeline_versions]
        assert names == ["three", "two", self.name("vers")], names
        got = self.client.get_pipeline_version(made.pipeline_id, third.pipeline_version_id)
        assert got.pipeline_spec["pipelineInfo"]["name"] == "train-and-measure"
        self.refused(409, lambda: self.client.upload_pipeline_version(self.package, "two", pipeline_id=made.pipeline_id), "'two'")
        self.client.delete_pipeline_version(made.pipeline_id, second.pipeline_version_id)
        return self.refused(404, lambda: self.client.get_pipeline_version(made.pipeline_id, second.pipeline_version_id))

    def delete_a_pipeline(self):
        made = self.client.upload_pipeline(self.package, self.name("gone"))
        text = self.refused(400, lambda: self.client.delete_pipeline(made.pipeline_id), "1 version")
        version = self.client.list_pipeline_versions(made.pipeline_id).pipeline_versions[0]
        self.client.delete_pipeline_version(made.pipeline_id, version.pipeline_version_id)
        self.client.delete_pipeline(made.pipeline_id)
        self.refused(404, lambda: self.client.get_pipeline(made.pipeline_id))
        return text

    def a_pipeline_that_is_none_is_refused(self):
        bad = os.path.join(FOLDER, "bad.yaml")
        with open(self.package) as f:
            text = f.read().replace("schemaVersion: 2.1.0", "schemaVersion: 9.0.0") + "unknownThing: 1\n"
        with open(bad, "w") as f:
            f.write(text)
        self.refused(400, lambda: self.client.upload_pipeline(bad, self.name("bad")), "schemaVersion", "unknownThing")
        with open(bad, "w") as f:
            f.write("pipelineInfo: {name: [unclosed\n")
        return self.refused(400, lambda: self.client.upload_pipeline(bad, self.name("bad")), "line")

    # -- runs

    def a_run_from_a_function_succeeds(self):
        run_id = self.start(sum_up, {"a": 20, "b": 22})
        run = self.ends(run_id, sleep=5)
        assert run.runtime_config.parameters == {"a": 20, "b": 22}
        tasks = {t.display_name: t for t in run.run_details.task_details}
        assert tasks["add"].state == "SUCCEEDED" and len(tasks) == 2, list(tasks)
        assert run.finished_at >= run.created_at
        assert [s.state for s in run.state_history][-1] == "SUCCEEDED"
        outputs = self.kumiki.outputs(run_id)
        assert outputs == {"Output": 42}, outputs
        return f"{(run.finished_at - run.created_at).total_seconds():.2f} s from created_at to finished_at"

    def artifacts_pass_from_step_to_step(self):
        run_id = self.start(train_and_measure, {"rows": 7}, enable_caching=False)
        run = self.ends(run_id)
        tasks = {t.display_name: t for t in run.run_details.task_details}
        model = tasks["train"].outputs["model"].artifact_ids
        assert model == tasks["measure"].inputs["model"].artifact_ids and len(model) == 1, tasks["measure"].inputs
        assert set(tasks["train"].outputs) >= {"model", "metrics"}
        assert self.kumiki.outputs(run_id) == {"Output": 7}
        status, read = self.kumiki.call("GET", f"/apis/v2beta1/runs/{run_id}/nodes/{tasks['train'].pod_name}/artifacts/model:read")
        assert status == 200 and base64.b64decode(read["data"]) == b"weights " * 7, (status, read)

    def loops_conditions_and_collected(self):
        run_id = self.start(control_flow, {"limit": 11})
        self.ends(run_id)
        assert self.kumiki.outputs(run_id) == {"Output": 13}, self.kumiki.outputs(run_id)
        run_id = self.start(control_flow, {"limit": 12})
        self.ends(run_id)
        assert self.kumiki.outputs(run_id) == {"Output": 0}, self.kumiki.outputs(run_id)

    def a_container_component_runs(self):
        run_id = self.start(shouts, {"text": "hey"})
        self.ends(run_id)
        assert self.kumiki.outputs(run_id) == {"Output": "hey!"}, self.kumiki.outputs(run_id)

    def a_run_of_an_uploaded_version(self):
        made = self.client.upload_pipeline(self.package, self.name("runs"))
        version = self.client.list_pipeline_versions(made.pipeline_id).pipeline_versions[0]
        exp = self.client.create_experiment(self.name("runs"))
        latest = self.client._run_api.run_service_create_run(kfp_server_api.V2beta1Run(
            experiment_id=exp.experiment_id, display_name="latest",
            pipeline_version_reference=kfp_server_api.V2beta1PipelineVersionReference(pipeline_id=made.pipeline_id),
            runtime_config=kfp_server_api.V2beta1RuntimeConfig(parameters={"a": 3})))
        assert latest.pipeline_version_reference.pipeline_version_id == version.pipeline_version_id
        named = self.client.run_pipeline(exp.experiment_id, "named", params={"a": 4}, pipeline_id=made.pipeline_id,
                                         version_id=version.pipeline_version_id, pipeline_root="minio://mlpipeline/elsewhere")
        assert named.runtime_config.pipeline_root == "minio://mlpipeline/elsewhere"
        for run, value in ((latest, 5), (named, 6)):
            self.ends(run.run_id)
            assert self.kumiki.outputs(run.run_id) == {"Output": value}
        assert self.client.get_experiment(experiment_id=exp.experiment_id).last_run_created_at == named.created_at

    def a_run_from_a_package_with_platform_settings(self):
        from kfp import kubernetes

        @dsl.pipeline(name="with-platform")
        def with_platform():
            task = add(a=1, b=1)
            kubernetes.add_pod_label(task, "team", "ml")
            kubernetes.set_timeout(task, 100)

        package = os.path.join(FOLDER, "platform.yaml")
        compiler.Compiler().compile(with_platform, package)
        run = self.client.create_run_from_pipeline_package(package, run_name=self.name("platform"), experiment_name=self.name("platform"))
        done = self.ends(run.run_id)
        assert done.display_name == self.name("platform") and "platform_spec" in done.pipeline_spec

    def wrong_parameters_are_all_named(self):
        exp = self.client.create_experiment(self.name("exp"))
        self.refused(400, lambda: self.client.run_pipeline(exp.experiment_id, "r", self.package, {"a": "one", "c": 3}), "2 problems", "a", "c")
        return self.refused(404, lambda: self.client.run_pipeline("no-such-experiment", "r", self.package), "not found")

    def an_image_that_cannot_run_here_is_named_at_once(self):
        @dsl.container_component
        def elsewhere():
            return dsl.ContainerSpec(image="registry.example/private/tool:9", command=["tool"])

        @dsl.pipeline(name="elsewhere")
        def pipe():
            elsewhere()

        return self.refused(400, lambda: self.start(pipe), "registry.example/private/tool:9")

    def a_failing_run_says_why(self):
        run_id = self.start(fails, {"message": "no luck today"})
        run = self.ends(run_id, "FAILED")
        task = next(t for t in run.run_details.task_details if t.display_name == "break-down")
        assert task.state == "FAILED" and task.error and task.error.message, task
        assert run.error and run.error.message, run.error
        self.failed_run = run_id
        return run.error.message.splitlines()[0][:100]

    def a_failed_run_is_retried(self):
        run_id = self.start(fails, {"message": "again"})
        first = self.ends(run_id, "FAILED")
        self.client.runs.run_service_retry_run(run_id)
        deadline = time.monotonic() + PATIENCE
        while True:
            run = self.client.get_run(run_id)
            if run.state == "FAILED" and run.finished_at > first.finished_at:
                return "failed again, as it must"
            assert time.monotonic() < deadline, run.state
            time.sleep(0.2)

    def terminate_ends_a_run_for_every_client(self):
        run_id = self.start(naps, {"seconds": 300})
        deadline = time.monotonic() + PATIENCE
        while not any(t.display_name == "nap" and t.state == "RUNNING" for t in self.tasks(run_id)):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        began = time.monotonic()
        self.client.terminate_run(run_id)
        run = self.ends(run_id, "FAILED")
        self.client.terminate_run(run_id)
        assert "CANCELED" not in [s.state for s in run.state_history]
        return f"ended after {time.monotonic() - began:.1f} s"

    def waiting_gives_up_after_its_timeout(self):
        run_id = self.start(naps, {"seconds": 300})
        try:
            self.client.wait_for_run_completion(run_id, 1, sleep_duration=0.5)
        except TimeoutError:
            return
        finally:
            self.client.terminate_run(run_id)
        raise AssertionError("it did not give up")

    def a_second_run_is_taken_from_the_cache(self):
        args = {"a": int(self.tag, 16) % 1_000_000, "b": 1}
        first = self.ends(self.start(sum_up, args))
        second = self.ends(self.start(sum_up, args))
        third = self.ends(self.start(sum_up, args, enable_caching=False))

        def pods(run):
            return [t.pod_name for t in run.run_details.task_details if t.pod_name]

        assert len(pods(first)) == 1 and pods(second) == [] and len(pods(third)) == 1, (pods(first), pods(second), pods(third))
        assert self.kumiki.outputs(second.run_id) == self.kumiki.outputs(first.run_id)
        return f"cached run took {(second.finished_at - second.created_at).total_seconds():.3f} s"

    def archive_unarchive_and_list_runs(self):
        run_id = self.start(sum_up, {"a": 1})
        self.ends(run_id)
        self.client.archive_run(run_id)
        assert self.client.get_run(run_id).storage_state == "ARCHIVED"
        flt = json.dumps({"predicates": [{"operation": 1, "key": "storage_state", "stringValue": "ARCHIVED"}]})
        assert run_id in [r.run_id for r in self.client.list_runs(page_size=200, filter=flt).runs]
        self.client.unarchive_run(run_id)
        assert self.client.get_run(run_id).storage_state == "AVAILABLE"

    def list_runs_of_an_experiment_pages(self):
        exp = self.client.create_experiment(self.name("list"))
        ids = [self.client.run_pipeline(exp.experiment_id, f"r{i}", self.package, {"a": i}).run_id for i in range(4)]
        for run_id in ids:
            self.ends(run_id)
        first = self.client.list_runs(experiment_id=exp.experiment_id, page_size=3, sort_by="created_at desc")
        rest = self.client.list_runs(experiment_id=exp.experiment_id, page_size=3, sort_by="created_at desc", page_token=first.next_page_token)
        assert [r.run_id for r in first.runs + rest.runs] == ids[::-1] and first.total_size == 4
        assert all(r.state == "SUCCEEDED" for r in first.runs)
        self.refused(400, lambda: self.client.list_runs(page_token=first.next_page_token), "page_token")
        return self.refused(400, lambda: self.client.list_runs(sort_by="colour desc"), "colour")

    def delete_a_run(self):
        run_id = self.start(sum_up, {"a": 9})
        self.ends(run_id)
        self.client.delete_run(run_id)
        self.refused(404, lambda: self.client.get_run(run_id), "not found")
        running = self.start(naps, {"seconds": 300})
        self.client.delete_run(running)
        return self.refused(404, lambda: self.client.get_run(running), "not found")

    def a_step_that_prints_100_mb_disturbs_nobody(self):
        run_id = self.start(chatters, {"megabytes": 100}, enable_caching=False)
        run = self.ends(run_id)
        task = next(t for t in run.run_details.task_details if t.display_name == "chatter")
        request = urllib.request.Request(f"{self.kumiki.endpoint}/apis/v1alpha1/runs/{run_id}/nodes/{task.task_id}/log",
                                         headers={"Authorization": "Bearer " + self.kumiki.token})
        size, tail = 0, b""
        with urllib.request.urlopen(request, timeout=60) as log:
            for chunk in iter(lambda: log.read(1 << 20), b""):
                size += len(chunk)
                tail = (tail + chunk)[-4000:]
        assert size <= 101 << 20 and b"the last line" in tail, (size, tail[-500:])
        return f"{size >> 20} MiB of log kept, its last line among them"

    def a_step_reaches_the_api_that_runs_it(self):
        run_id = self.start(asks, enable_caching=False)
        self.ends(run_id)
        assert self.kumiki.outputs(run_id) == {"Output": "database"}

    def the_new_pipelines_client_works(self):
        from kfp.kubeflow_client import PipelinesClient
        from kfp.kubeflow_client.backends.kubernetes.types import KubernetesBackendConfig
        client = PipelinesClient(KubernetesBackendConfig(base_url=self.kumiki.endpoint, user_token=self.kumiki.token or None, namespace="kubeflow"))
        name = self.name("new-client")
        version = client.upload_pipeline(self.package, name=name, version="first", description="d")
        assert version.display_name == "first", version
        assert client.get_pipeline(name).name == name
        assert [v.display_name for v in client.list_pipeline_versions(name).pipeline_versions] == ["first"]
        client.create_experiment(self.name("new-client"))
        run = client.run(name, params={"a": 2}, experiment=self.name("new-client"))
        self.ends(run.run_id)
        assert run.run_id in [r.run_id for r in client.list_runs(experiment=self.name("new-client"), status="succeeded").runs]
        client.delete_pipeline(name)

    def the_new_client_goes_through_the_service_proxy(self):
        program = """
import base64, os, tempfile, yaml
kubeconfig = yaml.safe_load(open(os.environ["KUBECONFIG"]))
with tempfile.NamedTemporaryFile(delete=False) as ca:
    ca.write(base64.b64decode(kubeconfig["clusters"][0]["cluster"]["certificate-authority-data"]))
from kfp.kubeflow_client import KubernetesBackendConfig, PipelinesClient
client = PipelinesClient(KubernetesBackendConfig(user_token=kubeconfig["users"][0]["user"]["token"], custom_ca=ca.name))
client.list_pipelines()
print(client._backend.api_config.host)
"""
        return self.apart(program)

    def recurring_runs_are_refused_by_name(self):
        exp = self.client.create_experiment(self.name("exp"))
        assert not self.client.list_recurring_runs(experiment_id=exp.experiment_id).recurring_runs
        return self.refused(501, lambda: self.client.create_recurring_run(exp.experiment_id, "j", cron_expression="0 0 9 ? * 2-6", pipeline_package_path=self.package),
                            "Recurring runs are not offered")


WITHOUT_RUNS = ["health_is_single_user", "ui_prefix_works", "create_experiment_gets_or_creates", "get_experiment_by_name_and_id",
                "a_second_experiment_of_a_name_is_409", "list_experiments_pages_in_order", "archive_and_unarchive_an_experiment",
                "delete_an_experiment", "the_default_experiment_stays", "upload_a_pipeline", "a_second_upload_of_a_name_is_409",
                "upload_from_a_function_and_as_archives", "list_pipelines_filters_and_pages", "versions_are_added_listed_and_read",
                "delete_a_pipeline", "a_pipeline_that_is_none_is_refused", "wrong_parameters_are_all_named",
                "waiting_gives_up_after_its_timeout", "recurring_runs_are_refused_by_name"]


NEEDS_KUBECONFIG = ["client_without_arguments_uses_the_kubeconfig", "the_new_client_goes_through_the_service_proxy"]


def main():
    parser = Kumiki.arguments(__doc__)
    parser.add_argument("--only", default="", help="only checks whose name contains this")
    parser.add_argument("--no-runs", action="store_true", help="only what needs no run loop")
    args = parser.parse_args()
    kumiki = Kumiki.of(args)
    suite = Suite(kumiki)
    checks = Checks(args.only)
    for name in [n for n in vars(Suite) if not n.startswith("_") and n not in ("name", "refused", "ends", "start", "tasks", "apart")]:
        if args.no_runs and name not in WITHOUT_RUNS:
            continue
        if name in NEEDS_KUBECONFIG and not kumiki.kubeconfig:
            continue
        said = io.StringIO()

        def call(check=getattr(suite, name)):
            with contextlib.redirect_stdout(said):
                return check()

        checks.run(name, call)
    sys.exit(checks.report())


main()
