package io.kumiki.app;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.AdmissionDesk;
import io.kumiki.extender.Extender;
import io.kumiki.extender.PeerAddress;
import io.kumiki.extender.Webhook;
import io.kumiki.extender.admission.PodAdmission;
import io.kumiki.ledger.LedgerSettings;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.runtime.yaml.Yaml;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The scheduler extender alone, beside the scheduler of any cluster; or what that scheduler must be told.
final class ExtenderCommand {
    static final String HELP =
            "--kubeconfig FILE|--in-cluster [--port 8891] [--namespace kube-system] [--decision-log DIR]"
                    + " [--webhook-port P [--webhook-host NAME|--webhook-service NAMESPACE/NAME]]"
                    + " [--queue-order age|shortest] [--own-scheduler NAME] [--adopt-schedulers NAME,NAME] [--print-scheduler-config]"
                    + " [--peers HOST:PORT]"
                    + " [--ledger-bind HOST --ledger-port N (--ledger-members HOST:PORT,... | --ledger-service NAME)]";
    private static final int PORT = 8891;
    private static final String NAME = "[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?";

    /// @param kubeconfig null for the service account of the pod that this runs in
    /// @param log folder of the decision log; null to keep none
    /// @param webhookPort -1 for no webhook
    private record Options(
            @Nullable Path kubeconfig,
            int port,
            String namespace,
            @Nullable Path log,
            int webhookPort,
            String webhookHost,
            String webhookService,
            String scheduler,
            Set<String> adopted,
            PlannerOptions planning,
            LedgerSettings ledger,
            PeerAddress peers) {}

    private ExtenderCommand() {}

    static int run(List<String> args) throws Exception {
        var a = Arguments.parse(
                args,
                Set.of("print-scheduler-config", "in-cluster"),
                Set.of(
                        "kubeconfig",
                        "port",
                        "namespace",
                        "decision-log",
                        "webhook-port",
                        "webhook-host",
                        "webhook-service",
                        "own-scheduler",
                        "adopt-schedulers",
                        QueueOrders.OPTION,
                        "peers",
                        "ledger-bind",
                        "ledger-port",
                        "ledger-members",
                        "ledger-service"));
        boolean print = a.flag("print-scheduler-config");
        Options options = options(a, print);
        if (print) {
            System.out.print(schedulerConfig(options));
            return 0;
        }
        return serve(options);
    }

    private static Options options(Arguments a, boolean print) {
        var problems = new ArrayList<String>();
        a.words().forEach(word -> problems.add("unexpected '" + word + "'"));
        Path kubeconfig = a.value("kubeconfig").map(Path::of).orElse(null);
        if (!print && (kubeconfig == null) != a.flag("in-cluster")) {
            problems.add("it wants " + HELP);
        } else if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            problems.add("--kubeconfig: there is no file " + kubeconfig);
        }
        int webhookPort = a.port("webhook-port").orElse(-1);
        String service = a.value("webhook-service").orElse("");
        if (webhookPort < 0 && (a.value("webhook-host").isPresent() || !service.isEmpty())) {
            problems.add("--webhook-host and --webhook-service want --webhook-port");
        }
        if (!service.isEmpty() && !service.matches(NAME + "/" + NAME)) {
            problems.add("--webhook-service must be NAMESPACE/NAME, not " + service);
        }
        var adopted = new TreeSet<String>();
        a.value("adopt-schedulers").ifPresent(text -> adopted.addAll(List.of(text.split(","))));
        var names = new ArrayList<>(adopted);
        a.value("own-scheduler").ifPresent(names::add);
        a.value("namespace").ifPresent(names::add);
        names.stream()
                .filter(name -> !name.matches(NAME))
                .forEach(name -> problems.add("'" + name + "' is no name that Kubernetes takes"));
        if (!problems.isEmpty()) {
            throw new Arguments.Wrong(String.join("; ", problems));
        }
        return new Options(
                kubeconfig,
                a.port("port").orElse(PORT),
                a.value("namespace").orElse("kube-system"),
                a.value("decision-log").map(Path::of).orElse(null),
                webhookPort,
                a.value("webhook-host").orElse("127.0.0.1"),
                service,
                a.value("own-scheduler").orElse(""),
                adopted,
                PlannerOptions.DEFAULT.ordered(QueueOrders.of(a)),
                ledger(a),
                peers(a));
    }

    private static PeerAddress peers(Arguments a) {
        try {
            return a.value("peers").map(PeerAddress::of).orElse(PeerAddress.LOOPBACK);
        } catch (IllegalArgumentException e) {
            throw new Arguments.Wrong("--peers: " + e.getMessage());
        }
    }

    private static LedgerSettings ledger(Arguments a) {
        try {
            return new LedgerSettings(
                    "kumiki",
                    a.value("ledger-bind").orElse("127.0.0.1"),
                    a.port("ledger-port").orElse(0),
                    a.value("ledger-members").orElse(""),
                    a.value("ledger-service").orElse(""));
        } catch (IllegalArgumentException e) {
            throw new Arguments.Wrong("--ledger-*: " + e.getMessage());
        }
    }

    private static String schedulerConfig(Options options) {
        return options.scheduler().isEmpty()
                ? "# In KubeSchedulerConfiguration:\nextenders:\n"
                        + Yaml.write(Extender.schedulerEntries(options.port()))
                : Yaml.write(Extender.schedulerConfiguration(options.scheduler(), options.namespace(), options.port()));
    }

    private static int serve(Options options) throws Exception {
        var over = new CountDownLatch(1);
        var lost = new AtomicBoolean();
        var closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(over, closed), "shutdown"));
        var settings = new Extender.Settings(
                options.port(),
                options.namespace(),
                UUID.randomUUID().toString(),
                false,
                options.planning(),
                options.log(),
                options.ledger(),
                options.peers());
        var desk = new AdmissionDesk();
        Vertx vertx = Vertx.vertx();
        try (var client = client(options);
                var extender = Extender.listen(vertx, client, settings, Clock.systemUTC(), desk, () -> {
                    lost.set(true);
                    over.countDown();
                })) {
            LaptopManifests.applyDefinitions(client);
            extender.start();
            System.out.println("The scheduler extender listens on http://127.0.0.1:" + extender.port()
                    + "/scheduler; --print-scheduler-config shows what kube-scheduler needs.");
            if (options.webhookPort() < 0) {
                over.await();
            } else {
                admit(vertx, client, extender, desk, options, over);
            }
        } finally {
            closed.countDown();
            Wiring.await(vertx.close());
        }
        // A lost lead ends the process: whoever starts it again begins with what the cluster says.
        return lost.get() ? 1 : 0;
    }

    /// The JVM ends with its hooks: until everything is closed, or cannot be.
    private static void end(CountDownLatch over, CountDownLatch closed) {
        over.countDown();
        try {
            if (!closed.await(5, TimeUnit.SECONDS)) {
                System.err.println("The extender could not be closed within 5 s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static KubernetesClient client(Options options) throws IOException {
        Path kubeconfig = options.kubeconfig();
        Config config =
                kubeconfig == null ? Config.autoConfigure(null) : Config.fromKubeconfig(Files.readString(kubeconfig));
        // A few connections, each for one of the few writers or feeds: a call costs half the CPU of one over HTTP/2.
        config.setHttp2Disable(true);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static void admit(
            Vertx vertx,
            KubernetesClient client,
            Extender extender,
            AdmissionDesk desk,
            Options options,
            CountDownLatch over)
            throws InterruptedException {
        var rules = new PodAdmission.Rules(Set.of(options.namespace()), options.scheduler(), options.adopted());
        var settings = new Webhook.Settings(
                options.webhookPort(), options.namespace(), options.webhookHost(), options.webhookService());
        try (var webhook = Webhook.start(
                vertx, client, extender.reviews(new PodAdmission(desk, rules)), settings, Clock.systemUTC())) {
            System.out.println("Pods are admitted at port " + webhook.port()
                    + "; the MutatingWebhookConfiguration kumiki-extender says so.");
            over.await();
        }
    }
}
