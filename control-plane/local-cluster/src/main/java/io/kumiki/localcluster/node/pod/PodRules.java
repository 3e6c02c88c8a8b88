package io.kumiki.localcluster.node.pod;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.image.Environment;
import io.kumiki.localcluster.node.image.ImageTable;
import io.kumiki.localcluster.node.image.ImageVerdict;
import io.kumiki.localcluster.node.process.Hardening;
import io.kumiki.localcluster.node.process.Isolation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What this node cannot do for a pod, all of it at once and by name. Asked when a pod is admitted and again when
/// it starts here.
public final class PodRules {
    private static final Set<String> VOLUMES =
            Set.of("emptyDir", "configMap", "secret", "projected", "downwardAPI", "persistentVolumeClaim");

    private static final String LAST_WORDS = "/dev/termination-log";

    private final ImageTable images;
    private final Isolation isolation;
    private final Path stepsRoot;
    private final long ownUid;
    private final long ownGid;

    public PodRules(ImageTable images, Isolation isolation, Path stepsRoot, long ownUid, long ownGid) {
        this.images = images;
        this.isolation = isolation;
        this.stepsRoot = stepsRoot;
        this.ownUid = ownUid;
        this.ownGid = ownGid;
    }

    /// Sentences, one for each thing that is refused; empty when the pod can run here.
    public List<String> refusals(JsonNode pod) {
        List<String> refusals = new ArrayList<>();
        JsonNode spec = pod.path("spec");
        for (JsonNode volume : spec.path("volumes")) {
            volume(volume, refusals);
        }
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                container(container, spec, refusals);
            }
        }
        for (String foreign : List.of("hostPID", "hostIPC", "shareProcessNamespace")) {
            if (spec.path(foreign).asBoolean()) {
                refusals.add(
                        "spec." + foreign + " is not offered: a container of this node sees its own processes only");
            }
        }
        if (!onlyInEngine(spec)) {
            user(spec.path("securityContext"), "the pod", refusals);
        }
        return refusals;
    }

    /// What a pod asks for and does not get although it runs: fields that this node reads over, and what containers
    /// that are processes of this machine cannot have, for a process is as trusted as the user whose it is.
    public List<String> unheeded(JsonNode pod) {
        List<String> unheeded = new ArrayList<>(UnheededFields.of(pod.path("spec")));
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                List<String> fields = hardening(pod.path("spec").path("securityContext"), container);
                if (!fields.isEmpty() && !inEngine(container)) {
                    unheeded.add(
                            "container \"" + container.path("name").asText() + "\" runs as a process of this machine"
                                    + " without its securityContext." + String.join(", ", fields));
                }
            }
        }
        return unheeded;
    }

    private List<String> hardening(JsonNode ofPod, JsonNode container) {
        JsonNode own = container.path("securityContext");
        List<String> fields = new ArrayList<>();
        for (String field : List.of("seccompProfile", "appArmorProfile", "seLinuxOptions")) {
            JsonNode asked = own.has(field) ? own.path(field) : ofPod.path(field);
            if (!asked.isEmpty() && !asked.path("type").asText().equals("Unconfined")) {
                fields.add(field);
            }
        }
        fields.addAll(Hardening.missing(own, isolation, ownUid == 0));
        return fields;
    }

    private boolean inEngine(JsonNode container) {
        return images.check(container.path("image").asText()) instanceof ImageVerdict.Runs runs
                && runs.environment() instanceof Environment.Image;
    }

    private boolean onlyInEngine(JsonNode spec) {
        boolean all = !spec.path("containers").isEmpty();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                all &= inEngine(container);
            }
        }
        return all;
    }

    private void volume(JsonNode volume, List<String> refusals) {
        String name = volume.path("name").asText();
        if (volume.has("hostPath")) {
            refusals.add("volume \"" + name + "\": hostPath is refused, a pod may not reach the machine's own files; "
                    + "offer the folder with --mount NAME=FOLDER and use it as persistentVolumeClaim NAME");
            return;
        }
        for (String field : (Iterable<String>) volume::fieldNames) {
            if (!field.equals("name") && !VOLUMES.contains(field)) {
                refusals.add("volume \"" + name + "\": " + field + " is not known to this node; it can mount "
                        + String.join(", ", VOLUMES.stream().sorted().toList()));
            }
        }
    }

    private void container(JsonNode container, JsonNode spec, List<String> refusals) {
        String name = container.path("name").asText();
        ImageVerdict verdict = images.check(container.path("image").asText());
        if (verdict instanceof ImageVerdict.Refused refused) {
            refusals.add("container \"" + name + "\": " + refused.reason());
        }
        JsonNode context = container.path("securityContext");
        if (context.path("privileged").asBoolean()) {
            refusals.add("container \"" + name + "\": securityContext.privileged is not offered on this node");
        }
        if (inEngine(container)) {
            EngineRules.check(container, name, refusals);
        } else {
            processes(container, name, spec, refusals);
        }
        health(container, name, refusals);
        if (!container.path("volumeDevices").isEmpty()) {
            refusals.add("container \"" + name + "\": volumeDevices are not offered: volumes of this node are folders");
        }
    }

    /// What only containers that are processes of this machine cannot have.
    private void processes(JsonNode container, String name, JsonNode spec, List<String> refusals) {
        user(container.path("securityContext"), "container \"" + name + "\"", refusals);
        if (!isolation.isolated()) {
            message(container, name, refusals);
            container.path("volumeMounts").forEach(mount -> plainMount(name, mount, spec, refusals));
        }
        JsonNode signal = container.path("lifecycle").path("stopSignal");
        if (!signal.asText("SIGTERM").equals("SIGTERM")) {
            refusals.add("container \"" + name + "\": lifecycle.stopSignal " + signal.asText()
                    + " is not offered on this node; containers get SIGTERM");
        }
    }

    /// Code of our own has no process that a command could be run beside.
    private void health(JsonNode container, String name, List<String> refusals) {
        boolean ours = images.check(container.path("image").asText()) instanceof ImageVerdict.Runs runs
                && runs.environment() instanceof Environment.BuiltIn;
        JsonNode lifecycle = container.path("lifecycle");
        Map<String, JsonNode> handlers = new LinkedHashMap<>();
        for (Probe.Kind kind : Probe.Kind.values()) {
            handlers.put(kind.field(), container.path(kind.field()));
        }
        handlers.put("lifecycle.postStart", lifecycle.path("postStart"));
        handlers.put("lifecycle.preStop", lifecycle.path("preStop"));
        for (String field : List.of("stdin", "tty")) {
            if (ours && container.path(field).asBoolean()) {
                refusals.add(
                        "container \"" + name + "\": " + field + " needs a process, and this image runs inside Kumiki");
            }
        }
        handlers.forEach((field, handler) -> {
            if (ours && handler.has("exec")) {
                refusals.add("container \"" + name + "\": " + field
                        + ".exec needs a process, and this image runs inside Kumiki; use httpGet or tcpSocket");
            }
            if (field.startsWith("lifecycle") && handler.has("tcpSocket")) {
                refusals.add("container \"" + name + "\": " + field
                        + ".tcpSocket is not a handler of lifecycle hooks; use exec, httpGet or sleep");
            }
        });
    }

    private void plainMount(String container, JsonNode mount, JsonNode spec, List<String> refusals) {
        String path = mount.path("mountPath").asText();
        boolean provided = path.equals(PodMounts.IDENTITY)
                || path.equals("/tmp")
                || (path.equals("/dev/shm")
                        && isEmptyDir(spec, mount.path("name").asText()))
                || (Path.of("/").resolve(path).normalize().startsWith(stepsRoot)
                        && !mount.path("readOnly").asBoolean());
        if (!provided) {
            refusals.add("container \"" + container + "\": mountPath " + path
                    + " cannot be provided, because this machine permits no private mounts "
                    + "(plain mode); use a path below " + stepsRoot + ", or a Linux where unshare or bubblewrap works");
        }
    }

    /// The default path is on every pod and only says nothing here; one that was chosen must be provided.
    private void message(JsonNode container, String name, List<String> refusals) {
        String path = container.path("terminationMessagePath").asText(LAST_WORDS);
        if (!path.equals(LAST_WORDS) && !Path.of("/").resolve(path).normalize().startsWith(stepsRoot)) {
            refusals.add("container \"" + name + "\": terminationMessagePath " + path
                    + " cannot be provided in plain mode; use a path below " + stepsRoot
                    + " or terminationMessagePolicy FallbackToLogsOnError");
        }
    }

    private static boolean isEmptyDir(JsonNode spec, String volumeName) {
        for (JsonNode volume : spec.path("volumes")) {
            if (volume.path("name").asText().equals(volumeName)) {
                return volume.has("emptyDir");
            }
        }
        return false;
    }

    /// runAsUser and fsGroup are honoured as root, accepted when they are ours already, else refused.
    private void user(JsonNode context, String whose, List<String> refusals) {
        if (ownUid == 0 && isolation != Isolation.UNSHARE_USER && isolation != Isolation.BUBBLEWRAP) {
            return;
        }
        long[] own = {ownUid, ownGid, ownGid};
        String[] fields = {"runAsUser", "runAsGroup", "fsGroup"};
        for (int i = 0; i < fields.length; i++) {
            if (context.has(fields[i]) && context.path(fields[i]).asLong() != own[i]) {
                refusals.add(whose + ": securityContext." + fields[i] + " "
                        + context.path(fields[i]).asText() + " needs Kumiki to run as root; it runs as " + ownUid + ":"
                        + ownGid);
            }
        }
    }
}
