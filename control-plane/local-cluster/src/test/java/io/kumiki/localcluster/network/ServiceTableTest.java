package io.kumiki.localcluster.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.network.ServiceTable.Endpoint;
import io.kumiki.localcluster.network.ServiceTable.Listening;
import io.kumiki.model.Json;
import java.util.List;
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
        assertThat(table.hosts("n", Set.of())).isEqualTo("""
            127.0.0.1 db.m db.m.svc db.m.svc.cluster.local
            127.0.0.1 db-0.db.m db-0.db.m.svc db-0.db.m.svc.cluster.local
            127.96.0.5 web web.n web.n.svc web.n.svc.cluster.local
            """);
        assertThat(table.hosts("m", Set.of("web.n")))
                .contains("127.0.0.1 db-0.db db-0.db.m")
                .doesNotContain("web.n");
    }
}
