package io.kumiki.web.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.runtime.http.Permission;
import io.kumiki.runtime.http.Route;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is served is what the contract says, in both directions.
class ContractIT {
    @Test
    void servedRoutesAndContractAreTheSame(@TempDir Path dir) {
        try (var server = new DashboardServer(dir)) {
            Set<String> served = new TreeSet<>();
            for (Route route : server.routes.getFirst().all()) {
                assertThat(route.path()).startsWith("/api/v1/");
                served.add(route.method() + " " + route.path().substring("/api/v1".length()));
            }
            // the socket and the contract itself stand in its description
            served.remove("GET /stream");
            served.remove("GET /openapi.json");
            assertThat(served).isEqualTo(Contract.INSTANCE.operations());
            assertThat(server.send(server.to("/api/v1/openapi.json")).body()).startsWith("{\"openapi\":\"3.1.0\"");
        }
    }

    /// Every route × every way of not being known: refused before anything else is looked at, except where a route
    /// says that anyone may.
    @Test
    void nobodyUnknownIsAnswered(@TempDir Path dir) throws Exception {
        try (var server = new DashboardServer(dir)) {
            int refused = 0;
            List<Route> all = new ArrayList<>();
            server.routes.forEach(routes -> all.addAll(routes.all()));
            server.kfp.routes().forEach(routes -> all.addAll(routes.all()));
            for (Route route : all) {
                for (String credential : new String[] {
                    "", "Bearer wrong", "Basic YTpi", "Bearer", "Bearer " + DashboardServer.TOKEN + "x"
                }) {
                    String path = route.path().replaceAll("\\{[^}]*}", "x");
                    var request = HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + server.port() + path + "?ticket=forged"))
                            .header("X-Forwarded-User", "admin")
                            .header("kubeflow-userid", "admin")
                            .method(
                                    route.method(),
                                    route.method().equals("GET")
                                            ? BodyPublishers.noBody()
                                            : BodyPublishers.ofString("{}"));
                    if (!credential.isEmpty()) {
                        request.header("Authorization", credential);
                    }
                    int status = server.send(request).statusCode();
                    if (!route.permission().equals(Permission.ANYONE)) {
                        assertThat(status)
                                .as(route + " with '" + credential + "'")
                                .isEqualTo(401);
                        refused++;
                    }
                }
            }
            assertThat(refused).isGreaterThan(400);
            assertThat(all.stream()
                            .filter(r -> r.permission().equals(Permission.ANYONE))
                            .map(Route::toString))
                    .as("what anyone may call")
                    .containsExactlyInAnyOrder(
                            "POST /api/v1/session",
                            "GET /api/v1/openapi.json",
                            "GET /content/{ticket}/{name}",
                            "GET /{path*}");
        }
    }
}
