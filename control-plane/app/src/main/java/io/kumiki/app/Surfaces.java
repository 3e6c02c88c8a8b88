package io.kumiki.app;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kumiki.localcluster.LocalCluster;
import io.kumiki.runtime.http.Caller;
import io.kumiki.runtime.http.Guard;
import io.kumiki.runtime.http.HostRule;
import io.kumiki.runtime.http.HttpListener;
import io.kumiki.runtime.http.OperatorRoutes;
import io.kumiki.runtime.http.Routes;
import io.kumiki.runtime.http.identity.BearerToken;
import io.kumiki.runtime.http.identity.Identity;
import io.kumiki.runtime.http.identity.LoopbackPeer;
import io.kumiki.runtime.http.identity.Tickets;
import io.kumiki.runtime.life.Health;
import io.kumiki.runtime.telemetry.Telemetry;
import io.kumiki.store.Store;
import io.kumiki.store.objects.ObjectStorage;
import io.kumiki.web.dashboard.DashboardApi;
import io.kumiki.web.dashboard.DashboardPorts;
import io.kumiki.web.dashboard.DashboardSettings;
import io.kumiki.web.dashboard.KubernetesCluster;
import io.kumiki.web.dashboard.Scheduling;
import io.kumiki.web.dashboard.log.TaskLogs;
import io.kumiki.web.kfp.KfpApi;
import io.kumiki.web.kfp.KfpPorts;
import io.kumiki.web.kfp.KfpSettings;
import io.kumiki.web.kfp.LauncherConfig;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// What people and SDKs talk to over HTTP: pages, own REST and stream, the KFP surface, health and metrics on the
/// dashboard's port; the KFP surface
/// once more on the Kubernetes port, where `kfp.Client()` without arguments looks for it.
final class Surfaces implements AutoCloseable {
    static final String NAMESPACE = "kubeflow";
    private static final String HOST = "127.0.0.1";
    private static final Duration TICKET_LIFE = Duration.ofMinutes(10);
    private static final String PROXY = "/api/v1/namespaces/" + NAMESPACE + "/services/ml-pipeline:http/proxy";

    private final Vertx vertx;
    private final String token;
    private final Set<String> hosts;
    private final Tickets tickets = new Tickets();
    private final List<Routes> routes = new ArrayList<>();
    private final Telemetry telemetry;
    private final KfpApi kfp;
    private final DashboardApi dashboard;

    /// What the surfaces stand on.
    record Ground(
            Store store,
            ObjectStorage objects,
            KubernetesClient kubernetes,
            LocalImages images,
            Scheduling scheduling,
            Health health,
            Telemetry telemetry,
            Clock clock) {}

    Surfaces(Vertx vertx, Ground ground, DashboardSettings settings, String token, List<String> allowedHosts) {
        this.vertx = vertx;
        this.token = token;
        this.telemetry = ground.telemetry();
        this.hosts = new HashSet<>(allowedHosts);
        hosts.addAll(Wiring.serviceNames().keySet());
        var cluster = new KubernetesCluster(ground.kubernetes());
        var logs = new TaskLogs(ground.store(), ground.objects(), cluster);
        this.kfp = new KfpApi(
                KfpSettings.of(NAMESPACE, Kumiki.VERSION, ""),
                ground.store(),
                new KfpPorts(ground.images(), logs, launcher(ground.kubernetes()), ground.objects()),
                ground.clock(),
                UUID::randomUUID);
        this.dashboard = new DashboardApi(
                settings,
                ground.store(),
                new DashboardPorts(
                        ground.objects(),
                        ground.images(),
                        ground.images()::notes,
                        kfp::start,
                        cluster,
                        cluster,
                        Examples.all(),
                        ground.scheduling(),
                        Guard.singleUser(),
                        tickets,
                        token),
                ground.clock(),
                UUID::randomUUID);
        routes.addAll(kfp.routes());
        routes.addAll(dashboard.routes());
        routes.add(OperatorRoutes.of(ground.health(), ground.telemetry()::metrics));
    }

    private static LauncherConfig launcher(KubernetesClient kubernetes) {
        return namespace -> {
            ConfigMap map = kubernetes
                    .configMaps()
                    .inNamespace(namespace)
                    .withName("kfp-launcher")
                    .get();
            String root =
                    map == null || map.getData() == null ? null : map.getData().get("defaultPipelineRoot");
            return root == null ? LauncherConfig.FACTORY_ROOT : root;
        };
    }

    HttpListener listen(int port) {
        Identity identity = Identity.firstOf(
                new BearerToken(token, Caller.ADMINISTRATOR), tickets, LoopbackPeer.of(Caller.ADMINISTRATOR));
        return HttpListener.on(vertx, identity)
                .telemetry(telemetry.api())
                .hosts(HostRule.loopbackAnd(hosts))
                .serve(routes.toArray(Routes[]::new))
                .listen(HOST, port);
    }

    /// The KFP surface on the cluster's port: callers prove themselves with their Kubernetes token; an account acts
    /// in its own namespace only.
    void mountOn(LocalCluster cluster) {
        Handler<HttpServerRequest> root = mounted(cluster, kfp.routes());
        for (String path : List.of("/apis/v2beta1", "/apis/v1beta1", "/apis/v1alpha1", "/pipeline")) {
            cluster.mount(path, root);
        }
        // kfp's newer client puts one more slash between the proxy's path and its own
        cluster.mount(
                PROXY,
                mounted(
                        cluster,
                        Stream.concat(kfp.routesUnder(PROXY).stream(), kfp.routesUnder(PROXY + "/").stream())
                                .toList()));
    }

    private Handler<HttpServerRequest> mounted(LocalCluster cluster, List<Routes> surfaces) {
        return HttpListener.on(vertx, cluster.identity())
                .hosts(HostRule.loopbackAnd(hosts))
                .guard(ownNamespace())
                .serve(surfaces.toArray(Routes[]::new))
                .handler();
    }

    private static Guard ownNamespace() {
        return (caller, permission, namespace) -> caller.groups().contains("system:masters")
                || caller.groups()
                        .contains("system:serviceaccounts:"
                                + (namespace == null || namespace.isEmpty() ? NAMESPACE : namespace));
    }

    /// The dashboard's address with a ticket that opens it once.
    String invitation(String address) {
        return address + "?ticket=" + tickets.issue(Caller.ADMINISTRATOR, TICKET_LIFE);
    }

    /// Loads what is slow the first time; called when everything is up.
    void warm() {
        dashboard.warm();
    }

    @Override
    public void close() {
        dashboard.close();
    }
}
