package io.kumiki.localcluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.engine.ContainerEngine;
import io.kumiki.localcluster.node.engine.ContainerEngine.Presence;
import io.kumiki.localcluster.node.engine.EngineContainer;
import io.kumiki.localcluster.node.engine.EngineFault;
import io.kumiki.localcluster.node.engine.ImageName;
import io.kumiki.localcluster.node.engine.ImagePulls;
import io.kumiki.localcluster.node.engine.ImagePulls.Stage;
import io.kumiki.localcluster.node.engine.PodOrders;
import io.kumiki.localcluster.node.engine.RegistryLogin;
import io.kumiki.localcluster.node.pod.NotYet;
import io.kumiki.localcluster.node.process.Console;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Found;
import io.kumiki.localcluster.node.process.Mount;
import io.kumiki.localcluster.node.process.RunningContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts and finds the containers of a pod that an engine runs.
final class EngineStart {
    private static final Logger LOG = LoggerFactory.getLogger(EngineStart.class);
    /// Labels of a container: of which node's folder, pod, and start it is.
    private static final String NODE = "kumiki.io/node";

    private static final String POD = "kumiki.io/pod-uid";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(300);
    private static final Duration SOON = Duration.ofSeconds(2);

    private final NodeSettings settings;
    private final ContainerEngine engine;
    private final ImagePulls pulls;
    private final NodeCluster cluster;
    private final Clock clock;

    EngineStart(NodeSettings settings, ContainerEngine engine, NodeCluster cluster, Clock clock) {
        this.settings = settings;
        this.engine = engine;
        this.pulls = new ImagePulls(engine, clock);
        this.cluster = cluster;
        this.clock = clock;
    }

    /// Whether containers can enter a namespace made by us.
    boolean joinsNamespaces() {
        return engine.presence() instanceof Presence.Answers answers && answers.joinsNamespaces();
    }

    private static String name(JsonNode pod, String container, int number) {
        return "kumiki-" + uid(pod) + "-" + container + "-" + number;
    }

    /// Returns when the image is here: which one it is.
    String awaitImage(JsonNode pod, JsonNode container, int number) throws NotYet {
        String image = container.path("image").asText();
        String policy =
                container.path("imagePullPolicy").asText(ImageName.of(image).moving() ? "Always" : "IfNotPresent");
        String start = name(pod, container.path("name").asText(), number);
        boolean always = policy.equals("Always");
        if (!always && !pulls.waits(start)) {
            ContainerEngine.Image here = here(image);
            if (here != null) {
                cluster.event(pod, "Normal", "Pulled", present(image));
                return here.id();
            }
        }
        if (policy.equals("Never")) {
            String why = "Container image \"" + image + "\" is not present with pull policy of Never";
            cluster.event(pod, "Warning", "ErrImageNeverPull", why);
            throw new NotYet("ErrImageNeverPull", why, Duration.ofSeconds(10));
        }
        return fetch(pod, image, start, always);
    }

    private ContainerEngine.@Nullable Image here(String image) throws NotYet {
        try {
            return engine.image(ImageName.of(image).exact());
        } catch (EngineFault e) {
            throw notNow(e);
        }
    }

    private static String present(String image) {
        return "Container image \"" + image + "\" already present on machine";
    }

    private String fetch(JsonNode pod, String image, String start, boolean always) throws NotYet {
        return switch (pulls.look(start, new ImagePulls.Wish(image, always, () -> logins(pod, image)))) {
            case Stage.Here here -> {
                Duration took = here.took();
                String how = took == null
                        ? present(image)
                        : "Successfully pulled image \"" + image + "\" in " + took.toMillis() + "ms";
                cluster.event(pod, "Normal", "Pulled", how);
                yield here.image().id();
            }
            case Stage.Fetching fetching -> {
                if (fetching.first()) {
                    cluster.event(pod, "Normal", "Pulling", "Pulling image \"" + image + "\"");
                }
                String progress = fetching.progress();
                throw new NotYet(
                        "ContainerCreating",
                        "pulling image \"" + image + "\"" + (progress.isEmpty() ? "" : ": " + progress),
                        LOOK_AGAIN);
            }
            case Stage.Failed failed -> throw failed(pod, image, failed);
        };
    }

    private NotYet failed(JsonNode pod, String image, Stage.Failed failed) {
        Duration pause = Duration.between(clock.instant(), failed.again());
        if (failed.first()) {
            cluster.event(pod, "Warning", "Failed", "Failed to pull image \"" + image + "\": " + failed.message());
            cluster.event(pod, "Warning", "Failed", "Error: ErrImagePull");
            return new NotYet("ErrImagePull", failed.message(), pause.compareTo(SOON) < 0 ? pause : SOON);
        }
        String back = "Back-off pulling image \"" + image + "\"";
        cluster.event(pod, "Normal", "BackOff", back);
        cluster.event(pod, "Warning", "Failed", "Error: ImagePullBackOff");
        return new NotYet(
                "ImagePullBackOff",
                back + ": ErrImagePull: " + failed.message(),
                pause.isNegative() ? Duration.ZERO : pause);
    }

    /// Of all the pod's secrets, in their order.
    private List<RegistryLogin> logins(JsonNode pod, String image) {
        String namespace = pod.path("metadata").path("namespace").asText();
        List<RegistryLogin> logins = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (JsonNode reference : pod.path("spec").path("imagePullSecrets")) {
            String name = reference.path("name").asText();
            JsonNode secret = cluster.secret(namespace, name);
            try {
                if (secret == null) {
                    missing.add(name);
                } else {
                    logins.addAll(RegistryLogin.of(secret, image));
                }
            } catch (IllegalArgumentException e) {
                LOG.warn("secret {}/{} is no login to a registry: {}", namespace, name, e.getMessage());
            }
        }
        if (!missing.isEmpty()) {
            cluster.event(
                    pod,
                    "Warning",
                    "FailedToRetrieveImagePullSecret",
                    "Unable to retrieve some image pull secrets (" + String.join(", ", missing)
                            + "); attempting to pull the image may not succeed.");
        }
        return logins;
    }

    private static NotYet notNow(EngineFault fault) {
        return new NotYet("CreateContainerError", "the container engine: " + fault.getMessage(), SOON);
    }

    /// @param limits of the container
    RunningContainer start(
            JsonNode pod, JsonNode container, int number, ContainerStart.Prepared prepared, ControlGroups.Limits limits)
            throws NotYet, ContainerStart.Impossible, IOException {
        String name = container.path("name").asText();
        PodFolder folder = prepared.folder();
        Path start = folder.start(name, number);
        Map<String, String> environment =
                prepared.environment().resolve(container, prepared.inContainer().environment());
        List<Mount> mounts = new ArrayList<>(prepared.inContainer().mounts().of(container, environment));
        Set<String> taken = Set.copyOf(mounts.stream().map(Mount::target).toList());
        prepared.inContainer().own().stream()
                .filter(mount -> !taken.contains(mount.target()))
                .forEach(mounts::add);
        mounts.add(TerminationMessage.mount(container, start));
        var around = new PodOrders.Surroundings(
                environment,
                mounts,
                prepared.network() == null ? "host" : "ns:" + prepared.network(),
                limits,
                Map.of(
                        NODE,
                        settings.folder().toString(),
                        POD,
                        uid(pod),
                        "kumiki.io/pod",
                        pod.path("metadata").path("namespace").asText() + "/"
                                + pod.path("metadata").path("name").asText(),
                        "kumiki.io/container",
                        name));
        Path log = folder.log(name, number);
        // Whoever attaches follows it, also before the first line.
        Files.write(log, new byte[0], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        EngineContainer running = container(pod, container, number, start, log);
        begin(pod, container, name(pod, name, number), around, running);
        return running;
    }

    private EngineContainer container(JsonNode pod, JsonNode container, int number, Path start, Path log) {
        return new EngineContainer(
                engine,
                name(pod, container.path("name").asText(), number),
                start,
                log,
                new Console.Wish(
                        container.path("stdin").asBoolean(),
                        container.path("stdinOnce").asBoolean(),
                        container.path("tty").asBoolean()));
    }

    private void begin(
            JsonNode pod, JsonNode container, String name, PodOrders.Surroundings around, EngineContainer running)
            throws NotYet, ContainerStart.Impossible, IOException {
        String own = container.path("name").asText();
        running.comes();
        try {
            ContainerEngine.Image image =
                    engine.image(ImageName.of(container.path("image").asText()).exact());
            String user = image == null ? "" : image.user();
            String refusal = PodOrders.refusal(pod, container, user);
            if (refusal != null) {
                throw new NotYet(refusal);
            }
            // What an earlier try left, which was never begun.
            engine.remove(name);
            engine.create(name, PodOrders.of(pod, container, user, around));
            cluster.event(pod, "Normal", "Created", "Created container: " + own);
        } catch (EngineFault e) {
            throw notNow(e);
        }
        running.begins();
        try {
            engine.start(name);
            cluster.event(pod, "Normal", "Started", "Started container " + own);
        } catch (EngineFault e) {
            if (e.unanswered()) {
                // It may have begun: whoever waits for its end will see.
                LOG.warn("container {} may have been started: {}", name, e.getMessage());
                return;
            }
            engine.remove(name);
            cluster.event(pod, "Warning", "Failed", "Error: " + e.getMessage());
            throw new ContainerStart.Impossible(String.valueOf(e.getMessage()));
        }
    }

    /// What is left of a start of an earlier agent.
    Found find(JsonNode pod, JsonNode container, int number, Path start, Path log) throws IOException {
        return container(pod, container, number, start, log).find();
    }

    /// Containers of pods that were deleted while no agent ran.
    ///
    /// @param works whether somebody works on the pod with a uid; asked after its containers were seen
    void sweep(Predicate<String> works) {
        if (!(engine.presence() instanceof Presence.Answers)) {
            return;
        }
        try {
            for (ContainerEngine.Labelled each :
                    engine.labelled(NODE, settings.folder().toString())) {
                if (!works.test(each.labels().getOrDefault(POD, ""))) {
                    LOG.info("container {} of a pod that is gone is removed", each.name());
                    engine.remove(each.name());
                }
            }
        } catch (EngineFault e) {
            LOG.warn("containers of pods that are gone may be left: {}", e.getMessage());
        }
    }

    /// The pod is over: nothing is fetched for it any more.
    void leave(JsonNode pod) {
        pulls.leave("kumiki-" + uid(pod) + "-");
    }

    private static String uid(JsonNode pod) {
        return pod.path("metadata").path("uid").asText();
    }
}
