package io.kumiki.runs.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.kumiki.agent.ArtifactAgent;
import io.kumiki.agent.StepPlan;
import io.kumiki.model.Json;
import io.kumiki.model.run.RunRecord;
import io.kumiki.pipelines.engine.PathLayout;
import io.kumiki.pipelines.engine.PlatformFields;
import io.kumiki.pipelines.engine.StepRequest;
import io.kumiki.runs.RunSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A step's attempt as a pod: `fetch` before, the user's container, `publish` beside it. The same request always
/// gives the same pod.
public final class PodRendering {
    private static final String WORK = "kumiki-work";
    private static final String WORKSPACE = "kumiki-workspace";
    /// Homes of programs that run as any user, as KFP's launcher provides them.
    private static final List<String> HOMES = List.of("/.local", "/.cache", "/.config");

    private final RunSettings settings;
    private final String installation;
    private final PathLayout layout;

    public PodRendering(RunSettings settings, String installation) {
        this.settings = settings;
        this.installation = installation;
        this.layout = settings.layout();
    }

    public Pod render(StepRequest step, RunRecord run) {
        var platform = step.platform();
        var spec = new PodSpecBuilder()
                .withRestartPolicy("Never")
                .withServiceAccountName(run.serviceAccount())
                .withTerminationGracePeriodSeconds(settings.grace().toSeconds())
                .withEnableServiceLinks(false)
                .withInitContainers(inits(step))
                .withContainers(main(step))
                .withVolumes(volumes(step))
                .build();
        placement(platform, spec);
        var pod = new PodBuilder()
                .withNewMetadata()
                .withName(StepNames.pod(run, step.path(), step.name(), step.attempt()))
                .withNamespace(run.namespace())
                .withLabels(labels(step))
                .withAnnotations(annotations(step))
                .endMetadata()
                .withSpec(spec)
                .build();
        PodRules.check(pod);
        return pod;
    }

    private Map<String, String> labels(StepRequest step) {
        var out = new LinkedHashMap<>(texts(step.platform().path(PlatformFields.LABELS)));
        out.put("pipeline/runid", step.runId());
        out.put("pipelines.kubeflow.org/v2_component", "true");
        out.put(StepLabels.RUN, step.runId());
        out.put(StepLabels.TASK, step.taskId());
        out.put(StepLabels.INSTALLATION, installation);
        return out;
    }

    private static Map<String, String> annotations(StepRequest step) {
        var out = new LinkedHashMap<String, String>();
        out.put("sidecar.istio.io/inject", "false");
        out.putAll(texts(step.platform().path(PlatformFields.ANNOTATIONS)));
        out.put(StepLabels.TASK_PATH, step.path());
        out.put(StepLabels.ATTEMPT, String.valueOf(step.attempt()));
        out.put(StepLabels.ROOT, step.taskRoot());
        out.put(StepLabels.LOG, step.taskRoot() + "/executor-logs" + (step.retry() == 0 ? "" : "-" + step.retry()));
        return out;
    }

    private List<Container> inits(StepRequest step) {
        var publish = agent(StepLabels.PUBLISH, ArtifactAgent.PUBLISH, step);
        publish.setRestartPolicy("Always");
        return step.container() == null
                ? List.of(publish)
                : List.of(agent(StepLabels.FETCH, ArtifactAgent.FETCH, step), publish);
    }

    private Container main(StepRequest step) {
        var c = step.container();
        if (c == null) {
            return agent(StepLabels.MAIN, ArtifactAgent.FETCH, step);
        }
        var platform = step.platform();
        var env = new ArrayList<EnvVar>();
        env.add(field("KFP_POD_NAME", "metadata.name"));
        env.add(field("KFP_POD_UID", "metadata.uid"));
        c.env().forEach(v -> env.add(new EnvVar(v.name(), v.value(), null)));
        env.addAll(Typed.list(platform, PlatformFields.ENV, EnvVar.class));
        var mounts = mounts(step);
        mounts.addAll(Typed.list(platform, PlatformFields.VOLUME_MOUNTS, VolumeMount.class));
        return new ContainerBuilder()
                .withName(StepLabels.MAIN)
                .withImage(c.image())
                .withImagePullPolicy(text(platform, PlatformFields.IMAGE_PULL_POLICY))
                .withCommand(c.command())
                .withArgs(c.args())
                .withEnv(last(env))
                .withResources(Typed.of(c.resources(), ResourceRequirements.class))
                .withVolumeMounts(mounts)
                .withSecurityContext(restricted(platform.path(PlatformFields.SECURITY_CONTEXT)))
                .build();
    }

    /// Both agents share one plan; it is the only thing they are told.
    private Container agent(String name, String verb, StepRequest step) {
        var env = List.of(
                new EnvVar(StepPlan.VARIABLE, plan(step).toJson(), null),
                new EnvVar("KUMIKI_S3_ENDPOINT", settings.s3Endpoint().toString(), null),
                new EnvVar("KUMIKI_S3_REGION", settings.s3Region(), null),
                secret("AWS_ACCESS_KEY_ID", "accesskey"),
                secret("AWS_SECRET_ACCESS_KEY", "secretkey"));
        return new ContainerBuilder()
                .withName(name)
                .withImage(settings.agentImage())
                .withArgs(verb)
                .withEnv(env)
                .withVolumeMounts(mounts(step))
                .withSecurityContext(restricted(Json.object()))
                .build();
    }

    private static StepPlan plan(StepRequest step) {
        return new StepPlan(
                step.runId(),
                step.taskId(),
                step.attempt(),
                step.taskRoot() + "/outcome.json",
                step.executorOutput(),
                step.inputs().stream()
                        .map(t -> new StepPlan.Transfer(t.uri(), t.path()))
                        .toList(),
                step.parameterFiles(),
                step.artifacts().stream()
                        .map(a -> new StepPlan.Output(a.name(), a.uri(), a.path()))
                        .toList(),
                step.mounts().stream()
                        .map(m -> new StepPlan.Mount(m.uriPrefix(), m.path()))
                        .toList());
    }

    /// One volume under every path that the step's files have.
    private List<VolumeMount> mounts(StepRequest step) {
        var out = new ArrayList<VolumeMount>();
        switch (layout) {
            case PathLayout.Real r -> {
                for (var m : step.mounts()) {
                    out.add(work(stripped(m.path())));
                }
                out.add(work("/tmp"));
                HOMES.forEach(home -> out.add(work(home)));
            }
            case PathLayout.Plain p ->
                out.add(new VolumeMountBuilder()
                        .withName(WORK)
                        .withMountPath(layout.folder(step.runId(), step.taskId(), step.attempt()))
                        .build());
        }
        if (step.workspace() != null) {
            out.add(new VolumeMountBuilder()
                    .withName(WORKSPACE)
                    .withMountPath(step.workspace())
                    .build());
        }
        return out;
    }

    private static VolumeMount work(String path) {
        return new VolumeMountBuilder()
                .withName(WORK)
                .withMountPath(path)
                .withSubPath(path.substring(1))
                .build();
    }

    private static List<Volume> volumes(StepRequest step) {
        var out = new ArrayList<Volume>();
        out.add(new VolumeBuilder()
                .withName(WORK)
                .withNewEmptyDir()
                .endEmptyDir()
                .build());
        if (step.workspace() != null) {
            out.add(new VolumeBuilder()
                    .withName(WORKSPACE)
                    .withNewPersistentVolumeClaim()
                    .withClaimName(StepNames.workspace(step.runId()))
                    .endPersistentVolumeClaim()
                    .build());
        }
        out.addAll(Typed.list(step.platform(), PlatformFields.VOLUMES, Volume.class));
        return out;
    }

    private static void placement(JsonNode platform, PodSpec spec) {
        var selector = texts(platform.path(PlatformFields.NODE_SELECTOR));
        if (!selector.isEmpty()) {
            spec.setNodeSelector(selector);
        }
        if (platform.has(PlatformFields.AFFINITY)) {
            spec.setAffinity(Typed.of(platform.get(PlatformFields.AFFINITY), Affinity.class));
        }
        spec.setTolerations(Typed.list(platform, PlatformFields.TOLERATIONS, Toleration.class));
        spec.setImagePullSecrets(Typed.list(platform, PlatformFields.IMAGE_PULL_SECRETS, LocalObjectReference.class));
        if (platform.has(PlatformFields.ACTIVE_DEADLINE_SECONDS)) {
            spec.setActiveDeadlineSeconds(
                    platform.get(PlatformFields.ACTIVE_DEADLINE_SECONDS).asLong());
        }
    }

    /// Pod Security "restricted" except for the user id, which belongs to the image; then what the step asks for.
    private static SecurityContext restricted(JsonNode wanted) {
        var context = wanted.isObject() ? Typed.of(wanted, SecurityContext.class) : new SecurityContext();
        return context.edit()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile(null, "RuntimeDefault")
                .build();
    }

    /// Of several variables with one name the last counts, as in a shell.
    private static List<EnvVar> last(List<EnvVar> env) {
        var byName = new LinkedHashMap<String, EnvVar>();
        for (var v : env) {
            byName.remove(v.getName());
            byName.put(v.getName(), v);
        }
        return List.copyOf(byName.values());
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef(null, path)
                .endValueFrom()
                .build();
    }

    private EnvVar secret(String name, String key) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewSecretKeyRef(key, settings.s3Secret(), null)
                .endValueFrom()
                .build();
    }

    private static Map<String, String> texts(JsonNode object) {
        var out = new LinkedHashMap<String, String>();
        object.properties().forEach(e -> out.put(e.getKey(), e.getValue().asText()));
        return out;
    }

    private static @Nullable String text(JsonNode in, String key) {
        return in.hasNonNull(key) ? in.get(key).asText() : null;
    }

    private static String stripped(String path) {
        return path.endsWith("/") && path.length() > 1 ? path.substring(0, path.length() - 1) : path;
    }
}
