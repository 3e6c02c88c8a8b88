"""The pipelines that the run loop's tests run. `python pipelines.py` (kfp 2.17) compiles them beside this file."""

from typing import List

from kfp import compiler, dsl, kubernetes
from kfp.dsl import Dataset, Input, Metrics, Output


@dsl.component(base_image="python:3.11")
def say_hello(name: str) -> str:
    print(f"Hello, {name}!")
    return f"Hello, {name}!"


@dsl.component(base_image="python:3.11")
def length(text: str) -> int:
    return len(text)


@dsl.component(base_image="python:3.11")
def write_data(rows: int, data: Output[Dataset], scores: Output[Metrics]):
    with open(data.path, "w") as f:
        f.write("\n".join(str(i) for i in range(rows)))
    data.metadata["rows"] = rows
    scores.log_metric("rows", rows)


@dsl.component(base_image="python:3.11")
def sum_data(data: Input[Dataset], scores: Input[Metrics]) -> int:
    assert data.metadata["rows"] == 4, data.metadata
    with open(data.path) as f:
        return sum(int(line) for line in f)


@dsl.component(base_image="python:3.11")
def items(n: int) -> List[int]:
    return list(range(n))


@dsl.component(base_image="python:3.11")
def double(n: int) -> int:
    return 2 * n


@dsl.component(base_image="python:3.11")
def total(values: List[int]) -> int:
    return sum(values)


@dsl.component(base_image="python:3.11")
def fail_first(folder: str) -> str:
    import os

    marker = os.path.join(folder, "tried")
    if not os.path.exists(marker):
        open(marker, "w").close()
        raise RuntimeError("the first try always fails")
    return "second try"


@dsl.component(base_image="python:3.11")
def break_down():
    raise ValueError("this step breaks on purpose")


@dsl.component(base_image="python:3.11")
def clean_up(status: dsl.PipelineTaskFinalStatus) -> str:
    print(status)
    return status.state


@dsl.component(base_image="python:3.11")
def take_a_nap(seconds: int):
    import time

    print("sleeping", flush=True)
    time.sleep(seconds)


@dsl.container_component
def shell(text: str, out: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image="alpine:3", command=["sh", "-c", 'mkdir -p "$(dirname "$1")"; echo "$0" > "$1"'], args=[text, out]
    )


@dsl.pipeline(name="hello")
def hello(recipient: str = "world") -> str:
    return say_hello(name=recipient).output


@dsl.pipeline(name="two-step")
def two_step(recipient: str = "world") -> int:
    return length(text=say_hello(name=recipient).output).output


@dsl.pipeline(name="artifacts")
def artifacts() -> int:
    written = write_data(rows=4)
    return sum_data(data=written.outputs["data"], scores=written.outputs["scores"]).output


@dsl.pipeline(name="fan-out")
def fan_out(n: int = 5) -> int:
    with dsl.ParallelFor(items=items(n=n).output, parallelism=2) as i:
        doubled = double(n=i)
    return total(values=dsl.Collected(doubled.output)).output


@dsl.pipeline(name="exit-handler")
def exit_handler():
    with dsl.ExitHandler(clean_up()):
        break_down()


@dsl.pipeline(name="retry")
def retry(folder: str) -> str:
    return fail_first(folder=folder).set_retry(2).set_caching_options(False).output


@dsl.pipeline(name="condition")
def condition(n: int = 3):
    value = double(n=n)
    with dsl.If(value.output > 5):
        say_hello(name="large")
    with dsl.Else():
        say_hello(name="small")


@dsl.pipeline(name="nap")
def nap(seconds: int = 60):
    take_a_nap(seconds=seconds).set_caching_options(False)


@dsl.pipeline(name="container")
def container(text: str = "plain words") -> int:
    return length(text=shell(text=text).output).output


@dsl.pipeline(name="volumes")
def volumes():
    claim = kubernetes.CreatePVC(pvc_name_suffix="-shared", access_modes=["ReadWriteOnce"], size="1Mi", storage_class_name="standard")
    step = say_hello(name="volume")
    kubernetes.mount_pvc(step, pvc_name=claim.outputs["name"], mount_path="/data")
    kubernetes.DeletePVC(pvc_name=claim.outputs["name"]).after(step)


@dsl.component(base_image="python:3.11")
def leave(folder: str, text: str):
    import os

    with open(os.path.join(folder, "note"), "w") as f:
        f.write(text)


@dsl.component(base_image="python:3.11")
def pick_up(folder: str) -> str:
    import os

    with open(os.path.join(folder, "note")) as f:
        return f.read()


@dsl.pipeline(
    name="workspace",
    pipeline_config=dsl.PipelineConfig(
        workspace=dsl.WorkspaceConfig(
            size="1Mi", kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={"storageClassName": "standard"})
        )
    ),
)
def workspace() -> str:
    left = leave(folder=dsl.WORKSPACE_PATH_PLACEHOLDER, text="left here").set_caching_options(False)
    return pick_up(folder=dsl.WORKSPACE_PATH_PLACEHOLDER).after(left).set_caching_options(False).output


if __name__ == "__main__":
    for made in (hello, two_step, artifacts, fan_out, exit_handler, retry, condition, nap, container, volumes, workspace):
        compiler.Compiler().compile(made, __file__.replace("pipelines.py", made.name.replace("-", "_") + ".yaml"))
