package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.kube.ApiAnswer;
import io.kumiki.kube.Caller;
import io.kumiki.kube.PodConnection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final String PODS = "/api/v1/namespaces/n/pods";

    private final Requests to = new Requests();

    private void pod(String name, String node) {
        var pod = Requests.pod(name);
        if (!node.isEmpty()) {
            pod.withObject("/spec").put("nodeName", node);
        }
        assertThat(to.post(PODS, pod.toString()).code()).isEqualTo(201);
    }

    private PodConnection connect(String method, String url) {
        ApiAnswer answer = to.raw(method, PODS + url, Map.of(), "");
        assertThat(answer).isInstanceOf(ApiAnswer.Connect.class);
        return ((ApiAnswer.Connect) answer).order();
    }

    @Test
    void whatTheUrlAsksFor() {
        pod("p", "here");
        assertThat(connect(
                        "GET", "/p/exec?command=sh&command=-c&command=a%20b&stdin=true&stdout=1&tty=True&stderr=true"))
                .isInstanceOfSatisfying(PodConnection.Exec.class, exec -> {
                    assertThat(exec.command()).containsExactly("sh", "-c", "a b");
                    assertThat(exec.container()).isEqualTo("main");
                    assertThat(exec.channels())
                            .as("a terminal joins output and errors")
                            .isEqualTo(new PodConnection.Channels(true, true, false, true));
                });
        assertThat(connect("POST", "/p/attach?stdout=true")).isInstanceOf(PodConnection.Attach.class);
        assertThat(connect("GET", "/p/portforward?ports=80,81&ports=82"))
                .isInstanceOfSatisfying(
                        PodConnection.PortForward.class,
                        forward -> assertThat(forward.ports()).isEqualTo(List.of(80, 81, 82)));
    }

    @Test
    void mistakesAreNamed() {
        pod("p", "here");
        pod("waits", "");
        assertThat(to.get(PODS + "/p/exec?stdout=true").message()).contains("at least 1 command");
        assertThat(to.get(PODS + "/p/exec?command=a").message()).contains("at least one of stdin");
        assertThat(to.get(PODS + "/p/exec?command=a&stdout=true&container=none").message())
                .contains("container none is not valid");
        assertThat(to.get(PODS + "/waits/attach?stdout=true").message()).contains("does not have a host assigned");
        assertThat(to.get(PODS + "/p/portforward?ports=0").message()).contains("no port number");
        assertThat(to.get(PODS + "/gone/exec?command=a&stdout=true").code()).isEqualTo(404);
        assertThat(to.delete(PODS + "/p/exec").code()).isEqualTo(404);
        to.patch(PODS + "/p/status", "merge-patch", "{\"status\":{\"phase\":\"Succeeded\"}}");
        assertThat(to.get(PODS + "/p/exec?command=a&stdout=true").message()).contains("completed pod");
    }

    @Test
    void theAuthorizerIsAskedAboutTheSubresource() {
        pod("p", "here");
        to.caller = Caller.account("elsewhere", "default", "u");
        var refused = to.get(PODS + "/p/exec?command=a&stdout=true");
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.message()).contains("cannot get resource \"pods/exec\"");
        assertThat(to.post(PODS + "/p/portforward", "").message())
                .contains("cannot create resource \"pods/portforward\"");
    }
}
