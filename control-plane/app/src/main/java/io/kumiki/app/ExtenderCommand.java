package io.kumiki.app;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kumiki.extender.AdmissionDesk;
import io.kumiki.extender.Extender;
import io.kumiki.planner.PlannerOptions;
import io.kumiki.runtime.yaml.Yaml;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/// The scheduler extender alone, beside the scheduler of any cluster; or what that scheduler must be told.
final class ExtenderCommand {
    static final String HELP = "--kubeconfig FILE [--port 8891] [--print-scheduler-config]";
    private static final int PORT = 8891;

    private ExtenderCommand() {}

    static int run(List<String> args) throws Exception {
        var a = Arguments.parse(args, Set.of("print-scheduler-config"), Set.of("kubeconfig", "port"));
        int port = a.port("port").orElse(PORT);
        var problems = new ArrayList<String>();
        a.words().forEach(word -> problems.add("unexpected '" + word + "'"));
        boolean print = a.flag("print-scheduler-config");
        Path kubeconfig = a.value("kubeconfig").map(Path::of).orElse(null);
        if (!print && kubeconfig == null) {
            problems.add("it wants " + HELP);
        } else if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            problems.add("--kubeconfig: there is no file " + kubeconfig);
        }
        if (!problems.isEmpty()) {
            throw new Arguments.Wrong(String.join("; ", problems));
        }
        if (print || kubeconfig == null) {
            System.out.print(
                    "# In KubeSchedulerConfiguration:\nextenders:\n" + Yaml.write(Extender.schedulerEntries(port)));
            return 0;
        }
        return serve(kubeconfig, port);
    }

    private static int serve(Path kubeconfig, int port) throws Exception {
        var over = new CountDownLatch(1);
        var lost = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(over::countDown, "shutdown"));
        var settings =
                new Extender.Settings(port, "kube-system", UUID.randomUUID().toString(), false, PlannerOptions.DEFAULT);
        Vertx vertx = Vertx.vertx();
        try (var client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig)))
                        .build();
                var extender = Extender.listen(vertx, client, settings, Clock.systemUTC(), new AdmissionDesk(), () -> {
                    lost.set(true);
                    over.countDown();
                })) {
            LaptopManifests.applyDefinitions(client);
            extender.start();
            System.out.println("The scheduler extender listens on http://127.0.0.1:" + extender.port()
                    + "/scheduler; --print-scheduler-config shows what kube-scheduler needs.");
            over.await();
        } finally {
            Wiring.await(vertx.close());
        }
        // A lost lead ends the process: whoever starts it again begins with what the cluster says.
        return lost.get() ? 1 : 0;
    }
}
