package io.kumiki.localcluster.node.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.kumiki.localcluster.node.pod.Expansion;
import io.kumiki.localcluster.node.process.Console;
import io.kumiki.localcluster.node.process.ControlGroups;
import io.kumiki.localcluster.node.process.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A pod's container as an engine is to create it. Pure.
public final class PodOrders {
    private PodOrders() {}

    /// What the node has prepared.
    ///
    /// @param network as in [ContainerOrder]
    public record Surroundings(
            Map<String, String> environment,
            List<Mount> mounts,
            String network,
            ControlGroups.Limits limits,
            Map<String, String> labels) {}

    /// Why the container may not be created as it is; null when it may.
    ///
    /// @param imageUser that the image's programs run as
    public static @Nullable String refusal(JsonNode pod, JsonNode container, String imageUser) {
        JsonNode ofPod = pod.path("spec").path("securityContext");
        JsonNode own = container.path("securityContext");
        JsonNode nonRoot = own.has("runAsNonRoot") ? own.path("runAsNonRoot") : ofPod.path("runAsNonRoot");
        if (!nonRoot.asBoolean()) {
            return null;
        }
        JsonNode uid = own.has("runAsUser") ? own.path("runAsUser") : ofPod.path("runAsUser");
        String user = uid.isNumber() ? uid.asText() : imageUser.replaceFirst(":.*", "");
        if (user.isEmpty() || user.equals("0") || user.equals("root")) {
            return "container has runAsNonRoot and " + (uid.isNumber() ? "runAsUser 0" : "image will run as root");
        }
        return user.matches("[0-9]+")
                ? null
                : "container has runAsNonRoot and image has non-numeric user (" + user
                        + "), cannot verify user is non-root";
    }

    /// @param imageUser that the image's programs run as
    public static ContainerOrder of(JsonNode pod, JsonNode container, String imageUser, Surroundings around) {
        return new ContainerOrder(
                programs(container, around.environment()),
                rights(pod.path("spec").path("securityContext"), container.path("securityContext"), imageUser),
                around.mounts(),
                around.network(),
                hostname(pod),
                around.limits(),
                new Console.Wish(
                        container.path("stdin").asBoolean(),
                        container.path("stdinOnce").asBoolean(),
                        container.path("tty").asBoolean()),
                around.labels());
    }

    private static ContainerOrder.Programs programs(JsonNode container, Map<String, String> environment) {
        return new ContainerOrder.Programs(
                ImageName.of(container.path("image").asText()).exact(),
                expanded(container.path("command"), environment),
                expanded(container.path("args"), environment),
                environment,
                container.path("workingDir").asText(""),
                container.path("lifecycle").path("stopSignal").asText(""));
    }

    private static List<String> expanded(JsonNode words, Map<String, String> environment) {
        List<String> expanded = new ArrayList<>();
        words.forEach(word -> expanded.add(Expansion.expand(word.asText(), environment)));
        return expanded;
    }

    /// Linux allows 64 bytes.
    private static String hostname(JsonNode pod) {
        String name = pod.path("spec")
                .path("hostname")
                .asText(pod.path("metadata").path("name").asText());
        return name.length() > 63 ? name.substring(0, 63).replaceFirst("[-.]+$", "") : name;
    }

    private static ContainerOrder.Rights rights(JsonNode ofPod, JsonNode own, String imageUser) {
        List<Long> groups = new ArrayList<>();
        ofPod.path("supplementalGroups").forEach(group -> groups.add(group.asLong()));
        if (ofPod.has("fsGroup")) {
            groups.add(ofPod.path("fsGroup").asLong());
        }
        List<String> options = new ArrayList<>();
        // A step is as trusted as the user; labels of SELinux would keep it from its own volumes.
        options.add("label=disable");
        if (own.has("allowPrivilegeEscalation")
                && !own.path("allowPrivilegeEscalation").asBoolean()) {
            options.add("no-new-privileges");
        }
        JsonNode seccomp = own.has("seccompProfile") ? own.path("seccompProfile") : ofPod.path("seccompProfile");
        if (seccomp.path("type").asText().equals("Unconfined")) {
            options.add("seccomp=unconfined");
        }
        return new ContainerOrder.Rights(
                user(ofPod, own, imageUser),
                groups,
                own.path("readOnlyRootFilesystem").asBoolean(),
                texts(own.path("capabilities").path("add")),
                texts(own.path("capabilities").path("drop")),
                options);
    }

    private static String user(JsonNode ofPod, JsonNode own, String imageUser) {
        JsonNode uid = own.has("runAsUser") ? own.path("runAsUser") : ofPod.path("runAsUser");
        JsonNode gid = own.has("runAsGroup") ? own.path("runAsGroup") : ofPod.path("runAsGroup");
        if (!uid.isNumber() && !gid.isNumber()) {
            return "";
        }
        String image = imageUser.replaceFirst(":.*", "");
        String user = uid.isNumber() ? uid.asText() : Objects.requireNonNullElse(image.isEmpty() ? null : image, "0");
        // A user id alone has the group of that user in the image, or 0, as everywhere.
        return gid.isNumber() ? user + ":" + gid.asText() : user;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
