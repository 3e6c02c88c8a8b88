package io.kumiki.app;

import io.kumiki.localcluster.scheduler.SchedulerSettings;
import io.kumiki.placement.QueueOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `up` was asked for.
///
/// @param autoPorts every listener takes a free port
/// @param port the dashboard's port when given explicitly: busy is then an error
/// @param nodes simulated nodes, as given: `16 x gpu=8 type=H100 rack=4`
/// @param scheduler what a KubeSchedulerConfiguration says to the embedded scheduler: names it serves, extenders
/// @param order in which those of equal priority wait for GPUs
/// @param mounts PVC name → the user's folder
record UpOptions(
        Path data,
        boolean autoPorts,
        @Nullable Integer port,
        @Nullable Integer apiPort,
        List<String> nodes,
        SchedulerSettings scheduler,
        QueueOrder order,
        Map<String, Path> mounts,
        List<String> allowedHosts,
        boolean keepSteps,
        boolean open) {
    static final String HELP = """
        [--data DIR] [--ports auto] [--port 8888] [--api-port 6443] [--nodes SPEC] [--mount NAME=FOLDER]
                      [--scheduler-config FILE] [--queue-order age|shortest]
                      [--allow-host HOST] [--keep-steps] [--detach] [--no-open]
               --nodes "16 x gpu=8 type=H100 rack=4 block=2": simulated nodes; also cpu= memory= pods= name= open=true,
                 topology.NAME= zone=, pods: start= run= fail= seed=, loss: lost= back= losing= vanish=true,
                 GPU faults: fault= healed= faults= gpus= (control-plane/local-cluster/README.md)\
        """;

    static UpOptions parse(List<String> args) {
        var a = Arguments.parse(
                args,
                Set.of("detach", "no-open", "keep-steps"),
                Set.of(
                        "data",
                        "ports",
                        "port",
                        "api-port",
                        "nodes",
                        "scheduler-config",
                        QueueOrders.OPTION,
                        "mount",
                        "allow-host"));
        var problems = new ArrayList<String>();
        a.words().forEach(word -> problems.add("unexpected '" + word + "'"));
        a.value("ports")
                .filter(v -> !v.equals("auto"))
                .ifPresent(v -> problems.add("--ports knows only 'auto', not '" + v + "'"));
        var mounts = new LinkedHashMap<String, Path>();
        for (String mount : a.all("mount")) {
            int equals = mount.indexOf('=');
            Path folder =
                    equals < 1 ? null : Path.of(mount.substring(equals + 1)).toAbsolutePath();
            if (folder == null || !mount.substring(0, equals).matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")) {
                problems.add("--mount wants NAME=FOLDER with a lower-case name, not '" + mount + "'");
            } else if (!Files.isDirectory(folder)) {
                problems.add("--mount " + mount + ": there is no folder " + folder);
            } else {
                mounts.put(mount.substring(0, equals), folder);
            }
        }
        SchedulerSettings scheduler = a.value("scheduler-config")
                .map(file -> scheduler(file, problems))
                .orElse(SchedulerSettings.DEFAULT);
        if (!problems.isEmpty()) {
            throw new Arguments.Wrong(String.join("; ", problems));
        }
        return new UpOptions(
                a.dataFolder(),
                a.value("ports").isPresent(),
                a.port("port").orElse(null),
                a.port("api-port").orElse(null),
                a.all("nodes"),
                scheduler,
                QueueOrders.of(a),
                mounts,
                a.all("allow-host"),
                a.flag("keep-steps"),
                !a.flag("no-open") && !a.flag("detach"));
    }

    private static SchedulerSettings scheduler(String file, List<String> problems) {
        try {
            return SchedulerSettings.read(Files.readString(Path.of(file)));
        } catch (IOException e) {
            problems.add("--scheduler-config " + file + ": there is no such file, or it cannot be read");
        } catch (IllegalArgumentException e) {
            problems.add("--scheduler-config " + file + ": " + e.getMessage());
        }
        return SchedulerSettings.DEFAULT;
    }
}
