"""The unmodified Python client against the embedded Kubernetes: kubernetes_check.py --kubeconfig FILE. Prints one line per check."""
import argparse
import socket
import ssl
import tempfile
import base64
import threading
import urllib.parse

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException

checks = 0


def check(name, condition, found=""):
    global checks
    if not condition:
        raise SystemExit(f"FAILED {name}: {found}")
    checks += 1
    print(f"ok {name}")


def refused(code, call):
    try:
        call()
    except ApiException as e:
        return e.status == code
    return False


def strict_tls(settings):
    """As the newest Python verifies: VERIFY_X509_STRICT wants every extension to be right."""
    context = ssl.create_default_context(cafile=settings.ssl_ca_cert)
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    where = urllib.parse.urlparse(settings.host)
    for name in ("127.0.0.1", "localhost", "kubernetes.default.svc"):
        with socket.create_connection(("127.0.0.1", where.port)) as raw:
            with context.wrap_socket(raw, server_hostname=name) as tls:
                check(f"strict TLS for {name}", tls.version() in ("TLSv1.2", "TLSv1.3"), tls.version())


def pod(name):
    return {
        "metadata": {"name": name, "labels": {"suite": "python"}},
        "spec": {
            "restartPolicy": "Never",
            "containers": [{"name": "main", "image": "busybox", "command": ["sh", "-c", "echo hello from $NAME"],
                            "env": [{"name": "NAME", "value": "python"}]}],
        },
    }


def pods(core, namespace):
    seen = []

    def follow():
        for event in watch.Watch().stream(core.list_namespaced_pod, namespace, label_selector="suite=python", timeout_seconds=60):
            seen.append((event["type"], event["object"].status.phase))
            if event["object"].status.phase in ("Succeeded", "Failed"):
                return

    follower = threading.Thread(target=follow)
    follower.start()
    made = core.create_namespaced_pod(namespace, pod("from-python"))
    check("create a pod", made.metadata.uid and made.spec.dns_policy == "ClusterFirst", made)
    follower.join(60)
    check("watch it to its end", seen and seen[0][0] == "ADDED" and seen[-1][1] == "Succeeded", seen)
    check("read its log", core.read_namespaced_pod_log("from-python", namespace) == "hello from python\n")
    log = core.read_namespaced_pod_log("from-python", namespace, follow=True, _preload_content=False)
    check("follow its log", b"".join(log.stream()) == b"hello from python\n")
    patched = core.patch_namespaced_pod("from-python", namespace, {"metadata": {"labels": {"more": "yes"}}})
    check("patch it", patched.metadata.labels["more"] == "yes")
    listed = core.list_namespaced_pod(namespace, field_selector="status.phase=Succeeded", label_selector="suite in (python)")
    check("list by field and label", [p.metadata.name for p in listed.items] == ["from-python"])
    check("create it twice is 409", refused(409, lambda: core.create_namespaced_pod(namespace, pod("from-python"))))
    core.delete_namespaced_pod("from-python", namespace)
    check("delete it", refused(404, lambda: core.read_namespaced_pod("from-python", namespace)))


def maps_and_secrets(core, namespace):
    for i in range(5):
        core.create_namespaced_config_map(namespace, {"metadata": {"name": f"page-{i}", "labels": {"page": "yes"}}, "data": {"i": str(i)}})
    names, token = [], None
    while True:
        page = core.list_namespaced_config_map(namespace, label_selector="page=yes", limit=2, _continue=token)
        names += [m.metadata.name for m in page.items]
        token = page.metadata._continue
        if not token:
            break
    check("pages", names == [f"page-{i}" for i in range(5)], names)
    stale = core.read_namespaced_config_map("page-0", namespace)
    fresh = core.read_namespaced_config_map("page-0", namespace)
    fresh.data["x"] = "1"
    core.replace_namespaced_config_map("page-0", namespace, fresh)
    stale.data["x"] = "2"
    check("a stale replace is 409", refused(409, lambda: core.replace_namespaced_config_map("page-0", namespace, stale)))
    core.delete_collection_namespaced_config_map(namespace, label_selector="page=yes")
    check("delete a collection", not core.list_namespaced_config_map(namespace, label_selector="page=yes").items)
    core.create_namespaced_secret(namespace, {"metadata": {"name": "s"}, "stringData": {"k": "v"}})
    check("a secret's plain text is encoded", base64.b64decode(core.read_namespaced_secret("s", namespace).data["k"]) == b"v")
    core.delete_namespaced_secret("s", namespace)


def custom(namespace):
    extensions, objects = client.ApiextensionsV1Api(), client.CustomObjectsApi()
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"n": {"type": "integer"}}}}}
    extensions.create_custom_resource_definition({
        "metadata": {"name": "gadgets.example.org"},
        "spec": {"group": "example.org", "scope": "Namespaced", "names": {"kind": "Gadget", "plural": "gadgets"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]}})
    where = ("example.org", "v1", namespace, "gadgets")
    made = objects.create_namespaced_custom_object(*where, {"apiVersion": "example.org/v1", "kind": "Gadget", "metadata": {"name": "g"}, "spec": {"n": 1}})
    check("a custom object", made["spec"] == {"n": 1} and made["metadata"]["generation"] == 1, made)
    changed = objects.patch_namespaced_custom_object(*where, "g", {"spec": {"n": 2}})
    check("patch it", changed["metadata"]["generation"] == 2, changed)
    check("a wrong type is 422", refused(422, lambda: objects.patch_namespaced_custom_object(*where, "g", {"spec": {"n": "x"}})))
    extensions.delete_custom_resource_definition("gadgets.example.org")
    check("gone with its definition", refused(404, lambda: objects.list_namespaced_custom_object(*where)))


def access(core, namespace):
    review = client.AuthorizationV1Api().create_self_subject_access_review(
        {"spec": {"resourceAttributes": {"namespace": namespace, "verb": "create", "resource": "pods"}}})
    check("may I", review.status.allowed)
    token = core.create_namespaced_service_account_token("default", namespace, {"spec": {"audiences": ["https://kubernetes.default.svc"]}})
    reviewed = client.AuthenticationV1Api().create_token_review({"spec": {"token": token.status.token}})
    check("whose token", reviewed.status.user.username == f"system:serviceaccount:{namespace}:default", reviewed.status)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kubeconfig", required=True)
    given = arguments.parse_args()
    config.load_kube_config(given.kubeconfig)
    settings = client.Configuration.get_default_copy()
    core = client.CoreV1Api()
    _, context = config.list_kube_config_contexts(given.kubeconfig)
    namespace = context["context"]["namespace"]
    strict_tls(settings)
    pods(core, namespace)
    maps_and_secrets(core, namespace)
    custom(namespace)
    access(core, namespace)
    print(f"{checks} checks passed")


if __name__ == "__main__":
    main()
