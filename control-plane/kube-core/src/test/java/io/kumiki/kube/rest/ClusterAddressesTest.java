package io.kumiki.kube.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterAddressesTest {
    private static final String SERVICES = "/api/v1/namespaces/n/services";

    private final Requests to = new Requests();

    private static String service(String name, String more) {
        return ("{'metadata':{'name':'" + name + "'},'spec':{'ports':[{'port':80}]" + more + "}}").replace('\'', '"');
    }

    @Test
    void everyServiceHasItsOwnAndKeepsIt() {
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            addresses.add(to.post(SERVICES, service("s" + i, "")).at("/spec/clusterIP"));
        }
        assertThat(addresses).hasSize(300).allMatch(address -> address.startsWith("127.96."));
        String own = to.get(SERVICES + "/s1").at("/spec/clusterIP");
        assertThat(to.get(SERVICES + "/s1").at("/spec/clusterIPs/0")).isEqualTo(own);
        assertThat(to.put(SERVICES + "/s1", service("s1", ",'selector':{'a':'b'}"))
                        .at("/spec/clusterIP"))
                .isEqualTo(own);
        assertThat(to.put(SERVICES + "/s1", service("s1", ",'clusterIP':'127.96.1.1'"))
                        .message())
                .contains("field is immutable");
        assertThat(to.post(SERVICES, service("thief", ",'clusterIP':'" + own + "'"))
                        .message())
                .contains("already allocated");
    }

    @Test
    void headlessNamedAndChosen() {
        assertThat(to.post(SERVICES, service("none", ",'clusterIP':'None'")).at("/spec/clusterIP"))
                .isEqualTo("None");
        assertThat(to.post(SERVICES, service("chosen", ",'clusterIP':'127.96.7.7'"))
                        .code())
                .isEqualTo(201);
        assertThat(to.post(SERVICES, service("far", ",'clusterIP':'10.0.0.1'")).message())
                .contains("not in the valid range 127.96.0.0/16");
        String named = ",'type':'ExternalName','externalName':'example.com'";
        assertThat(to.post(SERVICES, service("name", named)).json().path("spec").has("clusterIP"))
                .isFalse();
        assertThat(to.put(SERVICES + "/name", service("name", "")).at("/spec/clusterIP"))
                .startsWith("127.96.");
        assertThat(to.put(SERVICES + "/chosen", service("chosen", named))
                        .json()
                        .path("spec")
                        .has("clusterIP"))
                .isFalse();
    }
}
