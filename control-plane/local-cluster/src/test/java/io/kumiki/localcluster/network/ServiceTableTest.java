package io.kumiki.localcluster.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.network.ServiceTable.Endpoint;
import io.kumiki.localcluster.network.ServiceTable.Listening;
import io.kumiki.model.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServiceTableTest {
    private static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"'));
    }

    private static final JsonNode WEB = json(
            "{'metadata':{'namespace':'n','name':'web'},'spec':{'type':'ClusterIP','clusterIP':'127.96.0.5','sessionAffinity':'ClientIP',"
                    + "'ports':[{'name':'http','port':80},{'name':'dns','port':53,'protocol':'UDP'},{'name':'admin','port':81}]}}");
    private static final JsonNode DB =
            json("{'metadata':{'namespace':'m','name':'db'},'spec':{'clusterIP':'None','ports':[{'port':5432}]}}");
    private static final JsonNode OUT = json(
            "{'metadata':{'namespace':'n','name':'out'},'spec':{'type':'ExternalName','externalName':'example.com'}}");

    private static JsonNode slice(String namespace, String service, String ports, String endpoints) {
        return json("{'metadata':{'namespace':'" + namespace + "','labels':{'kubernetes.io/service-name':'" + service
                + "'}},'ports':" + ports + ",'endpoints':" + endpoints + "}");
    }

    @Test
    void readyEndpointsByThePortsName() {
        ServiceTable table = ServiceTable.of(
                List.of(WEB, DB, OUT),
                List.of(
                        slice(
                                "n",
                                "web",
                                "[{'name':'http','port':8080},{'name':'admin','port':8081}]",
                                "[{'addresses':['127.0.0.1']},{'addresses':['127.0.0.2'],'conditions':{'ready':false}},{'addresses':['127.0.0.3'],'conditions':{'ready':true}}]"),
                        slice("m", "web", "[{'name':'http','port':1}]", "[{'addresses':['127.0.0.9']}]")));
        assertThat(table.backends())
                .hasSize(2)
                .containsEntry(
                        new Listening("n", "web", "127.96.0.5", 80, true),
                        List.of(new Endpoint("127.0.0.1", 8080), new Endpoint("127.0.0.3", 8080)))
                .containsEntry(
                        new Listening("n", "web", "127.96.0.5", 81, true),
                        List.of(new Endpoint("127.0.0.1", 8081), new Endpoint("127.0.0.3", 8081)));
    }

    @Test
    void namesAsAPodOfItsNamespaceCallsThem() {
        ServiceTable table = ServiceTable.of(
                List.of(WEB, DB, OUT),
                List.of(
                        slice(
                                "m",
                                "db",
                                "[{'port':5432}]",
                                "[{'addresses':['127.0.0.1'],'hostname':'db-0'},{'addresses':['127.0.0.4'],'hostname':'db-1','conditions':{'ready':false}}]")));
        assertThat(table.hosts("n", Set.of(), Map.of("example.com", List.of("192.0.2.7", "192.0.2.8"))))
                .isEqualTo("""
            127.0.0.1 db.m db.m.svc db.m.svc.cluster.local
            127.0.0.1 db-0.db.m db-0.db.m.svc db-0.db.m.svc.cluster.local
            127.96.0.5 web web.n web.n.svc web.n.svc.cluster.local
            192.0.2.7 out out.n out.n.svc out.n.svc.cluster.local
            192.0.2.8 out out.n out.n.svc out.n.svc.cluster.local
            """);
        assertThat(table.outside()).containsExactly("example.com");
        assertThat(table.hosts("m", Set.of("web.n"), Map.of()))
                .contains("127.0.0.1 db-0.db db-0.db.m")
                .doesNotContain("web.n");
    }

    @Test
    void anAliasOfAServiceOfThisClusterNeedsNoResolver() {
        JsonNode alias = json("{'metadata':{'namespace':'m','name':'front'},'spec':{'type':'ExternalName',"
                + "'externalName':'web.n.svc.cluster.local.'}}");
        ServiceTable table = ServiceTable.of(List.of(WEB, alias), List.of());
        assertThat(table.outside()).isEmpty();
        assertThat(table.hosts("m", Set.of(), Map.of())).contains("127.96.0.5 front front.m front.m.svc");
    }

    @Test
    void nodePortsAndBalancedPortsListenAtTheMachineAndTheOldestHasThePort() {
        JsonNode young = json("{'metadata':{'namespace':'n','name':'young','creationTimestamp':'2026-02-02T00:00:00Z'},"
                + "'spec':{'type':'LoadBalancer','clusterIP':'127.96.0.6','ports':[{'port':80,'nodePort':30001}]}}");
        JsonNode old = json("{'metadata':{'namespace':'n','name':'old','creationTimestamp':'2026-01-01T00:00:00Z'},"
                + "'spec':{'type':'LoadBalancer','clusterIP':'127.96.0.7','ports':[{'port':80,'nodePort':30002}]}}");
        JsonNode foreign = json("{'metadata':{'namespace':'n','name':'foreign'},'spec':{'type':'LoadBalancer',"
                + "'loadBalancerClass':'x/y','clusterIP':'127.96.0.8','ports':[{'port':81,'nodePort':30003}]}}");
        ServiceTable table = ServiceTable.of(List.of(young, old, foreign), List.of());
        assertThat(table.backends().keySet().stream().map(at -> at.service() + " " + at.address() + ":" + at.port()))
                .containsExactlyInAnyOrder(
                        "old 127.0.0.1:80",
                        "old 127.0.0.1:30002",
                        "old 127.96.0.7:80",
                        "young 127.0.0.1:30001",
                        "young 127.96.0.6:80",
                        "foreign 127.0.0.1:30003",
                        "foreign 127.96.0.8:81");
        assertThat(table.doubled()).containsExactly(new Listening("n", "young", "127.0.0.1", 80, false));
    }
}
