"""One step that greets.

    python hello.py                              # compiles hello.yaml
    python hello.py --host http://127.0.0.1:8888  # and runs it there
"""

import argparse

from kfp import compiler, dsl


@dsl.component(base_image="python:3.11")
def say_hello(name: str) -> str:
    text = f"Hello, {name}!"
    print(text)
    return text


@dsl.pipeline(name="hello", description="One step that greets.")
def hello(recipient: str = "world") -> str:
    return say_hello(name=recipient).output


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--host", help="where Kumiki listens; without it the pipeline is only compiled")
    host = options.parse_args().host
    compiler.Compiler().compile(hello, __file__.replace(".py", ".yaml"))
    if host:
        from kfp.client import Client

        result = Client(host=host).create_run_from_pipeline_func(hello).wait_for_run_completion()
        print(result.run_id, result.state)
