"""Many steps side by side: estimates pi from several samples, retries a shaky step, cleans up whatever happens.

    python fan_out.py                              # compiles fan_out.yaml
    python fan_out.py --host http://127.0.0.1:8888  # and runs it there
"""

import argparse
from typing import List

from kfp import compiler, dsl


@dsl.component(base_image="python:3.11")
def plan(parts: int) -> List[int]:
    return list(range(1, parts + 1))


@dsl.component(base_image="python:3.11")
def throw_darts(seed: int, darts: int) -> float:
    import random

    dice = random.Random(seed)
    hits = sum(dice.random() ** 2 + dice.random() ** 2 <= 1 for _ in range(darts))
    print(f"{hits} of {darts} darts hit")
    return 4 * hits / darts


@dsl.component(base_image="python:3.11")
def average(values: List[float]) -> float:
    result = sum(values) / len(values)
    print(f"pi is about {result:.4f}")
    return result


@dsl.component(base_image="python:3.11")
def praise(value: float):
    print(f"{value:.4f} is a good estimate")


@dsl.component(base_image="python:3.11")
def advise(value: float):
    print(f"{value:.4f} is far off: throw more darts")


@dsl.component(base_image="python:3.11")
def tidy_up(status: dsl.PipelineTaskFinalStatus):
    print(f"{status.pipeline_task_name} ended {status.state}")


@dsl.pipeline(name="fan-out", description="Estimates pi from several samples side by side.")
def fan_out(parts: int = 8, darts: int = 100000):
    with dsl.ExitHandler(tidy_up(), name="estimate"):
        seeds = plan(parts=parts)
        with dsl.ParallelFor(items=seeds.output, parallelism=4, name="sample") as seed:
            sample = throw_darts(seed=seed, darts=darts).set_retry(2, backoff_duration="1s")
        result = average(values=dsl.Collected(sample.output))
        with dsl.If(result.output > 3.13, name="plausible"):
            praise(value=result.output)
        with dsl.Else():
            advise(value=result.output)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--host", help="where Kumiki listens; without it the pipeline is only compiled")
    host = options.parse_args().host
    compiler.Compiler().compile(fan_out, __file__.replace(".py", ".yaml"))
    if host:
        from kfp.client import Client

        result = Client(host=host).create_run_from_pipeline_func(fan_out).wait_for_run_completion()
        print(result.run_id, result.state)
