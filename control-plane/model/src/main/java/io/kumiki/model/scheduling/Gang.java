package io.kumiki.model.scheduling;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import io.kumiki.model.crd.Column;
import io.kumiki.model.crd.Field;
import io.kumiki.model.crd.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Pods that start together or not at all. Whoever wants them writes the spec; only the planner writes the status,
/// and that write is the promise of the slots.
@Group("kumiki.io")
@Version("v1alpha1")
@Column(value = "Phase", path = ".status.phase")
@Column(value = "Ready", path = ".status.ready")
@Column(value = "Reason", path = ".status.reason")
@Column(value = "Where", path = ".status.where")
// Not as a date: Kubernetes tells those as ages, and of the future it says <invalid>.
@Column(value = "Starts", path = ".status.start.at")
@Column(value = "Age", path = ".metadata.creationTimestamp", type = "date")
@Column(value = "Priority", path = ".spec.priority", type = "integer", priority = 1)
@Column(value = "Message", path = ".status.message", priority = 1)
@JsonIgnoreProperties(ignoreUnknown = true)
public final class Gang extends OwnKind implements Namespaced {
    private static final long serialVersionUID = 1;

    private transient @Nullable Spec spec;
    private transient @Nullable Status status;

    public @Nullable Spec getSpec() {
        return spec;
    }

    public void setSpec(@Nullable Spec spec) {
        this.spec = spec;
    }

    public @Nullable Status getStatus() {
        return status;
    }

    public void setStatus(@Nullable Status status) {
        this.status = status;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Spec(
            @Field(value = "Raised by every restart of the whole gang.", otherwise = "0")
            int attempt,

            @Field(value = "Its pods exist before it is placed, held by a scheduling gate.", otherwise = "false")
            boolean gated,

            @Field(value = "Members by shape.", min = 1, max = 64)
            List<Members> classes,

            @Field("Level of the topology inside which all members must lie.") @Nullable
            String required,

            @Field("Level that is tried first.") @Nullable String preferred,

            @Field(value = "GPU types that will do, one for the whole gang; any when empty.", max = 16) @Nullable
            List<Alternative> alternatives,

            @Field(
                    value = "Higher goes first and may preempt lower.",
                    min = -1000000000,
                    max = 1000000000,
                    otherwise = "0")
            int priority,

            @Field(value = "How long it will run, as far as is known.", min = 1) @Nullable
            Long expectedSeconds,

            @Field("When it last saved its state (RFC 3339): what is lost when it is preempted.") @Nullable
            String lastCheckpoint,

            @Field(value = "What a restart costs, in seconds of all its GPUs.", min = 0) @Nullable
            Long restartSeconds,

            @Field(value = "What another system's object asks that nobody here does, in words.", max = 16) @Nullable
            List<String> unfollowed,

            @Field("Whether it may be ended and started elsewhere, to make room for others.") @Nullable
            Boolean movable,

            @Field("Its pods may be pinned to their nodes as they are made: it is placed when the first has come.")
            @Nullable
            Boolean pinned) {
        public Spec(
                int attempt,
                boolean gated,
                List<Members> classes,
                @Nullable String required,
                @Nullable String preferred,
                @Nullable List<Alternative> alternatives,
                int priority,
                @Nullable Long expectedSeconds,
                @Nullable String lastCheckpoint,
                @Nullable Long restartSeconds) {
            this(
                    attempt,
                    gated,
                    classes,
                    required,
                    preferred,
                    alternatives,
                    priority,
                    expectedSeconds,
                    lastCheckpoint,
                    restartSeconds,
                    null,
                    null,
                    null);
        }

        /// The same, with what another says of the work that is lost when it has to start again.
        public Spec losing(Spec as) {
            return new Spec(
                    attempt,
                    gated,
                    classes,
                    required,
                    preferred,
                    alternatives,
                    priority,
                    expectedSeconds,
                    as.lastCheckpoint,
                    as.restartSeconds,
                    unfollowed,
                    movable,
                    pinned);
        }

        /// Slots are held for it before all its gated pods exist. Only at its first attempt: whoever did not come
        /// then is waited for at the next.
        public boolean early() {
            return gated && attempt == 0 && Boolean.TRUE.equals(pinned);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @Rule(value = "self.min <= self.max", message = "min must not exceed max")
    public record Members(
            @Field(value = "Unique in the gang.", max = 63, pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
            String name,

            @Field("Members without which the gang does not start.")
            int min,

            @Field(value = "Members wanted.", min = 1, max = 5000)
            int max,

            @Field(value = "Members of a later wave start when all earlier waves run.", max = 16, otherwise = "0")
            int wave,

            @Field(value = "What one member asks of its node, init containers and overhead included.", max = 32)
            Map<String, String> requests,

            @Field(value = "Labels its node must carry.", max = 32) @Nullable
            Map<String, String> nodeSelector,

            @Field(value = "Node terms of which one must hold.", max = 32) @Nullable
            List<Term> nodeTerms,

            @Field(value = "Taints it tolerates.", max = 64) @Nullable
            List<Toleration> tolerations,

            @Field(
                    value = "PersistentVolumeClaims that each of them mounts: where these are bound, its node may be.",
                    max = 32)
            @Nullable
            List<String> claims,

            @Field("What ResourceQuotas look at beside its requests; limits are equal to these when absent.") @Nullable
            Charged charged) {
        public Members(
                String name,
                int min,
                int max,
                int wave,
                Map<String, String> requests,
                @Nullable Map<String, String> nodeSelector,
                @Nullable List<Term> nodeTerms,
                @Nullable List<Toleration> tolerations,
                @Nullable List<String> claims) {
            this(name, min, max, wave, requests, nodeSelector, nodeTerms, tolerations, claims, null);
        }

        /// Without volumes.
        public Members(
                String name,
                int min,
                int max,
                int wave,
                Map<String, String> requests,
                @Nullable Map<String, String> nodeSelector,
                @Nullable List<Term> nodeTerms,
                @Nullable List<Toleration> tolerations) {
            this(name, min, max, wave, requests, nodeSelector, nodeTerms, tolerations, null);
        }

        public Members sized(int least, int most) {
            return new Members(
                    name, least, most, wave, requests, nodeSelector, nodeTerms, tolerations, claims, charged);
        }

        public Members selecting(@Nullable Map<String, String> selector) {
            return new Members(name, min, max, wave, requests, selector, nodeTerms, tolerations, claims, charged);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Charged(
            @Field(value = "What one member may use at most.", max = 32) @Nullable
            Map<String, String> limits,

            @Field(value = "Name of its class.", max = 253) @Nullable
            String priorityClass,

            @Field(
                    value = "Kubernetes' scopes that it is in: Terminating, BestEffort, CrossNamespacePodAffinity.",
                    max = 8)
            @Nullable
            List<String> scopes) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Term(
            @Field(value = "All must hold.", min = 1, max = 32)
            List<Requirement> expressions) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Requirement(
            @Field("Label, or metadata.name.") String key,

            @Field("In, NotIn, Exists, DoesNotExist, Gt or Lt.")
            String operator,

            @Field("As the operator wants.") @Nullable List<String> values) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Toleration(
            @Field("Taint; empty with Exists for all.") @Nullable
            String key,

            @Field("Equal or Exists.") @Nullable String operator,

            @Field("Of the taint.") @Nullable String value,

            @Field("Of the taint; empty for all.") @Nullable String effect) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Alternative(
            @Field("Value of the node label nvidia.com/gpu.product.")
            String type,

            @Field(value = "Speed against the others; the fastest that fits is taken.", otherwise = "1")
            double speed) {}

    public enum Phase {
        Waiting,
        Reserved,
        Starting,
        Running,
        Repairing,
        Releasing,
        Done;

        /// Whether slots are held.
        public boolean holds() {
            return switch (this) {
                case Reserved, Starting, Running, Repairing, Releasing -> true;
                case Waiting, Done -> false;
            };
        }
    }

    /// Slots are keyed (attempt, class, index): the index is the position in the list.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @Rule(
            value = "!has(oldSelf.epoch) || (has(self.epoch) && self.epoch >= oldSelf.epoch)",
            message = "written by a planner that is no longer the leader")
    public record Status(
            @Field("Where it stands.") Phase phase,

            @Field(value = "Of the planner that wrote this; never lower than before.", min = 0)
            long epoch,

            @Field("The attempt that this speaks of.") int attempt,

            @Field("Set when that attempt is over and another must be asked for.") @Nullable
            Boolean ended,

            @Field("Nodes by slot.") @Nullable List<Slots> slots,

            @Field("Bound members and the minimum.") @Nullable
            String ready,

            @Field("Code: why it is in this phase.") @Nullable
            String reason,

            @Field("The reason in words, with its numbers.") @Nullable
            String message,

            @Field("The place that holds all members.") @Nullable
            String where,

            @Field("When the slots were promised, or the phase was entered (for people).") @Nullable
            String since,

            @Field("When it will start, while it waits.") @Nullable
            Start start,

            @Field("The message as data, sentence by sentence.") @Nullable
            List<Because> because,

            @Field("Slots that are kept for it until it holds them.") @Nullable
            Kept kept) {
        public Status(
                Phase phase,
                long epoch,
                int attempt,
                @Nullable Boolean ended,
                @Nullable List<Slots> slots,
                @Nullable String ready,
                @Nullable String reason,
                @Nullable String message,
                @Nullable String where,
                @Nullable String since) {
            this(phase, epoch, attempt, ended, slots, ready, reason, message, where, since, null, null, null);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Kept(
            @Field("Nodes by slot.") List<Slots> slots,

            @Field("Set where they are free for it and it moves there; else others are leaving them.") @Nullable
            Boolean moves) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Because(
            @Field("Which sentence.") String says,

            @Field("Its numbers and names.") @Nullable Map<String, String> with) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Start(
            @Field("Expected (RFC 3339).") @Nullable String at,

            @Field("Early in one of ten cases.") @Nullable String low,

            @Field("Late in one of ten cases; absent where it is open.") @Nullable
            String high,

            @Field("Where the run times come from: declared, learned or unknown; leaving where others leave its place.")
            @Nullable
            String from) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Slots(
            @Field("Class of the members.") String name,

            @Field("One for each slot, in order.") List<String> nodes,

            @Field("Device numbers by slot, where nodes share their devices.") @Nullable
            List<String> devices) {}
}
