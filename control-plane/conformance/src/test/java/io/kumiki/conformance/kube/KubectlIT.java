package io.kumiki.conformance.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.conformance.kfp.RunningKumiki;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A current kubectl against a running product, command by command, as a person types them.
class KubectlIT {
    private static final String TALKER = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          labels: {app: talker}
        spec:
          restartPolicy: Never
          containers:
          - name: main
            image: busybox
            command: [sh, -c, "for i in 1 2 3; do echo line $i; sleep 0.3; done"]
        """;

    private static final String WIDGETS = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: widgets.example.com
        spec:
          group: example.com
          names: {kind: Widget, plural: widgets, shortNames: [wd]}
          scope: Namespaced
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                description: A thing that does something.
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties:
                      size: {type: integer, minimum: 1, description: How big it is.}
                      color: {type: string, default: red, enum: [red, blue]}
            subresources: {status: {}}
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Color, type: string, jsonPath: .spec.color}
        """;

    private static final String WIDGET = """
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: %s}
        spec: {size: %s}
        """;

    @TempDir
    private static Path folder;

    private static RunningKumiki kumiki;
    private static Kubectl kubectl;

    @BeforeAll
    static void start() {
        Path data = folder.resolve("data");
        kubectl = Kubectl.required(data.resolve("kubeconfig"), folder);
        kumiki = RunningKumiki.start(data, Map.of());
    }

    @AfterAll
    static void stop() {
        if (kumiki != null) {
            kumiki.close();
        }
    }

    @Test
    void aPodIsAppliedWatchedDescribedAndItsLogFollowed() {
        assertThat(kubectl.feed(TALKER.formatted("talker"), "apply", "-f", "-")
                        .ok()
                        .out())
                .isEqualTo("pod/talker created\n");
        var watch = CompletableFuture.supplyAsync(
                () -> kubectl.run("get", "pods", "-l", "app=talker", "-w", "--request-timeout=20s"));
        assertThat(kubectl.run("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/talker", "--timeout=60s")
                        .ok()
                        .out())
                .contains("condition met");
        assertThat(kubectl.run("logs", "-f", "talker").ok().out()).isEqualTo("line 1\nline 2\nline 3\n");
        assertThat(kubectl.run("logs", "talker", "--tail=1").ok().out()).isEqualTo("line 3\n");
        assertThat(kubectl.run("get", "pods", "talker").ok().out())
                .contains("NAME", "READY", "STATUS", "RESTARTS", "AGE")
                .contains("Completed");
        assertThat(kubectl.run("get", "pods", "talker", "-o", "wide").ok().out())
                .contains("NOMINATED NODE");
        assertThat(kubectl.run("describe", "pod", "talker").ok().out())
                .contains("Name:", "Node:", "Succeeded", "Exit Code:    0", "Events:", "Scheduled");
        assertThat(kubectl.run("get", "events").ok().out()).contains("LAST SEEN", "pod/talker");
        assertThat(kubectl.run("delete", "pod", "talker").ok().out()).contains("pod \"talker\" deleted");
        assertThat(kubectl.run("get", "pod", "talker").out())
                .contains("Error from server (NotFound): pods \"talker\" not found");
        assertThat(watch.join().out()).contains("Completed");
    }

    @Test
    void rightsAreGivenAskedAndListed() {
        kubectl.run("create", "namespace", "team").ok();
        assertThat(kubectl.run("create", "rolebinding", "viewers", "-n", "team", "--clusterrole=view", "--user=ann")
                        .ok()
                        .out())
                .isEqualTo("rolebinding.rbac.authorization.k8s.io/viewers created\n");
        assertThat(kubectl.run("get", "rolebindings", "-n", "team", "-o", "wide")
                        .ok()
                        .out())
                .contains("NAME", "ROLE", "USERS", "ClusterRole/view", "ann");
        assertThat(kubectl.run("auth", "can-i", "list", "pods", "-n", "team", "--as=ann")
                        .ok()
                        .out())
                .isEqualTo("yes\n");
        assertThat(kubectl.run("auth", "can-i", "delete", "pods", "-n", "team", "--as=ann")
                        .out())
                .isEqualTo("no\n");
        assertThat(kubectl.run("auth", "can-i", "--list", "-n", "team", "--as=ann")
                        .ok()
                        .out())
                .contains(
                        "Resources", "Non-Resource URLs", "selfsubjectaccessreviews.authorization.k8s.io", "pods/log");
        assertThat(kubectl.run("get", "secrets", "-n", "team", "--as=ann").out())
                .contains("Error from server (Forbidden): secrets is forbidden: User \"ann\" cannot list resource"
                        + " \"secrets\" in API group \"\" in the namespace \"team\"");
        assertThat(kubectl.run("auth", "whoami", "--as=ann").ok().out()).contains("Username", "ann");
        assertThat(kubectl.run("create", "token", "default", "-n", "team", "--duration=10m")
                        .ok()
                        .out()
                        .split("\\."))
                .hasSize(3);
    }

    @Test
    void quotasAndPrioritiesAreMadeAndShown() {
        kubectl.run("create", "namespace", "limited").ok();
        assertThat(kubectl.run("create", "quota", "few", "-n", "limited", "--hard=pods=1,requests.cpu=500m")
                        .ok()
                        .out())
                .isEqualTo("resourcequota/few created\n");
        assertThat(kubectl.run("describe", "quota", "few", "-n", "limited").ok().out())
                .contains("Resource", "Used", "Hard", "requests.cpu  0     500m");
        assertThat(kubectl.run("run", "one", "-n", "limited", "--image=busybox").out())
                .contains("failed quota: few: must specify requests.cpu for: one");
        assertThat(kubectl.run("create", "priorityclass", "high", "--value=1000")
                        .ok()
                        .out())
                .isEqualTo("priorityclass.scheduling.k8s.io/high created\n");
        assertThat(kubectl.run("get", "priorityclasses").ok().out())
                .contains("GLOBAL-DEFAULT", "PREEMPTIONPOLICY", "system-node-critical");
    }

    @Test
    void applyMergesAndServerSideApplyKnowsConflicts() {
        String map = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {a: "%s"}
            """;
        assertThat(kubectl.feed(map.formatted("1"), "apply", "-f", "-").ok().out())
                .isEqualTo("configmap/settings created\n");
        assertThat(kubectl.feed(map.formatted("1"), "apply", "-f", "-").ok().out())
                .isEqualTo("configmap/settings unchanged\n");
        assertThat(kubectl.feed(map.formatted("2"), "apply", "-f", "-").ok().out())
                .isEqualTo("configmap/settings configured\n");
        assertThat(kubectl.feed(map.formatted("2"), "diff", "-f", "-").code()).isZero();
        assertThat(kubectl.feed(map.formatted("3"), "apply", "--server-side", "--field-manager=other", "-f", "-")
                        .out())
                .contains("Apply failed with 1 conflict", ".data.a");
        assertThat(kubectl.feed(
                                map.formatted("3"),
                                "apply",
                                "--server-side",
                                "--field-manager=other",
                                "--force-conflicts",
                                "-f",
                                "-")
                        .ok()
                        .out())
                .isEqualTo("configmap/settings serverside-applied\n");
        assertThat(kubectl.run("get", "cm", "settings", "-o", "jsonpath={.data.a}")
                        .ok()
                        .out())
                .isEqualTo("3");
        assertThat(kubectl.feed(map.formatted("3").replace("\ndata:", "\ndta:"), "apply", "-f", "-")
                        .out())
                .contains("unknown field \"dta\"");
        assertThat(kubectl.run("delete", "cm", "settings").ok().out()).contains("deleted");
    }

    @Test
    void explainKnowsBuiltInAndCustomKinds() {
        assertThat(kubectl.run("explain", "pods.spec.containers.ports").ok().out())
                .contains("containerPort", "<integer> -required-");
        assertThat(kubectl.run("explain", "node.status", "--recursive").ok().out())
                .contains("allocatable");
        kubectl.feed(WIDGETS, "apply", "-f", "-").ok();
        kubectl.run("wait", "--for=condition=established", "crd/widgets.example.com", "--timeout=30s")
                .ok();
        assertThat(kubectl.run("explain", "widgets.spec").ok().out())
                .contains("size\t<integer> -required-", "How big it is.", "red");
        assertThat(kubectl.feed(WIDGET.formatted("w1", "3"), "apply", "-f", "-")
                        .ok()
                        .out())
                .isEqualTo("widget.example.com/w1 created\n");
        assertThat(kubectl.run("get", "wd").ok().out()).containsPattern("NAME +SIZE +COLOR\nw1 +3 +red\n");
        assertThat(kubectl.feed(WIDGET.formatted("w2", "0"), "apply", "-f", "-").out())
                .contains("spec.size", "greater than or equal to 1");
        assertThat(kubectl.run("api-resources", "--api-group=example.com").ok().out())
                .contains("widgets", "wd");
        assertThat(kubectl.run("delete", "crd", "widgets.example.com").ok().out())
                .contains("deleted");
    }

    @Test
    void createMakesWorkloadsThatRun() {
        kubectl.run("create", "deployment", "web", "--image=busybox", "--port=8080", "--", "sh", "-c", "sleep 600")
                .ok();
        kubectl.run("rollout", "status", "deployment/web", "--timeout=60s").ok();
        assertThat(kubectl.run("exec", "deployment/web", "--", "sh", "-c", "echo inside")
                        .ok()
                        .out())
                .contains("inside");
        kubectl.run("create", "job", "once", "--image=busybox", "--", "true").ok();
        kubectl.run("wait", "--for=condition=complete", "job/once", "--timeout=60s")
                .ok();
        kubectl.run("create", "cronjob", "often", "--image=busybox", "--schedule=*/5 * * * *", "--", "true")
                .ok();
        kubectl.run("create", "service", "clusterip", "named", "--tcp=80:http").ok();
        assertThat(kubectl.run("get", "service", "named", "-o", "jsonpath={.spec.ports[0].targetPort}")
                        .ok()
                        .out())
                .isEqualTo("http");
        kubectl.run("create", "pdb", "kept", "--selector=app=web", "--min-available=50%")
                .ok();
        assertThat(kubectl.run("get", "pdb", "kept").ok().out()).contains("50%");
        kubectl.run("create", "service", "nodeport", "open", "--tcp=80").ok();
        assertThat(kubectl.run("get", "service", "open").ok().out())
                .containsPattern("NodePort .* 80:3[0-2][0-9]{3}/TCP");
        kubectl.run(
                        "delete",
                        "deployment/web",
                        "job/once",
                        "cronjob/often",
                        "service/named",
                        "service/open",
                        "pdb/kept")
                .ok();
    }

    @Test
    void theSmallCommands() {
        assertThat(kubectl.run("version").ok().out()).contains("Server Version: v1.34");
        assertThat(kubectl.run("get", "nodes").ok().out()).contains("Ready");
        assertThat(kubectl.run("create", "configmap", "made", "--from-literal=k=v")
                        .ok()
                        .out())
                .contains("configmap/made created");
        kubectl.run("label", "cm", "made", "tier=x").ok();
        kubectl.run("annotate", "cm", "made", "note=y").ok();
        kubectl.run(
                        "patch",
                        "cm",
                        "made",
                        "--type=json",
                        "-p",
                        "[{\"op\":\"add\",\"path\":\"/data/k2\",\"value\":\"v2\"}]")
                .ok();
        assertThat(kubectl.run("get", "cm", "-l", "tier in (x,y)", "-o", "name")
                        .ok()
                        .out())
                .isEqualTo("configmap/made\n");
        assertThat(kubectl.run("get", "cm", "made", "-o", "jsonpath={.data.k2}")
                        .ok()
                        .out())
                .isEqualTo("v2");
        assertThat(kubectl.run("auth", "can-i", "create", "pods").ok().out()).contains("yes");
        assertThat(kubectl.run("auth", "whoami").ok().out()).contains("kubernetes-admin");
        assertThat(kubectl.run("get", "ingresses").out())
                .contains("the server doesn't have a resource type \"ingresses\"");
        kubectl.run("delete", "cm", "made").ok();
        kubectl.run("create", "namespace", "short-lived").ok();
        assertThat(kubectl.run("get", "sa", "-n", "short-lived").ok().out()).contains("default");
        kubectl.run("delete", "namespace", "short-lived", "--timeout=60s").ok();
        assertThat(kubectl.run("get", "ns", "short-lived").out()).contains("NotFound");
    }

    @Test
    void aServiceAccountMayDoEverythingInItsNamespaceAndNothingElse() {
        String token = kubectl.run("create", "token", "default").ok().out().strip();
        assertThat(kubectl.run("--token", token, "auth", "whoami").ok().out())
                .contains("system:serviceaccount:kubeflow:default");
        kubectl.run("--token", token, "get", "pods").ok();
        assertThat(kubectl.run("--token", token, "get", "pods", "-n", "default").out())
                .contains("Forbidden", "system:serviceaccount:kubeflow:default");
        assertThat(kubectl.run("--token", token, "get", "nodes").out()).contains("Forbidden");
    }
}
