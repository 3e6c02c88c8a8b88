package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodePortsTest {
    private static final String SERVICES = "/api/v1/namespaces/n/services";

    private final Requests to = new Requests();

    private static String service(String name, String type, String more) {
        return ("{'metadata':{'name':'" + name + "'},'spec':{'type':'" + type + "','ports':[{'port':80" + more + "}]}}")
                .replace('\'', '"');
    }

    private int port(String name) {
        return to.get(SERVICES + "/" + name).json().at("/spec/ports/0/nodePort").asInt();
    }

    @Test
    void everyPortHasItsOwnAndKeepsIt() {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            assertThat(to.post(SERVICES, service("s" + i, i % 2 == 0 ? "NodePort" : "LoadBalancer", ""))
                            .code())
                    .isEqualTo(201);
            ports.add(port("s" + i));
        }
        assertThat(ports).hasSize(200).allMatch(port -> port >= 30_000 && port <= 32_767);
        int own = port("s0");
        assertThat(to.put(SERVICES + "/s0", service("s0", "LoadBalancer", "")).code())
                .isEqualTo(200);
        assertThat(port("s0")).isEqualTo(own);
        assertThat(to.post(SERVICES, service("thief", "NodePort", ",'nodePort':" + own))
                        .message())
                .contains("already allocated");
        assertThat(to.put(SERVICES + "/s0", service("s0", "ClusterIP", ",'nodePort':" + own))
                        .code())
                .isEqualTo(200);
        assertThat(port("s0")).as("given back").isZero();
        assertThat(to.post(SERVICES, service("taker", "NodePort", ",'nodePort':" + own))
                        .code())
                .isEqualTo(201);
    }

    @Test
    void whatIsRefused() {
        assertThat(to.post(SERVICES, service("low", "NodePort", ",'nodePort':80"))
                        .message())
                .contains("valid range")
                .contains("30000-32767");
        assertThat(to.post(SERVICES, service("plain", "ClusterIP", ",'nodePort':30000"))
                        .message())
                .contains("may not be used when `type` is 'ClusterIP'");
        assertThat(to.post(
                                SERVICES,
                                service("none", "NodePort", "")
                                        .replace("\"ports\"", "\"clusterIP\":\"None\",\"ports\""))
                        .message())
                .contains("may not be set to 'None' for NodePort services");
        assertThat(to.post(SERVICES, service("odd", "Odd", "")).message()).contains("supported values");
        String without = service("without", "LoadBalancer", "")
                .replace("\"ports\"", "\"allocateLoadBalancerNodePorts\":false,\"ports\"");
        assertThat(to.post(SERVICES, without).code()).isEqualTo(201);
        assertThat(port("without")).isZero();
    }
}
