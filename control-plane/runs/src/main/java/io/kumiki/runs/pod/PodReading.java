package io.kumiki.runs.pod;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.kumiki.agent.ArtifactAgent;
import io.kumiki.model.run.RunFault;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a step's pod. Pure: the same object always means the same.
public final class PodReading {
    /// The kubelet will not get over these by trying again.
    private static final Set<String> NEVER = Set.of("InvalidImageName", "ErrImageNeverPull");
    /// Ends that Kubernetes caused (a node that left, a preemption); newer versions also set the condition
    /// DisruptionTarget.
    private static final Set<String> NOT_THE_STEPS_FAULT =
            Set.of("NodeLost", "Terminated", "NodeShutdown", "Preempting", "Shutdown", "UnexpectedAdmissionError");

    private PodReading() {}

    public static PodNews read(Pod pod) {
        var status = pod.getStatus();
        if (status == null || status.getPhase() == null) {
            return new PodNews.Waiting(null);
        }
        return switch (status.getPhase()) {
            case "Succeeded", "Failed" -> over(pod);
            case "Running" -> running(pod);
            default -> waiting(pod);
        };
    }

    private static PodNews over(Pod pod) {
        var status = pod.getStatus();
        var reason = Objects.requireNonNullElse(status.getReason(), "");
        var message = Objects.requireNonNullElse(status.getMessage(), "");
        var disruption = condition(pod, "DisruptionTarget");
        boolean failed = status.getPhase().equals("Failed");
        if (failed && (disruption != null || NOT_THE_STEPS_FAULT.contains(reason))) {
            var told = !message.isEmpty() || disruption == null ? message : disruption.getMessage();
            return lost("The step's pod was ended by the cluster" + because(told) + ". The step runs again.");
        }
        if (failed && reason.equals("Refused")) {
            return new PodNews.Refused(new RunFault("PodRefused", "The step cannot run here: " + message));
        }
        var main = terminated(mainStatus(pod));
        if (main == null) {
            return failed ? neverBegan(pod, reason, message) : new PodNews.Ended(0, "Completed", "", finish(pod, null));
        }
        // A pod-level reason (Evicted, DeadlineExceeded) explains more than the exit code of the SIGKILL that
        // followed.
        var why = reason.isEmpty() ? Objects.requireNonNullElse(main.getReason(), "") : reason;
        var told = message.isEmpty() ? Objects.requireNonNullElse(main.getMessage(), "") : message;
        int code = Objects.requireNonNullElse(main.getExitCode(), failed ? 1 : 0);
        return new PodNews.Ended(code == 0 && !reason.isEmpty() && failed ? 137 : code, why, told, finish(pod, main));
    }

    /// The main container never ran: the pod was refused or evicted first, or its inputs could not be fetched.
    private static PodNews neverBegan(Pod pod, String reason, String message) {
        var fetch = terminated(initStatus(pod, StepLabels.FETCH));
        if (reason.isEmpty() && fetch != null && fetch.getExitCode() != null && fetch.getExitCode() != 0) {
            return fetch.getExitCode() == ArtifactAgent.UNREACHABLE
                    ? lost(
                            "Object storage could not be reached while the step's inputs were fetched. The step runs again.")
                    : new PodNews.Refused(new RunFault("InputsUnavailable", "The step's inputs could not be fetched"));
        }
        if (reason.startsWith("OutOf") || reason.equals("NodeAffinity")) {
            return lost("The node could not take the step after all" + because(message) + ". The step runs again.");
        }
        return new PodNews.Ended(1, reason.isEmpty() ? "Error" : reason, message, finish(pod, null));
    }

    private static PodNews running(Pod pod) {
        var main = mainStatus(pod);
        if (terminated(main) != null) {
            return new PodNews.Publishing();
        }
        if (main != null && main.getState() != null && main.getState().getRunning() != null) {
            return new PodNews.Running(time(main.getState().getRunning().getStartedAt(), Instant.EPOCH));
        }
        return waiting(pod);
    }

    private static PodNews waiting(Pod pod) {
        var scheduled = condition(pod, "PodScheduled", "False");
        if (scheduled != null) {
            return new PodNews.Waiting("No node takes it yet" + because(scheduled.getMessage()));
        }
        for (var c : all(pod)) {
            var w = c.getState() == null ? null : c.getState().getWaiting();
            if (w == null || w.getReason() == null) {
                continue;
            }
            var told = Objects.requireNonNullElse(w.getMessage(), "");
            if (NEVER.contains(w.getReason())) {
                return new PodNews.Refused(
                        new RunFault(w.getReason(), "The image " + c.getImage() + " cannot be used" + because(told)));
            }
            if (!w.getReason().equals("PodInitializing") && !w.getReason().equals("ContainerCreating")) {
                return new PodNews.Waiting(w.getReason() + because(told));
            }
        }
        return new PodNews.Waiting(null);
    }

    private static PodNews lost(String sentence) {
        return new PodNews.Lost(new RunFault("PodLost", sentence));
    }

    private static String because(@Nullable String message) {
        return message == null || message.isBlank()
                ? ""
                : ": " + message.strip().replaceAll("\\.$", "");
    }

    private static @Nullable PodCondition condition(Pod pod, String type) {
        return condition(pod, type, "True");
    }

    private static @Nullable PodCondition condition(Pod pod, String type, String value) {
        for (var c : pod.getStatus().getConditions()) {
            if (type.equals(c.getType()) && value.equals(c.getStatus())) {
                return c;
            }
        }
        return null;
    }

    private static List<ContainerStatus> all(Pod pod) {
        var out = new java.util.ArrayList<>(pod.getStatus().getInitContainerStatuses());
        out.addAll(pod.getStatus().getContainerStatuses());
        return out;
    }

    private static @Nullable ContainerStatus mainStatus(Pod pod) {
        return named(pod.getStatus().getContainerStatuses(), StepLabels.MAIN);
    }

    private static @Nullable ContainerStatus initStatus(Pod pod, String name) {
        return named(pod.getStatus().getInitContainerStatuses(), name);
    }

    private static @Nullable ContainerStatus named(List<ContainerStatus> statuses, String name) {
        for (var s : statuses) {
            if (name.equals(s.getName())) {
                return s;
            }
        }
        return null;
    }

    private static @Nullable ContainerStateTerminated terminated(@Nullable ContainerStatus status) {
        return status == null || status.getState() == null
                ? null
                : status.getState().getTerminated();
    }

    private static Instant finish(Pod pod, @Nullable ContainerStateTerminated main) {
        var created = time(pod.getMetadata().getCreationTimestamp(), Instant.EPOCH);
        return main == null ? created : time(main.getFinishedAt(), created);
    }

    private static Instant time(@Nullable String text, Instant otherwise) {
        try {
            return text == null ? otherwise : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return otherwise;
        }
    }
}
