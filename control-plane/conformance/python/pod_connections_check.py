"""The Python client's own way into pods: stream() and portforward()."""
import argparse
import http.server
import threading

from kubernetes import client, config
from kubernetes.stream import portforward, stream

parser = argparse.ArgumentParser()
parser.add_argument("--kubeconfig", required=True)
config.load_kube_config(parser.parse_args().kubeconfig)
api = client.CoreV1Api()
where = ("web", "kubeflow")


def connect(command, **more):
    return stream(api.connect_get_namespaced_pod_exec, *where, command=command, stdout=True, stderr=True, **more)


assert connect(["sh", "-c", "echo out; echo err >&2"]) in ("out\nerr\n", "err\nout\n")
print("ok exec")

run = connect(["sh", "-c", "exit 5"], _preload_content=False)
run.run_forever(timeout=20)
assert run.returncode == 5, run.returncode
print("ok exit code")

run = connect(["head", "-n", "1"], stdin=True, _preload_content=False)
run.write_stdin("typed\n")
run.run_forever(timeout=20)
assert run.read_stdout() == "typed\n"
print("ok stdin")


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the page")

    def log_message(self, *words):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_address[1]
forward = portforward(api.connect_get_namespaced_pod_portforward, *where, ports=str(port))
socket = forward.socket(port)
socket.sendall(b"GET / HTTP/1.0\r\n\r\n")
answer = b""
while True:
    part = socket.recv(4096)
    if not part:
        break
    answer += part
assert answer.endswith(b"the page"), answer
assert forward.error(port) is None
print("ok port-forward")
