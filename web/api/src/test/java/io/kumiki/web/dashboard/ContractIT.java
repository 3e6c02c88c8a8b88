package io.kumiki.web.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.runtime.http.Route;
import java.nio.file.Path;
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
}
