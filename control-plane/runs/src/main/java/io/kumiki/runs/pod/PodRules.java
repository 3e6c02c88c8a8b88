package io.kumiki.runs.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What must hold for a pod as rendered, whatever the user's fields were. All violations are named at once.
final class PodRules {
    /// MAX_ARG_STRLEN of Linux, the terminating zero included.
    static final int LONGEST_WORD = 128 << 10;
    /// Below etcd's limit of 1.5 MiB, with room for the status.
    static final int LARGEST_POD = 1 << 20;

    private static final Pattern QUALIFIED =
            Pattern.compile("([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
    private static final Pattern VOLUME_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern VARIABLE = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");

    private final List<String> problems = new ArrayList<>();

    private long words;

    private PodRules() {}

    static void check(Pod pod) {
        var rules = new PodRules();
        rules.metadata(pod);
        rules.volumes(pod.getSpec().getVolumes());
        pod.getSpec().getInitContainers().forEach(rules::container);
        pod.getSpec().getContainers().forEach(rules::container);
        // Writing it out costs as much as making it, so that is done only where it may matter.
        int size = rules.words < LARGEST_POD / 8 ? 0 : Typed.bytes(pod).length;
        if (size > LARGEST_POD) {
            rules.problems.add("the pod would have " + size + " bytes, Kubernetes stores at most " + LARGEST_POD
                    + ": hand large values over as artifacts");
        }
        if (!rules.problems.isEmpty()) {
            throw new StepPods.Refused(String.join("; ", rules.problems));
        }
    }

    private void metadata(Pod pod) {
        pod.getMetadata().getLabels().forEach((key, value) -> {
            if (!QUALIFIED.matcher(key).matches() || !LABEL_VALUE.matcher(value).matches()) {
                problems.add(
                        "the pod label " + key + "=" + value
                                + " is not valid: at most 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit");
            }
        });
        pod.getMetadata().getAnnotations().keySet().stream()
                .filter(key -> !QUALIFIED.matcher(key).matches())
                .forEach(key -> problems.add("the pod annotation key '" + key + "' is not valid"));
    }

    private void volumes(List<Volume> volumes) {
        var names = new HashSet<String>();
        for (var v : volumes) {
            if (!VOLUME_NAME.matcher(String.valueOf(v.getName())).matches()) {
                problems.add("the volume name '" + v.getName() + "' must be lower-case letters, digits and '-'");
            } else if (!names.add(v.getName())) {
                problems.add("two volumes are named " + v.getName());
            }
            if (v.getHostPath() != null) {
                problems.add("volume " + v.getName() + " asks for a hostPath, which steps may not have");
            }
        }
    }

    private void container(Container c) {
        word("command", c.getCommand());
        word("argument", c.getArgs());
        for (var e : c.getEnv()) {
            if (!VARIABLE.matcher(String.valueOf(e.getName())).matches()) {
                problems.add("'" + e.getName() + "' is no valid name of an environment variable");
            }
            tooLong("the environment variable " + e.getName(), e.getValue());
        }
        var paths = new HashSet<String>();
        for (var m : c.getVolumeMounts()) {
            var path = String.valueOf(m.getMountPath());
            if (!path.startsWith("/") || List.of(path.split("/")).contains("..") || path.contains(":")) {
                problems.add("mountPath '" + path + "' must be absolute, without '..' and ':'");
            } else if (!paths.add(path.replaceAll("/+$", ""))) {
                problems.add("two volumes would be mounted at " + path);
            }
        }
        if (String.valueOf(c.getImage()).isBlank() || c.getImage() == null) {
            problems.add("container " + c.getName() + " has no image");
        }
    }

    private void word(String what, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            tooLong(what + " " + (i + 1), words.get(i));
        }
    }

    private void tooLong(String what, @Nullable String value) {
        words += value == null ? 0 : value.length();
        if (value == null || value.length() < LONGEST_WORD / 4) {
            return;
        }
        int bytes = value.getBytes(StandardCharsets.UTF_8).length + 1;
        if (bytes > LONGEST_WORD) {
            problems.add(what + " has " + bytes + " bytes, Linux allows " + LONGEST_WORD
                    + " for one: hand large values over as artifacts instead of parameters");
        }
    }
}
